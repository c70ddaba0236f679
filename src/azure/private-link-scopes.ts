/**
 * Azure Monitor Private Link Scopes. Tags go by PATCH, which does nothing else; access modes only by a PUT, so the body
 * that Azure holds is sent back with our fields in it, and exclusions survive. src/azure only.
 * Source: privateLinkScopes.json 2023-06-01-preview; facts: ampls 1.2.
 */
import type { PrivateLinkScope, PrivateLinkScopeWant, ScopeConnection } from '../domain/resources.ts';
import { type Adapter, hasChange, hasTagChange } from './adapter.ts';
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

/** An update is a GET and a PATCH, or a PUT where access modes change. */
export const privateLinkScopes: Adapter<'privateLinkScope'> = {
  type: 'Microsoft.Insights/privateLinkScopes',
  read: readPrivateLinkScope,

  get: ({ sdk, resourceGroup, name }) => sdk.monitor.privateLinkScopes.get(resourceGroup, name),

  put: ({ sdk, resourceGroup, name }, want) =>
    sdk.monitor.privateLinkScopes.createOrUpdate(resourceGroup, name, {
      location: 'global',
      tags: { ...want.tags },
      // PrivateOnly breaks every other workspace behind the same DNS: only when it is asked for.
      accessModeSettings: {
        ingestionAccessMode: want.accessModes.ingestion ?? 'Open',
        queryAccessMode: want.accessModes.query ?? 'Open',
      },
    }),

  async update({ sdk, resourceGroup, name }, { want, changes, fetch }) {
    const found = await fetch();
    const body = objectOf(found.body);
    const tags = mergeTags(readTags(body), want.tags);
    if (hasChange(changes, 'accessModes.ingestion', 'accessModes.query')) {
      const merged = { ...withAccessModes(body, want), ...(hasTagChange(changes) ? { tags } : {}) };
      await sdk.send({ method: 'PUT', url: found.url, body: merged });
      return;
    }
    await sdk.monitor.privateLinkScopes.updateTags(resourceGroup, name, { tags });
  },

  retag: ({ sdk, resourceGroup, name }, tags) =>
    sdk.monitor.privateLinkScopes.updateTags(resourceGroup, name, { tags: { ...tags } }),

  remove: ({ sdk, resourceGroup, name }) => sdk.monitor.privateLinkScopes.delete(resourceGroup, name).submitted(),
};

/** What Azure computes and refuses in a PUT, at the top and in `properties`. */
const READ_ONLY = ['id', 'name', 'type', 'systemData', 'etag'];
const READ_ONLY_PROPERTIES = ['provisioningState', 'privateEndpointConnections', 'scopeId'];

/** The body of a PUT that changes the access modes and nothing else. */
function withAccessModes(body: Json, { accessModes }: PrivateLinkScopeWant): Json {
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
        ...optional('ingestionAccessMode', accessModes.ingestion),
        ...optional('queryAccessMode', accessModes.query),
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
