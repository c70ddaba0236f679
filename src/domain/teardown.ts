/**
 * Taking down what is no longer wanted: single items that left the spec, or everything when the object is deleted, in
 * the reverse order of building. It walks the inventory, not the spec. Pure. Order: facts ampls 1.4.
 */
import { abandon } from './abandon.ts';
import { ACCESSES } from './access.ts';
import { isCollectionEntry, takeCollectionDown } from './collection-teardown.ts';
import { busyVerdict, graceLeftMs, isOurs, isOursToDelete, nameOf } from './converge.ts';
import { type Desired, wantsOf } from './desire.ts';
import { drain, unpublish } from './drain.ts';
import { judgeIdentity } from './identity.ts';
import { isReleased, isToUntag, needsAzure } from './inventory.ts';
import { leaveAll, stillAssociated } from './machines.ts';
import { labelOf, sameId } from './names.ts';
import type { InventoryEntry } from './object.ts';
import type { Observed, Sight } from './observed.ts';
import type { Kind } from './resources.ts';
import { type Use, useOf } from './sharing.ts';
import { acts, after, combine, each, inSeries, type Plan, ready, unreadable, type Verdict, waits } from './steps.ts';
import { mayStrand, reopenAll } from './stranding.ts';
import { isZoneEntry, takeZonesDown, zonesLeaving } from './zone-teardown.ts';

/** How often another object that is being deleted is looked at, in milliseconds. */
const LEAVING_RETRY_MS = 3_000;

const kindOf = (entry: InventoryEntry): Kind => entry.key.split('/')[0] as Kind;
const ofKind = (entries: readonly InventoryEntry[], kind: Kind) => entries.filter(entry => kindOf(entry) === kind);

/** The plan of a deletion. All steps Ready and the inventory empty: the object may go. */
export function teardown(want: Desired, seen: Observed): Plan {
  if (want.abandoned) return abandon(want, seen);
  const { inventory } = seen;
  const credentials = inventory.some(entry => needsAzure(entry, want) || mayStrand(entry, want))
    ? judgeIdentity(seen)
    : ready('TokenObtained', 'not needed any more');
  const reopened = reopenAll(want, seen);
  const unpublished =
    reopened === undefined ? unpublish(want, seen) : after({ Isolated: reopened }, () => unpublish(want, seen));
  const drained = drain(want, seen, unpublished);
  const opened = reopened === undefined ? {} : { Isolated: reopened };
  const gate = { CredentialsReady: credentials, ...opened, RecordsPublished: unpublished, RecordsResolving: drained };
  const judge = (entry: InventoryEntry) =>
    isReleased(entry, want) ? giveUp(entry, want, seen) : takeDown(entry, want, seen);
  const remove = (kind: Kind) => each(ofKind(inventory, kind), judge);
  const down = takeZonesDown(inventory, judge, gate);
  const hasZones = inventory.some(isZoneEntry);
  const grouped = hasZones ? { ZoneGroupReady: combine([down.links, down.group]) } : {};
  const endpoint = after({ ...gate, ...grouped }, () => remove('privateEndpoint'));
  const zoneGroup = combine([down.links, down.group, down.zones({ EndpointReady: endpoint })]);
  const links = after({ ...gate, EndpointReady: endpoint }, () => inSeries(ofKind(inventory, 'scopedResource'), judge));
  const scope = after({ ...gate, EndpointReady: endpoint, ResourcesLinked: links }, () => remove('privateLinkScope'));
  const workspaces = after({ ...gate, ResourcesLinked: links }, () =>
    combine([remove('workspace'), remove('component')]),
  );
  const left = leaveAll(want, seen);
  const machines = left && after(gate, () => left);
  const collection = [
    ...(machines === undefined ? [] : [machines]),
    ...takeCollectionDown(inventory, judge, {
      before: { ...gate, ...(machines === undefined ? {} : { 'the machines': machines }) },
      links: { ResourcesLinked: links },
    }),
  ];
  return {
    mode: 'teardown',
    steps: [
      { name: 'CredentialsReady', verdict: credentials },
      ...(reopened === undefined ? [] : [{ name: 'Isolated', verdict: reopened } as const]),
      { name: 'RecordsPublished', verdict: unpublished },
      { name: 'RecordsResolving', verdict: drained },
      ...(hasZones ? [{ name: 'ZoneGroupReady', verdict: zoneGroup } as const] : []),
      { name: 'EndpointReady', verdict: endpoint },
      { name: 'ResourcesLinked', verdict: links },
      { name: 'ScopeReady', verdict: scope },
      { name: 'WorkspacesReady', verdict: workspaces },
      ...(collection.length === 0 ? [] : [{ name: 'DataCollectionReady', verdict: combine(collection) } as const]),
    ],
    conflicts: [],
  };
}

