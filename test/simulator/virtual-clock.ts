/**
 * A clock that stands still until a test moves it. Timers fire in order of their time, on the calling stack of `advance`.
 */
import type { SimulatorClock } from '../../src/simulator/simulator.ts';

export interface VirtualClock extends SimulatorClock {
  /** Moves time forward, firing what falls due. */
  advance(ms: number): void;
  /** Timers that have not fired. */
  pending(): number;
}

export function virtualClock(startMs = Date.UTC(2026, 10, 24, 12)): VirtualClock {
  let nowMs = startMs;
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  const next = (untilMs: number) =>
    [...timers].filter(timer => timer.atMs <= untilMs).toSorted((one, other) => one.atMs - other.atMs)[0];
  return {
    now: () => nowMs,
    pending: () => timers.size,
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: ms => {
      const untilMs = nowMs + ms;
      for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
        timers.delete(timer);
        nowMs = timer.atMs;
        timer.callback();
      }
      nowMs = untilMs;
    },
  };
}
