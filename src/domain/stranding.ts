/**
 * What stays in Azure must not stay closed unasked: before a deletion takes records, endpoint or link away, what the
 * operator closed is opened again or left, as spec.isolation.onDelete says; while it says nothing, the deletion waits. Pure.
 */
import { ACCESSES, type Access, type AccessWant, accessField, accessOf, hasAccess, isClosed } from './access.ts';
import { isHeldClosed, isWithoutHeir } from './access-rivals.ts';
import { sightOf } from './access-sight.ts';
import { busyVerdict, nameOf } from './converge.ts';
import { type Desired, wantsOf } from './desire.ts';
import { isReleased } from './inventory.ts';
import { open } from './isolation.ts';
import { sameId, shortName } from './names.ts';
import type { InventoryEntry } from './object.ts';
import { bodyOf, type Observed } from './observed.ts';
import { HANDOVER_MS, useOf } from './sharing.ts';
import { combine, ready, unreadable, type Verdict, waits } from './steps.ts';

/** How often the other object is looked at, in milliseconds. */
const HEIR_RETRY_MS = 3_000;

/** Whether a deletion has to look at what it leaves: it may be closed, by us or as the spec asks. */
export function mayStrand(entry: InventoryEntry, want: Desired, stays = isReleased(entry, want)): boolean {
  if (want.abandoned || want.planOnly || want.isolation.onDelete === 'Leave' || !stays) return false;
  const item = itemOf(entry, want);
  if (item === undefined) return false;
  const isAsked = ACCESSES.some(access => isClosed(item.kind, item.access[access]));
  return isAsked || closedByUs(entry).length > 0;
}

const closedByUs = ({ closed }: InventoryEntry): readonly Access[] =>
  ACCESSES.filter(access => closed?.before?.[access] !== undefined);

/** Isolated of a deletion; `undefined` when nothing that stays can be closed. */
export const reopenAll = (want: Desired, seen: Observed): Verdict | undefined =>
  judgeAll(
    seen.inventory.filter(entry => mayStrand(entry, want, isReleased(entry, want) || isInUse(entry, { want, seen }))),
    { want, seen },
  );

/** The same for what has left the spec and is kept; `undefined` when there is nothing of that kind. */
export function reopenLeaving(want: Desired, seen: Observed): Verdict | undefined {
  const wanted = wantsOf(want);
  const leaving = seen.inventory.filter(
    entry =>
      !wanted.some(({ key, id }) => key === entry.key || sameId(id, entry.id)) &&
      (isKept(entry) || isInUse(entry, { want, seen })) &&
      closedByUs(entry).length > 0,
  );
  return want.isolation.onDelete === 'Leave' ? undefined : judgeAll(leaving, { want, seen });
}

/** Others need it: it stays whatever its policy says. */
function isInUse(entry: InventoryEntry, { want, seen }: Context): boolean {
  const item = itemOf(entry, want);
  const body = item && bodyOf(sightOf(item, seen).reading);
  return body !== undefined && useOf(body, want, seen).is === 'Used';
}

const isKept = ({ origin, policy }: InventoryEntry): boolean => origin === 'Adopted' || policy === 'Retain';

interface Context {
  readonly want: Desired;
  readonly seen: Observed;
}

function judgeAll(entries: readonly InventoryEntry[], context: Context): Verdict | undefined {
  if (entries.length === 0) return undefined;
  return combine(entries.map(entry => judge(entry, context)));
}

function itemOf({ key, id }: InventoryEntry, want: Desired): AccessWant | undefined {
  const [kind = ''] = key.split('/');
  if (!hasAccess(kind)) return undefined;
  const access = want.access.find(item => item.key === key)?.access ?? {};
  return { kind, key, id, name: shortName(id), access };
}

function judge(entry: InventoryEntry, { want, seen }: Context): Verdict {
  const item = itemOf(entry, want);
  if (item === undefined) return ready('Released', `${entry.key} has no public access`);
  const sight = sightOf(item, seen);
  const busy = busyVerdict(item, sight, seen.now);
  if (busy) return busy;
  if (sight.reading.is === 'unread') return unreadable(sight.reading.failure);
  if (sight.reading.is === 'absent') return ready('Released', `${nameOf(item)} is gone`);
  const found = accessOf(sight.reading.body);
  const closed = ACCESSES.filter(access => isClosed(item.kind, found[access]));
  if (closed.length === 0) return ready('Released', `${nameOf(item)} is open`);
  // Another object that leads there wants it so.
  const shut = closed.filter(access => !isHeldClosed(item, access, seen));
  const held = closed.filter(access => !shut.includes(access));
  const isToHandOver = held.some(access => closedByUs(entry).includes(access) && isWithoutHeir(item, access, seen));
  if (isToHandOver && want.deletedAt !== undefined && seen.now - want.deletedAt < HANDOVER_MS)
    return waits(
      'StillInUse',
      `${nameOf(item)} is left closed when the object that asks for it has noted that`,
      HEIR_RETRY_MS,
    );
  if (shut.length === 0) return ready('Released', `${nameOf(item)} is left closed, as another object asks`);
  if (want.isolation.onDelete === undefined) return wouldStrand(item, shut);
  const changes = shut.flatMap(access => {
    const wanted = entry.closed?.before?.[access];
    return wanted === undefined ? [] : [{ access, found: found[access], wanted }];
  });
  if (changes.length > 0) return open(item, changes, { why: 'Leaving', text: 'opened before the path to it goes' });
  return ready('FoundClosed', `${nameOf(item)} was closed by somebody else and is left closed`);
}

function wouldStrand(item: AccessWant, shut: readonly Access[]): Verdict {
  const fields = shut.map(access => accessField(item.kind, access)).join(', ');
  const message = `${nameOf(item)} stays and is closed (${fields}): nobody behind this endpoint would reach it any more. Set spec.isolation.onDelete to Reopen (opened first) or Leave (stays closed)`;
  return { state: 'Stalled', reason: 'WouldStrand', message, actions: [] };
}
