/**
 * Wanted against found, field by field, only the fields that the spec states. An empty answer means: no write. Pure.
 */
import { diffCollection } from './diff-collection.ts';
import { diffZones } from './diff-zones.ts';
import { change, type Differences, diffTags, frozen, type Obstacle, regionKey } from './difference.ts';
import { sameId } from './names.ts';
import type {
  PrivateEndpoint,
  PrivateEndpointWant,
  PrivateLinkScope,
  PrivateLinkScopeWant,
  Resource,
  ScopedResource,
  ScopedResourceWant,
  Want,
  Workspace,
  WorkspaceWant,
} from './resources.ts';

const SAME: Differences = { changes: [], obstacles: [] };

/** The annotation that allows a retention to be lowered: logs older than it are lost for good. */
export const LOWER_RETENTION_ANNOTATION = 'privatemonitoring.dev/allow-retention-decrease';

/** The differences between a wanted resource and the body that Azure shows. Both must be of the same kind. */
export function differences(want: Want, body: Resource): Differences {
  if (want.kind === 'workspace' && body.kind === 'workspace') return diffWorkspace(want, body);
  if (want.kind === 'privateLinkScope' && body.kind === 'privateLinkScope') return diffScope(want, body);
  if (want.kind === 'scopedResource' && body.kind === 'scopedResource') return diffLink(want, body);
  if (want.kind === 'privateEndpoint' && body.kind === 'privateEndpoint') return diffEndpoint(want, body);
  return diffZones(want, body) ?? diffCollection(want, body) ?? SAME;
}

function diffWorkspace(want: WorkspaceWant, body: Workspace): Differences {
  const changes = [...diffTags(want.tags, body.tags)];
  const obstacles = [...diffRegion(want.location, body.location)];
  const { retentionInDays: days } = want;
  if (days !== undefined && days !== body.retentionInDays) {
    const found = change('retentionInDays', body.retentionInDays, days);
    if (days < (body.retentionInDays ?? 0) && !want.mayLowerRetention) obstacles.push({ ...found, ...LOWERED });
    else changes.push(found);
  }
  if (want.dailyQuotaGb !== undefined && want.dailyQuotaGb !== (body.dailyQuotaGb ?? NO_CAP)) {
    changes.push(change('dailyQuotaGb', body.dailyQuotaGb, want.dailyQuotaGb));
  }
  return { changes, obstacles };
}

const NO_CAP = -1;

const LOWERED = {
  reason: 'RetentionLowered',
  remedy: `a shorter retention deletes logs: annotate the object with ${LOWER_RETENTION_ANNOTATION}: "true" to allow it`,
} as const;

const diffRegion = (want: string, found: string): readonly Obstacle[] =>
  regionKey(want) === regionKey(found) ? [] : [frozen('location', found, want)];

/** Access modes are the business of the isolation step. */
const diffScope = (want: PrivateLinkScopeWant, body: PrivateLinkScope): Differences => ({
  changes: diffTags(want.tags, body.tags),
  obstacles: [],
});

const diffLink = (want: ScopedResourceWant, body: ScopedResource): Differences => ({
  changes: [],
  obstacles: sameId(want.targetId, body.targetId) ? [] : [frozen('linkedResourceId', body.targetId, want.targetId)],
});

function diffEndpoint(want: PrivateEndpointWant, body: PrivateEndpoint): Differences {
  const obstacles = [...diffRegion(want.location, body.location)];
  if (!sameId(want.subnetId, body.subnetId)) obstacles.push(frozen('subnet', body.subnetId, want.subnetId));
  if (body.scopeId !== undefined && !sameId(want.scopeId, body.scopeId)) {
    obstacles.push(frozen('privateLinkServiceId', body.scopeId, want.scopeId));
  }
  return { changes: diffTags(want.tags, body.tags), obstacles };
}
