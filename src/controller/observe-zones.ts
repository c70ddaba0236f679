/**
 * What a pass reads of private DNS for clients inside Azure: nothing at all where neither the spec nor the inventory knows
 * of it. What only matters before the zone group is there (are the zones there, whose records do they hold) is asked
 * until then. src/controller/observe-azure.ts alone uses it.
 */
import type { Desired } from '../domain/desire.ts';
import type { WantedZones } from '../domain/desire-zones.ts';
import type { Failure } from '../domain/failures.ts';
import type { InventoryEntry } from '../domain/object.ts';
import { ABSENT, bodyOf, type Sight, unread, type ZonesSight } from '../domain/observed.ts';
import type { PrivateEndpoint, PrivateLinkScope, ZoneKind } from '../domain/resources.ts';
import type { ZoneGroup } from '../domain/zone-resources.ts';
import { zonesDue } from '../domain/zone-teardown.ts';
import { zonesOf } from '../domain/zones.ts';
import { lookAt, nextLookAt, type Subject } from './look.ts';
import { readContents, readGiven, readRequired, readRivals, readZoneGroups } from './read-zones.ts';
import type { Pass } from './world.ts';

interface Parents {
  readonly scope: Sight<PrivateLinkScope>;
  readonly endpoint: Sight<PrivateEndpoint>;
  /** The entries that a pass deals with. */
  readonly inventory: readonly InventoryEntry[];
}

/** `undefined` where there is nothing to know. */
export async function observeZones(
  want: Desired,
  { scope, endpoint, inventory }: Parents,
  pass: Pass,
): Promise<ZonesSight | undefined> {
  const isKept = want.deletedAt === undefined && want.zones !== undefined;
  const listed = subjectsIn(inventory);
  if (!isKept && listed.length === 0) return undefined;
  const required = isKept ? await readRequired(want, scope, pass) : ABSENT;
  const wanted = isKept ? zonesOf(want, { inventory, required }) : undefined;
  const subjects = subjectsOf(wanted, listed, endpoint);
  const [group, zones, links] = await Promise.all([
    lookAtGroup(subjects, want, pass),
    lookAtAll('dnsZone', subjects, want, pass),
    lookAtAll('zoneLink', subjects, want, pass),
  ]);
  const isNew = isKept && group.reading.is !== 'present';
  const there = bodyOf(endpoint.reading);
  const groups = isNew && there !== undefined ? await readZoneGroups(want.endpoint.id, want, pass) : ABSENT;
  const given = isNew ? await readGiven(want, pass) : [];
  const due = zonesDue(want, { inventory, zones: { ...NOTHING, required } }).map(({ id }) => id);
  const contents = await Promise.all([
    ...given.filter(([, zone]) => zone.is === 'present').map(([id]) => readContents(id, want.intervalMs, pass)),
    // Whether a zone may go is asked anew each time.
    ...due.map(id => readContents(id, 0, pass)),
  ]);
  return {
    required,
    group,
    groups,
    zones,
    links,
    given: new Map(given),
    contents: new Map(contents),
    rivals: isNew && wanted !== undefined ? await readRivals(want, wanted, required, pass) : [],
  };
}

const NOTHING: ZonesSight = {
  required: ABSENT,
  group: { reading: ABSENT },
  groups: ABSENT,
  zones: new Map(),
  links: new Map(),
  given: new Map(),
  contents: new Map(),
  rivals: [],
};

/** Nothing could be read, for this reason. */
export function unreadZones(
  want: Desired,
  inventory: readonly InventoryEntry[],
  failure: Failure,
): ZonesSight | undefined {
  const listed = subjectsIn(inventory);
  if (want.zones === undefined && listed.length === 0) return undefined;
  const nothing = { reading: unread<never>(failure) };
  const all = (kind: ZoneKind) => new Map(ofKind(kind, listed).map(({ key }) => [key, nothing]));
  const reading = unread<never>(failure);
  return {
    ...NOTHING,
    required: reading,
    group: nothing,
    groups: reading,
    zones: all('dnsZone'),
    links: all('zoneLink'),
  };
}

/** When the next of it is due (epoch ms). */
export const nextZoneLooks = (
  want: Desired,
  inventory: readonly InventoryEntry[],
  sight: ZonesSight,
  pass: Pass,
): readonly (number | undefined)[] => {
  const wanted = zonesOf(want, { inventory, required: sight.required });
  const subjects = subjectsOf(wanted, subjectsIn(inventory), { reading: ABSENT });
  const { ledger } = pass.memory;
  return [
    ...subjects.map(item => nextLookAt(item, pass)),
    ...(sight.given.size === 0 ? [] : (want.zones?.zoneIds ?? []).map(id => ledger.dueAt(id))),
  ];
};

type ZoneSubject = Subject<ZoneKind>;

const KINDS: readonly string[] = ['zoneGroup', 'dnsZone', 'zoneLink'] satisfies readonly ZoneKind[];
const isZoneKind = (kind: string): kind is ZoneKind => KINDS.includes(kind);

const subjectsIn = (inventory: readonly InventoryEntry[]): readonly ZoneSubject[] =>
  inventory.flatMap(({ key, id }) => {
    const kind = key.split('/')[0] ?? '';
    return isZoneKind(kind) ? [{ key, kind, id }] : [];
  });

/** What is wanted and what is listed; the inventory's id wins. An endpoint that is not there has no group. */
function subjectsOf(
  wanted: WantedZones | undefined,
  listed: readonly ZoneSubject[],
  endpoint: Sight<PrivateEndpoint>,
): readonly ZoneSubject[] {
  const group = wanted === undefined || endpoint.reading.is === 'absent' ? [] : [wanted.group];
  const asked = wanted === undefined ? [] : [...group, ...wanted.zones, ...wanted.links];
  const subjects = new Map(asked.map(({ key, kind, id }): [string, ZoneSubject] => [key, { key, kind, id }]));
  for (const subject of listed) subjects.set(subject.key, subject);
  return [...subjects.values()];
}

const ofKind = <K extends ZoneKind>(kind: K, subjects: readonly ZoneSubject[]): readonly Subject<K>[] =>
  subjects.filter((item): item is Subject<K> => item.kind === kind);

async function lookAtGroup(
  subjects: readonly ZoneSubject[],
  { intervalMs: resyncMs }: Desired,
  pass: Pass,
): Promise<Sight<ZoneGroup>> {
  const [subject] = ofKind('zoneGroup', subjects);
  return subject === undefined ? { reading: ABSENT } : lookAt(subject, pass, { resyncMs });
}

async function lookAtAll<K extends 'dnsZone' | 'zoneLink'>(
  kind: K,
  subjects: readonly ZoneSubject[],
  { intervalMs: resyncMs }: Desired,
  pass: Pass,
) {
  const look = async (item: Subject<K>) => [item.key, await lookAt(item, pass, { resyncMs })] as const;
  return new Map(await Promise.all(ofKind(kind, subjects).map(look)));
}
