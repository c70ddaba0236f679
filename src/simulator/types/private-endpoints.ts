/**
 * Microsoft.Network/privateEndpoints to private link scopes and to foreign services. Creating takes all addresses, makes
 * the interface and the scope's connection at once and settles later; deleting gives everything back when it has ended.
 */

import { locationOf, tagsOf } from '../frame/body.ts';
import { networkError, otherLocation } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { newGuid } from '../guid.ts';
import { anotherOperation } from '../network/going.ts';
import { allocate } from '../network/interface-members.ts';
import { type Target, targetMembers, targetOf } from '../network/targets.ts';
import * as operations from '../operations.ts';
import { sameId } from '../resource-map.ts';
import type { PrivateEndpoint } from '../resources.ts';
import type { World } from '../world.ts';
import { networkVersions } from './api-versions.ts';
import { given, inCallScope, listReply, notFound, outerId } from './call-kit.ts';
import { endpointBody } from './private-endpoint-body.ts';
import * as request from './private-endpoint-request.ts';

const type = 'Microsoft.Network/privateEndpoints';

export const endpointIdOf = (call: ArmCall): string => outerId(call, type);

/** The provider locks an endpoint while it works on it. */
export function checkUnlocked(call: ArmCall, endpoint: PrivateEndpoint): void {
  const operation = operations.operationOn(call.world, endpoint.id);
  if (operation !== undefined) throw anotherOperation(call, operation);
}

/** The connection's words change when the endpoint has settled, unless somebody has decided on it meanwhile. */
function settled(world: World, endpoint: PrivateEndpoint, state: 'Succeeded' | 'Failed'): void {
  const now = world.privateEndpoints.get(endpoint.id);
  if (now === undefined) return;
  const { connection } = now;
  const untouched = connection.description === endpoint.connection.description && connection.status !== 'Disconnected';
  const words = targetOf(world, endpoint.scopeId)?.descriptions.settled ?? '';
  const description = connection.manual ? (connection.status === 'Pending' ? '' : connection.description) : words;
  const etag = world.networkEtag();
  const after = untouched ? { ...connection, description } : connection;
  world.privateEndpoints.put({ ...now, state, etag, connection: after });
}

type Status = Pick<PrivateEndpoint['connection'], 'status' | 'description' | 'actionsRequired'>;

/** Automatic approval, or waiting for somebody; a service that trusts the subscription approves manual ones too. */
function firstStatus(target: Target, manual: boolean): Status {
  const actionsRequired = 'None';
  if (!manual) return { status: 'Approved', description: target.descriptions.created, actionsRequired };
  if (target.approvesManual) return { status: 'Approved', description: 'Approved', actionsRequired };
  return { status: 'Pending', description: 'Awaiting Approval', actionsRequired };
}

/** The scope's side: named by itself (Azure Monitor) or after the endpoint (Azure Arc), as recorded. */
function connect(world: World, target: Target, endpoint: PrivateEndpoint): void {
  if (target.kind === 'foreign') return;
  const { connection } = endpoint;
  const byName = target.kind === 'arc';
  const name = byName ? `${endpoint.name}.${endpoint.guid}` : `connection-${newGuid()}`;
  const waiting = connection.status === 'Pending';
  world.connections.put({
    id: `${target.id}/${byName ? 'privateEndpointConnections' : 'privateendpointconnections'}/${name}`,
    name,
    group: /\/resourceGroups\/([^/]+)/i.exec(target.id)?.[1] ?? '',
    scopeId: target.id,
    endpointId: endpoint.id,
    status: connection.status,
    description: waiting ? (connection.requestMessage ?? '') : target.descriptions.settled,
    actionsRequired: 'None',
    etag: world.documentEtag(),
  });
}

function interfaceFor(call: ArmCall, customName: string): { readonly id: string; readonly name: string } {
  const name = customName === '' ? `${nameAt(call, 0)}.nic.${newGuid()}` : customName;
  const id = `${call.scopeId}/providers/Microsoft.Network/networkInterfaces/${name}`;
  if (call.world.networkInterfaces.get(id) === undefined) return { id, name };
  throw networkError(400, 'NetworkInterfaceNameInUse', `Network interface ${id} belongs to another resource.`);
}

function create(call: ArmCall, location: string): ArmReply {
  const { world, body, group } = call;
  const id = endpointIdOf(call);
  const asked = request.endpointRequest(body);
  const subnet = request.referencedSubnet(call, { subnetId: asked.subnetId, location, by: id });
  const target = request.referencedTarget(world, asked.connection, subnet);
  const members = targetMembers(world, target.id);
  const { staticAddresses, customInterfaceName } = asked;
  request.checkStaticAddresses(world, { subnet, members, asked: staticAddresses, id, groupId: target.groupId });
  const addresses = allocate(world, { subnet, members, held: [], staticAddresses });
  if (addresses === undefined) throw request.subnetIsFull(subnet, members.length);
  const nic = interfaceFor(call, customInterfaceName);
  const etag = world.networkEtag();
  const endpoint = world.privateEndpoints.put({
    id,
    name: nameAt(call, 0),
    group,
    location,
    ...given('tags', tagsOf(body)),
    etag,
    guid: newGuid(),
    state: 'Updating',
    subnetId: subnet.id,
    scopeId: target.id,
    interfaceId: nic.id,
    customInterfaceName,
    staticAddresses,
    connection: { ...asked.connection, ...firstStatus(target, asked.connection.manual) },
  });
  const placed = { group, location, etag, guid: newGuid() };
  world.networkInterfaces.put({ ...nic, ...placed, endpointId: id, subnetId: subnet.id, addresses });
  connect(world, target, endpoint);
  const operation = operations.runOperation(
    world,
    { provider: 'Microsoft.Network', resourceId: id, title: 'PutPrivateEndpointOperation', location },
    {
      work: 'endpointPut',
      done: () => settled(world, endpoint, 'Succeeded'),
      failed: () => settled(world, endpoint, 'Failed'),
    },
  );
  const headers = operations.networkPutHeaders(world, operation, call.apiVersion);
  return { status: 201, body: endpointBody(world, endpoint, call.apiVersion), headers, work: 'endpointPut' };
}

