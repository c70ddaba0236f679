/**
 * Microsoft.Insights/privateLinkScopes/privateEndpointConnections: the scope's side of each private endpoint. Approving,
 * rejecting and deleting answer 202 with both operation addresses; the change itself shows at once (recorded).
 */
import { ArmError } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { insightsHeaders, runOperation } from '../operations.ts';
import type { EndpointConnection } from '../resources.ts';
import { scopeVersions } from './api-versions.ts';
import { insightsList } from './call-kit.ts';
import { connectionBody } from './connection-body.ts';
import { decide, disconnect } from './connection-decision.ts';
import { scopeIdOf } from './private-link-scopes.ts';
import { parentScope } from './scoped-resources.ts';

const find = (call: ArmCall): EndpointConnection | undefined =>
  call.world.connections.get(`${scopeIdOf(call)}/privateendpointconnections/${nameAt(call, 1)}`);

function accepted(call: ArmCall, connection: EndpointConnection, work: 'connectionPut' | 'connectionDelete'): ArmReply {
  const { world, apiVersion } = call;
  const scopeGuid = world.scopes.get(connection.scopeId)?.scopeGuid ?? '';
  const start = { provider: 'Microsoft.Insights', resourceId: connection.id, title: work, scopeGuid } as const;
  const operation = runOperation(world, start, { work, done: () => {} });
  const headers = insightsHeaders(world, operation, { apiVersion, resource: connection.id });
  return { status: 202, headers, work };
}

function put(call: ArmCall): ArmReply {
  parentScope(call, 'write');
  const before = find(call);
  if (before === undefined) throw new ArmError(404, undefined);
  return accepted(call, decide(call.world, before, call.body), 'connectionPut');
}

function remove(call: ArmCall): ArmReply {
  const connection = find(call);
  if (connection === undefined) return { status: 204 };
  disconnect(call.world, connection);
  return accepted(call, connection, 'connectionDelete');
}

export const privateEndpointConnections: ResourceType = {
  namespace: 'Microsoft.Insights',
  name: 'privateLinkScopes/privateEndpointConnections',
  apiVersions: scopeVersions,
  unpaged: true,
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
    return insightsList(call.world.connections.where('scope', scope.id).map(connectionBody));
  },
  state: world => world.scopes.all().flatMap(scope => world.connections.where('scope', scope.id).map(connectionBody)),
};
