/**
 * Microsoft.Resources/subscriptions, their locations, and tenants: who calls finds the one subscription when it may do
 * anything in it, and its own tenant.
 */
import { findTenant, type Tenant } from '../entra/principals.ts';
import { assignmentsOf } from '../frame/permissions.ts';
import { displayNameOf, regionNames } from '../frame/regions.ts';
import { type ArmCall, atLeast, type Json, type ResourceType } from '../frame/resource-type.ts';
import type { World } from '../world.ts';
import { resourceVersions } from './api-versions.ts';

function subscriptionBody(world: World, apiVersion: string): Json {
  const { subscriptionId, tenantId, subscription } = world;
  return {
    id: `/subscriptions/${subscriptionId}`,
    authorizationSource: 'RoleBased',
    ...(atLeast(apiVersion, '2019-06-01') ? { managedByTenants: [] } : {}),
    subscriptionId,
    ...(atLeast(apiVersion, '2019-06-01') ? { tenantId } : {}),
    displayName: subscription.displayName,
    state: subscription.state,
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
  };
}

const seesSubscription = ({ world, caller }: ArmCall): boolean =>
  assignmentsOf(world, caller).some(({ actions }) => actions.length > 0);

export const subscriptions: ResourceType = {
  namespace: 'Microsoft.Resources',
  name: 'subscriptions',
  apiVersions: resourceVersions,
  operation: () => 'Microsoft.Resources/subscriptions/read',
  item: { GET: call => ({ status: 200, body: subscriptionBody(call.world, call.apiVersion) }) },
  list: call => {
    const value = seesSubscription(call) ? [subscriptionBody(call.world, call.apiVersion)] : [];
    return { status: 200, body: { value, count: { type: 'Total', value: value.length } } };
  },
};

const locationBody = (world: World, region: string): Json => {
  const displayName = displayNameOf(region);
  return {
    id: `/subscriptions/${world.subscriptionId}/locations/${region}`,
    name: region,
    type: 'Region',
    displayName,
    regionalDisplayName: displayName,
    metadata: { regionType: 'Physical', regionCategory: 'Recommended' },
  };
};

export const locations: ResourceType = {
  namespace: 'Microsoft.Resources',
  name: 'locations',
  apiVersions: resourceVersions,
  unpaged: true,
  operation: () => 'Microsoft.Resources/subscriptions/locations/read',
  list: call => ({ status: 200, body: { value: regionNames.map(region => locationBody(call.world, region)) } }),
};

function tenantBody(tenant: Tenant): Json {
  const { tenantId, displayName = 'Simulated tenant' } = tenant;
  const domain = tenant.domain ?? `${tenantId.slice(0, 8)}.onmicrosoft.com`;
  return {
    id: `/tenants/${tenantId}`,
    tenantId,
    countryCode: 'JP',
    displayName,
    domains: [domain],
    tenantCategory: 'Home',
    defaultDomain: domain,
    tenantType: 'AAD',
  };
}

/** The tenants that callers come from, beside the subscription's. */
export const tenantsType = (tenants: readonly Tenant[]): ResourceType => ({
  namespace: 'Microsoft.Resources',
  name: 'tenants',
  apiVersions: resourceVersions,
  operation: () => 'Microsoft.Resources/tenants/read',
  list: ({ caller }) => {
    const own = findTenant(tenants, caller.tenantId);
    return { status: 200, body: { value: own === undefined ? [] : [tenantBody(own)] } };
  },
});
