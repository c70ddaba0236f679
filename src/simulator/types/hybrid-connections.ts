/**
 * Microsoft.HybridCompute/privateLinkScopes/privateEndpointConnections: named after endpoint and its GUID; approving,
 * rejecting and deleting answer 202 with an operation that has ended at the first look (recorded in 2024).
 */
import { type ArmCall, type ArmReply, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { runOperation } from '../operations.ts';
import type { EndpointConnection } from '../resources.ts';
import type { HybridScope } from '../resources-machines.ts';
import { hybridVersions } from './api-versions.ts';
import { listReply, notFound } from './call-kit.ts';
import { decide, disconnect } from './connection-decision.ts';
import { hybridConnectionBody } from './hybrid-connection-body.ts';
import { hybridHeaders } from './hybrid-operations.ts';
import { parentHybridScope } from './hybrid-scopes.ts';

const find = (call: ArmCall, scope: HybridScope): EndpointConnection | undefined =>
  call.world.connections.get(`${scope.id}/privateEndpointConnections/${nameAt(call, 1)}`);

function accepted(call: ArmCall, scope: HybridScope, connection: EndpointConnection): ArmReply {
  const start = {
    provider: 'Microsoft.HybridCompute',
    resourceId: connection.id,
    title: 'Connection',
    location: scope.location,
  } as const;
  const operation = runOperation(call.world, start, { work: 'hybridConnection', done: () => {} });
  return { status: 202, headers: hybridHeaders(call, operation), work: 'hybridConnection' };
}

function put(call: ArmCall): ArmReply {
  const scope = parentHybridScope(call, 'write');
  const before = find(call, scope);
  if (before === undefined) throw notFound(call);
  return accepted(call, scope, decide(call.world, before, call.body));
}

function remove(call: ArmCall): ArmReply {
  const scope = parentHybridScope(call, 'delete');
  const connection = find(call, scope);
  if (connection === undefined) return { status: 204 };
  disconnect(call.world, connection);
  return accepted(call, scope, connection);
}

export const hybridConnections: ResourceType = {
  namespace: 'Microsoft.HybridCompute',
  name: 'privateLinkScopes/privateEndpointConnections',
  apiVersions: hybridVersions,
  item: {
    GET: call => {
      const connection = find(call, parentHybridScope(call, 'read'));
      if (connection === undefined) throw notFound(call);
      return { status: 200, body: hybridConnectionBody(connection) };
    },
    PUT: put,
    DELETE: remove,
  },
  list: call => {
    const scope = parentHybridScope(call, 'read');
    return listReply(call.world.connections.where('scope', scope.id).map(hybridConnectionBody));
  },
  state: world =>
    world.hybridScopes.all().flatMap(scope => world.connections.where('scope', scope.id).map(hybridConnectionBody)),
};
