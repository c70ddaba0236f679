/**
 * The last question before a write: do we still lead? A lease alone does not answer it: a process that was stopped, or a
 * machine that slept, wakes up in the middle of a write that it began as the leader. So the question is asked after
 * every wait, right before a request leaves, and is answered from two clocks, with no wait of its own. Generic;
 * src/kubernetes only.
 *
 *   what happened                        monotonic clock    wall clock         caught by
 *   process stopped (SIGSTOP, debugger)  runs on            runs on            both
 *   machine suspended                    may stand still    is put right       wall
 *   wall clock set back                  runs on            tells less         monotonic
 *
 * A wall clock that is set forward closes the fence until the next renewal, seconds later; leading goes on.
 */
import type { WriteGuard } from '../../ports.ts';

/** One moment on both clocks, in milliseconds. */
export interface Moment {
  /** Never set, from any start. */
  readonly monotonicMs: number;
  /** Since the epoch. */
  readonly wallMs: number;
}

export interface Fence {
  /** `undefined` while writing is allowed, else why not. */
  readonly guard: WriteGuard;
  /** Writing is allowed until `validMs` after this moment: that of the start of a renewal which succeeded. */
  open(at: Moment): void;
  /** Writing is not allowed until it is opened again. */
  close(why: string): void;
  /** Milliseconds since the moment that it was last opened with, by the monotonic clock; `undefined` when closed. */
  ageMs(): number | undefined;
}

/** Closed at first. */
export function createFence(now: () => Moment, validMs: number): Fence {
  let opened: Moment | undefined;
  let closedFor = 'this process does not lead';
  return {
    guard() {
      if (opened === undefined) return closedFor;
      const { monotonicMs, wallMs } = now();
      const passedMs = Math.max(monotonicMs - opened.monotonicMs, wallMs - opened.wallMs);
      if (passedMs < validMs) return undefined;
      return `the lease was last renewed ${Math.round(passedMs / 1_000)} s ago; ${validMs / 1_000} s are allowed`;
    },
    open(at) {
      opened = at;
    },
    close(why) {
      opened = undefined;
      closedFor = why;
    },
    ageMs: () => (opened === undefined ? undefined : now().monotonicMs - opened.monotonicMs),
  };
}
