/**
 * What is read of networks, and never written: the interface of an endpoint, where Azure keeps its names and addresses
 * (facts: ampls 2.2), and the subnet with the region of its network. src/azure only.
 */
import { sameId } from '../domain/names.ts';
import type { ArmId, NetworkInterface, NetworkInterfaceEntry, Subnet } from '../domain/resources.ts';
import type { Site } from './adapter.ts';
import { fqdnOf, type Json, list, members, optional, required, requiredList, text, texts } from './wire.ts';

/** The types that ids of interfaces and of subnets carry. */
export const INTERFACE_TYPE = 'Microsoft.Network/networkInterfaces';
export const SUBNET_TYPE = 'Microsoft.Network/virtualNetworks/subnets';

/** One GET. */
export const getNetworkInterface = ({ sdk, resourceGroup, name }: Site): Promise<unknown> =>
  sdk.network.networkInterfaces.get(resourceGroup, name);

/** One call tells both: the region stands on the network, prefixes and used addresses on its subnets. */
export const getVirtualNetwork = ({ sdk, resourceGroup, parent }: Site): Promise<unknown> =>
  sdk.network.virtualNetworks.get(resourceGroup, parent);

/** Throws UnexpectedAnswerError for a body without addresses: an interface that cannot be read is not an empty one. */
export function readNetworkInterface(body: Json): NetworkInterface {
  const configurations = requiredList(members(body.properties), 'ipConfigurations');
  return { id: required(body, 'id'), entries: configurations.flatMap(readEntry) };
}

function readEntry({ properties }: Json): readonly NetworkInterfaceEntry[] {
  const configuration = members(properties);
  const address = text(configuration.privateIPAddress);
  if (address === undefined) return [];
  const connection = members(configuration.privateLinkConnectionProperties);
  return [
    {
      address,
      ...optional('member', text(connection.requiredMemberName)),
      fqdns: texts(connection.fqdns).map(fqdnOf),
    },
  ];
}

/** The subnet as its network shows it; `undefined` when the network has no such subnet. */
export function readSubnet(network: Json, id: ArmId): Subnet | undefined {
  const subnets = requiredList(members(network.properties), 'subnets');
  const found = subnets.find(subnet => sameId(text(subnet.id), id));
  if (found === undefined) return undefined;
  const properties = members(found.properties);
  const prefix = text(properties.addressPrefix);
  const prefixes = texts(properties.addressPrefixes);
  const policies = text(properties.privateEndpointNetworkPolicies);
  return {
    id: required(found, 'id'),
    location: required(network, 'location'),
    addressPrefixes: prefixes.length > 0 || prefix === undefined ? prefixes : [prefix],
    addressesUsed: list(properties.ipConfigurations).length,
    networkEndpointIds: subnets
      .flatMap(subnet => list(members(subnet.properties).privateEndpoints))
      .flatMap(endpoint => text(endpoint.id) ?? []),
    ...some('delegatedTo', list(properties.delegations).flatMap(readDelegation)),
    ...(policies === undefined || policies === 'Disabled' ? {} : { endpointPolicies: policies }),
    ...optional('securityGroupId', text(members(properties.networkSecurityGroup).id)),
    ...optional('routeTableId', text(members(properties.routeTable).id)),
    ...some('peeredNetworkIds', list(members(network.properties).virtualNetworkPeerings).flatMap(readPeer)),
    ...(subnets.some(hasOtherInterfaces) ? { hasOtherInterfaces: true } : {}),
  };
}

const some = <K extends string, T>(name: K, items: readonly T[]) =>
  items.length === 0 ? {} : ({ [name]: items } as Record<K, readonly T[]>);

const readDelegation = ({ properties }: Json): readonly string[] => {
  const service = text(members(properties).serviceName);
  return service === undefined ? [] : [service];
};

/** One that the other side has not confirmed, or has taken away, carries nothing. */
function readPeer({ properties }: Json): readonly ArmId[] {
  const { remoteVirtualNetwork, peeringState } = members(properties);
  const id = text(members(remoteVirtualNetwork).id);
  return id === undefined || !/^connected$/i.test(text(peeringState) ?? '') ? [] : [id];
}

/** A subnet lists the addresses in it by interface: those of an endpoint's go by the endpoint's name (recorded). */
function hasOtherInterfaces({ properties }: Json): boolean {
  const { ipConfigurations, privateEndpoints } = members(properties);
  const names = list(privateEndpoints).flatMap(({ id }) => text(id)?.split('/').at(-1)?.toLowerCase() ?? []);
  return list(ipConfigurations).some(({ id }) => {
    const nic = /\/networkInterfaces\/([^/]+)\//i.exec(text(id) ?? '')?.[1]?.toLowerCase();
    return nic === undefined || !names.some(name => nic.startsWith(`${name}.nic.`));
  });
}
