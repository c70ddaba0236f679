/**
 * `.../resources`: every tracked resource of the subscription or of a group, whatever its type, in the short form of this
 * list. Tracked is what has a location.
 */
import type { ArmCall, Json, ResourceType } from '../frame/resource-type.ts';
import { resourceVersions } from './api-versions.ts';
import { contentsOf } from './contents.ts';
import { filtersByTag, resourceFilter } from './resource-filter.ts';

const kept = [
  'id',
  'name',
  'type',
  'kind',
  'location',
  'managedBy',
  'sku',
  'plan',
  'identity',
  'extendedLocation',
  'tags',
];

function expanded(body: Json, expand: readonly string[]): Json {
  const properties = (body.properties ?? {}) as Json;
  const system = (body.systemData ?? {}) as Json;
  const all: Json = {
    createdTime: system.createdAt ?? properties.createdDate,
    changedTime: system.lastModifiedAt ?? properties.modifiedDate,
    provisioningState: properties.provisioningState,
  };
  return Object.fromEntries(
    Object.entries(all).filter(([name, value]) => value !== undefined && expand.includes(name.toLowerCase())),
  );
}

function list(call: ArmCall, types: readonly ResourceType[]): readonly Json[] {
  const filter = call.query.get('$filter');
  const matches = resourceFilter(filter);
  const without = filtersByTag(filter) ? 'tags' : '';
  const expand = (call.query.get('$expand') ?? '').toLowerCase().split(',');
  return contentsOf(call.world, types, call.scopeId)
    .map(({ body }) => body)
    .filter(body => typeof body.location === 'string' && matches(body))
    .map(body => {
      const entries = kept.filter(key => key !== without && body[key] !== undefined && body[key] !== null);
      return { ...Object.fromEntries(entries.map(key => [key, body[key]])), ...expanded(body, expand) };
    });
}

/** `types` are all others. */
export const genericResources = (types: readonly ResourceType[]): ResourceType => ({
  namespace: 'Microsoft.Resources',
  name: 'resources',
  apiVersions: resourceVersions,
  operation: (_verb, path) =>
    path.resourceGroup === undefined
      ? 'Microsoft.Resources/subscriptions/resources/read'
      : 'Microsoft.Resources/subscriptions/resourceGroups/resources/read',
  list: call => ({ status: 200, body: { value: list(call, types) } }),
});