/** Links of the inventory that the spec does not ask for any more, one at a time. */
export const unlink = (want: Desired, seen: Observed): Verdict =>
  inSeries(ofKind(noLongerWanted(want, seen), 'scopedResource'), entry => pruneOne(entry, want, seen));

/** What else of the inventory the spec does not ask for any more. Azure keeps what is linked: links come first. */
export const prune = (want: Desired, seen: Observed): Verdict =>
  each(
    noLongerWanted(want, seen).filter(entry => kindOf(entry) !== 'scopedResource' && !isCollectionEntry(entry)),
    entry => pruneOne(entry, want, seen),
  );

/** What of private DNS the spec does not ask for any more, once what it asks for instead is there. */
export function pruneZones(
  want: Desired,
  seen: Observed,
  before: Readonly<Record<string, Verdict>>,
): Verdict | undefined {
  const entries = zonesLeaving(want, seen);
  if (entries.length === 0) return undefined;
  const down = takeZonesDown(entries, entry => pruneOne(entry, want, seen), {});
  return combine([down.links, down.group, down.zones(before)]);
}

/**
 * What of data collection the spec does not ask for any more: rules first, since Azure keeps an endpoint that a rule names;
 * `before` says what takes the place of what goes.
 */
export function pruneCollection(
  want: Desired,
  seen: Observed,
  before: Readonly<Record<string, Verdict>>,
): Verdict | undefined {
  const entries = noLongerWanted(want, seen).filter(isCollectionEntry);
  if (entries.length === 0) return undefined;
  return combine(takeCollectionDown(entries, entry => pruneOne(entry, want, seen), { before, links: {} }));
}

const noLongerWanted = (want: Desired, { inventory }: Observed): readonly InventoryEntry[] => {
  const keys = new Set(wantsOf(want).map(item => item.key));
  return inventory.filter(entry => !keys.has(entry.key) && !isZoneEntry(entry));
};

function pruneOne(entry: InventoryEntry, want: Desired, seen: Observed): Verdict {
  // The same resource under a key of other letter case: one entry is enough.
  if (wantsOf(want).some(item => sameId(item.id, entry.id))) {
    return forget(entry, 'Renamed', `${entry.key} is wanted under another key`);
  }
  // The policy of a workspace or a zone says what becomes of its logs or records; taken out of the spec, it is unlinked
  // in any case.
  const isKept = kindOf(entry) === 'workspace' || kindOf(entry) === 'dnsZone';
  const isLeft = entry.origin === 'Adopted' || (entry.policy === 'Retain' && isKept);
  return isLeft ? release(entry, want) : takeDown(entry, want, seen);
}

type Why = 'Deleted' | 'Retained' | 'Renamed';

const subjectOf = (entry: InventoryEntry) => ({ kind: kindOf(entry), name: labelOf(entry.id) });

function forget({ key, id, closed }: InventoryEntry, why: Why, message: string, usedBy?: readonly string[]): Verdict {
  const shut = ACCESSES.filter(access => why === 'Retained' && closed?.before?.[access] !== undefined);
  const told = { ...(shut.length === 0 ? {} : { closed: shut }), ...(usedBy === undefined ? {} : { usedBy }) };
  const action = { verb: 'forget', key, id, why, ...told } as const;
  return acts(why === 'Deleted' ? 'Deleted' : 'Released', message, action);
}

