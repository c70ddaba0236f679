/**
 * The rights in Azure that an object needs, and which of them an identity lacks. Pure. Source: "Azure permissions for
 * Monitor", "Azure role-based access control permissions for Azure Private Link", "Permissions - List For Resource Group"
 * (Microsoft Learn); facts: ampls 8.
 */
import type { Desired } from './desire.ts';
import { parseId, sameId, shortName } from './names.ts';
import type { ArmId } from './resources.ts';

/** What one role assignment allows, as Azure lists it. `*` stands for any characters. */
export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

/** Actions that must be allowed at a scope. */
export interface NeededRights {
  readonly scope: ArmId;
  /** For messages: `resource group rg-monitor`. */
  readonly name: string;
  readonly actions: readonly string[];
}

/** What an identity may do at a scope. */
export interface HeldRights {
  readonly scope: ArmId;
  readonly permissions: readonly Permission[];
}

const IN_GROUP = [
  'Microsoft.OperationalInsights/workspaces/read',
  'Microsoft.OperationalInsights/workspaces/write',
  'Microsoft.OperationalInsights/deletedWorkspaces/read',
  'Microsoft.Insights/privateLinkScopes/read',
  'Microsoft.Insights/privateLinkScopes/write',
  'Microsoft.Insights/privateLinkScopes/delete',
  'Microsoft.Insights/privateLinkScopes/scopedResources/read',
  'Microsoft.Insights/privateLinkScopes/scopedResources/write',
  'Microsoft.Insights/privateLinkScopes/scopedResources/delete',
  'Microsoft.Insights/privateLinkScopes/privateLinkResources/read',
  'Microsoft.Insights/privateLinkScopes/privateEndpointConnectionsApproval/action',
  'Microsoft.Network/privateEndpoints/read',
  'Microsoft.Network/privateEndpoints/write',
  'Microsoft.Network/privateEndpoints/delete',
  'Microsoft.Network/networkInterfaces/read',
];
const WORKSPACE_DELETE = 'Microsoft.OperationalInsights/workspaces/delete';
const ON_NETWORK = ['Microsoft.Network/virtualNetworks/read', 'Microsoft.Network/virtualNetworks/subnets/join/action'];

export const groupIdOf = ({
  subscriptionId,
  resourceGroup,
}: Pick<Desired, 'subscriptionId' | 'resourceGroup'>): ArmId =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;

/** The network of a subnet's id. */
export const networkIdOf = (subnetId: ArmId): ArmId => subnetId.replace(/\/subnets\/[^/]+$/i, '');

/** Every right that making, keeping and taking down what an object asks for can need. */
export function neededRights(want: Desired): readonly NeededRights[] {
  const deletes = want.workspaces.some(({ policy }) => policy === 'Delete');
  const { subnetId } = want.endpoint;
  return [
    {
      scope: groupIdOf(want),
      name: `resource group ${want.resourceGroup}`,
      actions: deletes ? [...IN_GROUP, WORKSPACE_DELETE] : IN_GROUP,
    },
    {
      scope: subnetId,
      name: `subnet ${parseId(subnetId)?.names.join('/') ?? shortName(subnetId)}`,
      actions: ON_NETWORK,
    },
  ];
}

/** The needed rights that are not held. A scope that nobody has read is not judged. */
export function missingRights(needed: readonly NeededRights[], held: readonly HeldRights[]): readonly NeededRights[] {
  return needed.flatMap(({ actions, ...at }) => {
    const found = held.find(({ scope }) => sameId(scope, at.scope));
    const missing = found === undefined ? [] : actions.filter(action => !isAllowed(action, found.permissions));
    return missing.length === 0 ? [] : [{ ...at, actions: missing }];
  });
}

/** `Microsoft.Insights/privateLinkScopes/write on resource group rg-monitor; ...` */
export const rightsText = (rights: readonly NeededRights[]): string =>
  rights.map(({ name, actions }) => `${actions.join(', ')} on ${name}`).join('; ');

/** Each assignment is judged for itself: what one takes away another may give. */
export const isAllowed = (action: string, permissions: readonly Permission[]): boolean =>
  permissions.some(
    ({ actions, notActions }) =>
      actions.some(form => matches(action, form)) && !notActions.some(form => matches(action, form)),
  );

function matches(action: string, form: string): boolean {
  const pattern = form.split('*').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`, 'i').test(action);
}
