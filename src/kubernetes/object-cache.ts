/**
 * What is known of the objects of one collection: filled by the reflector, and by the results of our own writes, which
 * no older list or event replaces. So whoever reads here never sees a state from before his own last write. Generic;
 * src/kubernetes only.
 *
 *   what arrives           is taken when
 *   own write              it is newer than all that the watch has told, and than what is held of that object
 *   event                  it is newer than what is held of that object
 *   list                   always, except for objects written after the list was begun (their event follows)
 *
 * "Newer" compares resourceVersions (resource-version.ts). A list is believed even when it is older than what is held:
 * etcd was then restored from an older snapshot. Its reads are consistent, so it contains every write answered before it.
 */
import type { Log } from '../ports.ts';
import { type Change, createNews } from './news.ts';
import type { Identity } from './raw-object.ts';
import { compareResourceVersions, isOlder } from './resource-version.ts';

export interface Entry<T> extends Identity {
  readonly value: T;
}

export interface ObjectCache<T> {
  get(key: string): T | undefined;
  values(): readonly T[];

  /**
   * Has every change told from now on; delete-and-recreate under one name as `deleted`, then `added`. What the callback
   * throws is logged.
   */
  onChange(callback: (key: string, change: Change) => void): void;

  /**
   * Call before our own write of an object is sent, and the returned function with its result: the object as answered,
   * `value: undefined` when the write made it go, nothing when it failed. News of that object wait until then, and the
   * write's own echo is not told at all; that the object is gone always is.
   */
  beginWrite(key: string): (result?: Entry<T | undefined>) => void;

  /** For the reflector: call before a list is asked for; the number goes to `replace`. */
  beginList(): number;
  replace(begun: number, resourceVersion: string, entries: readonly Entry<T>[]): void;
  present(entry: Entry<T>): void;
  absent(gone: Identity): void;
  /** The watch has told everything up to here. */
  advance(resourceVersion: string): void;
}

interface Slot<T> {
  readonly uid: string;
  readonly resourceVersion: string;
  /** `undefined`: our own write took it away, and the event has not come yet. */
  readonly value: T | undefined;
  /** Number of the own write that put it here; 0 when the watch did. */
  readonly write: number;
}

export function createObjectCache<T>(log: Log): ObjectCache<T> {
  const slots = new Map<string, Slot<T>>();
  const { tell, beginWrite, listen } = createNews(log);
  let writes = 0;
  let told: string | undefined;
  let listed = false;

  const write = ({ key, uid, resourceVersion, value }: Entry<T | undefined>): void => {
    const held = slots.get(key);
    const known = [told, held?.resourceVersion];
    // Going is final for a uid, whatever version the answer shows.
    const isNews =
      value === undefined ? held?.uid === uid : known.every(one => one === undefined || isNewer(resourceVersion, one));
    if (isNews) slots.set(key, { uid, resourceVersion, value, write: ++writes });
  };

  const put = ({ key, uid, resourceVersion, value }: Entry<T>, first: Change = 'added'): void => {
    const old = slots.get(key);
    slots.set(key, { uid, resourceVersion, value, write: 0 });
    if (old?.uid === uid) {
      if (old.resourceVersion !== resourceVersion) tell(key, 'changed');
      return;
    }
    if (old) tell(key, 'deleted');
    tell(key, old ? 'added' : first);
  };

  const drop = (key: string): void => {
    if (slots.delete(key)) tell(key, 'deleted');
  };

  /** Whether a slot does not give way to what a list begun at `begun` shows of its object. */
  const outlives = (slot: Slot<T> | undefined, begun: number, shown: Identity): boolean => {
    if (slot === undefined || slot.write <= begun) return false;
    return slot.value === undefined ? slot.uid === shown.uid : isNewer(slot.resourceVersion, shown.resourceVersion);
  };

  return {
    get: key => slots.get(key)?.value,
    values: () => [...slots.values()].flatMap(({ value }) => (value === undefined ? [] : [value])),
    onChange: listen,
    beginWrite(key) {
      const end = beginWrite(key);
      return result => {
        if (result) write(result);
        end(slots.get(key)?.resourceVersion === result?.resourceVersion);
      };
    },
    beginList: () => writes,
    replace(begun, resourceVersion, entries) {
      told = resourceVersion;
      const keys = new Set(entries.map(({ key }) => key));
      for (const key of [...slots.keys()].filter(one => !keys.has(one))) {
        if (!outlives(slots.get(key), begun, { key, uid: '', resourceVersion })) drop(key);
      }
      for (const entry of entries) {
        if (!outlives(slots.get(entry.key), begun, entry)) put(entry, listed ? 'added' : 'listed');
      }
      listed = true;
    },
    present(entry) {
      told = entry.resourceVersion;
      const slot = slots.get(entry.key);
      const isGoing = slot?.uid === entry.uid && slot.value === undefined;
      if (!slot || !(isGoing || isOlder(entry.resourceVersion, slot.resourceVersion))) put(entry);
    },
    absent({ key, resourceVersion }) {
      told = resourceVersion;
      const slot = slots.get(key);
      if (slot && !isOlder(resourceVersion, slot.resourceVersion)) drop(key);
    },
    advance: resourceVersion => {
      told = resourceVersion;
    },
  };
}

/** What cannot be compared is taken as newer: later news correct it. */
function isNewer(a: string, b: string): boolean {
  const order = compareResourceVersions(a, b);
  return order === undefined || order > 0;
}
