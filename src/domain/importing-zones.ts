/**
 * The zone group of an endpoint that is imported: the zones that it holds become zoneIds, so that the object finds what it
 * asks for. Pure; src/domain/importing.ts uses it.
 */
import { nameOf } from './converge.ts';
import { dnsZoneId, parseId, shortName } from './names.ts';
import type { Spec } from './object.ts';
import type { Reading } from './observed.ts';
import type { ArmId, PrivateEndpoint } from './resources.ts';
import type { ZoneGroup } from './zone-resources.ts';

/** The CRD admits this many. */
const ZONES_MAX = 10;

export interface ImportedGroup {
  /** Nothing where there is no group that an object could ask for. */
  readonly spec: Pick<Spec['privateEndpoint'], 'zoneGroup'>;
  readonly lines: readonly { readonly id: ArmId; readonly name: string; readonly skippedBecause?: string }[];
}

/** An endpoint has one group. */
export function importGroup(endpoint: PrivateEndpoint, groups: Reading<readonly ZoneGroup[]>): ImportedGroup {
  if (groups.is === 'unread') {
    const line = { id: `${endpoint.id}/privateDnsZoneGroups`, name: `private DNS zone groups of ${endpoint.name}` };
    return { spec: {}, lines: [{ ...line, skippedBecause: `they cannot be read: ${groups.failure.message}` }] };
  }
  const [group] = groups.is === 'present' ? groups.body : [];
  if (group === undefined) return { spec: {}, lines: [] };
  const line = { id: group.id, name: nameOf(group) };
  const zoneIds = group.configs.map(({ zoneId }) => canonical(zoneId));
  const skippedBecause = obstacle(zoneIds);
  if (skippedBecause !== undefined) return { spec: {}, lines: [{ ...line, skippedBecause }] };
  return { spec: { zoneGroup: { zoneIds } }, lines: [line] };
}

function obstacle(zoneIds: readonly ArmId[]): string | undefined {
  if (zoneIds.length === 0) return 'it holds no zone';
  if (zoneIds.length > ZONES_MAX) return `it holds ${zoneIds.length} zones, and an object takes ${ZONES_MAX} at most`;
  const names = new Set(zoneIds.map(id => shortName(id).toLowerCase()));
  return names.size < zoneIds.length ? 'it holds two zones of one name, and an object takes one' : undefined;
}

/** ARM returns ids in any letter case; people read them better in the documented one. */
function canonical(zoneId: ArmId): ArmId {
  const parsed = parseId(zoneId);
  return parsed === undefined ? zoneId : dnsZoneId(parsed, shortName(zoneId));
}
