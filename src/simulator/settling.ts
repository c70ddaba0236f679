/**
 * What will happen in the simulated Azure later: changes with their time, and those that are due as soon as the answer
 * of the present call has been made. Knows no resource; world.ts alone has one.
 */
import type { SimulatorClock } from './clock.ts';

type Change = () => void;

const mostRehearsed = 1_000_000;

export class Settling {
  readonly #clock: SimulatorClock;
  readonly #due: Change[] = [];
  readonly #timers = new Map<() => void, Change>();
  #rehearsed: Change[] | undefined;

  constructor(clock: SimulatorClock) {
    this.#clock = clock;
  }

  /** Does `change` after `delayMs`; undefined: at the next `runDue`. */
  add(change: Change, delayMs: number | undefined): void {
    if (this.#rehearsed !== undefined) {
      this.#rehearsed.push(change);
      return;
    }
    if (delayMs === undefined) {
      this.#due.push(change);
      return;
    }
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      change();
      this.runDue();
    });
    this.#timers.set(cancel, change);
  }

  /** Runs what is due, and what that makes due in turn. */
  runDue(): void {
    for (let change = this.#due.shift(); change !== undefined; change = this.#due.shift()) change();
  }

  /** Runs everything that is still to come, at once and in order, while it stays to come: the caller takes it back. */
  rehearse(): void {
    const changes = [...this.#due, ...this.#timers.values()];
    this.#rehearsed = changes;
    try {
      // What a change announces is added at the end, and so has its turn here too; work without an end has none.
      for (const change of changes) {
        if (changes.length > mostRehearsed) return;
        change();
      }
    } finally {
      this.#rehearsed = undefined;
    }
  }

  /** Nothing of all that happens any more. */
  stop(): void {
    for (const cancel of this.#timers.keys()) cancel();
    this.#timers.clear();
    this.#due.length = 0;
  }
}
