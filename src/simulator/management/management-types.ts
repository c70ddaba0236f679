/**
 * The types that the resource manager itself has. They are made from all others: what lies in a group, which providers
 * there are, what can be locked.
 */
import type { Tenant } from '../entra/principals.ts';
import type { ResourceType } from '../frame/resource-type.ts';
import { authorizationTypes } from './authorization.ts';
import { genericResources } from './generic-resources.ts';
import { operationResults } from './group-deletion.ts';
import { providerTypes } from './providers.ts';
import { resourceGroups } from './resource-groups.ts';
import { locations, subscriptions, tenantsType } from './subscriptions.ts';

/** `types` are those of the providers; the result is these and the resource manager's own, groups first. */
export function withManagement(types: readonly ResourceType[], tenants: readonly Tenant[]): readonly ResourceType[] {
  const authorization = authorizationTypes(types);
  return [
    resourceGroups(types),
    ...types,
    subscriptions,
    locations,
    tenantsType(tenants),
    genericResources(types),
    ...providerTypes([...types, ...authorization]),
    operationResults,
    ...authorization,
  ];
}
