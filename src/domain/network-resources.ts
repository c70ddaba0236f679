/**
 * What a private endpoint has to do with networks, as plain data: its interface, its subnet, and what a scope requires of
 * it. Only read. Others import it from resources.ts. Pure.
 */
import type { ArmId } from './resource-base.ts';

/** One address of an endpoint's network interface. `member` is Azure's requiredMemberName. */
export interface NetworkInterfaceEntry {
  readonly address: string;
  readonly member?: string;
  readonly fqdns: readonly string[];
}

export interface NetworkInterface {
  readonly id: ArmId;
  readonly entries: readonly NetworkInterfaceEntry[];
}

export interface Subnet {
  readonly id: ArmId;
  /** Region of the virtual network. */
  readonly location: string;
  /** CIDR, such as `10.13.1.0/27`. */
  readonly addressPrefixes: readonly string[];
  /** Addresses already given to network interfaces. */
  readonly addressesUsed: number;
  /** Ids of the private endpoints in any subnet of the network. */
  readonly networkEndpointIds: readonly ArmId[];
  /** Services that the subnet is delegated to, such as `Microsoft.Web/serverFarms`; absent: to none. */
  readonly delegatedTo?: readonly string[];
  /** `privateEndpointNetworkPolicies`: Enabled, NetworkSecurityGroupEnabled, RouteTableEnabled; absent: Disabled. */
  readonly endpointPolicies?: string;
  /** Ids of the subnet's network security group and route table, as far as it has them. */
  readonly securityGroupId?: ArmId;
  readonly routeTableId?: ArmId;
  /** Networks that this one is peered with, the peering being connected; absent: none. */
  readonly peeredNetworkIds?: readonly ArmId[];
  /** Whether anything but private endpoints has an address on the network; absent: nothing has. */
  readonly hasOtherInterfaces?: boolean;
}

/** What a scope requires of a private endpoint to it now, by its links. */
export interface EndpointNeed {
  /** One address each. */
  readonly members: readonly string[];
  /** Public DNS zones, as Azure lists them: with or without `privatelink.`. */
  readonly zones: readonly string[];
}
