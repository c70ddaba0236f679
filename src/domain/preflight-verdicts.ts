/**
 * How a finding of the preflight is told. Pure; the files preflight*.ts alone use it.
 */
import type { Reason } from './reasons.ts';
import { ready, type Verdict } from './steps.ts';

/** Keeps everything from being created. */
export const fatal = (reason: Reason, message: string): Verdict => ({ state: 'Stalled', reason, message, actions: [] });

/** Told in the message of PreflightPassed, and holds nothing back. */
export const warning = (message: string): Verdict => ready('PassedWithWarnings', `warning: ${message}`);

/** Named in a message at most, of each kind. */
const NAMES_SHOWN = 5;

/** `law-a, law-b`; of many the first few: `law-a, ..., law-e and 3 more`. */
export const named = (names: readonly string[]): string =>
  names.length <= NAMES_SHOWN
    ? names.join(', ')
    : `${names.slice(0, NAMES_SHOWN).join(', ')} and ${names.length - NAMES_SHOWN} more`;
