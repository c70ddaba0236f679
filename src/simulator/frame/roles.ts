/**
 * Built-in roles of Azure that a seed may name, with the actions that concern what is simulated (Azure built-in roles,
 * Microsoft Learn). Not every role, and of each role not every action.
 */

export interface Role {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

const role = (actions: readonly string[], notActions: readonly string[] = []): Role => ({ actions, notActions });

const deployments = ['Microsoft.Resources/deployments/*', 'Microsoft.Resources/subscriptions/resourceGroups/read'];

const roles: Readonly<Record<string, Role>> = {
  Owner: role(['*']),
  Contributor: role(
    ['*'],
    [
      'Microsoft.Authorization/*/Delete',
      'Microsoft.Authorization/*/Write',
      'Microsoft.Authorization/elevateAccess/Action',
    ],
  ),
  Reader: role(['*/read']),
  'Network Contributor': role(['Microsoft.Authorization/*/read', 'Microsoft.Network/*', ...deployments]),
  'Private DNS Zone Contributor': role([
    'Microsoft.Authorization/*/read',
    'Microsoft.Network/privateDnsZones/*',
    'Microsoft.Network/virtualNetworks/read',
    'Microsoft.Network/virtualNetworks/join/action',
    ...deployments,
  ]),
  'Monitoring Reader': role(['*/read', 'Microsoft.OperationalInsights/workspaces/search/action']),
  'Monitoring Contributor': role([
    '*/read',
    'Microsoft.Insights/components/*',
    'Microsoft.Insights/dataCollectionEndpoints/*',
    'Microsoft.Insights/dataCollectionRules/*',
    'Microsoft.Insights/dataCollectionRuleAssociations/*',
    'Microsoft.Insights/privateLinkScopes/*',
    'Microsoft.Insights/privateLinkScopeOperationStatuses/*',
    'Microsoft.OperationalInsights/workspaces/write',
    'Microsoft.OperationalInsights/workspaces/search/action',
    'Microsoft.OperationalInsights/workspaces/sharedKeys/action',
  ]),
  'Log Analytics Contributor': role([
    '*/read',
    'Microsoft.HybridCompute/machines/extensions/write',
    'Microsoft.Insights/diagnosticSettings/*',
    'Microsoft.OperationalInsights/*',
    ...deployments,
  ]),
  'Azure Connected Machine Resource Administrator': role([
    'Microsoft.HybridCompute/machines/*',
    'Microsoft.HybridCompute/privateLinkScopes/*',
    'Microsoft.HybridCompute/*/read',
    ...deployments,
  ]),
};

export const roleNames: readonly string[] = Object.keys(roles);

export const findRole = (name: string): Role | undefined => (Object.hasOwn(roles, name) ? roles[name] : undefined);
