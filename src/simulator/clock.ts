/**
 * Time as the simulator sees it. Everything in src/simulator that waits or stamps goes through this, so that a test can
 * turn the hands itself. Any file of the simulator may import it.
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
