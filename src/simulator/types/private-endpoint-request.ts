/**
 * What a PUT asks of a private endpoint, read and checked against the subnet and the target that it names. Answers and
 * life cycle are in private-endpoints.ts. Codes and wording come from public issue threads (no such refusal was ever
 * recorded); where only the message was seen, the code is our guess.
 */
import { objectAt, objectsAt, stringAt, stringsAt } from '../frame/body.ts';
import { networkError } from '../frame/errors.ts';
import type { ArmCall, Json } from '../frame/resource-type.ts';
import { addressProblem } from '../network/addresses.ts';
import { checkReferable } from '../network/going.ts';
import { linksOf, type Member } from '../network/members.ts';
import { type Target, targetOf } from '../network/targets.ts';
import { sameId } from '../resource-map.ts';
import type { PrivateEndpoint, StaticAddress, Subnet } from '../resources.ts';
import type { World } from '../world.ts';

export interface EndpointRequest {
  readonly subnetId: string;
  readonly connection: Omit<PrivateEndpoint['connection'], 'status' | 'description' | 'actionsRequired'>;
  readonly customInterfaceName: string;
  readonly staticAddresses: readonly StaticAddress[];
}

const unreadable = () => networkError(400, 'InvalidRequestFormat', 'Cannot parse the request.');

function connectionOf(properties: Json): EndpointRequest['connection'] {
  const automatic = objectsAt(properties, 'privateLinkServiceConnections');
  const manual = objectsAt(properties, 'manualPrivateLinkServiceConnections');
  const [asked, ...others] = [...automatic, ...manual];
  if (asked === undefined || others.length > 0) throw unreadable();
  const details = objectAt(asked, 'properties');
  const name = stringAt(asked, 'name');
  const serviceId = stringAt(details, 'privateLinkServiceId');
  if (name === undefined || serviceId === undefined) throw unreadable();
  const requestMessage = stringAt(details, 'requestMessage');
  if (requestMessage !== undefined && requestMessage.length > 140) throw unreadable();
  return {
    name,
    manual: automatic.length === 0,
    serviceId,
    groupIds: stringsAt(details, 'groupIds'),
    ...(requestMessage === undefined ? {} : { requestMessage }),
  };
}

function staticAddressOf(configuration: Json): StaticAddress {
  const properties = objectAt(configuration, 'properties');
  const name = stringAt(configuration, 'name');
  const address = stringAt(properties, 'privateIPAddress');
  const memberName = stringAt(properties, 'memberName');
  if (name === undefined || address === undefined || memberName === undefined) throw unreadable();
  return { name, address, memberName, groupId: stringAt(properties, 'groupId') ?? '' };
}

/** Throws ArmError 400 InvalidRequestFormat for what Azure cannot read. */
export function endpointRequest(body: Json): EndpointRequest {
  const properties = objectAt(body, 'properties');
  const subnetId = stringAt(objectAt(properties, 'subnet'), 'id');
  if (subnetId === undefined) throw unreadable();
  return {
    subnetId,
    connection: connectionOf(properties),
    customInterfaceName: stringAt(properties, 'customNetworkInterfaceName') ?? '',
    staticAddresses: objectsAt(properties, 'ipConfigurations').map(staticAddressOf),
  };
}

/**
 * The subnet, in the endpoint's region. Throws InvalidResourceReference, which says the same for both faults, and
 * ReferencedResourceNotProvisioned for one that is going.
 */
