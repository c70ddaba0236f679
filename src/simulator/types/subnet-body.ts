/**
 * How a subnet looks, alone and inside its network, and what a PUT of either asks of it.
 */
import { objectAt, objectsAt, stringAt, stringsAt } from '../frame/body.ts';
import { networkError } from '../frame/errors.ts';
import { type ArmCall, atLeast, type Json } from '../frame/resource-type.ts';
import { isPrefix } from '../network/addresses.ts';
import { checkReferable } from '../network/going.ts';
import { configurationsIn } from '../network/subnet-contents.ts';
import type { Subnet, VirtualNetwork } from '../resources.ts';
import type { World } from '../world.ts';
import { given } from './call-kit.ts';

export function subnetBody(world: World, subnet: Subnet): Json {
  const configurations = configurationsIn(world, subnet).map(id => ({ id }));
  const endpoints = world.privateEndpoints.where('subnet', subnet.id).map(({ id }) => ({ id }));
  const { securityGroupId } = subnet;
  return {
    name: subnet.name,
    id: subnet.id,
    etag: subnet.etag,
    properties: {
      provisioningState: subnet.state,
      addressPrefix: subnet.addressPrefix,
      ...(securityGroupId === undefined ? {} : { networkSecurityGroup: { id: securityGroupId } }),
      ...(configurations.length === 0 ? {} : { ipConfigurations: configurations }),
      ...(endpoints.length === 0 ? {} : { privateEndpoints: endpoints }),
      delegations: delegationBodies(subnet),
      privateEndpointNetworkPolicies: subnet.endpointPolicies,
      privateLinkServiceNetworkPolicies: 'Enabled',
    },
    type: 'Microsoft.Network/virtualNetworks/subnets',
  };
}

const delegationBodies = ({ id, etag, delegations = [] }: Subnet): readonly Json[] =>
  delegations.map(({ name, serviceName }) => ({
    name,
    id: `${id}/delegations/${name}`,
    etag,
    properties: { provisioningState: 'Succeeded', serviceName, actions: [] },
    type: 'Microsoft.Network/virtualNetworks/subnets/delegations',
  }));

/** Which services may be named, and that what stands in a subnet forbids a delegation, is not checked here. */
function delegationsOf(properties: Json): Pick<Subnet, 'delegations'> {
  const asked = objectsAt(properties, 'delegations').map(item => ({
    name: stringAt(item, 'name') ?? '',
    serviceName: stringAt(objectAt(item, 'properties'), 'serviceName') ?? '',
  }));
  return asked.length === 0 ? {} : { delegations: asked };
}

const policies = ['Enabled', 'Disabled', 'NetworkSecurityGroupEnabled', 'RouteTableEnabled'];

function prefixOf(name: string, properties: Json): string {
  const [first, ...others] = stringsAt(properties, 'addressPrefixes');
  const prefix = stringAt(properties, 'addressPrefix') ?? first;
  if (prefix !== undefined && others.length === 0 && isPrefix(prefix)) return prefix;
  throw networkError(
    400,
    'InvalidAddressPrefixFormat',
    `Address prefix ${prefix ?? ''} of subnet ${name} is not formatted correctly. It should follow CIDR notation, for example 10.0.0.0/24.`,
  );
}

function securityGroupOf(call: ArmCall, asked: Json, by: string): string | undefined {
  const id = stringAt(objectAt(asked, 'networkSecurityGroup'), 'id');
  if (id === undefined) return id;
  checkReferable(call.world, id, by);
  if (call.world.securityGroups.get(id) !== undefined) return id;
  throw networkError(
    400,
    'InvalidResourceReference',
    `Resource ${id} referenced by resource ${by} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  );
}

interface Place {
  readonly network: Pick<VirtualNetwork, 'id' | 'group' | 'location'>;
  readonly name: string;
  readonly before: Subnet | undefined;
}

/**
 * The subnet that a body asks for. Policies for endpoints were Enabled by default in 2020 (recorded) and are Disabled
 * now ("Manage network policies for private endpoints"). Throws ArmError 400 for what Azure would refuse.
 */
export function subnetOf(call: ArmCall, { network, name, before }: Place, properties: Json): Subnet {
  const id = before?.id ?? `${network.id}/subnets/${name}`;
  const addressPrefix = prefixOf(name, properties);
  if (
    before !== undefined &&
    before.addressPrefix !== addressPrefix &&
    configurationsIn(call.world, before).length > 0
  ) {
    throw networkError(
      400,
      'InUsePrefixCannotBeDeleted',
      `IpPrefix ${before.addressPrefix} on Subnet ${name} has active allocations and cannot be deleted.`,
    );
  }
  const asked = stringAt(properties, 'privateEndpointNetworkPolicies');
  const fallback = atLeast(call.apiVersion, '2022-07-01') ? 'Disabled' : 'Enabled';
  const endpointPolicies =
    asked === undefined ? fallback : policies.find(each => each.toLowerCase() === asked.toLowerCase());
  if (endpointPolicies === undefined) {
    throw networkError(
      400,
      'InvalidRequestFormat',
      `Value ${asked} is not one of the accepted values: ${policies.join(', ')}.`,
    );
  }
  return {
    id,
    name: before?.name ?? name,
    group: network.group,
    networkId: network.id,
    location: network.location,
    addressPrefix,
    ...given('securityGroupId', securityGroupOf(call, properties, id)),
    endpointPolicies,
    ...delegationsOf(properties),
    etag: before?.etag ?? '',
    state: before?.state ?? 'Updating',
  };
}
