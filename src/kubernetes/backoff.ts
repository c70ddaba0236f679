/**
 * How long to wait before the next try, after client-go's rules (tools/cache/reflector.go): doubling, with jitter, never
 * ending, forgotten after a quiet while. Generic; src/kubernetes only.
 */
import type { Clock } from '../ports.ts';

/** The longest wait that a server can ask for: what it says beyond that is a mistake. */
const MAX_ASKED_MS = 300_000;
const FIRST_MS = 1_600;
const MAX_MS = 30_000;
const QUIET_MS = 120_000;

export interface Backoff {
  /** Milliseconds to wait now: 0.8 to 1.6 s at first, 15 to 30 s at last; not less than what the server asked for. */
  next(askedMs?: number): number;
}

/** Starts again from the first step when it was not asked for two minutes. */
export function createBackoff(clock: Clock, random: () => number): Backoff {
  let step = FIRST_MS;
  let dueAt = 0;
  return {
    next(askedMs = 0) {
      const now = clock.now();
      if (now - dueAt > QUIET_MS) step = FIRST_MS;
      const delayMs = Math.max(Math.round((step * (1 + random())) / 2), Math.min(askedMs, MAX_ASKED_MS));
      step = Math.min(step * 2, MAX_MS);
      dueAt = now + delayMs;
      return delayMs;
    },
  };
}

/** Resolves after the time, or at once when the signal aborts. Look at the signal afterwards. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve();
    const wake = () => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(delayMs, wake);
    signal.addEventListener('abort', wake, { once: true });
  });
}
