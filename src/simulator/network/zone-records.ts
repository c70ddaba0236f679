/**
 * The DNS records that a zone group of a private endpoint writes into private DNS zones: for every name of the interface
 * that belongs to the zone (`privatelink.` plus the public zone), its part below it.
 */
import type { ZoneGroup } from '../resources.ts';
import type { World } from '../world.ts';
import { visibleAddresses } from './interface-members.ts';

export interface ZoneRecord {
  readonly recordSetName: string;
  readonly fqdn: string;
  readonly address: string;
}

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
