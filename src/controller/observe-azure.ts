/**
 * What a pass reads of Azure, in the order in which one thing tells whether the next is worth a call. In teardown only
 * what the inventory holds is read.
 */
import { APPROVAL_POLL_MS } from '../domain/connection.ts';
import { isSucceeded } from '../domain/converge.ts';
import { type Desired, wantsOf } from '../domain/desire.ts';
import { type RecordsSight, viewRecords } from '../domain/endpoint.ts';
import type { Failure } from '../domain/failures.ts';
import { needsAzure, withPolicies } from '../domain/inventory.ts';
import { deletedWorkspacesId, idKey } from '../domain/names.ts';
import type { InventoryEntry } from '../domain/object.ts';
import { ABSENT, bodyOf, type Observed, type Sight, unread } from '../domain/observed.ts';
import { hasAmpleRoom } from '../domain/preflight.ts';
import {
  isAdopted,
  type Kind,
  type PrivateEndpoint,
  type PrivateLinkScope,
  type ScopedResource,
} from '../domain/resources.ts';
import { mayStrand } from '../domain/stranding.ts';
import { isZoneEntry } from '../domain/zone-teardown.ts';
import { lookAt, nextLookAt, type Subject } from './look.ts';
import { isDone, lookAtLink, lookAtWorkspace } from './look-linked.ts';
import { collectionSights, observeCollection, unreadCollection } from './observe-collection.ts';
import { observeMachines } from './observe-machines.ts';
import { readEndpointNeed, readNetworkEndpoints, readRegistration, readSurroundings } from './observe-prerequisites.ts';
import { readInterface, readZoneGroupRecords } from './observe-records.ts';
import { readRights } from './observe-rights.ts';
import { readSoftDeleted, readSubnet } from './observe-surroundings.ts';
import { nextZoneLooks, observeZones, unreadZones } from './observe-zones.ts';
import type { Pass } from './world.ts';

/** What a deletion has to deal with in Azure. */
export const stillOurs = (inventory: readonly InventoryEntry[], want: Desired): readonly InventoryEntry[] =>
  withPolicies(inventory, want).filter(entry => needsAzure(entry, want) || mayStrand(entry, want));

export type AzureSight = Omit<
  Observed,
  'now' | 'identity' | 'inventory' | 'neighbours' | 'target' | 'formerTargets' | 'resolution' | 'exported' | 'path'
>;

const ALWAYS_SETTLED = { settled: () => true, pollMs: () => 0 } as const;
/** A finished endpoint's interface is read this often until the names of a new link are on it. */
const MEMBERS_POLL_MS = 3_000;
/** After a link was taken away its names may stay on the endpoint for this long; a component's may take so long to come. */
const MEMBERS_WATCH_MS = 30_000;

