/**
 * Working only while leading: the Lease of several copies of the operator, from waiting for it to giving it back. Without
 * a Lease the work is simply done. src/commands/operator-run.ts uses it.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { LeaderElectionConfig } from '../config/leader-election.ts';
import type { LeaderElection, Lease, Moment, Term } from '../kubernetes/kubernetes.ts';

/** Giving the lease back may take this long; else it runs out by itself. */
const RELEASE_MS = 5_000;

/** Both clocks of the machine. */
export const momentNow = (): Moment => ({ monotonicMs: performance.now(), wallMs: Date.now() });

/** This process as a candidate: a pod that starts again is another one. */
export const candidacy = (config: LeaderElectionConfig): LeaderElection => ({
  ...config,
  identity: `${hostname()}_${randomUUID()}`,
  now: momentNow,
});

export interface Leading {
  /** Absent: nobody is asked. */
  readonly lease?: Lease | undefined;
  /** Told with each change, for metrics. */
  readonly changed: (leads: boolean) => void;
}

/**
 * Waits for the lease and then works until the signal; then the lease is given back, so that another copy goes on within
 * seconds. When the lease is lost it rejects with LeaseLostError at once, work or no work: whoever gets that ends the
 * process with a non-zero exit code, and finds nothing more written meanwhile.
 */
export async function whileLeading(
  { lease, changed }: Leading,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (lease === undefined) return work(stop);
  changed(false);
  const term = await lease.acquire(stop);
  if (term === undefined) return;
  changed(true);
  try {
    await Promise.race([work(AbortSignal.any([stop, term.lost])), rejectionBy(term)]);
  } finally {
    changed(false);
    await term.release(RELEASE_MS);
  }
}

function rejectionBy({ lost }: Term): Promise<never> {
  return new Promise((_, reject) => {
    if (lost.aborted) reject(lost.reason);
    lost.addEventListener('abort', () => reject(lost.reason), { once: true });
  });
}
