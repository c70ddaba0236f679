/**
 * What the inventory keeps of closed accesses: what was there before, when it was closed and proved, whether it passed
 * its trial, and what was taken back. Pure; inventory.ts applies it to the entries.
 */
import { ACCESSES, type Access } from './access.ts';
import type { InventoryEntry } from './object.ts';
import type { Action } from './steps.ts';

type Of<V extends Action['verb']> = Extract<Action, { verb: V }>;
type Closed = NonNullable<InventoryEntry['closed']>;

/** Before a closing or an opening is sent. */
export function withAccess(
  entries: readonly InventoryEntry[],
  action: Of<'close'> | Of<'open'>,
  { now, generation }: { readonly now: number; readonly generation: number },
): readonly InventoryEntry[] {
  const at = new Date(now).toISOString();
  if (action.verb === 'close') return changed(entries, action.key, closed => closing(closed, action, at));
  if (action.why !== 'RolledBack' && action.why !== 'LostPath') return entries;
  const accesses = action.changes.map(({ access }) => access);
  return changed(entries, action.key, closed => {
    const known = closed.rolledBack;
    const isKnown = known?.generation === generation && accesses.every(access => known.accesses.includes(access));
    return isKnown ? closed : { ...closed, rolledBack: { accesses, generation, at } };
  });
}

function closing(closed: Closed, { changes, provedAt }: Of<'close'>, at: string): Closed {
  const { rolledBack: _, provedAt: __, ...kept } = closed;
  const found = Object.fromEntries(changes.map(({ access, found: value }) => [access, value]));
  const due = changes.map(({ access }) => access);
  const confirmed = (closed.confirmed ?? []).filter(access => !due.includes(access));
  return {
    ...kept,
    before: { ...closed.before, ...found },
    at,
    confirmed,
    ...(provedAt === undefined ? {} : { provedAt: new Date(provedAt).toISOString() }),
  };
}

/** What was seen since: a trial that was passed, an access that is open and has nothing to go back to, or another's closing. */
export const withNote = (entries: readonly InventoryEntry[], note: Of<'note'>): readonly InventoryEntry[] => {
  const { key, accesses } = note;
  const isLeft = (access: Access) => !accesses.includes(access);
  return changed(entries, key, closed => {
    const confirmed = closed.confirmed ?? [];
    if (note.is !== 'Opened') {
      const added = note.is === 'Shared' ? { before: { ...closed.before, ...note.before } } : {};
      const all = ACCESSES.filter(access => confirmed.includes(access) || !isLeft(access));
      return { ...closed, ...added, confirmed: all };
    }
    const before = Object.fromEntries(
      ACCESSES.filter(isLeft).flatMap(access => {
        const value = closed.before?.[access];
        return value === undefined ? [] : [[access, value]];
      }),
    );
    return { ...closed, before, confirmed: confirmed.filter(isLeft) };
  });
};

/** An entry without anything closed or taken back keeps no record of it. */
function changed(
  entries: readonly InventoryEntry[],
  key: string,
  change: (closed: Closed) => Closed,
): readonly InventoryEntry[] {
  return entries.map(entry => {
    if (entry.key !== key) return entry;
    const closed = change(entry.closed ?? {});
    if (closed === entry.closed) return entry;
    const { closed: _, ...bare } = entry;
    const kept = withoutEmpty(closed);
    return kept.before === undefined && kept.rolledBack === undefined ? bare : { ...bare, closed: kept };
  });
}

/** Server-side apply makes null of a map that loses its last member, and the API server refuses that. */
function withoutEmpty({ before = {}, confirmed = [], ...rest }: Closed): Closed {
  return {
    ...rest,
    ...(Object.keys(before).length > 0 ? { before } : {}),
    ...(confirmed.length > 0 ? { confirmed } : {}),
  };
}
