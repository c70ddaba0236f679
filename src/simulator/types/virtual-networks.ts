/**
 * Microsoft.Network/virtualNetworks and their subnets: seeded, read only. A subnet shows what stands in it: the
 * addresses of private endpoints' interfaces and the endpoints.
 */
import { networkError, parentNotFound, resourceNotFound } from '../frame/errors.ts';
import { askedResource } from '../frame/path.ts';
import { type ArmCall, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { sameId } from '../resource-map.ts';
import type { Subnet, VirtualNetwork } from '../resources.ts';
import type { World } from '../world.ts';
import { networkVersions } from './api-versions.ts';

const networkId = (call: ArmCall): string =>
  `${call.scopeId}/providers/Microsoft.Network/virtualNetworks/${nameAt(call, 0)}`;

function inSubnet(world: World, subnet: Subnet): Json {
  const interfaces = world.networkInterfaces.all().filter(each => sameId(each.subnetId, subnet.id));
  const configurations = interfaces.flatMap(each =>
    each.addresses.map(address => ({ id: `${each.id}/ipConfigurations/${address.configurationName}` })),
  );
  const endpoints = world.privateEndpoints.all().filter(each => sameId(each.subnetId, subnet.id));
  return {
    ...(configurations.length === 0 ? {} : { ipConfigurations: configurations }),
    ...(endpoints.length === 0 ? {} : { privateEndpoints: endpoints.map(each => ({ id: each.id })) }),
  };
}

const subnetBody = (world: World, subnet: Subnet): Json => ({
  name: subnet.name,
  id: subnet.id,
  etag: subnet.etag,
  properties: {
    provisioningState: 'Succeeded',
    addressPrefix: subnet.addressPrefix,
    ...inSubnet(world, subnet),
    delegations: [],
    privateEndpointNetworkPolicies: 'Disabled',
    privateLinkServiceNetworkPolicies: 'Enabled',
  },
  type: 'Microsoft.Network/virtualNetworks/subnets',
});

const networkBody = (world: World, network: VirtualNetwork): Json => ({
  name: network.name,
  id: network.id,
  etag: network.etag,
  type: 'Microsoft.Network/virtualNetworks',
  location: network.location,
  ...(network.tags === undefined ? {} : { tags: network.tags }),
  properties: {
    provisioningState: 'Succeeded',
    resourceGuid: network.guid,
    addressSpace: { addressPrefixes: [network.addressPrefix] },
    dhcpOptions: { dnsServers: [] },
    subnets: world.subnets.under(network.id).map(subnet => subnetBody(world, subnet)),
    virtualNetworkPeerings: [],
    enableDdosProtection: false,
  },
});

const inScope = (call: ArmCall): readonly VirtualNetwork[] =>
  call.world.virtualNetworks.all().filter(each => call.group === '' || sameId(each.group, call.group));

export const virtualNetworks: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'virtualNetworks',
  apiVersions: networkVersions,
  item: {
    GET: call => {
      const network = call.world.virtualNetworks.get(networkId(call));
      if (network === undefined) throw resourceNotFound(askedResource(call.path), call.path.resourceGroup ?? '');
      return { status: 200, body: networkBody(call.world, network), headers: { etag: network.etag } };
    },
  },
  list: call => ({ status: 200, body: { value: inScope(call).map(each => networkBody(call.world, each)) } }),
  state: world => world.virtualNetworks.all().map(each => networkBody(world, each)),
};

function parentNetwork(call: ArmCall): VirtualNetwork {
  const network = call.world.virtualNetworks.get(networkId(call));
  if (network === undefined) throw parentNotFound('read', 'virtualNetworks/subnets', networkId(call));
  return network;
}

export const subnets: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'virtualNetworks/subnets',
  apiVersions: networkVersions,
  item: {
    GET: call => {
      const id = `${parentNetwork(call).id}/subnets/${nameAt(call, 1)}`;
      const subnet = call.world.subnets.get(id);
      if (subnet === undefined) throw networkError(404, 'NotFound', `Resource ${id} not found.`);
      return { status: 200, body: subnetBody(call.world, subnet), headers: { etag: subnet.etag } };
    },
  },
  list: call => {
    const found = call.world.subnets.under(parentNetwork(call).id);
    return { status: 200, body: { value: found.map(subnet => subnetBody(call.world, subnet)) } };
  },
};
