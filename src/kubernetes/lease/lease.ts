/**
 * Leader election with a Lease, after client-go's rules and times (tools/leaderelection): of several copies of a
 * process one leads; when it ends or is cut off, another does. A Lease does not keep two from acting at one moment (client-go
 * says so of its own), so a leader asks its fence before each write, and one that has lost the lease must end: it may not
 * lead again in this process. Generic; src/kubernetes only.
 *
 *   0 s                            10 s                    15 s
 *   renewal begun -- tried every 2 s -- writes and leading end -- others may lead
 */
import type { Clock, Log, WriteGuard } from '../../ports.ts';
import { sleep } from '../backoff.ts';
import type { KubeClient } from '../client.ts';
import { type Claim, createClaim, type Try } from './claim.ts';
import { createFence, type Fence, type Moment } from './fence.ts';
import type { LeaseRef } from './lease-record.ts';

export type { Moment } from './fence.ts';
export type { LeaseRef } from './lease-record.ts';

/** In milliseconds; `lease > renewDeadline > retry * 1.2`. */
export interface LeaseTiming {
  /** For how long after the last renewal others leave the lease alone. */
  readonly leaseMs: number;
  /** After this long without a renewal the leader ends. */
  readonly renewDeadlineMs: number;
  /** Between two tries. */
  readonly retryMs: number;
}

export const CLIENT_GO_TIMING: LeaseTiming = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

export interface LeaseOptions {
  readonly ref: LeaseRef;
  /** Nobody else's, not even that of the same pod after a restart. */
  readonly identity: string;
  readonly timing: LeaseTiming;
  /** One without a fence: it writes the lease. */
  readonly client: KubeClient;
  /** For waits. */
  readonly clock: Clock;
  readonly now: () => Moment;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

export interface Term {
  /** Aborts when the lease is lost; its reason is a LeaseLostError. Nothing may be written from then on. */
  readonly lost: AbortSignal;
  /**
   * Closes the fence, ends renewing and gives the lease back, so that another copy leads after its next try. Resolves
   * when that is answered, has failed (then it runs out by itself) or has taken `limitMs`; never rejects.
   */
  release(limitMs: number): Promise<void>;
}

export interface Lease {
  /** Of all writes of this process. Closed unless a term is on. */
  readonly guard: WriteGuard;
  /** Tries until the lease is ours; `undefined` when the signal aborts first. To be called once. */
  acquire(signal: AbortSignal): Promise<Term | undefined>;
  /** Milliseconds since the start of the last renewal; `undefined` while we do not lead. */
  renewedAgoMs(): number | undefined;
}

/** The lease went to somebody else, or could not be renewed in time. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** The spread keeps followers apart; more of client-go's would keep a released lease free for longer. */
const JITTER = 0.2;
/** Whoever is told to end in the middle of a try looks for this long whether it succeeded, in milliseconds. */
const GIVE_BACK_MS = 5_000;
/** Part of the deadline that one try may take: one that is not answered leaves time for another (controller-runtime). */
const TRY = 0.5;

export function createLease(options: LeaseOptions): Lease {
  const { ref, timing, clock, now, random, log } = options;
  const claim = createClaim({ ...options, durationMs: timing.leaseMs });
  const fence = createFence(now, timing.renewDeadlineMs);
  const about = { lease: `${ref.namespace}/${ref.name}`, identity: options.identity };
  let started = false;

  return {
    guard: fence.guard,
    renewedAgoMs: fence.ageMs,
    async acquire(signal) {
      if (started) throw new Error(`the lease ${about.lease} was asked for already`);
      started = true;
      let told: string | undefined;
      while (!signal.aborted) {
        const tried = await attempt(claim, { clock, log, about, limitMs: TRY * timing.renewDeadlineMs, signal });
        if (signal.aborted) {
          // It may have become ours all the same, and would be nobody's for as long as it lasts.
          await giveBack(claim, { clock, log, about, limitMs: GIVE_BACK_MS });
          break;
        }
        // Whoever was stopped between the question and the answer has to ask again.
        if (tried?.is === 'Held' && now().monotonicMs - tried.at.monotonicMs < timing.renewDeadlineMs) {
          log.info('the lease is ours: this process leads', about);
          return hold({ options, claim, fence, about, start: tried.at });
        }
        if (tried?.is === 'Others' && tried.holder !== told) {
          told = tried.holder;
          log.info('another process leads', { ...about, holder: told });
        }
        await sleep(clock, timing.retryMs * (1 + JITTER * random()), signal);
      }
      return undefined;
    },
  };
}

interface Attempt {
  readonly clock: Clock;
  readonly log: Log;
  readonly about: Readonly<Record<string, string>>;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** One try with a limit; `undefined` when it failed, which is logged. */
async function attempt(claim: Claim, { clock, log, about, limitMs, signal }: Attempt): Promise<Try | undefined> {
  const limit = new AbortController();
  const cancel = clock.after(limitMs, () => limit.abort(new Error('no answer in time')));
  try {
    return await claim.take(AbortSignal.any([signal, limit.signal]));
  } catch (thrown) {
    if (!signal.aborted) log.warn('the lease could not be had or renewed yet', { ...about, error: String(thrown) });
    return undefined;
  } finally {
    cancel();
  }
}

interface Holding {
  readonly options: LeaseOptions;
  readonly claim: Claim;
  readonly fence: Fence;
  readonly about: Readonly<Record<string, string>>;
  readonly start: Moment;
}

function hold(holding: Holding): Term {
  const { options, claim, fence, about, start } = holding;
  const { clock, log } = options;
  const lost = new AbortController();
  const ending = new AbortController();
  fence.open(start);
  const renewing = renew(holding, ending.signal).then(why => {
    if (why === undefined) return;
    fence.close(why);
    log.error('the lease is lost: nothing is written any more', { ...about, why });
    lost.abort(new LeaseLostError(why));
  });
  return {
    lost: lost.signal,
    async release(limitMs) {
      fence.close('the lease was given back');
      ending.abort();
      await renewing;
      if (lost.signal.aborted) return;
      await giveBack(claim, { clock, log, about, limitMs });
    },
  };
}

/** Gives the lease back if it is ours; never rejects. */
async function giveBack(claim: Claim, { clock, log, about, limitMs }: Omit<Attempt, 'signal'>): Promise<void> {
  const limit = new AbortController();
  const cancel = clock.after(limitMs, () => limit.abort(new Error('no answer in time')));
  try {
    if (await claim.release(limit.signal)) log.info('the lease is given back', about);
  } catch (thrown) {
    log.warn('the lease could not be given back and runs out by itself', { ...about, error: String(thrown) });
  } finally {
    cancel();
  }
}

/** Renews until the signal, or resolves with why the lease is lost. */
async function renew(
  { options, claim, fence, about, start }: Holding,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { timing, clock, now, log } = options;
  let last = start;
  const leftMs = () => timing.renewDeadlineMs - (now().monotonicMs - last.monotonicMs);
  while (!signal.aborted) {
    await sleep(clock, Math.min(timing.retryMs, leftMs()), signal);
    if (signal.aborted) break;
    if (leftMs() <= 0) return `it was not renewed within ${timing.renewDeadlineMs / 1_000} s`;
    const limitMs = Math.min(TRY * timing.renewDeadlineMs, leftMs());
    const tried = await attempt(claim, { clock, log, about, limitMs, signal });
    if (signal.aborted) break;
    if (tried?.is === 'Others') return `${tried.holder} holds it`;
    if (tried?.is === 'Held') {
      last = tried.at;
      fence.open(last);
    }
  }
  return undefined;
}
