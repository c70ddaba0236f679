/**
 * Private DNS in the model of Azure: how long things take, how they look after a PUT, and what no operator may do with
 * them. Beside test/model/azure-state.ts; a rule that is broken is told to `violate`.
 */
import { failed, PortError, stalled, waiting } from '../../src/domain/failures.ts';
import { endpointOfGroup, idKey, sameId, shortName } from '../../src/domain/names.ts';
import type { Resource, Want, ZoneKind } from '../../src/domain/resources.ts';
import type { DnsZone, ZoneGroup, ZoneLink, ZoneRecord } from '../../src/domain/zone-resources.ts';

export const REQUIRED_ZONES = [
  // The old spelling and the new one (facts: ampls 10).
  'monitor.azure.com',
  'privatelink.oms.opinsights.azure.com',
  'privatelink.ods.opinsights.azure.com',
  'agentsvc.azure-automation.net',
  'privatelink.blob.core.windows.net',
] as const;

export const ZONE_SETTLE_MS = { zoneGroup: [0, 6_000], dnsZone: [0, 4_000], zoneLink: [0, 4_000] } as const;
export const ZONE_GONE_MS = { zoneGroup: [0, 4_000], dnsZone: [0, 3_000], zoneLink: [0, 3_000] } as const;

type ZoneWant = Extract<Want, { kind: ZoneKind }>;
type Violate = (text: string) => void;

export const isZoneWant = (want: Want): want is ZoneWant => ['zoneGroup', 'dnsZone', 'zoneLink'].includes(want.kind);

/** Right after the PUT. */
export function zoneBodyOf(want: ZoneWant): ZoneGroup | DnsZone | ZoneLink {
  const { id, name } = want;
  const common = { id, name, provisioningState: 'Updating' };
  if (want.kind === 'zoneGroup') return { ...common, kind: want.kind, configs: want.configs, records: [] };
  if (want.kind === 'dnsZone') return { ...common, kind: want.kind, tags: want.tags };
  const { tags, networkId } = want;
  return { ...common, kind: want.kind, tags, networkId, registers: false, resolutionPolicy: 'NxDomainRedirect' };
}

const zoneOf = (linkId: string): string => linkId.replace(/\/virtualNetworkLinks\/[^/]+$/i, '');
const there = (bodies: readonly Resource[], id: string) => bodies.find(body => sameId(body.id, id));

const refuse = (failure: ConstructorParameters<typeof PortError>[0]): PortError => new PortError(failure);

/** What Azure refuses, and what would hide names from somebody. */
export function checkZonePut(want: ZoneWant, bodies: readonly Resource[], violate: Violate): void {
  if (want.kind === 'zoneGroup') checkGroup(want, bodies, violate);
  if (want.kind !== 'zoneLink') return;
  const twin = bodies.find(
    body =>
      body.kind === 'zoneLink' &&
      !sameId(body.id, want.id) &&
      sameId(body.networkId, want.networkId) &&
      shortName(zoneOf(body.id)).toLowerCase() === shortName(want.zoneId).toLowerCase(),
  );
  if (twin) throw refuse(waiting('NetworkHasZone', 'zones with overlapping namespaces', 60_000));
  if (there(bodies, want.zoneId) === undefined) throw refuse(failed('NotFound', `${want.zoneId} is not there`));
  const isFilled = bodies.some(
    body =>
      body.kind === 'zoneGroup' &&
      body.provisioningState === 'Succeeded' &&
      body.configs.some(config => sameId(config.zoneId, want.zoneId)),
  );
  if (!isFilled) violate(`${want.networkId} linked to ${want.zoneId}, which has no records`);
}

function checkGroup(want: Extract<Want, { kind: 'zoneGroup' }>, bodies: readonly Resource[], violate: Violate): void {
  const endpoint = there(bodies, want.endpointId);
  if (endpoint?.provisioningState !== 'Succeeded') violate('a zone group before its endpoint');
  const other = bodies.find(
    body => body.kind === 'zoneGroup' && sameId(endpointOfGroup(body.id), want.endpointId) && !sameId(body.id, want.id),
  );
  if (other !== undefined) {
    violate(`a second zone group beside ${other.id}`);
    throw refuse(waiting('Conflict', 'Cannot create more than one private dns zone groups', 5_000));
  }
  const absent = want.configs.filter(({ zoneId }) => there(bodies, zoneId) === undefined);
  if (absent.length > 0) throw refuse(stalled('ZoneNotFound', 'invalid private dns zone ids'));
  if (new Set(want.configs.map(({ name }) => name)).size < want.configs.length) violate('two configs of one name');
}

/** What others are served by stays; records go after the links. */
export function checkZoneRemoval(
  body: Resource,
  bodies: readonly Resource[],
  records: readonly ZoneRecord[],
  violate: Violate,
): void {
  const links = bodies.filter(one => one.kind === 'zoneLink');
  if (body.kind === 'zoneGroup') {
    const linked = links.find(link => body.configs.some(({ zoneId }) => sameId(zoneOf(link.id), zoneId)));
    const isReplaced = linked !== undefined && linked.tags['pms-owner'] === undefined;
    if (linked !== undefined && !isReplaced)
      violate(`the records go while ${linked.networkId} is linked to their zone`);
  }
  if (body.kind !== 'dnsZone') return;
  if (records.length > 0) violate(`${body.name} deleted with ${records.length} record sets in it`);
  const linked = links.find(link => idKey(link.id).startsWith(`${idKey(body.id)}/`));
  if (linked === undefined) return;
  violate(`${body.name} deleted while ${linked.name} links it`);
  throw refuse(waiting('StillInUse', 'nested resources exist', 60_000));
}
