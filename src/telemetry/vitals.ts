/**
 * What `/livez` looks at: signs that this process will not recover by itself, so that the kubelet had better start it
 * again. Each is `undefined` while all is well, else a sentence. Generic; the commands put them together.
 * Source: cert-manager pkg/healthz, client-go tools/leaderelection/healthzadaptor.go.
 */

/** One sign of life. */
export type Vital = () => string | undefined;

/** How long past its time a lease may be renewed (kube-controller-manager, cert-manager): a leader has ended long ago. */
const OVERDUE_MS = 20_000;

/**
 * The process believes that it leads, and has not renewed its lease for longer than anybody would wait. `renewedAgoMs` is
 * `undefined` while it does not lead.
 */
export const leaseIsRenewed =
  (renewedAgoMs: () => number | undefined, leaseMs: number): Vital =>
  () => {
    const agoMs = renewedAgoMs() ?? 0;
    if (agoMs <= leaseMs + OVERDUE_MS) return undefined;
    return `the lease was last renewed ${seconds(agoMs)} s ago, and this process still takes itself for the leader`;
  };

/** How long past its deadline a pass may go on: whatever it waits for has heard of the deadline by then. */
const STUCK_MS = 60_000;

/** A worker of the queue is held by something that does not hear of its deadline. */
export const queueMoves =
  (workingMs: () => readonly number[], deadlineMs: number): Vital =>
  () => {
    const longestMs = Math.max(0, ...workingMs());
    if (longestMs <= deadlineMs + STUCK_MS) return undefined;
    return `a pass has taken ${seconds(longestMs)} s; its deadline is ${seconds(deadlineMs)} s`;
  };

/** cert-manager's: less is put right by everything that waits. */
const MAX_SKEW_MS = 300_000;

/**
 * The wall clock has jumped since this was made: times that were noted before it (waits, grace periods) say nothing any
 * more. `wall` and `monotonic` in milliseconds.
 */
export function clockIsSteady(wall: () => number, monotonic: () => number): Vital {
  const ahead = () => wall() - monotonic();
  const atStart = ahead();
  return () => {
    const skewMs = ahead() - atStart;
    if (Math.abs(skewMs) <= MAX_SKEW_MS) return undefined;
    return `the clock was set ${seconds(Math.abs(skewMs))} s ${skewMs > 0 ? 'forward' : 'back'} since the start`;
  };
}

const seconds = (ms: number): number => Math.round(ms / 1_000);
