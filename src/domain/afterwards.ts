/**
 * What a pass would observe once the actions of a plan had been carried out and Azure had settled. Only for looking
 * ahead: nothing of it is ever written or published. Pure; src/domain/forecast.ts uses it.
 */
import { isCollectionWant, withCollected, withCollectorAccess, withoutCollected } from './afterwards-collection.ts';
import { withJoined, withLeft } from './afterwards-machines.ts';
import { isZoneWant, withAdoptedGroup, withoutZone, withZone, withZoneNames } from './afterwards-zones.ts';
import { isFailedState, isSucceeded } from './converge.ts';
import type { Desired } from './desire.ts';
import { afterActions, beforeActions } from './inventory.ts';
import { mergeClaim } from './merge.ts';
import { ownerKey, sameId } from './names.ts';
import { ABSENT, bodyOf, type Observed, present, type Reading, type Sight } from './observed.ts';
import type {
  PrivateEndpoint,
  PrivateLinkScope,
  Resource,
  ScopedResource,
  Tags,
  Want,
  WantOf,
  Workspace,
} from './resources.ts';
import type { Action } from './steps.ts';

/** The same sight when everything that is on its way has arrived. */
export const settled = (seen: Observed): Observed => ({
  ...seen,
  workspaces: settledAll(seen.workspaces),
  components: settledAll(seen.components),
  ...(seen.collection === undefined
    ? {}
    : {
        collection: {
          endpoints: settledAll(seen.collection.endpoints),
          rules: settledAll(seen.collection.rules),
        },
      }),
  scope: settledSight(seen.scope),
  links: settledAll(seen.links),
  scopeLinks: mapBody(seen.scopeLinks, links => links.map(settledBody)),
  endpoint: settledSight(seen.endpoint),
  // Both speak of the time before the endpoint.
  endpointNeed: ABSENT,
  // Nothing is young any more: what a GET does not find is not there.
  inventory: seen.inventory.map(({ startedAt: _, ...entry }) => entry),
});

/** The sight after these actions, each of them successful. */
export function afterwards(want: Desired, seen: Observed, actions: readonly Action[]): Observed {
  const listed = afterActions(
    beforeActions(seen.inventory, actions, { now: seen.now, generation: want.generation }),
    actions,
    want,
  );
  return settled(actions.reduce((now, action) => apply(action, want, now), { ...seen, inventory: listed }));
}

const mapBody = <T, U>(reading: Reading<T>, change: (body: T) => U): Reading<U> =>
  reading.is === 'present' ? present(change(reading.body)) : reading;

const settledBody = <T extends Resource>(body: T): T =>
  isFailedState(body.provisioningState) ? body : { ...body, provisioningState: 'Succeeded' };

function settledSight<T extends Resource>({ reading }: Sight<T>): Sight<T> {
  if (reading.is !== 'present') return { reading };
  const { provisioningState: state } = reading.body;
  if (/^deleting$/i.test(state)) return { reading: ABSENT };
  return { reading: isSucceeded(state) ? reading : present(settledBody(reading.body)) };
}

const settledAll = <T extends Resource>(sights: ReadonlyMap<string, Sight<T>>): ReadonlyMap<string, Sight<T>> =>
  new Map([...sights].map(([key, sight]) => [key, settledSight(sight)]));

function apply(action: Action, want: Desired, seen: Observed): Observed {
  switch (action.verb) {
    case 'create':
    case 'update':
      return withResource(action.want, seen);
    case 'delete':
      return without(action, seen);
    case 'close':
    case 'open':
      return withAccess(action, seen);
    case 'adopt':
      return withAdopted(action, seen);
    case 'publish': {
      const { records, reserved = [] } = action;
      const claim = { owner: ownerKey(want.owner), records: records.records, reserved };
      return {
        ...seen,
        target: mapBody(seen.target, sight => ({ ...sight, lines: mergeClaim(sight.lines, claim).lines })),
      };
    }
    case 'export': {
      const { data, annotations } = action;
      const kept = { resourceVersion: '', isImmutable: false, isEmpty: false, isOwned: true };
      return { ...seen, exported: present({ ...kept, data, annotations, ownKeys: Object.keys(data) }) };
    }
    case 'join':
      return withJoined(action.joins, want.owner, seen);
    case 'leave':
      return withLeft(action.leaves, seen);
    case 'unexport':
      return { ...seen, exported: ABSENT };
    case 'unpublish':
      return { ...seen, formerTargets: seen.formerTargets.filter(name => name !== action.target) };
    default:
      return seen;
  }
}

