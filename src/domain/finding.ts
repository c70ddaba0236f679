/**
 * One answer of `pms check`, or of the preflight of `pms plan`: what was looked at, whether it holds, why, and what to do
 * about it. Pure; any layer may import it.
 */
import { type Failure, failureOf } from './failures.ts';

export interface Finding {
  /** What was looked at, in a word or two: `resource group`. */
  readonly check: string;
  /** `unknown`: it could not be looked at. `skipped`: nothing was said that would let us look. */
  readonly state: 'passed' | 'warning' | 'failed' | 'unknown' | 'skipped';
  readonly message: string;
  /** What to do; absent when nothing is to do. */
  readonly cure?: string;
}

export const passed = (check: string, message: string): Finding => ({ check, state: 'passed', message });
export const failing = (check: string, message: string, cure: string): Finding => ({
  check,
  state: 'failed',
  message,
  cure,
});
export const warned = (check: string, message: string, cure: string): Finding => ({
  check,
  state: 'warning',
  message,
  cure,
});
export const skipped = (check: string, message: string): Finding => ({ check, state: 'skipped', message });

/** What could not be looked at; its failure says why and mostly what to do. */
export const unknown = (check: string, failure: Failure): Finding => ({
  check,
  state: 'unknown',
  message: failure.message,
});

/** Whether it keeps anybody from going on. What nobody could look at proves nothing good. */
export const isAgainst = ({ state }: Finding): boolean => state === 'failed' || state === 'unknown';

/** Runs a check; what it throws is a finding too. */
export async function lookedAt(check: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'AbortError') throw thrown;
    return unknown(check, failureOf(thrown));
  }
}
