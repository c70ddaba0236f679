/**
 * Microsoft.Insights/privateLinkScopes/privateEndpointConnections: the scope's side of each private endpoint. Approving,
 * rejecting and deleting answer 202 with both operation addresses; the change itself shows at once (recorded).
 */
import { objectAt, stringAt } from '../frame/body.ts';
import { ArmError, badRequest } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { refreshInterface } from '../network/interface-members.ts';
import { insightsHeaders, startOperation, succeed } from '../operations.ts';
import { sameId } from '../resource-map.ts';
import type { ConnectionStatus, EndpointConnection } from '../resources.ts';
import type { World } from '../world.ts';
import { scopeVersions } from './api-versions.ts';
import { connectionBody } from './connection-body.ts';
import { scopeIdOf } from './private-link-scopes.ts';
import { parentScope } from './scoped-resources.ts';

const find = (call: ArmCall): EndpointConnection | undefined =>
  call.world.connections.get(`${scopeIdOf(call)}/privateendpointconnections/${nameAt(call, 1)}`);

/** The endpoint's side shows what the scope's side says. */
function mirror(world: World, connection: EndpointConnection, status: ConnectionStatus): void {
  const endpoint = world.privateEndpoints.get(connection.endpointId);
  if (endpoint === undefined) return;
  const { description } = connection;
  const changed = { ...endpoint.connection, status, description };
  world.privateEndpoints.put({ ...endpoint, connection: changed, etag: world.networkEtag() });
  refreshInterface(world, endpoint.id);
}

function accepted(call: ArmCall, connection: EndpointConnection, work: 'connectionPut' | 'connectionDelete'): ArmReply {
  const { world, apiVersion } = call;
  const scopeGuid = world.scopes.get(connection.scopeId)?.scopeGuid ?? '';
  const start = { provider: 'Microsoft.Insights', resourceId: connection.id, title: work, scopeGuid } as const;
  const operation = startOperation(world, start);
  world.settle(work, () => succeed(world, operation));
  const headers = insightsHeaders(world, operation, { apiVersion, resource: connection.id });
  return { status: 202, headers, work };
}

function put(call: ArmCall): ArmReply {
  parentScope(call, 'write');
  const before = find(call);
  if (before === undefined) throw new ArmError(404, undefined);
  const state = objectAt(objectAt(call.body, 'properties'), 'privateLinkServiceConnectionState');
  const asked = stringAt(state, 'status');
  const status = (['Approved', 'Rejected'] as const).find(each => each.toLowerCase() === asked?.toLowerCase());
  if (status === undefined)
    throw badRequest('BadRequest', `A connection can be Approved or Rejected, not '${asked ?? ''}'.`);
  // Recorded: an empty description is stored, null or none keeps the one that was there.
  const description = stringAt(state, 'description') ?? before.description;
  const connection = { ...before, status, description, etag: call.world.documentEtag() };
  call.world.connections.put(connection);
  mirror(call.world, connection, status);
  return accepted(call, connection, 'connectionPut');
}

function remove(call: ArmCall): ArmReply {
  const connection = find(call);
  if (connection === undefined) return { status: 204 };
  call.world.connections.delete(connection.id);
  mirror(call.world, connection, 'Disconnected');
  return accepted(call, connection, 'connectionDelete');
}

export const privateEndpointConnections: ResourceType = {
  namespace: 'Microsoft.Insights',
  name: 'privateLinkScopes/privateEndpointConnections',
  apiVersions: scopeVersions,
  item: {
    GET: call => {
      parentScope(call, 'read');
      const connection = find(call);
      if (connection === undefined) throw new ArmError(404, undefined);
      return { status: 200, body: connectionBody(connection) };
    },
    PUT: put,
    DELETE: remove,
  },
  list: call => {
    const scope = parentScope(call, 'read');
    const found = call.world.connections.all().filter(each => sameId(each.scopeId, scope.id));
    return { status: 200, body: { value: found.map(connectionBody), nextLink: null } };
  },
  state: world => world.connections.all().map(connectionBody),
};
