/**
 * The DNS records of private DNS zones: those that somebody wrote, and those that zone groups of private endpoints write:
 * for every name of the interface that belongs to the zone (`privatelink.` plus the public zone), its part below it.
 * Where two groups write one name the later group has it (a known trap: CDCgov/prime-reportstream#2256).
 */
import type { PrivateDnsZone, RecordSet, ZoneGroup } from '../resources.ts';
import type { World } from '../world.ts';
import { visibleAddresses } from './interface-members.ts';

export interface ZoneRecord {
  readonly recordSetName: string;
  readonly fqdn: string;
  readonly address: string;
}

/** Seconds; seen with dig in public reports and recorded in 2023. */
export const groupRecordTtl = 10;

/** The zone's name: the last segment of its id. */
const zoneName = (zoneId: string): string => (zoneId.split('/').at(-1) ?? '').toLowerCase();

export function zoneRecords(world: World, group: ZoneGroup, zoneId: string): readonly ZoneRecord[] {
  const zone = zoneName(zoneId);
  const suffix = `.${zone.replace(/^privatelink\./, '')}`;
  const endpoint = world.privateEndpoints.get(group.endpointId);
  const nic = endpoint === undefined ? undefined : world.networkInterfaces.get(endpoint.interfaceId);
  if (nic === undefined || !zone.startsWith('privatelink.')) return [];
  return visibleAddresses(world, nic).flatMap(({ address, fqdns }) =>
    fqdns
      .filter(fqdn => fqdn.endsWith(suffix))
      .map(fqdn => fqdn.slice(0, -suffix.length))
      .map(recordSetName => ({ recordSetName, fqdn: `${recordSetName}.${zone}`, address })),
  );
}

/** Whether a zone group has taken the endpoint's records over: settled, and at least one zone fits. */
export const hasRecords = (world: World, group: ZoneGroup): boolean =>
  group.state === 'Succeeded' && group.configs.some(config => zoneRecords(world, group, config.zoneId).length > 0);

function recordOf(world: World, zone: PrivateDnsZone, group: ZoneGroup, record: ZoneRecord): RecordSet {
  const endpoint = world.privateEndpoints.get(group.endpointId);
  const creator = `created by private endpoint ${endpoint?.name ?? ''} with resource guid ${endpoint?.guid ?? ''}`;
  return {
    id: `${zone.id}/A/${record.recordSetName}`,
    name: record.recordSetName,
    group: zone.group,
    zoneId: zone.id,
    recordType: 'A',
    etag: group.etag,
    properties: {
      metadata: { creator },
      ttl: groupRecordTtl,
      aRecords: [{ ipv4Address: record.address }],
    },
  };
}

/** Every record set of a zone, hand-written ones first; a zone group's has precedence over one of the same name. */
export function recordSetsOf(world: World, zone: PrivateDnsZone): readonly RecordSet[] {
  const sets = new Map(world.recordSets.where('zone', zone.id).map(each => [each.id.toLowerCase(), each]));
  for (const group of world.zoneGroups.where('zone', zone.id)) {
    if (group.state !== 'Succeeded') continue;
    for (const record of zoneRecords(world, group, zone.id)) {
      const set = recordOf(world, zone, group, record);
      sets.set(set.id.toLowerCase(), set);
    }
  }
  return [...sets.values()];
}