export function referencedSubnet(
  call: ArmCall,
  asked: { readonly subnetId: string; readonly location: string; readonly by: string },
): Subnet {
  const subnet = call.world.subnets.get(asked.subnetId);
  if (subnet !== undefined && subnet.location === asked.location) {
    for (const id of [subnet.id, subnet.networkId]) checkReferable(call.world, id, asked.by);
    if (subnet.delegations !== undefined) throw subnetIsDelegated(subnet, asked.by);
    return subnet;
  }
  throw networkError(
    400,
    'InvalidResourceReference',
    `Resource ${asked.subnetId} referenced by resource ${asked.by} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  );
}

/** That a delegated subnet takes none: MicrosoftDocs/azure-docs#47048; code and wording from memory. */
const subnetIsDelegated = (subnet: Subnet, by: string) =>
  networkError(
    400,
    'PrivateEndpointCreationNotAllowedAsSubnetIsDelegated',
    `Private endpoint ${by} cannot be created as subnet ${subnet.id} is delegated.`,
  );

/** How the network provider reports what the provider of a private link scope refuses (Azure/bicep#13851). */
const providerRefuses = (target: Target, why: string) =>
  networkError(
    400,
    'BadRequest',
    `Call to ${target.kind === 'arc' ? 'Microsoft.HybridCompute' : 'microsoft.insights'}/privateLinkScopes failed. Error message: ${why}`,
  );

function checkGroup(target: Target, groupIds: readonly string[]): void {
  const fits =
    target.groupId === undefined
      ? groupIds.length === 0
      : groupIds.length === 1 && groupIds[0]?.toLowerCase() === target.groupId.toLowerCase();
  if (fits) return;
  throw networkError(
    400,
    'InvalidGroupId',
    `Call to the private link resource ${target.id} failed. Error message: Group ids must be '${target.groupId ?? ''}'`,
  );
}

/**
 * What the connection leads to. The links of an Azure Monitor scope must have settled (Azure/bicep#13851), it takes ten
 * endpoints, and its network may reach no other such scope (ampls-limitations; code and wording of the last two ours).
 */
export function referencedTarget(world: World, connection: EndpointRequest['connection'], subnet: Subnet): Target {
  const target = targetOf(world, connection.serviceId);
  if (target === undefined || !target.ready) {
    throw networkError(
      400,
      'InvalidPrivateLinkServiceId',
      `PrivateLinkServiceId Invalid private link service id ${connection.serviceId}`,
    );
  }
  checkGroup(target, connection.groupIds);
  if (target.kind === 'foreign') return target;
  if (target.kind === 'monitor' && linksOf(world, target.id).some(link => link.state === 'Provisioning')) {
    throw providerRefuses(target, 'Mismatching RequiredMembers in Request');
  }
  const connected = world.connections.where('scope', target.id);
  if (target.kind === 'monitor' && connected.length >= mostEndpoints) {
    throw providerRefuses(
      target,
      `A private link scope can have at most ${mostEndpoints} private endpoint connections.`,
    );
  }
  const rival = rivalScope(world, target, subnet);
  if (rival !== undefined) {
    throw providerRefuses(
      target,
      `Virtual network ${subnet.networkId} is already connected to private link scope ${rival}.`,
    );
  }
  return target;
}

const mostEndpoints = 10;

/** Another scope of the same kind that the subnet's network reaches already. */
function rivalScope(world: World, target: Target, subnet: Subnet): string | undefined {
  const neighbours = world.subnets
    .under(subnet.networkId)
    .flatMap(each => world.privateEndpoints.where('subnet', each.id));
  return neighbours
    .filter(({ connection }) => connection.status === 'Approved' || connection.status === 'Pending')
    .map(({ scopeId }) => scopeId)
    .find(id => !sameId(id, target.id) && targetOf(world, id)?.kind === target.kind);
}

/** Static addresses must name every member once, with a free address of the subnet (Azure/bicep-registry-modules#1389). */
export function checkStaticAddresses(
  world: World,
  options: {
    readonly subnet: Subnet;
    readonly members: readonly Member[];
    readonly asked: readonly StaticAddress[];
    readonly id: string;
    readonly groupId: string | undefined;
  },
): void {
  const { subnet, members, asked, id, groupId } = options;
  if (asked.length === 0) return;
  const missing = members.filter(member => !asked.some(each => each.memberName === member.name));
  if (missing.length > 0) {
    const names = missing.map(member => `${groupId ?? ''}/${member.name}`).join(', ');
    throw networkError(
      400,
      'PrivateEndpointIpConfigurationMissingMemberNamesRequiredByFps',
      `Private endpoint ${id} cannot be created: its missing these membernames/groupids ${names} required by the private link resource.`,
    );
  }
  for (const { address, name } of asked) {
    const problem = addressProblem(world, subnet, address);
    const twice = asked.filter(each => each.address === address).length > 1;
    if (problem === undefined && !twice) continue;
    const code = problem === 'outside' ? 'PrivateIPAddressNotInSubnet' : 'PrivateIPAddressInUse';
    const why =
      problem === 'outside' ? `does not belong to the range of subnet prefix ${subnet.addressPrefix}` : 'is in use';
    throw networkError(400, code, `Private static IP address ${address} of IP configuration ${name} ${why}.`);
  }
}

/** What Azure says when a subnet has too few free addresses. */
export const subnetIsFull = (subnet: Subnet, wanted: number) =>
  networkError(
    400,
    'SubnetIsFull',
    `Subnet ${subnet.name} with address prefix ${subnet.addressPrefix} does not have enough capacity for ${wanted} IP addresses.`,
  );