function withAccess({ key, changes }: Extract<Action, { verb: 'close' | 'open' }>, seen: Observed): Observed {
  const values = Object.fromEntries(changes.map(({ access, wanted }) => [access, wanted]));
  const scope = bodyOf(seen.scope.reading);
  if (key === 'privateLinkScope' && scope !== undefined) {
    const body = { ...scope, accessModes: { ...scope.accessModes, ...values } };
    return { ...seen, scope: { reading: present(body) } };
  }
  const collected = withCollectorAccess(key, values, seen);
  if (collected !== undefined) return collected;
  const component = bodyOf(seen.components.get(key)?.reading ?? ABSENT);
  if (component !== undefined) {
    const body = { ...component, access: { ...component.access, ...values } };
    return { ...seen, components: new Map([...seen.components, [key, { reading: present(body) }]]) };
  }
  const workspace = bodyOf(seen.workspaces.get(key)?.reading ?? ABSENT);
  if (workspace === undefined) return seen;
  const body = { ...workspace, access: { ...workspace.access, ...values } };
  return { ...seen, workspaces: new Map([...seen.workspaces, [key, { reading: present(body) }]]) };
}

/** A link that is there under another name is looked at by that name from then on. */
function withAdopted({ key, id }: { readonly key: string; readonly id: string }, seen: Observed): Observed {
  const group =
    key === 'zoneGroup' && seen.zones ? bodyOf(seen.zones.groups)?.find(one => sameId(one.id, id)) : undefined;
  if (group !== undefined) return withAdoptedGroup(group, seen);
  const link = bodyOf(seen.scopeLinks)?.find(candidate => sameId(candidate.id, id));
  if (link === undefined) return seen;
  return { ...seen, links: new Map([...seen.links, [key, { reading: present(link) }]]) };
}

function withResource(wanted: Want, seen: Observed): Observed {
  if (isZoneWant(wanted)) return withZone(wanted, seen);
  if (isCollectionWant(wanted)) return withCollected(wanted, seen);
  switch (wanted.kind) {
    case 'workspace': {
      const body = workspaceAfter(wanted, bodyOf(seen.workspaces.get(wanted.key)?.reading ?? ABSENT));
      return { ...seen, workspaces: new Map([...seen.workspaces, [wanted.key, { reading: present(body) }]]) };
    }
    case 'privateLinkScope': {
      const scope = { reading: present(scopeAfter(wanted, bodyOf(seen.scope.reading))) };
      const links = seen.scopeLinks.is === 'absent' ? present([]) : seen.scopeLinks;
      return withZoneNames({ ...seen, scope, scopeLinks: links });
    }
    case 'scopedResource': {
      const { id, name, targetId } = wanted;
      const link: ScopedResource = { kind: 'scopedResource', id, name, targetId, provisioningState: 'Succeeded' };
      return {
        ...seen,
        links: new Map([...seen.links, [wanted.key, { reading: present(link) }]]),
        scopeLinks: mapBody(seen.scopeLinks, links => [...links.filter(other => !sameId(other.id, id)), link]),
      };
    }
    case 'privateEndpoint':
      return { ...seen, endpoint: { reading: present(endpointAfter(wanted, bodyOf(seen.endpoint.reading))) } };
  }
}

const succeeded = ({ id, name }: Want) => ({ id, name, provisioningState: 'Succeeded' });
const mergedTags = (found: { readonly tags: Tags } | undefined, tags: Tags): Tags => ({ ...found?.tags, ...tags });

const workspaceAfter = (want: WantOf<'workspace'>, found: Workspace | undefined): Workspace => ({
  ...found,
  ...succeeded(want),
  access: found?.access ?? {},
  kind: 'workspace',
  location: found?.location ?? want.location,
  tags: mergedTags(found, want.tags),
  ...(want.retentionInDays === undefined ? {} : { retentionInDays: want.retentionInDays }),
  ...(want.dailyQuotaGb === undefined ? {} : { dailyQuotaGb: want.dailyQuotaGb }),
});

const scopeAfter = (want: WantOf<'privateLinkScope'>, found: PrivateLinkScope | undefined): PrivateLinkScope => ({
  connections: [],
  ...found,
  ...succeeded(want),
  kind: 'privateLinkScope',
  tags: mergedTags(found, want.tags),
  accessModes: { ingestion: 'Open', query: 'Open', ...found?.accessModes },
});

const endpointAfter = (want: WantOf<'privateEndpoint'>, found: PrivateEndpoint | undefined): PrivateEndpoint => ({
  connectionStatus: want.approval === 'Manual' ? 'Pending' : 'Approved',
  customDnsConfigs: [],
  ...found,
  ...succeeded(want),
  kind: 'privateEndpoint',
  location: found?.location ?? want.location,
  subnetId: found?.subnetId ?? want.subnetId,
  scopeId: found?.scopeId ?? want.scopeId,
  tags: mergedTags(found, want.tags),
});

function without({ key, id }: { readonly key: string; readonly id: string }, before: Observed): Observed {
  const seen = withoutCollected(key, withoutZone(key, before));
  const gone = <T extends Resource>(sights: ReadonlyMap<string, Sight<T>>): ReadonlyMap<string, Sight<T>> =>
    sights.has(key) ? new Map([...sights, [key, { reading: ABSENT }]]) : sights;
  return {
    ...seen,
    workspaces: gone(seen.workspaces),
    links: gone(seen.links),
    scopeLinks: mapBody(seen.scopeLinks, links => links.filter(link => !sameId(link.id, id))),
  };
}
