/**
 * Azure Monitor Private Link Scopes. Tags go by PATCH, which does nothing else; access modes only by a PUT, so the body
 * that Azure holds is sent back with our fields in it, and exclusions survive. src/azure only.
 * Source: privateLinkScopes.json 2023-06-01-preview; facts: ampls 1.2.
 */
import type { AccessValues } from '../domain/access.ts';
import type { PrivateLinkScope, ScopeConnection } from '../domain/resources.ts';
import type { Adapter } from './adapter.ts';
import {
  type Json,
  list,
  members,
  mergeTags,
  objectOf,
  optional,
  readTags,
  resourceBase,
  text,
  without,
} from './wire.ts';

/** An update is a GET and a PATCH; access modes take a GET and a PUT. */
export const privateLinkScopes: Adapter<'privateLinkScope'> = {
  type: 'Microsoft.Insights/privateLinkScopes',
  read: readPrivateLinkScope,

  get: ({ sdk, resourceGroup, name }) => sdk.monitor.privateLinkScopes.get(resourceGroup, name),

  put: ({ sdk, resourceGroup, name }, want) =>
    sdk.monitor.privateLinkScopes.createOrUpdate(resourceGroup, name, {
      location: 'global',
      tags: { ...want.tags },
      // PrivateOnly breaks every other workspace behind the same DNS: when it is asked for, it comes last.
      accessModeSettings: {
        ingestionAccessMode: 'Open',
        queryAccessMode: 'Open',
      },
    }),

  async update({ sdk, resourceGroup, name }, { want, fetch }) {
    const tags = mergeTags(objectOf((await fetch()).body), want.tags);
    await sdk.monitor.privateLinkScopes.updateTags(resourceGroup, name, { tags });
  },

  // No If-Match: a scope has an etag, but the reference names no precondition for this PUT, and the etag stays the same
  // when links and endpoints come (facts: performance 1.2). The GET before it is the last moment's.
  async setAccess({ sdk }, { values, fetch }) {
    const found = await fetch();
    await sdk.send({ method: 'PUT', url: found.url, body: withAccessModes(objectOf(found.body), values) });
  },

  retag: ({ sdk, resourceGroup, name }, tags) =>
    sdk.monitor.privateLinkScopes.updateTags(resourceGroup, name, { tags: { ...tags } }),

  remove: ({ sdk, resourceGroup, name }) => sdk.monitor.privateLinkScopes.delete(resourceGroup, name).submitted(),
};

/** What Azure computes and refuses in a PUT, at the top and in `properties`. */
const READ_ONLY = ['id', 'name', 'type', 'systemData', 'etag'];
const READ_ONLY_PROPERTIES = ['provisioningState', 'privateEndpointConnections', 'scopeId'];

/** The body of a PUT that changes the access modes and nothing else. */
function withAccessModes(body: Json, values: AccessValues): Json {
  const properties = members(body.properties);
  const found = members(properties.accessModeSettings);
  return {
    ...without(body, READ_ONLY),
    properties: {
      ...without(properties, READ_ONLY_PROPERTIES),
      accessModeSettings: {
        // Both are required from 2021-07-01-preview on.
        ingestionAccessMode: 'Open',
        queryAccessMode: 'Open',
        ...without(found, []),
        ...optional('ingestionAccessMode', values.ingestion),
        ...optional('queryAccessMode', values.query),
      },
    },
  };
}

function readPrivateLinkScope(body: Json): PrivateLinkScope {
  const properties = members(body.properties);
  const modes = members(properties.accessModeSettings);
  const connections = list(properties.privateEndpointConnections);
  return {
    kind: 'privateLinkScope',
    ...resourceBase(body),
    tags: readTags(body),
    ...optional('scopeGuid', text(properties.scopeId)),
    accessModes: {
      ...optional('ingestion', text(modes.ingestionAccessMode)),
      ...optional('query', text(modes.queryAccessMode)),
    },
    connections: connections.flatMap(readConnection),
  };
}

function readConnection(connection: Json): readonly ScopeConnection[] {
  const properties = members(connection.properties);
  const id = text(connection.id);
  const endpointId = text(members(properties.privateEndpoint).id);
  if (id === undefined || endpointId === undefined) return [];
  return [
    { id, endpointId, ...optional('status', text(members(properties.privateLinkServiceConnectionState).status)) },
  ];
}
