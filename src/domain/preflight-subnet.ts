/**
 * What a subnet may have that keeps a private endpoint out of it, or that stands between the endpoint and its clients.
 * Pure. Sources: "Manage network policies for private endpoints"; MicrosoftDocs/azure-docs#47048 (delegation).
 */
import type { Desired } from './desire.ts';
import { parseId, shortName } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import { fatal, warning } from './preflight-verdicts.ts';
import { isAdopted, type Subnet } from './resources.ts';
import type { Verdict } from './steps.ts';

/** Findings about the subnet of an endpoint that is yet to be made. One that is there stays whatever the subnet is. */
export function subnetUse(want: Desired, seen: Observed): readonly Verdict[] {
  const { endpoint } = want;
  const found = bodyOf(seen.subnet);
  if (isAdopted(endpoint) || found === undefined || seen.endpoint.reading.is !== 'absent') return [];
  return [...delegated(endpoint.subnetId, found), ...policies(endpoint.subnetId, found)];
}

const nameOf = (subnetId: string): string => parseId(subnetId)?.names.join('/') ?? subnetId;

function delegated(subnetId: string, { delegatedTo = [] }: Subnet): readonly Verdict[] {
  if (delegatedTo.length === 0) return [];
  const message = `spec.privateEndpoint.subnetId: subnet ${nameOf(subnetId)} is delegated to ${delegatedTo.join(', ')}, and Azure makes no private endpoint in a delegated subnet: take another subnet, or end the delegation: az network vnet subnet update --ids ${subnetId} --remove delegations`;
  return [fatal('SubnetDelegated', message)];
}

/**
 * Policies block nothing by themselves: they make the subnet's security group and routes hold for endpoints too. A subnet
 * with neither has nothing that could hold.
 */
function policies(subnetId: string, found: Subnet): readonly Verdict[] {
  const { endpointPolicies = 'Disabled', securityGroupId, routeTableId } = found;
  const isFor = (kind: string) => [kind, 'enabled'].includes(endpointPolicies.toLowerCase());
  const held = [
    ...(securityGroupId !== undefined && isFor('networksecuritygroupenabled')
      ? [`network security group ${shortName(securityGroupId)}`]
      : []),
    ...(routeTableId !== undefined && isFor('routetableenabled') ? [`route table ${shortName(routeTableId)}`] : []),
  ];
  if (held.length === 0) return [];
  const message = `privateEndpointNetworkPolicies of subnet ${nameOf(subnetId)} is ${endpointPolicies}, so that ${held.join(' and ')} ${held.length > 1 ? 'hold' : 'holds'} for the private endpoint too: let your machines through to it on TCP 443`;
  return [warning(message)];
}
