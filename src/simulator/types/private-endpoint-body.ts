/**
 * How a private endpoint looks, in the form of each api-version (recorded 2020 to 2026). `customDnsConfigs` is empty
 * until the endpoint has settled, while nobody has approved it, and while a zone group writes its records.
 */
import { atLeast, type Json } from '../frame/resource-type.ts';
import { visibleAddresses } from '../network/interface-members.ts';
import { hasRecords } from '../network/zone-records.ts';
import type { PrivateEndpoint } from '../resources.ts';
import type { World } from '../world.ts';

function customDnsConfigs(world: World, endpoint: PrivateEndpoint): readonly Json[] {
  const nic = world.networkInterfaces.get(endpoint.interfaceId);
  const groups = world.zoneGroups.under(endpoint.id);
  if (nic === undefined || groups.some(group => hasRecords(world, group))) return [];
  return visibleAddresses(world, nic).flatMap(({ fqdns, address }) =>
    fqdns.map(fqdn => ({ fqdn, ipAddresses: [address] })),
  );
}

function connectionBody(endpoint: PrivateEndpoint): Json {
  const { connection } = endpoint;
  const kind = connection.manual ? 'manualPrivateLinkServiceConnections' : 'privateLinkServiceConnections';
  return {
    name: connection.name,
    id: `${endpoint.id}/${kind}/${connection.name}`,
    etag: endpoint.etag,
    properties: {
      provisioningState: 'Succeeded',
      privateLinkServiceId: connection.serviceId,
      ...(connection.groupIds.length === 0 ? {} : { groupIds: connection.groupIds }),
      ...(connection.requestMessage === undefined ? {} : { requestMessage: connection.requestMessage }),
      privateLinkServiceConnectionState: {
        status: connection.status,
        description: connection.description,
        actionsRequired: connection.actionsRequired,
      },
    },
    type: `Microsoft.Network/privateEndpoints/${kind}`,
  };
}

const staticBodies = (endpoint: PrivateEndpoint): readonly Json[] =>
  endpoint.staticAddresses.map(({ name, groupId, memberName, address }) => ({
    name,
    etag: endpoint.etag,
    type: 'Microsoft.Network/privateEndpoints/ipConfigurations',
    properties: { groupId, memberName, privateIPAddress: address },
  }));

export function endpointBody(world: World, endpoint: PrivateEndpoint, apiVersion: string): Json {
  const connections = [connectionBody(endpoint)];
  const since2021 = atLeast(apiVersion, '2021-01-01');
  return {
    name: endpoint.name,
    id: endpoint.id,
    etag: endpoint.etag,
    type: 'Microsoft.Network/privateEndpoints',
    location: endpoint.location,
    ...(endpoint.tags === undefined ? {} : { tags: endpoint.tags }),
    properties: {
      provisioningState: endpoint.state,
      resourceGuid: endpoint.guid,
      privateLinkServiceConnections: endpoint.connection.manual ? [] : connections,
      manualPrivateLinkServiceConnections: endpoint.connection.manual ? connections : [],
      ...(since2021 ? { customNetworkInterfaceName: endpoint.customInterfaceName } : {}),
      subnet: { id: endpoint.subnetId },
      ...(since2021 ? { ipConfigurations: staticBodies(endpoint) } : {}),
      networkInterfaces: [{ id: endpoint.interfaceId }],
      customDnsConfigs: customDnsConfigs(world, endpoint),
      ...(atLeast(apiVersion, '2025-03-01') ? { ipVersionType: 'IPv4' } : {}),
    },
  };
}
