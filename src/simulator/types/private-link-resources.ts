/**
 * Microsoft.Insights/privateLinkScopes/privateLinkResources: the one group `azuremonitor` with the members and zones
 * that the scope's links require now. Global members first, then those of regions (recorded 2020-12).
 */
import { ArmError } from '../frame/errors.ts';
import { type ArmCall, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { membersOf, requiredZoneNames } from '../network/members.ts';
import { scopeVersions } from './api-versions.ts';
import { parentScope } from './scoped-resources.ts';

function body(call: ArmCall): Json {
  const scope = parentScope(call, 'read');
  const { global, regional, endpoints } = membersOf(call.world, scope.id);
  return {
    id: `${scope.id}/privatelinkresources/azuremonitor`,
    name: 'azuremonitor',
    type: 'microsoft.insights/privatelinkscopes/privatelinkresources',
    properties: {
      groupId: 'azuremonitor',
      requiredMembers: [...global, ...regional, ...endpoints].map(member => member.name),
      requiredZoneNames,
    },
  };
}

export const privateLinkResources: ResourceType = {
  namespace: 'Microsoft.Insights',
  name: 'privateLinkScopes/privateLinkResources',
  apiVersions: scopeVersions,
  unpaged: true,
  item: {
    GET: call => {
      if (nameAt(call, 1).toLowerCase() !== 'azuremonitor') throw new ArmError(404, undefined);
      return { status: 200, body: body(call) };
    },
  },
  list: call => ({ status: 200, body: { value: [body(call)], nextLink: null } }),
};
