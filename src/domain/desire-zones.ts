/**
 * What the spec asks of private DNS for clients inside Azure, as far as the spec alone tells: which zones a scope needs is
 * known only from Azure, so `wantedZones` makes the wanted resources from their names. Pure.
 */
import {
  dnsZoneId,
  idDigits,
  labelOf,
  type Place,
  shortName,
  zoneGroupId,
  zoneGroupName,
  zoneLinkId,
} from './names.ts';
import type { PmsObject } from './object.ts';
import type { ArmId, Owner, Policy, Tags } from './resources.ts';
import type { DnsZoneWant, ZoneConfig, ZoneGroupWant, ZoneLinkWant } from './zone-resources.ts';

export interface ZonesWant {
  /** The group, but for what it holds. */
  readonly group: Omit<ZoneGroupWant, 'configs'>;
  /** Zones that are there; none when they are to be made. */
  readonly zoneIds: readonly ArmId[];
  readonly create?: {
    readonly place: Place;
    readonly networks: readonly ArmId[];
    readonly tags: Tags;
  };
}

/** What is asked for; `undefined` when the spec has no zone group. */
export function wantZones(
  { spec }: PmsObject,
  endpointId: ArmId,
  { owner, tags, policy }: { readonly owner: Owner; readonly tags: Tags; readonly policy: Policy },
): ZonesWant | undefined {
  const asked = spec.privateEndpoint.zoneGroup;
  if (asked === undefined) return undefined;
  const name = zoneGroupName(owner);
  const { subscriptionId } = spec;
  const { zoneIds = [], createZones } = asked;
  const create = createZones && {
    place: { subscriptionId, resourceGroup: createZones.resourceGroup },
    networks: createZones.linkTo,
    tags,
  };
  return {
    group: { kind: 'zoneGroup', key: 'zoneGroup', id: zoneGroupId(endpointId, name), name, policy, endpointId },
    zoneIds,
    ...(create === undefined ? {} : { create }),
  };
}

/** The wanted resources of private DNS. */
export interface WantedZones {
  readonly group: ZoneGroupWant;
  /** Those that are made. */
  readonly zones: readonly DnsZoneWant[];
  readonly links: readonly ZoneLinkWant[];
}

/** With the zones of these names, where zones are to be made. */
export function wantedZones({ group, zoneIds, create }: ZonesWant, names: readonly string[]): WantedZones {
  const { policy } = group;
  const zones = (create === undefined ? [] : names).map((name): DnsZoneWant => {
    const { place, tags = {} } = create ?? {};
    const id = place === undefined ? name : dnsZoneId(place, name);
    return { kind: 'dnsZone', key: `dnsZone/${name}-${idDigits(id)}`, id, name, policy, tags };
  });
  const links = zones.flatMap(zone => (create?.networks ?? []).map(networkId => wantLink(zone, networkId)));
  const ids = create === undefined ? zoneIds : zones.map(({ id }) => id);
  return { group: { ...group, configs: ids.map(configOf) }, zones, links };
}

/** Two networks of one name have two links. */
function wantLink({ id: zoneId, name: zone, policy, tags }: DnsZoneWant, networkId: ArmId): ZoneLinkWant {
  const id = zoneLinkId(zoneId, `${shortName(networkId)}-${idDigits(networkId)}`);
  const name = labelOf(id);
  return { kind: 'zoneLink', key: `zoneLink/${zone}-${idDigits(id)}`, id, name, zoneId, networkId, policy, tags };
}

const CONFIG_NAME_MAX = 60;

/** `privatelink.monitor.azure.com` -> `privatelink-monitor-azure-com`, as the portal names them. */
function configOf(zoneId: ArmId): ZoneConfig {
  const name = shortName(zoneId).toLowerCase().replaceAll('.', '-');
  return {
    name: name.length <= CONFIG_NAME_MAX ? name : `${name.slice(0, CONFIG_NAME_MAX - 9)}-${idDigits(zoneId)}`,
    zoneId,
  };
}
