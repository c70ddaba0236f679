/**
 * The rights in Azure that an object needs, and which of them an identity lacks. Pure. Source: "Azure permissions for
 * Monitor", "Azure role-based access control permissions for Azure Private Link", "Permissions - List For Resource Group"
 * (Microsoft Learn); facts: ampls 8.
 */
import type { AccessKind } from './access.ts';
import { asksQueries, type Desired, wantsOf } from './desire.ts';
import { parseId, sameId, shortName } from './names.ts';
import { type ArmId, isAdopted, type Wanted } from './resources.ts';
import { collectionRights } from './rights-collection.ts';
import { zoneRights } from './rights-zones.ts';

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

/** Needed only where the connection is approved at once. */
export const APPROVE = 'Microsoft.Insights/privateLinkScopes/privateEndpointConnectionsApproval/action';

/** Needed where a query is the proof: a query that reads no table needs no more (Azure permissions for Monitor). */
export const QUERY = 'Microsoft.OperationalInsights/workspaces/query/read';

const WORKSPACE = {
  read: ['Microsoft.OperationalInsights/workspaces/read'],
  make: ['Microsoft.OperationalInsights/workspaces/write', 'Microsoft.OperationalInsights/deletedWorkspaces/read'],
  remove: ['Microsoft.OperationalInsights/workspaces/delete'],
};
const COMPONENT = { read: ['Microsoft.Insights/components/read'], write: ['Microsoft.Insights/components/write'] };
/** Of what is adopted and has its public access stated. */
const CLOSE = {
  workspace: ['Microsoft.OperationalInsights/workspaces/write'],
  component: COMPONENT.write,
  dataCollectionEndpoint: ['Microsoft.Insights/dataCollectionEndpoints/write'],
  privateLinkScope: ['Microsoft.Insights/privateLinkScopes/write'],
} satisfies Record<AccessKind, readonly string[]>;
const SCOPE = {
  /** Also of one that is adopted: the links are ours. */
  link: [
    'Microsoft.Insights/privateLinkScopes/read',
    'Microsoft.Insights/privateLinkScopes/scopedResources/read',
    'Microsoft.Insights/privateLinkScopes/scopedResources/write',
    'Microsoft.Insights/privateLinkScopes/scopedResources/delete',
    'Microsoft.Insights/privateLinkScopes/privateLinkResources/read',
  ],
  make: ['Microsoft.Insights/privateLinkScopes/write', 'Microsoft.Insights/privateLinkScopes/delete'],
  approve: [APPROVE],
};
const ENDPOINT = {
  read: ['Microsoft.Network/privateEndpoints/read', 'Microsoft.Network/networkInterfaces/read'],
  make: ['Microsoft.Network/privateEndpoints/write', 'Microsoft.Network/privateEndpoints/delete'],
};
const ON_NETWORK = ['Microsoft.Network/virtualNetworks/read', 'Microsoft.Network/virtualNetworks/subnets/join/action'];

export const groupIdOf = ({
  subscriptionId,
  resourceGroup,
}: Pick<Desired, 'subscriptionId' | 'resourceGroup'>): ArmId =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;

/** The network of a subnet's id. */
export const networkIdOf = (subnetId: ArmId): ArmId => subnetId.replace(/\/subnets\/[^/]+$/i, '');

/** Every right that making, keeping and taking down what an object asks for can need, scope by scope. */
export function neededRights(want: Desired): readonly NeededRights[] {
  const group = { scope: groupIdOf(want), name: `resource group ${want.resourceGroup}` };
  return merged([
    ...workspaceRights(want, group),
    ...scopeRights(want, group),
    ...endpointRights(want, group),
    ...accessRights(want, group),
    ...collectionRights(want, group),
    ...zoneRights(want),
  ]);
}

type Place = Pick<NeededRights, 'scope' | 'name'>;

/** What is adopted needs rights where it is. */
const placeOf = (item: Wanted, group: Place): Place =>
  isAdopted(item) ? { scope: item.id, name: `${parseId(item.id)?.type ?? ''} ${item.name}` } : group;

function workspaceRights(want: Desired, group: Place): readonly NeededRights[] {
  const { read, make, remove } = WORKSPACE;
  const query = asksQueries(want.gate) ? [QUERY] : [];
  const workspaces = want.workspaces.map(item => {
    const made = item.policy === 'Delete' ? [...make, ...remove] : make;
    return { ...placeOf(item, group), actions: [...read, ...(isAdopted(item) ? [] : made), ...query] };
  });
  const components = want.components.map(item => ({ ...placeOf(item, group), actions: COMPONENT.read }));
  return [...workspaces, ...components];
}

/** What is made may be written anyway. */
const accessRights = (want: Desired, group: Place): readonly NeededRights[] =>
  want.access.flatMap(({ kind, key }) => {
    const item = wantsOf(want).find(one => one.key === key);
    return item !== undefined && isAdopted(item) ? [{ ...placeOf(item, group), actions: CLOSE[kind] }] : [];
  });

function scopeRights({ scope, endpoint }: Desired, group: Place): readonly NeededRights[] {
  const isApproved = !isAdopted(endpoint) && endpoint.approval === 'Automatic';
  const approve = isApproved ? SCOPE.approve : [];
  const make = isAdopted(scope) ? [] : SCOPE.make;
  return [{ ...placeOf(scope, group), actions: [...SCOPE.link, ...make, ...approve] }];
}

function endpointRights({ endpoint }: Desired, group: Place): readonly NeededRights[] {
  if (isAdopted(endpoint)) {
    // Its interface is beside it, not below.
    const at = parseId(endpoint.id);
    const place = at === undefined ? group : { scope: groupIdOf(at), name: `resource group ${at.resourceGroup}` };
    return [{ ...place, actions: ENDPOINT.read }];
  }
  const { subnetId } = endpoint;
  const subnet = `subnet ${parseId(subnetId)?.names.join('/') ?? shortName(subnetId)}`;
  return [
    { ...group, actions: [...ENDPOINT.read, ...ENDPOINT.make] },
    { scope: subnetId, name: subnet, actions: ON_NETWORK },
  ];
}

function merged(rights: readonly NeededRights[]): readonly NeededRights[] {
  const scopes = new Map<string, NeededRights>();
  for (const { actions, ...place } of rights) {
    const known = scopes.get(place.scope)?.actions ?? [];
    scopes.set(place.scope, { ...place, actions: [...new Set([...known, ...actions])] });
  }
  return [...scopes.values()];
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