/** An endpoint's subnet and target do not change (the code and wording are ours); tags do, at once (recorded). */
function update(call: ArmCall, before: PrivateEndpoint, location: string): ArmReply {
  const { world, body } = call;
  if (before.location !== location) throw otherLocation(before.name, before.group, before.location, location);
  checkUnlocked(call, before);
  const asked = request.endpointRequest(body);
  const moved =
    !sameId(asked.subnetId, before.subnetId) || !sameId(asked.connection.serviceId, before.connection.serviceId);
  if (moved || asked.connection.name !== before.connection.name) {
    throw networkError(
      400,
      'PrivateEndpointCannotBeChanged',
      `The subnet and the private link service connection of private endpoint ${before.id} cannot be changed.`,
    );
  }
  const { tags: _tags, ...untagged } = before;
  const state = before.state === 'Failed' ? 'Succeeded' : before.state;
  const endpoint = { ...untagged, ...given('tags', tagsOf(body)), state, etag: world.networkEtag() };
  world.privateEndpoints.put(endpoint);
  const start = {
    provider: 'Microsoft.Network',
    resourceId: before.id,
    title: 'PutPrivateEndpointOperation',
    location,
  } as const;
  const operation = operations.startOperation(world, start);
  operations.succeed(world, operation);
  const { 'retry-after': _retryAfter, ...headers } = operations.networkPutHeaders(world, operation, call.apiVersion);
  return { status: 200, body: endpointBody(world, endpoint, call.apiVersion), headers, work: 'endpointTags' };
}

function put(call: ArmCall): ArmReply {
  const location = locationOf(call.body, type);
  const before = call.world.privateEndpoints.get(endpointIdOf(call));
  return before === undefined ? create(call, location) : update(call, before, location);
}

function get(call: ArmCall): ArmReply {
  const id = endpointIdOf(call);
  const endpoint = call.world.privateEndpoints.get(id);
  if (endpoint !== undefined) {
    return { status: 200, body: endpointBody(call.world, endpoint, call.apiVersion), headers: { etag: endpoint.etag } };
  }
  if (call.world.justForgotten(id)) throw networkError(404, 'NotFound', `Resource ${id} not found.`);
  throw notFound(call);
}

function forgetEndpoint(world: World, endpoint: PrivateEndpoint): void {
  for (const group of world.zoneGroups.under(endpoint.id)) world.zoneGroups.delete(group.id);
  for (const each of world.connections.where('endpoint', endpoint.id)) world.connections.delete(each.id);
  world.networkInterfaces.delete(endpoint.interfaceId);
  world.privateEndpoints.delete(endpoint.id);
  world.forget(endpoint.interfaceId);
  world.forget(endpoint.id);
}

/** Whatever was under way on the endpoint or its zone group is canceled in favour of this (recorded). */
function remove(call: ArmCall): ArmReply {
  const { world, apiVersion } = call;
  const endpoint = world.privateEndpoints.get(endpointIdOf(call));
  if (endpoint === undefined) return { status: 204 };
  const running = operations.operationOn(world, endpoint.id);
  const title = 'DeletePrivateEndpointOperation';
  const operation = running?.title === title ? running : startRemoval(world, endpoint, title);
  return {
    status: 202,
    headers: operations.networkDeleteHeaders(world, operation, apiVersion),
    work: 'endpointDelete',
  };
}

function startRemoval(
  world: World,
  endpoint: PrivateEndpoint,
  title: string,
): ReturnType<typeof operations.runOperation> {
  const { id: resourceId, location } = endpoint;
  const operation = operations.runOperation(
    world,
    { provider: 'Microsoft.Network', resourceId, title, location },
    {
      work: 'endpointDelete',
      done: () => forgetEndpoint(world, endpoint),
      failed: () => world.privateEndpoints.put({ ...endpoint, state: 'Failed' }),
    },
  );
  operations.supersede(world, resourceId, operation);
  world.privateEndpoints.put({ ...endpoint, state: 'Deleting', etag: world.networkEtag() });
  return operation;
}

export const privateEndpoints: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'privateEndpoints',
  apiVersions: networkVersions,
  item: { GET: get, PUT: put, DELETE: remove },
  list: call => {
    const found = inCallScope(call, call.world.privateEndpoints.all());
    return listReply(found.map(each => endpointBody(call.world, each, call.apiVersion)));
  },
  state: (world, apiVersion) => world.privateEndpoints.all().map(each => endpointBody(world, each, apiVersion)),
};
