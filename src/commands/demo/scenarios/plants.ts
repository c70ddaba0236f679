/**
 * Objects and ids that the scenarios share: plants like the one of deploy/samples, in the simulator's own subscription.
 * Data and text; no scenario of its own.
 */
import { stringify } from 'yaml';
import { GROUP as API_GROUP, KIND, VERSION } from '../../../domain/object.ts';

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
export const RESOURCE_GROUP = 'rg-monitor';
export const LOCATION = 'japaneast';
const BASE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}`;

export const workspaceId = (name: string): string =>
  `${BASE}/providers/Microsoft.OperationalInsights/workspaces/${name}`;
export const scopeId = (name: string): string => `${BASE}/providers/Microsoft.Insights/privateLinkScopes/${name}`;
export const linkId = (scope: string, name: string): string => `${scopeId(scope)}/scopedResources/${name}`;
export const endpointId = (name: string): string => `${BASE}/providers/Microsoft.Network/privateEndpoints/${name}`;
export const networkId = (name: string): string => `${BASE}/providers/Microsoft.Network/virtualNetworks/${name}`;
export const subnetId = (network: string, name: string): string => `${networkId(network)}/subnets/${name}`;
export const machineId = (name: string): string => `${BASE}/providers/Microsoft.HybridCompute/machines/${name}`;
export const ruleId = (name: string): string => `${BASE}/providers/Microsoft.Insights/dataCollectionRules/${name}`;
export const associationId = (machine: string, name: string): string =>
  `${machine}/providers/Microsoft.Insights/dataCollectionRuleAssociations/${name}`;
export const storageId = (name: string): string => `${BASE}/providers/Microsoft.Storage/storageAccounts/${name}`;

/** Closed to the public side, both ways. */
export const CLOSED = { ingestion: 'Disabled', query: 'Disabled' } as const;

export interface Plant {
  readonly name: string;
  /** Its subnet there is `monitoring`. */
  readonly network: string;
  /** More of its workspace than the name. */
  readonly workspace?: object;
  /** More of the spec. */
  readonly spec?: object;
}

/** The YAML of one plant with one workspace, `law-<name>`. A deletion opens what was closed. */
export const plant = ({ name, network, workspace = {}, spec = {} }: Plant): string =>
  stringify({
    apiVersion: `${API_GROUP}/${VERSION}`,
    kind: KIND,
    metadata: { name },
    spec: {
      subscriptionId: SUBSCRIPTION,
      resourceGroup: RESOURCE_GROUP,
      location: LOCATION,
      workspaces: [{ name: `law-${name}`, ...workspace }],
      privateEndpoint: { subnetId: subnetId(network, 'monitoring') },
      isolation: { onDelete: 'Reopen' },
      ...spec,
    },
  });

/** The body of a PUT of a private endpoint to a scope or another service. */
export const endpointBody = (
  subnet: string,
  { to, group }: { readonly to: string; readonly group: string },
): object => ({
  location: LOCATION,
  properties: {
    subnet: { id: subnet },
    privateLinkServiceConnections: [{ name: 'by-hand', properties: { privateLinkServiceId: to, groupIds: [group] } }],
  },
});
