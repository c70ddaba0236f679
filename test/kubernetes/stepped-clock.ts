/**
 * A clock that stands still until a test moves it, and shows what is waited for. For tests of src/kubernetes.
 */
import { eventually } from '../env/eventually.ts';
import { type VirtualClock, virtualClock } from '../simulator/virtual-clock.ts';

export interface SteppedClock extends VirtualClock {
  /** Lengths of the waits that are on, in milliseconds. */
  waits(): readonly number[];
  /** Waits for a pause between two tries, has it pass, and returns its length. */
  passPause(): Promise<number>;
}

/** Deadlines of calls have 30 s and limits of watches more than 5 min; pauses between tries are shorter than 30 s. */
const DEADLINE_MS = 30_000;

export function steppedClock(): SteppedClock {
  const clock = virtualClock();
  const waits = new Map<object, number>();
  return {
    ...clock,
    waits: () => [...waits.values()],
    after(delayMs, callback) {
      const handle = {};
      waits.set(handle, delayMs);
      const cancel = clock.after(delayMs, () => {
        waits.delete(handle);
        callback();
      });
      return () => {
        waits.delete(handle);
        cancel();
      };
    },
    async passPause() {
      const pause = await eventually(
        'a pause between two tries',
        () => [...waits.values()].find(delayMs => delayMs < DEADLINE_MS),
        { everyMs: 1 },
      );
      clock.advance(pause);
      return pause;
    },
  };
}
