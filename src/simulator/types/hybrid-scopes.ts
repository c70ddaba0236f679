/**
 * Microsoft.HybridCompute/privateLinkScopes with their private link resources: regional, written and deleted at once,
 * always with 200 (recorded in 2022 and 2024).
 */
import { randomUUID } from 'node:crypto';
import { locationOf, objectAt, stringAt, tagsOf } from '../frame/body.ts';
import { ArmError, badRequest, conflict, otherLocation, parentNotFound } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { arcMembers, arcZoneNames } from '../network/arc-members.ts';
import type { HybridScope } from '../resources-machines.ts';
import type { World } from '../world.ts';
import { hybridVersions } from './api-versions.ts';
import { given, inCallScope, listReply, notFound, outerId } from './call-kit.ts';
import { hybridConnectionBody } from './hybrid-connection-body.ts';

const type = 'Microsoft.HybridCompute/privateLinkScopes';

const propertiesOf = (world: World, scope: HybridScope): Json => ({
  privateLinkScopeId: scope.scopeGuid,
  publicNetworkAccess: scope.publicAccess,
  provisioningState: 'Succeeded',
  privateEndpointConnections: world.connections.where('scope', scope.id).map(hybridConnectionBody),
});

/** Recorded: tags come last and only when there are any; a list has them before the properties, empty or not. */
function scopeBody(world: World, scope: HybridScope, listed: boolean): Json {
  const { id, name, location } = scope;
  const properties = propertiesOf(world, scope);
  const base = { id, name, type, location };
  return listed
    ? { ...base, tags: scope.tags ?? {}, properties }
    : { ...base, properties, ...given('tags', scope.tags) };
}

function put(call: ArmCall): ArmReply {
  const { world, body } = call;
  const location = locationOf(body, type);
  const before = world.hybridScopes.get(outerId(call, type));
  if (before !== undefined && before.location !== location) {
    throw otherLocation(before.name, before.group, before.location, location);
  }
  const asked = stringAt(objectAt(body, 'properties'), 'publicNetworkAccess') ?? 'Disabled';
  const publicAccess = (['Enabled', 'Disabled', 'SecuredByPerimeter'] as const).find(
    each => each.toLowerCase() === asked.toLowerCase(),
  );
  if (publicAccess === undefined)
    throw badRequest('BadRequest', `'publicNetworkAccess' must be Enabled or Disabled, not '${asked}'.`);
  const scope = world.hybridScopes.put({
    id: before?.id ?? outerId(call, type),
    name: before?.name ?? nameAt(call, 0),
    group: call.group,
    location,
    ...given('tags', tagsOf(body)),
    scopeGuid: before?.scopeGuid ?? randomUUID(),
    publicAccess,
  });
  return { status: 200, body: scopeBody(world, scope, false), work: 'hybridScopePut' };
}

function find(call: ArmCall): HybridScope {
  const scope = call.world.hybridScopes.get(outerId(call, type));
  if (scope === undefined) throw notFound(call);
  return scope;
}

/** The scope above the path's resource. Throws the gateway's 404 for a parent. */
export function parentHybridScope(call: ArmCall, verb: 'read' | 'write' | 'delete'): HybridScope {
  const scope = call.world.hybridScopes.get(outerId(call, type));
  if (scope === undefined) throw parentNotFound(verb, call.path.types.join('/'), outerId(call, type));
  return scope;
}

function patch(call: ArmCall): ArmReply {
  const scope = call.world.hybridScopes.put({ ...find(call), ...given('tags', tagsOf(call.body)) });
  return { status: 200, body: scopeBody(call.world, scope, false), work: 'hybridScopePut' };
}

/** Refused while an endpoint is connected or a machine uses it (assumed; the wording is ours). */
function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const scope = world.hybridScopes.get(outerId(call, type));
  if (scope === undefined) return { status: 204 };
  const inUse = world.connections.where('scope', scope.id).length + world.machines.where('scope', scope.id).length;
  if (inUse > 0) {
    throw conflict(
      'Conflict',
      `Private link scope '${scope.name}' has private endpoint connections or machines. Remove them first.`,
    );
  }
  world.hybridScopes.delete(scope.id);
  return { status: 200 };
}

export const hybridScopes: ResourceType = {
  namespace: 'Microsoft.HybridCompute',
  name: 'privateLinkScopes',
  apiVersions: hybridVersions,
  item: {
    GET: call => ({ status: 200, body: scopeBody(call.world, find(call), false) }),
    PUT: put,
    PATCH: patch,
    DELETE: remove,
  },
  list: call =>
    listReply(inCallScope(call, call.world.hybridScopes.all()).map(each => scopeBody(call.world, each, true))),
  state: world => world.hybridScopes.all().map(each => scopeBody(world, each, false)),
};

function resourceBody(call: ArmCall): Json {
  const scope = parentHybridScope(call, 'read');
  return {
    id: `${scope.id}/privateLinkResources/hybridcompute`,
    name: 'hybridcompute',
    type: `${type}/privateLinkResources`,
    properties: {
      groupId: 'hybridcompute',
      requiredMembers: arcMembers(scope.location).map(member => member.name),
      requiredZoneNames: arcZoneNames,
    },
  };
}

export const hybridLinkResources: ResourceType = {
  namespace: 'Microsoft.HybridCompute',
  name: 'privateLinkScopes/privateLinkResources',
  apiVersions: hybridVersions,
  item: {
    GET: call => {
      if (nameAt(call, 1).toLowerCase() !== 'hybridcompute') throw new ArmError(404, undefined);
      return { status: 200, body: resourceBody(call) };
    },
  },
  list: call => listReply([resourceBody(call)]),
};
