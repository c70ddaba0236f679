/**
 * Microsoft.Network/virtualNetworks/subnets, and virtualNetworks/usages, which says how full each of them is.
 */
import { objectAt } from '../frame/body.ts';
import { networkError, parentNotFound } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { subnetUsage } from '../network/addresses.ts';
import { checkStays } from '../network/going.ts';
import { subnetInUse } from '../network/subnet-contents.ts';
import * as operations from '../operations.ts';
import type { Subnet, VirtualNetwork } from '../resources.ts';
import { networkVersions } from './api-versions.ts';
import { listReply, outerId } from './call-kit.ts';
import { subnetBody, subnetOf } from './subnet-body.ts';
import { checkLayout } from './virtual-networks.ts';

function parentNetwork(call: ArmCall, verb: 'read' | 'write' | 'delete' = 'read'): VirtualNetwork {
  const id = outerId(call, 'Microsoft.Network/virtualNetworks');
  const network = call.world.virtualNetworks.get(id);
  if (network === undefined) throw parentNotFound(verb, call.path.types.join('/'), id);
  return network;
}

const find = (call: ArmCall, network: VirtualNetwork): Subnet | undefined =>
  call.world.subnets.get(`${network.id}/subnets/${nameAt(call, 1)}`);

function get(call: ArmCall): ArmReply {
  const network = parentNetwork(call);
  const subnet = find(call, network);
  if (subnet === undefined) {
    throw networkError(404, 'NotFound', `Resource ${network.id}/subnets/${nameAt(call, 1)} not found.`);
  }
  return { status: 200, body: subnetBody(call.world, subnet), headers: { etag: subnet.etag } };
}

function put(call: ArmCall): ArmReply {
  const { world } = call;
  const network = parentNetwork(call, 'write');
  const before = find(call, network);
  checkStays(call, network.id, `${network.id}/subnets/${nameAt(call, 1)}`);
  const asked = subnetOf(call, { network, name: nameAt(call, 1), before }, objectAt(call.body, 'properties'));
  const others = world.subnets.under(network.id).filter(each => each.id !== asked.id);
  checkLayout(network, [...others, asked]);
  const subnet: Subnet = { ...asked, etag: world.networkEtag(), state: 'Updating' };
  world.subnets.put(subnet);
  const settle = (state: 'Succeeded' | 'Failed') => {
    const now = world.subnets.get(subnet.id);
    if (now !== undefined && now.state !== 'Deleting') world.subnets.put({ ...now, state, etag: world.networkEtag() });
  };
  const { id: resourceId, location } = subnet;
  const operation = operations.runOperation(
    world,
    { provider: 'Microsoft.Network', resourceId, title: 'PutSubnetOperation', location, paceSeconds: 3 },
    { work: 'networkPut', done: () => settle('Succeeded'), failed: () => settle('Failed') },
  );
  const headers = operations.networkPutHeaders(world, operation, call.apiVersion);
  return { status: before === undefined ? 201 : 200, body: subnetBody(world, subnet), headers, work: 'networkPut' };
}

function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const subnet = find(call, parentNetwork(call, 'delete'));
  if (subnet === undefined) return { status: 204 };
  const refusal = subnetInUse(world, subnet);
  if (refusal !== undefined) throw refusal;
  world.subnets.put({ ...subnet, state: 'Deleting' });
  const { id: resourceId, location } = subnet;
  const operation = operations.runOperation(
    world,
    { provider: 'Microsoft.Network', resourceId, title: 'DeleteSubnetOperation', location },
    {
      work: 'networkDelete',
      done: () => world.subnets.delete(subnet.id),
      failed: () => world.subnets.put({ ...subnet, state: 'Failed' }),
    },
  );
  return {
    status: 202,
    headers: operations.networkDeleteHeaders(world, operation, call.apiVersion),
    work: 'networkDelete',
  };
}

export const subnets: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'virtualNetworks/subnets',
  apiVersions: networkVersions,
  item: { GET: get, PUT: put, DELETE: remove },
  list: call => {
    const found = call.world.subnets.under(parentNetwork(call).id);
    return listReply(found.map(subnet => subnetBody(call.world, subnet)));
  },
};

function usageBody(call: ArmCall, subnet: Subnet): Json {
  const { limit, used } = subnetUsage(call.world, subnet);
  return {
    currentValue: used,
    id: subnet.id,
    limit,
    name: { localizedValue: 'Subnet size and usage', value: 'SubnetSpace' },
    unit: 'Count',
  };
}

export const networkUsages: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'virtualNetworks/usages',
  apiVersions: networkVersions,
  list: call => listReply(call.world.subnets.under(parentNetwork(call).id).map(subnet => usageBody(call, subnet))),
};
