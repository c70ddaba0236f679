/**
 * What the simulated Azure remembers of each resource. Plain data without behaviour; how a resource looks on the wire is
 * written in types/, one file each. A new resource type adds its record here and its map in world.ts.
 */

export type Tags = Readonly<Record<string, string>>;

/** Common to everything that has an ARM id. `group` is the resource group's name as it was seeded. */
interface Named {
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
}

export interface VirtualNetwork extends Named {
  readonly location: string;
  readonly tags?: Tags;
  readonly addressPrefix: string;
  readonly etag: string;
  readonly guid: string;
}

export interface Subnet extends Named {
  readonly networkId: string;
  readonly location: string;
  readonly addressPrefix: string;
  readonly etag: string;
}

export type PublicAccess = 'Enabled' | 'Disabled' | 'SecuredByPerimeter';

export interface Workspace extends Named {
  readonly location: string;
  readonly tags?: Tags;
  readonly customerId: string;
  readonly state: 'Creating' | 'Succeeded';
  readonly sku: { readonly name: string; readonly capacityReservationLevel?: number; readonly changedAtMs: number };
  readonly retentionInDays: number;
  readonly features: Readonly<Record<string, unknown>>;
  readonly dailyQuotaGb: number;
  readonly ingestion: PublicAccess;
  readonly query: PublicAccess;
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
  readonly state: 'Provisioning' | 'Succeeded';
}

export type ConnectionStatus = 'Pending' | 'Approved' | 'Rejected' | 'Disconnected';

/** The scope's side of a private endpoint. */
export interface EndpointConnection extends Named {
  readonly scopeId: string;
  readonly endpointId: string;
  readonly status: ConnectionStatus;
  readonly description: string;
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
  readonly state: 'Updating' | 'Succeeded' | 'Deleting';
  readonly subnetId: string;
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
  readonly state: 'Updating' | 'Succeeded';
  readonly configs: readonly { readonly name: string; readonly zoneId: string }[];
}

export interface DataCollectionEndpoint extends Named {
  readonly location: string;
  readonly tags?: Tags;
  readonly immutableId: string;
  /** The four characters between the endpoint's name and its region in its host names. */
  readonly suffix: string;
  readonly publicAccess: PublicAccess;
  readonly etag: string;
  readonly stamps: Stamps;
}

/** A long-running operation that a client can ask after. */
export interface Operation {
  readonly id: string;
  readonly provider: 'Microsoft.Network' | 'Microsoft.Insights';
  readonly location: string;
  readonly resourceId: string;
  readonly title: string;
  readonly status: 'InProgress' | 'Succeeded' | 'Canceled';
  readonly error?: Readonly<Record<string, unknown>>;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  /** How often a client has asked: Retry-After grows with it. */
  readonly polls: number;
  readonly scopeGuid?: string;
}
