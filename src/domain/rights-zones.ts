/**
 * The rights that private DNS for clients inside Azure needs. Pure; src/domain/rights.ts uses it. Source: "Azure
 * role-based access control permissions for Azure Private Link", "Azure built-in roles", Private DNS Zone Contributor
 * (Microsoft Learn).
 */
import type { Desired } from './desire.ts';
import { parseId, shortName } from './names.ts';
import type { ArmId } from './resources.ts';

const GROUP = [
  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups/read',
  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write',
  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups/delete',
];
/** Of a zone that is there: its records are written through the endpoint. */
const JOIN_ZONE = ['Microsoft.Network/privateDnsZones/read', 'Microsoft.Network/privateDnsZones/join/action'];
const MAKE_ZONES = [
  ...JOIN_ZONE,
  'Microsoft.Network/privateDnsZones/write',
  'Microsoft.Network/privateDnsZones/delete',
  'Microsoft.Network/privateDnsZones/ALL/read',
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks/read',
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks/write',
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete',
];
const JOIN_NETWORK = ['Microsoft.Network/virtualNetworks/join/action'];

/** Actions that must be allowed at a scope. */
interface ZoneRights {
  readonly scope: ArmId;
  readonly name: string;
  readonly actions: readonly string[];
}

const groupOf = ({ subscriptionId, resourceGroup }: Pick<Desired, 'subscriptionId' | 'resourceGroup'>) => ({
  scope: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`,
  name: `resource group ${resourceGroup}`,
});

/** Scope by scope; none when the spec asks for no zone group. */
export function zoneRights({ zones, endpoint, subscriptionId, resourceGroup }: Desired): readonly ZoneRights[] {
  if (zones === undefined) return [];
  const place = parseId(endpoint.id) ?? { subscriptionId, resourceGroup };
  const { create } = zones;
  return [
    { ...groupOf(place), actions: GROUP },
    ...zones.zoneIds.map(id => ({ scope: id, name: `private DNS zone ${shortName(id)}`, actions: JOIN_ZONE })),
    ...(create === undefined ? [] : [{ ...groupOf(create.place), actions: MAKE_ZONES }]),
    ...(create?.networks ?? []).map(id => ({ scope: id, name: `network ${shortName(id)}`, actions: JOIN_NETWORK })),
  ];
}
