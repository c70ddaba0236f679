/**
 * A clock that moves from timer to timer when a test says so, and lets all promises run dry in between: what happens
 * depends on the times alone, never on the machine.
 */
import type { Clock } from '../../src/ports.ts';

export interface SteppingClock extends Clock {
  /**
   * Moves on, timer by timer, until the condition holds. Throws when nothing is left to happen, or when more than
   * `limitMs` would have to pass first.
   */
  runUntil(what: string, holds: () => boolean, limitMs: number): Promise<void>;
  /** Moves on by that time, timer by timer. */
  runFor(ms: number): Promise<void>;
  /** Resolves after that time. */
  sleep(ms: number): Promise<void>;
  /** Timers that have not fired. */
  pending(): number;
}

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

const promisesRunDry = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

export function steppingClock(startMs = Date.UTC(2026, 10, 24, 12)): SteppingClock {
  let nowMs = startMs;
  let timers: Timer[] = [];

  const after: Clock['after'] = (delayMs, callback) => {
    const timer = { atMs: nowMs + Math.max(0, delayMs), callback };
    const place = timers.findLastIndex(other => other.atMs <= timer.atMs) + 1;
    timers.splice(place, 0, timer);
    return () => {
      timers = timers.filter(other => other !== timer);
    };
  };

  const step = async (untilMs: number): Promise<boolean> => {
    const [next] = timers;
    if (next === undefined || next.atMs > untilMs) return false;
    timers.shift();
    nowMs = next.atMs;
    next.callback();
    await promisesRunDry();
    return true;
  };

  return {
    now: () => nowMs,
    after,
    pending: () => timers.length,
    sleep: ms => new Promise(resolve => after(ms, resolve)),
    async runFor(ms) {
      const untilMs = nowMs + ms;
      await promisesRunDry();
      while (await step(untilMs));
      nowMs = untilMs;
    },
    async runUntil(what, holds, limitMs) {
      const untilMs = nowMs + limitMs;
      await promisesRunDry();
      while (!holds()) {
        if (!(await step(untilMs))) throw new Error(`not within ${limitMs / 1_000} s: ${what}`);
      }
    },
  };
}