export async function observeAzure(want: Desired, pass: Pass): Promise<AzureSight> {
  const subjects = subjectsOf(want, pass);
  const resyncMs = want.intervalMs;
  const { endpoint: wanted } = want;
  const [scopeBefore, workspaces, components, collected, subnetAsked] = await Promise.all([
    // Who else is connected to a scope that is to go is asked anew each time.
    one('privateLinkScope', subjects, pass, want.deletedAt === undefined ? resyncMs : 0),
    many('workspace', subjects, item => lookAtWorkspace(item, want, pass)),
    many('component', subjects, item => lookAt(item, pass, { resyncMs })),
    observeCollection(want, subjects, pass),
    isAdopted(wanted) ? undefined : readSubnet(wanted.subnetId, want, pass),
  ]);
  const scopeLinks = await readScopeLinks(want, scopeBefore, pass);
  const links = await many('scopedResource', subjects, item => lookAtLink(item, scopeLinks, pass, resyncMs));
  const endpoint = await readEndpoint(want, subjects, links, pass);
  const networkInterface = await readInterface(want, endpoint, pass);
  const subnetId = isAdopted(wanted) ? bodyOf(endpoint.reading)?.subnetId : wanted.subnetId;
  const subnet = subnetAsked ?? (await readSubnet(subnetId, want, pass));
  const inventory = entriesOf(want, pass);
  const [zones, { machines, dueAt: machinesDueAt }] = await Promise.all([
    observeZones(want, { scope: scopeBefore, endpoint, inventory }, pass),
    observeMachines(want, collected.collection, pass),
  ]);
  const sights = new Map<string, Sight>([
    ['privateLinkScope', scopeBefore],
    ['privateEndpoint', endpoint],
    ...workspaces,
    ...components,
    ...collectionSights(collected.collection),
    ...links,
    ...(zones === undefined ? [] : ([['zoneGroup', zones.group], ...zones.zones, ...zones.links] as const)),
  ]);
  const [scope, zoneGroupRecords, softDeleted, networkEndpoints, endpointNeed, ...prerequisites] = await Promise.all([
    afterEndpoint(scopeBefore, endpoint, subjects, pass),
    readZoneGroupRecords(want, endpoint, networkInterface, pass),
    readSoftDeleted(want, workspaces, pass),
    readNetworkEndpoints(want, subnet, endpoint, pass),
    hasAmpleRoom(want, { workspaces, components, subnet, scopeLinks })
      ? ABSENT
      : readEndpointNeed(want, links, endpoint, pass),
    readRights(want, sights, pass),
    readRegistration(want, scopeBefore, pass),
    readSurroundings(want, subnet, endpoint, pass),
  ]);
  const [rights, registration, surroundings] = prerequisites;
  const sight = {
    scope,
    workspaces,
    components,
    ...collected,
    subnet,
    scopeLinks,
    links,
    endpoint,
    networkInterface,
    zoneGroupRecords,
    ...rights,
    // Where both have asked, the list of deleted workspaces was asked last.
    ...softDeleted,
    networkEndpoints,
    endpointNeed,
    ...registration,
    ...surroundings,
    ...(zones === undefined ? {} : { zones }),
    ...(machines === undefined ? {} : { machines }),
  };
  expectMembers(want, sight, pass);
  const { ledger } = pass.memory;
  const dueAt = [
    ...subjects.map(item => nextLookAt(item, pass)),
    ...(zones === undefined ? [] : nextZoneLooks(want, inventory, zones, pass)),
    machinesDueAt,
    subnetId === undefined ? undefined : ledger.dueAt(subnetId),
    ledger.dueAt(deletedWorkspacesId(want)),
  ];
  // What was due when the pass began and still is could not be read: the failure says when to come back.
  const lookAgainAt = Math.min(...dueAt.filter(at => at !== undefined && at > pass.now).map(Number));
  return Number.isFinite(lookAgainAt) ? { ...sight, lookAgainAt } : sight;
}

/** Azure puts the names of a new link on a finished endpoint by itself, some time later. */
function expectMembers(want: Desired, sight: RecordsSight, { memory, now }: Pass): void {
  const body = bodyOf(sight.endpoint.reading);
  if (want.deletedAt !== undefined || body === undefined || !isSucceeded(body.provisioningState)) return;
  if (body.connectionStatus === 'Pending') memory.ledger.expectChange(body.id, APPROVAL_POLL_MS);
  const { awaited } = viewRecords(want, sight, { allowLoopback: true });
  const changing = now - membersChangedAt(want, memory) < MEMBERS_WATCH_MS;
  if (awaited.length > 0 || changing) memory.ledger.expectChange(body.id, MEMBERS_POLL_MS);
}

const membersChangedAt = ({ scope }: Desired, memory: Pass['memory']): number =>
  memory.membersChangedAt.get(idKey(scope.id)) ?? Number.NEGATIVE_INFINITY;

/** Nothing can be read without a token: everything carries that failure. */
export function unreadAzure(want: Desired, pass: Pass, failure: Failure): AzureSight {
  const subjects = subjectsOf(want, pass);
  const nothing = { reading: unread<never>(failure) };
  const all = (kind: Kind) => new Map(subjects.filter(item => item.kind === kind).map(item => [item.key, nothing]));
  const reading = unread<never>(failure);
  const zones = unreadZones(want, entriesOf(want, pass), failure);
  return {
    ...(zones === undefined ? {} : { zones }),
    scope: nothing,
    workspaces: all('workspace'),
    components: all('component'),
    ...unreadCollection(want, subjects, failure),
    links: all('scopedResource'),
    endpoint: nothing,
    scopeLinks: reading,
    subnet: reading,
    networkInterface: reading,
    zoneGroupRecords: reading,
    softDeleted: reading,
    networkEndpoints: reading,
    endpointNeed: reading,
    rights: ABSENT,
  };
}

