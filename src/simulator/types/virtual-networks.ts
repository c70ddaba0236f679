/**
 * Microsoft.Network/virtualNetworks: created and changed as long-running operations, subnets in the same body or apart
 * (subnets.ts), deleted when nothing stands in any subnet. Bodies as recorded in 2020; refusals after public issues.
 * Unlike Azure, a network may lie in 127.0.0.0/8: that is how its private endpoints can listen.
 */
import { randomUUID } from 'node:crypto';
import { locationOf, objectAt, objectsAt, stringAt, stringsAt, tagsOf } from '../frame/body.ts';
import { networkError, otherLocation } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, atLeast, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { isPrefix, lies, overlap } from '../network/addresses.ts';
import { checkStays } from '../network/going.ts';
import { peeringBodies, peeringsOf } from '../network/peerings.ts';
import { subnetInUse } from '../network/subnet-contents.ts';
import * as operations from '../operations.ts';
import type { Subnet, VirtualNetwork } from '../resources.ts';
import type { World } from '../world.ts';
import { networkVersions } from './api-versions.ts';
import { given, inCallScope, listReply, notFound, outerId } from './call-kit.ts';
import { subnetBody, subnetOf } from './subnet-body.ts';

const type = 'Microsoft.Network/virtualNetworks';

function networkBody(world: World, network: VirtualNetwork, apiVersion: string): Json {
  return {
    name: network.name,
    id: network.id,
    etag: network.etag,
    type,
    location: network.location,
    ...given('tags', network.tags),
    properties: {
      provisioningState: network.state,
      resourceGuid: network.guid,
      addressSpace: { addressPrefixes: network.addressPrefixes },
      dhcpOptions: { dnsServers: network.dnsServers },
      subnets: world.subnets.under(network.id).map(subnet => subnetBody(world, subnet)),
      virtualNetworkPeerings: peeringBodies(world, network),
      enableDdosProtection: false,
      ...(atLeast(apiVersion, '2022-01-01') ? {} : { enableVmProtection: false }),
    },
  };
}

/** Throws when the subnets of a network do not fit into it or into each other. */
export function checkLayout(
  network: Pick<VirtualNetwork, 'name' | 'addressPrefixes'>,
  subnets: readonly Subnet[],
): void {
  subnets.forEach((subnet, index) => {
    if (!network.addressPrefixes.some(prefix => lies(subnet.addressPrefix, prefix))) {
      throw networkError(
        400,
        'NetcfgInvalidSubnet',
        `Subnet '${subnet.name}' is not valid in virtual network '${network.name}'.`,
      );
    }
    if (subnets.slice(0, index).some(other => overlap(other.addressPrefix, subnet.addressPrefix))) {
      throw networkError(
        400,
        'NetcfgSubnetRangesOverlap',
        `Subnet '${subnet.name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '${network.name}'.`,
      );
    }
  });
}

function prefixesOf(properties: Json): readonly string[] {
  const prefixes = stringsAt(objectAt(properties, 'addressSpace'), 'addressPrefixes');
  const wrong = prefixes.find(prefix => !isPrefix(prefix));
  if (prefixes.length > 0 && wrong === undefined) return prefixes;
  throw networkError(400, 'InvalidAddressPrefixFormat', `Address prefix ${wrong ?? ''} is not formatted correctly.`);
}

/** A network's PUT names all its subnets; those it leaves out go, unless something stands in them. */
function replaceSubnets(call: ArmCall, network: VirtualNetwork): readonly Subnet[] {
  const { world } = call;
  const properties = objectAt(call.body, 'properties');
  const before = world.subnets.under(network.id);
  if (properties.subnets === undefined) return before;
  const after = objectsAt(properties, 'subnets').map(asked => {
    const name = stringAt(asked, 'name') ?? '';
    const old = before.find(each => each.name.toLowerCase() === name.toLowerCase());
    return subnetOf(call, { network, name, before: old }, objectAt(asked, 'properties'));
  });
  checkLayout(network, after);
  const gone = before.filter(old => !after.some(each => each.id === old.id));
  for (const subnet of gone) {
    const refusal = subnetInUse(world, subnet);
    if (refusal !== undefined) throw refusal;
  }
  for (const subnet of gone) world.subnets.delete(subnet.id);
  return after;
}

