/**
 * The machine's clock as the port `Clock`. Imported by the commands alone: everything else is given a clock.
 */
import type { Clock } from '../ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Node takes a longer time for none at all. */
const MAX_TIMER_MS = 2 ** 31 - 1;