function entriesOf(want: Desired, { object }: Pass): readonly InventoryEntry[] {
  const listed = object.status.resources ?? [];
  return want.deletedAt === undefined ? listed : stillOurs(listed, want);
}

/**
 * Wanted resources and those of the inventory; the inventory's id wins, it says where the resource really is. A deletion
 * does not look at what it leaves.
 */
function subjectsOf(want: Desired, pass: Pass): readonly Subject[] {
  const inventory = entriesOf(want, pass).filter(entry => !isZoneEntry(entry));
  const wanted = want.deletedAt === undefined ? wantsOf(want) : [];
  const subjects = new Map<string, Subject>(wanted.map(({ key, kind, id }) => [key, { key, kind, id }]));
  for (const { key, id } of inventory) subjects.set(key, { key, kind: key.split('/')[0] as Kind, id });
  return [...subjects.values()];
}

const ofKind = <K extends Kind>(kind: K, subjects: readonly Subject[]): readonly Subject<K>[] =>
  subjects.filter((item): item is Subject<K> => item.kind === kind);

async function one<K extends 'privateLinkScope'>(kind: K, subjects: readonly Subject[], pass: Pass, resyncMs: number) {
  const [subject] = ofKind(kind, subjects);
  return subject === undefined ? { reading: ABSENT } : await lookAt(subject, pass, { resyncMs });
}

/** What the scope says of a connection that is not approved, not older than what the endpoint says of it. */
async function afterEndpoint(
  scope: Sight<PrivateLinkScope>,
  endpoint: Sight<PrivateEndpoint>,
  subjects: readonly Subject[],
  pass: Pass,
): Promise<Sight<PrivateLinkScope>> {
  const [subject] = ofKind('privateLinkScope', subjects);
  const body = bodyOf(endpoint.reading);
  if (subject === undefined || body === undefined || body.connectionStatus === 'Approved') return scope;
  const notBefore = pass.memory.ledger.changedAt(body.id);
  return lookAt(subject, pass, { resyncMs: Number.POSITIVE_INFINITY, notBefore });
}

async function many<K extends Kind, T>(kind: K, subjects: readonly Subject[], look: (item: Subject<K>) => Promise<T>) {
  return new Map(await Promise.all(ofKind(kind, subjects).map(async item => [item.key, await look(item)] as const)));
}

async function readScopeLinks(want: Desired, scope: Sight, pass: Pass): Promise<Observed['scopeLinks']> {
  const body = bodyOf(scope.reading);
  if (body === undefined) return scope.reading.is === 'unread' ? scope.reading : ABSENT;
  const { ledger } = pass.memory;
  return ledger.look<readonly ScopedResource[]>({
    ...ALWAYS_SETTLED,
    id: `${body.id}/scopedResources`,
    // A scope is only deleted when nobody else hangs on it: that is asked anew each time.
    resyncMs: want.deletedAt === undefined ? want.intervalMs : 0,
    load: () => pass.world.azure.scopeLinks(body.id, pass.signal),
  });
}

async function readEndpoint(
  want: Desired,
  subjects: readonly Subject[],
  links: ReadonlyMap<string, Sight<ScopedResource>>,
  pass: Pass,
): Promise<Sight<PrivateEndpoint>> {
  const [subject] = ofKind('privateEndpoint', subjects);
  if (subject === undefined) return { reading: ABSENT };
  const { ledger } = pass.memory;
  // A link that settled changes the endpoint's names without a write to it; an absent endpoint has none.
  const isThere = ledger.peek(subject.id)?.is === 'present';
  const settled = [...links.values()].flatMap(({ reading }) => bodyOf(reading) ?? []).filter(isDone);
  const changedAt = settled.map(link => ledger.changedAt(link.id));
  const notBefore = Math.max(0, membersChangedAt(want, pass.memory), ...changedAt);
  return lookAt(subject, pass, { resyncMs: want.intervalMs, ...(isThere ? { notBefore } : {}) });
}
