/**
 * Microsoft.Insights/privateLinkScopes: created and changed at once, deleted as a long-running operation. Ids and type in
 * lower case with the names' case kept, `kind` null, etag only in the body (recorded 2020 to 2023).
 */
import { randomUUID } from 'node:crypto';
import { objectAt, objectsAt, stringAt, tagsOf } from '../frame/body.ts';
import { ArmError, badRequest, conflict, gatewayError, locationRequired, resourceNotFound } from '../frame/errors.ts';
import { askedResource } from '../frame/path.ts';
import { type ArmCall, type ArmReply, atLeast, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { linksOf } from '../network/members.ts';
import { insightsHeaders, runOperation } from '../operations.ts';
import { sameId } from '../resource-map.ts';
import type { AccessMode, AccessModes, PrivateLinkScope } from '../resources.ts';
import type { World } from '../world.ts';
import { scopeVersions } from './api-versions.ts';
import { connectionBody } from './connection-body.ts';
import { stamped, systemData } from './system-data.ts';

export const scopeIdOf = (call: ArmCall): string =>
  `${call.scopeId}/providers/microsoft.insights/privatelinkscopes/${nameAt(call, 0)}`;

const hasAccessModes = (apiVersion: string): boolean => atLeast(apiVersion, '2021-01-01');

function scopeBody(world: World, scope: PrivateLinkScope, apiVersion: string): Json {
  const connections = world.connections.where('scope', scope.id);
  const { query, ingestion, exclusions } = scope.accessModes;
  const modes = { exclusions, queryAccessMode: query, ingestionAccessMode: ingestion };
  return {
    id: scope.id,
    name: scope.name,
    type: 'microsoft.insights/privatelinkscopes',
    location: 'global',
    tags: scope.tags,
    kind: null,
    etag: scope.etag,
    systemData: systemData(scope.stamps),
    properties: {
      scopeId: scope.scopeGuid,
      provisioningState: scope.state,
      ...(connections.length === 0 ? {} : { privateEndpointConnections: connections.map(connectionBody) }),
      ...(hasAccessModes(apiVersion) ? { accessModeSettings: modes } : {}),
    },
  };
}

function modeAt(settings: Json, key: string, path: string): AccessMode {
  const asked = stringAt(settings, key);
  const mode = (['Open', 'PrivateOnly'] as const).find(each => each.toLowerCase() === asked?.toLowerCase());
  if (mode !== undefined) return mode;
  throw badRequest('BadRequest', `'${path}.${key}' must be one of Open, PrivateOnly, not '${asked ?? ''}'.`);
}

/** Both modes are required where the api-version knows them; before that every scope is open. */
function accessModesOf(call: ArmCall, before: PrivateLinkScope | undefined): AccessModes {
  const path = 'properties.accessModeSettings';
  const properties = objectAt(call.body, 'properties');
  if (!hasAccessModes(call.apiVersion)) {
    return before?.accessModes ?? { query: 'Open', ingestion: 'Open', exclusions: null };
  }
  if (properties.accessModeSettings === undefined) throw badRequest('BadRequest', `'${path}' is required.`);
  const settings = objectAt(properties, 'accessModeSettings');
  const exclusions = objectsAt(settings, 'exclusions').map((each, index) => ({
    privateEndpointConnectionName: stringAt(each, 'privateEndpointConnectionName') ?? '',
    queryAccessMode: modeAt(each, 'queryAccessMode', `${path}.exclusions[${index}]`),
    ingestionAccessMode: modeAt(each, 'ingestionAccessMode', `${path}.exclusions[${index}]`),
  }));
  return {
    query: modeAt(settings, 'queryAccessMode', path),
    ingestion: modeAt(settings, 'ingestionAccessMode', path),
    exclusions: exclusions.length === 0 ? null : exclusions,
  };
}

function checkLocation(body: Json): void {
  const location = stringAt(body, 'location');
  if (location === undefined || location === '') throw locationRequired();
  if (location.toLowerCase() === 'global') return;
  throw gatewayError(
    400,
    'LocationNotAvailableForResourceType',
    `The provided location '${location}' is not available for resource type 'microsoft.insights/privateLinkScopes'. List of available regions for the resource type is 'global'.`,
  );
}

function put(call: ArmCall): ArmReply {
  const { world, body } = call;
  checkLocation(body);
  const before = world.scopes.get(scopeIdOf(call));
  if (before?.state === 'Deleting') throw conflict('Conflict', `Private link scope '${before.name}' is being deleted.`);
  const scope = world.scopes.put({
    id: before?.id ?? scopeIdOf(call),
    name: before?.name ?? nameAt(call, 0),
    group: call.group,
    tags: tagsOf(body) ?? {},
    etag: world.documentEtag(),
    stamps: stamped(world, call.principal, before?.stamps),
    scopeGuid: before?.scopeGuid ?? randomUUID(),
    state: 'Succeeded',
    accessModes: accessModesOf(call, before),
  });
  const status = before === undefined ? 201 : 200;
  return { status, body: scopeBody(world, scope, call.apiVersion), work: 'scopePut' };
}

/** The scope of the path. Throws the gateway's 404, or for a moment after its delete the provider's empty one. */
export function findScope(call: ArmCall): PrivateLinkScope {
  const id = scopeIdOf(call);
  const scope = call.world.scopes.get(id);
  if (scope !== undefined) return scope;
  if (call.world.justForgotten(id)) throw new ArmError(404, undefined);
  throw resourceNotFound(askedResource(call.path), call.path.resourceGroup ?? '');
}

function patch(call: ArmCall): ArmReply {
  const { world } = call;
  const before = findScope(call);
  const tags = tagsOf(call.body) ?? before.tags;
  const stamps = stamped(world, call.principal, before.stamps);
  const scope = world.scopes.put({ ...before, tags, stamps, etag: world.documentEtag() });
  return { status: 200, body: scopeBody(world, scope, call.apiVersion), work: 'scopePatch' };
}

/** A scope goes with its links (recorded); with a private endpoint still connected it is refused (assumed: not seen). */
function remove(call: ArmCall): ArmReply {
  const { world, apiVersion } = call;
  const scope = world.scopes.get(scopeIdOf(call));
  if (scope === undefined) return { status: 204 };
  if (world.connections.where('scope', scope.id).length > 0) {
    throw conflict(
      'Conflict',
      `Private link scope '${scope.name}' has private endpoint connections. Delete them first.`,
    );
  }
  const { id: resourceId, scopeGuid } = scope;
  const start = { provider: 'Microsoft.Insights', resourceId, title: 'Delete', scopeGuid } as const;
  const operation = runOperation(world, start, {
    work: 'scopeDelete',
    done: () => {
      for (const link of linksOf(world, scope.id)) world.links.delete(link.id);
      world.scopes.delete(scope.id);
      world.forget(scope.id);
    },
    failed: () => world.scopes.put({ ...scope, state: 'Succeeded' }),
  });
  world.scopes.put({ ...scope, state: 'Deleting' });
  const resource = `/subscriptions/${world.subscriptionId}/resourcegroups/${call.group}/providers/microsoft.insights/privatelinkscopes/${scope.name}`;
  return { status: 202, headers: insightsHeaders(world, operation, { apiVersion, resource }), work: 'scopeDelete' };
}

export const privateLinkScopes: ResourceType = {
  namespace: 'Microsoft.Insights',
  name: 'privateLinkScopes',
  apiVersions: scopeVersions,
  item: {
    GET: call => ({ status: 200, body: scopeBody(call.world, findScope(call), call.apiVersion) }),
    PUT: put,
    PATCH: patch,
    DELETE: remove,
  },
  list: call => {
    const found = call.world.scopes.all().filter(each => call.group === '' || sameId(each.group, call.group));
    const value = found.map(each => scopeBody(call.world, each, call.apiVersion));
    return { status: 200, body: { value, nextLink: null } };
  },
  state: (world, apiVersion) => world.scopes.all().map(each => scopeBody(world, each, apiVersion)),
};