function release(entry: InventoryEntry, want: Desired): Verdict {
  const why = want.planOnly ? ': spec.mode is Plan' : '';
  return forget(entry, 'Retained', `${nameOf(subjectOf(entry))} is left in Azure${why}`);
}

/** What is left keeps our tag, so that the object applied again finds its own; unless it is to be released. */
function giveUp(entry: InventoryEntry, want: Desired, seen: Observed): Verdict {
  const of = subjectOf(entry);
  const { kind } = of;
  if (kind === 'component' || !isToUntag(entry, want)) return release(entry, want);
  const sight = sightOf(entry, seen);
  const busy = busyVerdict(of, sight, seen.now);
  if (busy) return busy;
  if (sight.reading.is === 'unread') return unreadable(sight.reading.failure);
  if (sight.reading.is === 'absent' || !isOurs(sight.reading.body, want.owner)) return release(entry, want);
  const { key } = entry;
  return acts('Updating', `${nameOf(of)} loses our tag and is left in Azure`, {
    verb: 'untag',
    key,
    kind,
    id: sight.reading.body.id,
  });
}

function takeDown(entry: InventoryEntry, want: Desired, seen: Observed): Verdict {
  const { key } = entry;
  const of = subjectOf(entry);
  const { kind } = of;
  // Components are only ever adopted.
  if (kind === 'component') return release(entry, want);
  const sight = sightOf(entry, seen);
  const busy = busyVerdict(of, sight, seen.now);
  if (busy) return busy;
  if (sight.reading.is === 'unread') return unreadable(sight.reading.failure);
  if (sight.reading.is === 'absent') {
    const grace = graceLeftMs(key, sight, seen);
    return grace > 0
      ? waits('Deleting', `${nameOf(of)} was asked for and may still turn up`, grace)
      : forget(entry, 'Deleted', `${nameOf(of)} is gone`);
  }
  const body = sight.reading.body;
  if (!isOursToDelete(body, entry, want.owner)) {
    return forget(entry, 'Retained', `${nameOf(of)} does not carry our tag any more and is left in Azure`);
  }
  const used = usedByOthers(entry, useOf(body, want, seen)) ?? stillAssociated(entry, want, seen);
  if (used) return used;
  if (/^deleting$/i.test(body.provisioningState)) return waits('Deleting', `${nameOf(of)} is being deleted`);
  return acts('Deleting', `${nameOf(of)} is being deleted`, { verb: 'delete', key, kind, id: body.id });
}

/** What others still need goes later, or stays. */
function usedByOthers(entry: InventoryEntry, use: Use): Verdict | undefined {
  const name = nameOf(subjectOf(entry));
  switch (use.is) {
    case 'Free':
      return undefined;
    case 'Unknown':
      return unreadable(use.failure);
    case 'Used':
      return forget(entry, 'Retained', `${name} is left in Azure: in use by ${use.by.join(', ')}`, use.by);
    case 'Sought':
      return waits('StillInUse', `${name} waits for ${use.by.join(', ')} to take it over`, LEAVING_RETRY_MS);
    case 'Leaving':
      return waits(
        'StillInUse',
        `${name} waits for ${use.by.join(', ')}, which is being deleted too`,
        LEAVING_RETRY_MS,
      );
  }
}

function sightOf(entry: InventoryEntry, seen: Observed): Sight {
  const nothing: Sight = { reading: { is: 'absent' } };
  switch (kindOf(entry)) {
    case 'workspace':
      return seen.workspaces.get(entry.key) ?? nothing;
    case 'scopedResource':
      return seen.links.get(entry.key) ?? nothing;
    case 'privateLinkScope':
      return seen.scope;
    case 'privateEndpoint':
      return seen.endpoint;
    case 'zoneGroup':
      return seen.zones?.group ?? nothing;
    case 'dnsZone':
      return seen.zones?.zones.get(entry.key) ?? nothing;
    case 'zoneLink':
      return seen.zones?.links.get(entry.key) ?? nothing;
    case 'dataCollectionEndpoint':
      return seen.collection?.endpoints.get(entry.key) ?? nothing;
    case 'dataCollectionRule':
      return seen.collection?.rules.get(entry.key) ?? nothing;
    case 'component':
      return nothing;
  }
}
