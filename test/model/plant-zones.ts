/**
 * The plant with private DNS for clients inside Azure: zones of a hub that are given, or zones that are made and linked.
 * Beside test/model/plant.ts.
 */
import { type Desired, desire } from '../../src/domain/desire.ts';
import { type WantedZones, wantedZones } from '../../src/domain/desire-zones.ts';
import { idKey } from '../../src/domain/names.ts';
import type { InventoryEntry, PmsObject } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present, type ZonesSight } from '../../src/domain/observed.ts';
import type { Want } from '../../src/domain/resources.ts';
import type { DnsZone, ZoneGroup, ZoneLink } from '../../src/domain/zone-resources.ts';
import * as plant from './plant.ts';

export const HUB_ZONES =
  '/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones';
export const HUB_NETWORK =
  '/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub';

export const REQUIRED = [
  'privatelink.monitor.azure.com',
  'privatelink.oms.opinsights.azure.com',
  'privatelink.ods.opinsights.azure.com',
  'privatelink.agentsvc.azure-automation.net',
  'privatelink.blob.core.windows.net',
] as const;

type ZoneGroupSpec = NonNullable<PmsObject['spec']['privateEndpoint']['zoneGroup']>;

/** The object with this zone group; `deletedAt` when it is being deleted. */
export const zoned = (
  zoneGroup: ZoneGroupSpec | undefined,
  over: NonNullable<Parameters<typeof plant.pms>[0]> = {},
): PmsObject =>
  plant.pms({
    ...over,
    spec: {
      ...over.spec,
      privateEndpoint: { subnetId: plant.SUBNET, ...(zoneGroup === undefined ? {} : { zoneGroup }) },
    },
  });

export const zoneIds = REQUIRED.map(name => `${HUB_ZONES}/${name}`);
/** Publishes into the zones of the hub. */
export const given = zoned({ zoneIds });
/** Makes its own zones. */
export const creating = zoned({ createZones: { resourceGroup: 'rg-dns', linkTo: [HUB_NETWORK] } });

const wantOf = (object: PmsObject): Desired => desire(object, plant.INSTALLATION);

/** Everything that the object asks for when Azure names these zones. */
export function wantedOf(object: PmsObject, names: readonly string[] = REQUIRED): WantedZones {
  const { zones } = wantOf(object);
  if (zones === undefined) throw new TypeError('the object asks for no zone group');
  return wantedZones(zones, names);
}

/** As Azure shows it when all is well. */
export const groupOf = (object: PmsObject, over: Partial<ZoneGroup> = {}): ZoneGroup => {
  const { id, name, configs } = wantedOf(object).group;
  return { kind: 'zoneGroup', id, name, configs, records: [], provisioningState: 'Succeeded', ...over };
};

const zoneOf = (id: string, name: string, tags = {}): DnsZone => ({
  kind: 'dnsZone',
  id,
  name,
  tags,
  provisioningState: 'Succeeded',
});

/** A link with our tag, as it is wanted. */
export const linkOf = ({ id, name, networkId, tags }: WantedZones['links'][number]): ZoneLink => ({
  kind: 'zoneLink',
  id,
  name,
  networkId,
  tags,
  registers: false,
  resolutionPolicy: 'NxDomainRedirect',
  provisioningState: 'Succeeded',
});

const NOTHING = { links: present([]), records: present([]) };

/** Nothing of private DNS is there, but for the zones that are given. */
export function noZones(object: PmsObject, over: Partial<ZonesSight> = {}): ZonesSight {
  const ids = wantOf(object).zones?.zoneIds ?? [];
  return {
    required: present(REQUIRED),
    group: { reading: ABSENT },
    groups: present([]),
    zones: new Map(),
    links: new Map(),
    given: new Map(ids.map(id => [idKey(id), present(zoneOf(id, id.slice(id.lastIndexOf('/') + 1)))])),
    contents: new Map(ids.map(id => [idKey(id), NOTHING])),
    rivals: [],
    ...over,
  };
}

/** All of it is there, as asked. */
export function allZones(object: PmsObject, over: Partial<ZonesSight> = {}): ZonesSight {
  const { zones, links } = wantedOf(object);
  return noZones(object, {
    group: { reading: present(groupOf(object)) },
    groups: ABSENT,
    zones: new Map(zones.map(({ key, id, name, tags }) => [key, { reading: present(zoneOf(id, name, tags)) }])),
    links: new Map(links.map(link => [link.key, { reading: present(linkOf(link)) }])),
    given: new Map(),
    contents: new Map(),
    ...over,
  });
}

const entryOf = ({ key, id, policy }: Pick<Want, 'key' | 'id' | 'policy'>): InventoryEntry => ({
  key,
  id,
  policy,
  origin: 'Created',
  startedAt: '2026-11-24T11:00:00Z',
});

/** The inventory of the object with private DNS in it. */
export function zonesInventory(object: PmsObject, of: PmsObject = object): readonly InventoryEntry[] {
  const { group, zones, links } = wantedOf(of);
  return [...plant.inventoryOf(object), ...[group, ...zones, ...links].map(entryOf)];
}

/** Everything else is there; of private DNS this, and this is listed. */
export const withZones = (
  object: PmsObject,
  zones: ZonesSight,
  inventory: readonly InventoryEntry[] = zonesInventory(object),
): Observed => plant.fullAzure(object, { zones, inventory });
