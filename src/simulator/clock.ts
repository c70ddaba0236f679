/**
 * Time as the simulator sees it. Everything in src/simulator that waits or stamps goes through this, so that a test can
 * turn the hands itself, and the admin calls can. Any file of the simulator may import it.
 */

export interface SimulatorClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function cancels it (harmless afterwards). */
  after(delayMs: number, callback: () => void): () => void;
}

/** The machine's clock. A pending call does not keep the process alive. */
export const realClock: SimulatorClock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A time as Azure writes it in bodies: ISO 8601, UTC. */
export const isoTime = (epochMs: number): string => new Date(epochMs).toISOString();

export interface MovableClock extends SimulatorClock {
  /** Moves time forward; what falls due on the way happens in order, each at its own time, before this returns. */
  advance(ms: number): void;
  /** While frozen, time passes by `advance` alone. */
  freeze(frozen: boolean): void;
  readonly frozen: boolean;
}

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
  cancel: () => void;
}

/** Another clock with an own pace: as fast as that one until it is moved or frozen. */
export function movableClock(base: SimulatorClock): MovableClock {
  const timers = new Set<Timer>();
  let aheadMs = 0;
  let frozenAtMs: number | undefined;
  const now = () => frozenAtMs ?? base.now() + aheadMs;

  const fire = (timer: Timer) => {
    if (timers.delete(timer)) timer.callback();
  };
  const arm = (timer: Timer) => {
    timer.cancel();
    if (frozenAtMs === undefined) timer.cancel = base.after(Math.max(0, timer.atMs - now()), () => fire(timer));
  };
  const setNow = (ms: number) => {
    if (frozenAtMs === undefined) aheadMs = ms - base.now();
    else frozenAtMs = ms;
  };
  const nextDue = (untilMs: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers)
      if (timer.atMs <= untilMs && (next === undefined || timer.atMs < next.atMs)) next = timer;
    return next;
  };

  return {
    now,
    get frozen() {
      return frozenAtMs !== undefined;
    },
    after: (delayMs, callback) => {
      const timer: Timer = { atMs: now() + delayMs, callback, cancel: () => {} };
      timers.add(timer);
      arm(timer);
      return () => {
        timer.cancel();
        timers.delete(timer);
      };
    },
    advance: ms => {
      const untilMs = now() + ms;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        timer.cancel();
        setNow(Math.max(now(), timer.atMs));
        fire(timer);
      }
      setNow(untilMs);
      for (const timer of timers) arm(timer);
    },
    freeze: frozen => {
      if (frozen === (frozenAtMs !== undefined)) return;
      if (frozen) {
        frozenAtMs = now();
        for (const timer of timers) timer.cancel();
      } else {
        aheadMs = now() - base.now();
        frozenAtMs = undefined;
        for (const timer of timers) arm(timer);
      }
    },
  };
}
