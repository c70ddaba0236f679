/**
 * Microsoft.Network/privateEndpoints to Azure Monitor private link scopes. Creating takes all addresses, makes the
 * interface and the scope's connection at once and settles later; deleting gives everything back when it has ended.
 */
import { randomUUID } from 'node:crypto';
import { locationOf, tagsOf } from '../frame/body.ts';
import { networkError, otherLocation, resourceNotFound } from '../frame/errors.ts';
import { askedResource } from '../frame/path.ts';
import { type ArmCall, type ArmReply, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { allocate } from '../network/interface-members.ts';
import { inRecordOrder, membersOf } from '../network/members.ts';
import * as operations from '../operations.ts';
import { sameId } from '../resource-map.ts';
import type { PrivateEndpoint } from '../resources.ts';
import type { World } from '../world.ts';
import { networkVersions } from './api-versions.ts';
import { endpointBody } from './private-endpoint-body.ts';
import * as request from './private-endpoint-request.ts';

const type = 'Microsoft.Network/privateEndpoints';

export const endpointIdOf = (call: ArmCall): string => `${call.scopeId}/providers/${type}/${nameAt(call, 0)}`;

/** The provider locks an endpoint while it works on it. */
export function checkUnlocked(call: ArmCall, endpoint: PrivateEndpoint): void {
  const operation = operations.operationOn(call.world, endpoint.id);
  if (operation === undefined) return;
  const uri = operations.networkOperationUrl(call.world, operation, call.apiVersion);
  throw networkError(
    409,
    'AnotherOperationInProgress',
    `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${uri}.`,
  );
}

function settleCreation(
  world: World,
  endpoint: PrivateEndpoint,
  operation: ReturnType<typeof operations.startOperation>,
): void {
  world.settle('endpointPut', () => {
    const now = world.privateEndpoints.get(endpoint.id);
    if (now === undefined || !operations.underWay(world, operation)) return;
    const { connection } = now;
    const untouched = connection.description === endpoint.connection.description;
    const settled = connection.status === 'Approved' ? 'Auto-Approved' : '';
    const description = untouched ? settled : connection.description;
    const etag = world.networkEtag();
    world.privateEndpoints.put({ ...now, state: 'Succeeded', etag, connection: { ...connection, description } });
    operations.succeed(world, operation);
  });
}

function create(call: ArmCall, location: string): ArmReply {
  const { world, body, group } = call;
  const id = endpointIdOf(call);
  const name = nameAt(call, 0);
  const asked = request.endpointRequest(body);
  const subnet = request.referencedSubnet(call, { subnetId: asked.subnetId, location, by: id });
  const scope = request.referencedScope(world, asked.connection);
  const members = inRecordOrder(membersOf(world, scope.id));
  const { staticAddresses, customInterfaceName } = asked;
  request.checkStaticAddresses(world, { subnet, members, asked: staticAddresses, id });
  const addresses = allocate(world, { subnet, members, held: [], staticAddresses });
  if (addresses === undefined) throw request.subnetIsFull(subnet, members.length);
  const interfaceName = customInterfaceName === '' ? `${name}.nic.${randomUUID()}` : customInterfaceName;
  const interfaceId = `${call.scopeId}/providers/Microsoft.Network/networkInterfaces/${interfaceName}`;
  if (world.networkInterfaces.get(interfaceId) !== undefined) {
    throw networkError(
      400,
      'NetworkInterfaceNameInUse',
      `Network interface ${interfaceId} belongs to another resource.`,
    );
  }
  const tags = tagsOf(body);
  const etag = world.networkEtag();
  const pending = asked.connection.manual;
  const status = pending ? 'Pending' : 'Approved';
  const endpoint = world.privateEndpoints.put({
    id,
    name,
    group,
    location,
    ...(tags === undefined ? {} : { tags }),
    etag,
    guid: randomUUID(),
    state: 'Updating',
    subnetId: subnet.id,
    scopeId: scope.id,
    interfaceId,
    customInterfaceName,
    staticAddresses,
    connection: { ...asked.connection, status, description: pending ? 'Awaiting Approval' : '' },
  });
  const nic = { id: interfaceId, name: interfaceName, group, location, etag, guid: randomUUID() };
  world.networkInterfaces.put({ ...nic, endpointId: id, subnetId: subnet.id, addresses });
  const connectionName = `connection-${randomUUID()}`;
  world.connections.put({
    id: `${scope.id}/privateendpointconnections/${connectionName}`,
    name: connectionName,
    group: scope.group,
    scopeId: scope.id,
    endpointId: id,
    status,
    description: pending ? (asked.connection.requestMessage ?? '') : 'Auto-Approved',
    etag: world.documentEtag(),
  });
  const title = 'PutPrivateEndpointOperation';
  const operation = operations.startOperation(world, {
    provider: 'Microsoft.Network',
    resourceId: id,
    title,
    location,
  });
  settleCreation(world, endpoint, operation);
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
  const tags = tagsOf(body);
  const endpoint = { ...untagged, ...(tags === undefined ? {} : { tags }), etag: world.networkEtag() };
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
  throw resourceNotFound(askedResource(call.path), call.path.resourceGroup ?? '');
}

function forgetEndpoint(world: World, endpoint: PrivateEndpoint): void {
  for (const group of world.zoneGroups.under(endpoint.id)) world.zoneGroups.delete(group.id);
  for (const each of world.connections.all()) {
    if (sameId(each.endpointId, endpoint.id)) world.connections.delete(each.id);
  }
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
  const { id: resourceId, location } = endpoint;
  const running = operations.operationOn(world, resourceId);
  const title = 'DeletePrivateEndpointOperation';
  const operation =
    running?.title === title
      ? running
      : operations.startOperation(world, { provider: 'Microsoft.Network', resourceId, title, location });
  if (operation !== running) {
    operations.supersede(world, resourceId, operation);
    world.privateEndpoints.put({ ...endpoint, state: 'Deleting', etag: world.networkEtag() });
    world.settle('endpointDelete', () => {
      forgetEndpoint(world, endpoint);
      operations.succeed(world, operation);
    });
  }
  return {
    status: 202,
    headers: operations.networkDeleteHeaders(world, operation, apiVersion),
    work: 'endpointDelete',
  };
}

export const privateEndpoints: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'privateEndpoints',
  apiVersions: networkVersions,
  item: { GET: get, PUT: put, DELETE: remove },
  list: call => {
    const found = call.world.privateEndpoints.all().filter(each => call.group === '' || sameId(each.group, call.group));
    return { status: 200, body: { value: found.map(each => endpointBody(call.world, each, call.apiVersion)) } };
  },
  state: (world, apiVersion) => world.privateEndpoints.all().map(each => endpointBody(world, each, apiVersion)),
};
