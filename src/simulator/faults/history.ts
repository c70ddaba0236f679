/**
 * What changed in the world lately, so that a stale list can be shown: the world as it was so long ago.
 */
import type { World, WorldChange } from '../world.ts';

interface Entry {
  readonly atMs: number;
  readonly change: WorldChange;
}

export interface History {
  /** What `look` sees of the world as it was `agoMs` ago, as far back as changes are kept. */
  asOf<T>(agoMs: number, look: () => T): T;
}

/** Keeps the changes of the last `keepMs()`; asked at each change, 0 keeps none. */
export function worldHistory(world: World, keepMs: () => number): History {
  const entries: Entry[] = [];
  world.watch(change => {
    const nowMs = world.clock.now();
    const oldest = nowMs - keepMs();
    const kept = entries.findIndex(entry => entry.atMs > oldest);
    entries.splice(0, kept === -1 ? entries.length : kept);
    if (keepMs() > 0) entries.push({ atMs: nowMs, change });
  });

  const takeBack = ({ collection, before, after }: WorldChange): void => {
    const map = world.collections().get(collection);
    if (before !== undefined) map?.put(before);
    else if (after !== undefined) map?.delete(after.id);
  };
  return {
    asOf: (agoMs, look) => {
      const sinceMs = world.clock.now() - agoMs;
      const later = entries.filter(entry => entry.atMs > sinceMs).toReversed();
      return world.imagine(() => {
        for (const { change } of later) takeBack(change);
      }, look);
    },
  };
}
