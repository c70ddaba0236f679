/**
 * Microsoft.Resources/resourceGroups: seeded, read only. Creating and deleting groups is not simulated.
 */
import { resourceGroupNotFound } from '../frame/errors.ts';
import { type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import type { ResourceGroup } from '../resources.ts';
import { resourceGroupVersions } from './api-versions.ts';

const body = (group: ResourceGroup): Json => ({
  id: group.id,
  name: group.name,
  type: 'Microsoft.Resources/resourceGroups',
  location: group.location,
  ...(group.tags === undefined ? {} : { tags: group.tags }),
  properties: { provisioningState: 'Succeeded' },
});

export const resourceGroups: ResourceType = {
  namespace: 'Microsoft.Resources',
  name: 'resourceGroups',
  apiVersions: resourceGroupVersions,
  item: {
    GET: call => {
      const group = call.world.resourceGroups.get(call.scopeId);
      if (group === undefined) throw resourceGroupNotFound(nameAt(call, 0));
      return { status: 200, body: body(group) };
    },
  },
  list: call => ({ status: 200, body: { value: call.world.resourceGroups.all().map(body) } }),
  state: world => world.resourceGroups.all().map(body),
};
