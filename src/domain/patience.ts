/**
 * One answer that did not come says nothing about an object that was Ready: what was last read is told for some minutes
 * more, and said to be that. Pure; conditions.ts alone imports it.
 *
 * Only while nothing else is the matter: every step is Ready, could not be read, or waits for one that could not. A refusal
 * (no right, no token) is an answer, and so is everything that was read.
 */
import type { Condition } from './object.ts';
import { counted, type Plan, type Verdict } from './steps.ts';

/** For this long, in milliseconds, the last reading is told; then the conditions are Unknown. */
export const PATIENCE_MS = 300_000;
const WHY_MAX = 200;

export interface Blindness {
  /** As told: `2026-11-25T10:01:02Z`. */
  readonly since: string;
  readonly why: string;
}

const isBlind = ({ unknown, state }: Verdict): boolean =>
  unknown === true && (state === 'Waiting' || state === 'Failed');

const waitsForIt = ({ state, reason, actions }: Verdict): boolean =>
  state === 'Waiting' && reason === 'WaitingForStep' && actions.length === 0;

/** Since when and why nothing can be read, while that is to be borne; `undefined` when the plan speaks for itself. */
export function blindness(
  plan: Plan,
  context: { readonly previous: readonly Condition[]; readonly generation: number; readonly now: number },
): Blindness | undefined {
  const verdicts = counted(plan).map(({ verdict }) => verdict);
  const blind = verdicts.find(isBlind);
  const isAllElseWell = verdicts.every(one => one.state === 'Ready' || isBlind(one) || waitsForIt(one));
  const ready = context.previous.find(({ type }) => type === 'Ready');
  const isKnown = ready?.status === 'True' && ready.observedGeneration === context.generation;
  if (plan.mode !== 'converge' || blind === undefined || !isAllElseWell || !isKnown) return undefined;
  const told = TOLD.exec(ready.message)?.groups;
  const since = told?.since ?? new Date(context.now).toISOString().replace(/\.\d+Z$/, 'Z');
  if (context.now - Date.parse(since) >= PATIENCE_MS) return undefined;
  return { since, why: told?.why ?? `${blind.reason}: ${blind.message}`.slice(0, WHY_MAX) };
}

/** At the front, where no limit of a message cuts it off; told once, so that an outage costs one write. */
const TOLD = /^not read since (?<since>\S+Z) \((?<why>.*?)\); as last read: /s;

/** The message of a condition, said to be of the last reading. */
export const asLastRead = (message: string, { since, why }: Blindness): string =>
  TOLD.test(message) ? message : `not read since ${since} (${why}); as last read: ${message}`;
