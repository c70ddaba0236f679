/**
 * The rights that the private link scope of Azure Arc and its endpoint need. Pure; src/domain/rights-collection.ts uses it.
 * Source: "Azure role-based access control permissions for Azure Private Link" (Microsoft Learn); facts: ampls 8.
 */
import type { ArcWant } from './desire-arc.ts';
import { parseId, shortName } from './names.ts';
import { type ArmId, isAdopted } from './resources.ts';

const SCOPE = 'Microsoft.HybridCompute/privateLinkScopes';
const ENDPOINT = 'Microsoft.Network/privateEndpoints';
const READ_ENDPOINT = [`${ENDPOINT}/read`, 'Microsoft.Network/networkInterfaces/read'];
/** The connection is approved at once. */
const APPROVE = `${SCOPE}/privateEndpointConnectionsApproval/action`;

interface ArcRights {
  readonly scope: ArmId;
  readonly name: string;
  readonly actions: readonly string[];
}

type Place = Pick<ArcRights, 'scope' | 'name'>;

/** Scope by scope, what is made in the `group`. */
export function arcRights({ scope, endpoint }: ArcWant, group: Place): readonly ArcRights[] {
  const approve = isAdopted(endpoint) ? [] : [APPROVE];
  const ofScope = isAdopted(scope)
    ? { scope: scope.id, name: `${SCOPE} ${scope.name}`, actions: [`${SCOPE}/read`, ...approve] }
    : { ...group, actions: [`${SCOPE}/read`, `${SCOPE}/write`, `${SCOPE}/delete`, ...approve] };
  if (isAdopted(endpoint)) return [ofScope, { ...besideOf(endpoint.id, group), actions: READ_ENDPOINT }];
  const { subnetId } = endpoint;
  return [
    ofScope,
    { ...group, actions: [...READ_ENDPOINT, `${ENDPOINT}/write`, `${ENDPOINT}/delete`] },
    {
      scope: subnetId,
      name: `subnet ${parseId(subnetId)?.names.join('/') ?? shortName(subnetId)}`,
      actions: ['Microsoft.Network/virtualNetworks/read', 'Microsoft.Network/virtualNetworks/subnets/join/action'],
    },
  ];
}

/** An endpoint's interface is beside it, not below. */
function besideOf(id: ArmId, group: Place): Place {
  const at = parseId(id);
  if (at === undefined) return group;
  const { subscriptionId, resourceGroup } = at;
  return {
    scope: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`,
    name: `resource group ${resourceGroup}`,
  };
}