function put(call: ArmCall): ArmReply {
  const { world, body } = call;
  const location = locationOf(body, type);
  const before = world.virtualNetworks.get(outerId(call, type));
  if (before !== undefined && before.location !== location) {
    throw otherLocation(before.name, before.group, before.location, location);
  }
  if (before !== undefined) checkStays(call, before.id, ...world.subnets.under(before.id).map(({ id }) => id));
  const properties = objectAt(body, 'properties');
  const etag = world.networkEtag();
  const network: VirtualNetwork = {
    id: before?.id ?? outerId(call, type),
    name: before?.name ?? nameAt(call, 0),
    group: call.group,
    location,
    ...given('tags', tagsOf(body)),
    addressPrefixes: prefixesOf(properties),
    dnsServers: stringsAt(objectAt(properties, 'dhcpOptions'), 'dnsServers'),
    ...peeringsOf(properties, before),
    etag,
    guid: before?.guid ?? randomUUID(),
    state: 'Updating',
  };
  const subnets = replaceSubnets(call, network);
  checkLayout(network, subnets);
  world.virtualNetworks.put(network);
  for (const subnet of subnets) world.subnets.put({ ...subnet, etag, state: 'Updating' });
  const settle = (state: 'Succeeded' | 'Failed') => {
    const now = world.virtualNetworks.get(network.id);
    if (now === undefined || now.state === 'Deleting') return;
    const settled = world.networkEtag();
    world.virtualNetworks.put({ ...now, state, etag: settled });
    const staying = world.subnets.under(network.id).filter(each => each.state !== 'Deleting');
    for (const each of staying) world.subnets.put({ ...each, state, etag: settled });
  };
  const operation = operations.runOperation(
    world,
    {
      provider: 'Microsoft.Network',
      resourceId: network.id,
      title: 'PutVirtualNetworkOperation',
      location,
      paceSeconds: 3,
    },
    { work: 'networkPut', done: () => settle('Succeeded'), failed: () => settle('Failed') },
  );
  const headers = operations.networkPutHeaders(world, operation, call.apiVersion);
  const status = before === undefined ? 201 : 200;
  return { status, body: networkBody(world, network, call.apiVersion), headers, work: 'networkPut' };
}

function find(call: ArmCall): VirtualNetwork {
  const network = call.world.virtualNetworks.get(outerId(call, type));
  if (network === undefined) throw notFound(call);
  return network;
}

function patch(call: ArmCall): ArmReply {
  const { world } = call;
  const network = { ...find(call), ...given('tags', tagsOf(call.body)), etag: world.networkEtag() };
  world.virtualNetworks.put(network);
  return { status: 200, body: networkBody(world, network, call.apiVersion) };
}

function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const network = world.virtualNetworks.get(outerId(call, type));
  if (network === undefined) return { status: 204 };
  for (const subnet of world.subnets.under(network.id)) {
    const refusal = subnetInUse(world, subnet);
    if (refusal !== undefined) throw refusal;
  }
  world.virtualNetworks.put({ ...network, state: 'Deleting' });
  const { id: resourceId, location } = network;
  const operation = operations.runOperation(
    world,
    { provider: 'Microsoft.Network', resourceId, title: 'DeleteVirtualNetworkOperation', location },
    {
      work: 'networkDelete',
      done: () => {
        for (const subnet of world.subnets.under(network.id)) world.subnets.delete(subnet.id);
        for (const link of world.zoneLinks.where('network', network.id)) world.zoneLinks.delete(link.id);
        world.virtualNetworks.delete(network.id);
        world.forget(network.id);
      },
      failed: () => world.virtualNetworks.put({ ...network, state: 'Failed' }),
    },
  );
  return {
    status: 202,
    headers: operations.networkDeleteHeaders(world, operation, call.apiVersion),
    work: 'networkDelete',
  };
}

export const virtualNetworks: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'virtualNetworks',
  apiVersions: networkVersions,
  item: {
    GET: call => {
      const network = find(call);
      const body = networkBody(call.world, network, call.apiVersion);
      return { status: 200, body, headers: { etag: network.etag } };
    },
    PUT: put,
    PATCH: patch,
    DELETE: remove,
  },
  list: call => {
    const found = inCallScope(call, call.world.virtualNetworks.all());
    return listReply(found.map(each => networkBody(call.world, each, call.apiVersion)));
  },
  state: (world, apiVersion) => world.virtualNetworks.all().map(each => networkBody(world, each, apiVersion)),
};
