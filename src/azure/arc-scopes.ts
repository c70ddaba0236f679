/**
 * Private link scopes of Azure Arc: regional, written and deleted at once. Tags go by PATCH, which does nothing else. By
 * plain requests, as for machines (facts: azure-sdk 2). src/azure only. Source: REST reference "Private Link Scopes"
 * 2025-01-13 (Hybrid Compute).
 */
import type { ArcPrivateLinkScope } from '../domain/arc-resources.ts';
import type { ArmId } from '../domain/resources.ts';
import type { Adapter, Site } from './adapter.ts';
import {
  type Json,
  list,
  members,
  mergeTags,
  objectOf,
  optional,
  readTags,
  required,
  resourceBase,
  text,
} from './wire.ts';

const HYBRID_VERSION = '2025-01-13';

/** An update is a GET and a PATCH. */
export const arcScopes: Adapter<'arcPrivateLinkScope'> = {
  type: 'Microsoft.HybridCompute/privateLinkScopes',
  read: readArcScope,

  get: ({ sdk, id }) => sdk.read(id, HYBRID_VERSION),

  put: (at, { location, tags }) =>
    // Machines that have joined and do not resolve our names yet must still get through.
    send(at, 'PUT', { location, tags: { ...tags }, properties: { publicNetworkAccess: 'Enabled' } }),

  async update(at, { want, fetch }) {
    await send(at, 'PATCH', { tags: mergeTags(objectOf((await fetch()).body), want.tags) });
  },

  retag: (at, tags) => send(at, 'PATCH', { tags: { ...tags } }),

  remove: at => send(at, 'DELETE'),
};

const send = ({ sdk, id }: Site, method: 'PUT' | 'PATCH' | 'DELETE', body?: Json): Promise<unknown> =>
  sdk.write(method, id, HYBRID_VERSION, body);

function readArcScope(body: Json): ArcPrivateLinkScope {
  const properties = members(body.properties);
  return {
    kind: 'arcPrivateLinkScope',
    ...resourceBase(body),
    location: required(body, 'location'),
    tags: readTags(body),
    ...optional('publicAccess', text(properties.publicNetworkAccess)),
    endpointIds: list(properties.privateEndpointConnections).flatMap(endpointOf),
  };
}

function endpointOf({ properties }: Json): readonly ArmId[] {
  const id = text(members(members(properties).privateEndpoint).id);
  return id === undefined ? [] : [id];
}
