/**
 * What the simulated Azure remembers of each resource. Plain data without behaviour; how a resource looks on the wire is
 * written in types/, one file each. A new resource type adds its record here and its map in world.ts.
 */

export type Tags = Readonly<Record<string, string>>;

/** Common to everything that has an ARM id. `group` is the resource group's name as it was seeded. */
export interface Named {
  readonly id: string;
  readonly name: string;
  readonly group: string;
}

export interface Stamps {
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly modifiedBy: string;
  readonly modifiedAtMs: number;
}

export interface ResourceGroup extends Named {
  readonly location: string;
  readonly tags?: Tags;
  /** ARM id of the resource that manages the group. */
  readonly managedBy?: string;
  /** Default Succeeded. */
  readonly state?: 'Succeeded' | 'Deleting';
}

export interface VirtualNetwork extends Named {
  readonly location: string;
  readonly tags?: Tags;
  readonly addressPrefixes: readonly string[];
  readonly dnsServers: readonly string[];
  /** As asked; absent: none. */
  readonly peerings?: readonly Peering[];
  readonly etag: string;
  readonly guid: string;
  readonly state: NetworkState;
}

/** One side's word that it is joined with another network. */
export interface Peering {
  readonly name: string;
  readonly remoteId: string;
}

export type NetworkState = 'Updating' | 'Succeeded' | 'Failed' | 'Deleting';

export interface Subnet extends Named {
  readonly networkId: string;
  readonly location: string;
  readonly addressPrefix: string;
  readonly securityGroupId?: string;
  /** Whether security groups and routes hold for private endpoints in it. */
  readonly endpointPolicies: string;
  /** Services that have the subnet to themselves, by name of the delegation; absent: none. */
  readonly delegations?: readonly { readonly name: string; readonly serviceName: string }[];
  readonly etag: string;
  readonly state: NetworkState;
}

export interface SecurityGroup extends Named {
  readonly location: string;
  readonly tags?: Tags;
  readonly etag: string;
  readonly guid: string;
  readonly state: NetworkState;
  /** As asked, each with its name and properties. */
  readonly rules: readonly { readonly name: string; readonly properties: Readonly<Record<string, unknown>> }[];
}

export interface PrivateDnsZone extends Named {
  readonly tags?: Tags;
  readonly etag: string;
  readonly createdAtMs: number;
}

/** A record set that somebody wrote; those of zone groups are computed (network/zone-records.ts). */
export interface RecordSet extends Named {
  readonly zoneId: string;
  /** `A`, `AAAA`, `CNAME`, `TXT`, ... */
  readonly recordType: string;
  readonly etag: string;
  /** `ttl`, `metadata` and the records, as asked. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A private DNS zone seen from a virtual network. */
export interface ZoneLink extends Named {
  readonly zoneId: string;
  readonly networkId: string;
  readonly tags?: Tags;
  readonly registration: boolean;
  readonly resolutionPolicy: string;
  readonly etag: string;
}

export type PublicAccess = 'Enabled' | 'Disabled' | 'SecuredByPerimeter';

export interface Workspace extends Named {
  readonly location: string;
  readonly tags?: Tags;
  readonly customerId: string;
  readonly state: 'Creating' | 'Succeeded' | 'Failed';
  readonly sku: { readonly name: string; readonly capacityReservationLevel?: number; readonly changedAtMs: number };
  readonly retentionInDays: number;
  readonly features: Readonly<Record<string, unknown>>;
  readonly dailyQuotaGb: number;
  readonly ingestion: PublicAccess;
  readonly query: PublicAccess;
  /** ARM id of a data collection rule. */
  readonly defaultRuleId?: string;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  readonly etag: string;
  /** Set while soft-deleted. */
  readonly deletedAtMs?: number;
}

export type AccessMode = 'Open' | 'PrivateOnly';

export interface AccessModes {
  readonly query: AccessMode;
  readonly ingestion: AccessMode;
  readonly exclusions: readonly AccessModeExclusion[] | null;
}

export interface AccessModeExclusion {
  readonly privateEndpointConnectionName: string;
  readonly queryAccessMode: AccessMode;
  readonly ingestionAccessMode: AccessMode;
}

export interface PrivateLinkScope extends Named {
  readonly tags: Tags;
  readonly etag: string;
  readonly stamps: Stamps;
  /** The GUID in `properties.scopeId`, not the ARM id. */
  readonly scopeGuid: string;
  readonly state: 'Succeeded' | 'Deleting';
  readonly accessModes: AccessModes;
}

/** A link between a scope and a workspace, a data collection endpoint or a component. */
export interface ScopedResource extends Named {
  readonly scopeId: string;
  /** Lower case, as Azure gives it back. */
  readonly linkedResourceId: string;
  readonly etag: string;
  readonly stamps: Stamps;
  readonly state: 'Provisioning' | 'Succeeded' | 'Failed';
}

export type ConnectionStatus = 'Pending' | 'Approved' | 'Rejected' | 'Disconnected';

/** The scope's side of a private endpoint; the scope is one of Azure Monitor or of Azure Arc. */
export interface EndpointConnection extends Named {
  readonly scopeId: string;
  readonly endpointId: string;
  readonly status: ConnectionStatus;
  readonly description: string;
  readonly actionsRequired: string;
  readonly etag: string;
}

export interface StaticAddress {
  readonly name: string;
  readonly groupId: string;
  readonly memberName: string;
  readonly address: string;
}

export interface PrivateEndpoint extends Named {
  readonly location: string;
  readonly tags?: Tags;
  readonly etag: string;
  readonly guid: string;
  readonly state: NetworkState;
  readonly subnetId: string;
  /** What it leads to: an Azure Monitor or Azure Arc private link scope, or a foreign service of the seed. */
  readonly scopeId: string;
  readonly interfaceId: string;
  readonly customInterfaceName: string;
  readonly staticAddresses: readonly StaticAddress[];
  readonly connection: {
    readonly name: string;
    readonly manual: boolean;
    /** As asked, letter case included. */
    readonly serviceId: string;
    readonly groupIds: readonly string[];
    readonly requestMessage?: string;
    readonly status: ConnectionStatus;
    readonly description: string;
    readonly actionsRequired: string;
  };
}

/** One address of an endpoint's interface, with every name that it answers for. */
export interface MemberAddress {
  readonly configurationName: string;
  readonly member: string;
  readonly address: string;
  readonly fqdns: readonly string[];
}

export interface NetworkInterface extends Named {
  readonly location: string;
  readonly etag: string;
  readonly guid: string;
  readonly endpointId: string;
  readonly subnetId: string;
  readonly addresses: readonly MemberAddress[];
}

export interface ZoneGroup extends Named {
  readonly endpointId: string;
  readonly etag: string;
  readonly state: 'Updating' | 'Succeeded' | 'Failed';
  readonly configs: readonly { readonly name: string; readonly zoneId: string }[];
}

/** Any other service that a private endpoint may lead to, from the seed. */
export interface ForeignService {
  /** ARM id, or the alias of a private link service. */
  readonly id: string;
  /** Undefined: the service has no groups. */
  readonly groupId?: string;
  /** Whether it approves even connections that ask for manual approval. */
  readonly approvesManual: boolean;
  readonly members: readonly { readonly name: string; readonly fqdns: readonly string[] }[];
}
