/**
 * Peerings of virtual networks, as their networks show and are given them. A peering is connected once the other network
 * names this one too ("Virtual network peering" page); the peerings themselves are no resources here.
 */
import { objectAt, objectsAt, stringAt } from '../frame/body.ts';
import type { Json } from '../frame/resource-type.ts';
import { sameId } from '../resource-map.ts';
import type { Peering, VirtualNetwork } from '../resources.ts';
import type { World } from '../world.ts';

/** What a PUT of a network asks for; one that names none leaves them as they are. */
export function peeringsOf(properties: Json, before: VirtualNetwork | undefined): { peerings?: readonly Peering[] } {
  if (properties.virtualNetworkPeerings === undefined) {
    return before?.peerings === undefined ? {} : { peerings: before.peerings };
  }
  const asked = objectsAt(properties, 'virtualNetworkPeerings').flatMap(item => {
    const remoteId = stringAt(objectAt(objectAt(item, 'properties'), 'remoteVirtualNetwork'), 'id');
    return remoteId === undefined ? [] : [{ name: stringAt(item, 'name') ?? '', remoteId }];
  });
  return { peerings: asked };
}

function stateOf(world: World, network: VirtualNetwork, { remoteId }: Peering): string {
  const remote = world.virtualNetworks.get(remoteId);
  if (remote === undefined) return 'Disconnected';
  return (remote.peerings ?? []).some(back => sameId(back.remoteId, network.id)) ? 'Connected' : 'Initiated';
}

export const peeringBodies = (world: World, network: VirtualNetwork): readonly Json[] =>
  (network.peerings ?? []).map(peering => ({
    name: peering.name,
    id: `${network.id}/virtualNetworkPeerings/${peering.name}`,
    etag: network.etag,
    properties: {
      provisioningState: 'Succeeded',
      peeringState: stateOf(world, network, peering),
      remoteVirtualNetwork: { id: peering.remoteId },
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: false,
      allowGatewayTransit: false,
      useRemoteGateways: false,
    },
    type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
  }));
