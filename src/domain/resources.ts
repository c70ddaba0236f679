/**
 * The Azure resources of a private monitoring scope as plain data: what we want (`*Want`) and what Azure shows. Only
 * the fields that the operator compares or reads; adapters translate to and from the wire. Pure; any layer may import.
 */
import type {
  DataCollectionEndpoint,
  DataCollectionEndpointWant,
  DataCollectionRule,
  DataCollectionRuleWant,
} from './collection-resources.ts';
import type { ArmId, LinkView, NamedAddresses, ResourceBase, Tags, WantBase } from './resource-base.ts';
import type { DnsZone, DnsZoneWant, ZoneGroup, ZoneGroupWant, ZoneLink, ZoneLinkWant } from './zone-resources.ts';

export type { EndpointNeed, NetworkInterface, NetworkInterfaceEntry, Subnet } from './network-resources.ts';
export type { ArmId, LinkView, NamedAddresses, Policy, Tags } from './resource-base.ts';

export type Kind =
  | 'workspace'
  | 'component'
  | 'privateLinkScope'
  | 'scopedResource'
  | 'privateEndpoint'
  | CollectionKind
  | ZoneKind;

/** What data collection is made of: src/domain/collection-resources.ts. */
export type CollectionKind = 'dataCollectionEndpoint' | 'dataCollectionRule';

/** What private DNS for clients inside Azure is made of: src/domain/zone-resources.ts. */
export type ZoneKind = 'zoneGroup' | 'dnsZone' | 'zoneLink';

/** Whether we made the resource or found it. Adopted resources are never deleted. */
export type Origin = 'Created' | 'Adopted';

export interface WorkspaceWant extends WantBase {
  readonly kind: 'workspace';
  readonly location: string;
  /** `undefined`: as found, and Azure's default when created. */
  readonly retentionInDays?: number;
  /** A shorter retention deletes logs: only when the object's annotation says so. */
  readonly mayLowerRetention: boolean;
  /** GB per day; -1 is no cap; `undefined`: as found. */
  readonly dailyQuotaGb?: number;
  /** A PUT on a soft-deleted name brings the old workspace back: only when the spec says so. */
  readonly recover: boolean;
  readonly tags: Tags;
}

export interface PrivateLinkScopeWant extends WantBase {
  readonly kind: 'privateLinkScope';
  readonly tags: Tags;
}

export interface ScopedResourceWant extends WantBase {
  readonly kind: 'scopedResource';
  readonly scopeId: ArmId;
  /** The linked workspace, component or data collection endpoint. */
  readonly targetId: ArmId;
}

export interface PrivateEndpointWant extends WantBase {
  readonly kind: 'privateEndpoint';
  readonly location: string;
  readonly subnetId: ArmId;
  readonly scopeId: ArmId;
  /** Manual only asks the scope's owner. Counts when the endpoint is created. */
  readonly approval: 'Automatic' | 'Manual';
  readonly requestMessage?: string;
  readonly tags: Tags;
}

/** What we create and keep in shape. */
export type Want =
  | WorkspaceWant
  | PrivateLinkScopeWant
  | ScopedResourceWant
  | PrivateEndpointWant
  | DataCollectionEndpointWant
  | DataCollectionRuleWant
  | ZoneGroupWant
  | DnsZoneWant
  | ZoneLinkWant;

/** What the spec can name by a resourceId: a link is known by what it joins. */
export type Adoptable = Exclude<Kind, 'scopedResource' | 'dataCollectionRule' | ZoneKind>;

/** What the spec names by its resourceId: somebody else's. Linked and read; no write takes one but of its public access. */
export interface Adopted<K extends Adoptable = Adoptable> extends WantBase {
  readonly kind: K;
  readonly adopted: true;
}

export type Wanted = Want | Adopted;

/** The kinds that we may create and delete. */
export type MadeKind = Want['kind'];

export const isAdopted = <T extends Wanted>(item: T): item is Extract<T, { readonly adopted: true }> =>
  'adopted' in item;

export const isMade = <T extends Wanted>(item: T): item is Exclude<T, { readonly adopted: true }> =>
  !('adopted' in item);

export interface Workspace extends ResourceBase {
  readonly kind: 'workspace';
  readonly location: string;
  readonly tags: Tags;
  /** The GUID in the workspace's host names; absent until Azure has chosen it. */
  readonly customerId?: string;
  readonly retentionInDays?: number;
  readonly dailyQuotaGb?: number;
  /** Public network access: Enabled, Disabled or SecuredByPerimeter. */
  readonly access: { readonly ingestion?: string; readonly query?: string };
  /** The workspace's own view of its links, whoever made them; absent when Azure tells none. */
  readonly linkedBy?: readonly LinkView[];
}

export interface PrivateLinkScope extends ResourceBase {
  readonly kind: 'privateLinkScope';
  readonly tags: Tags;
  /** The name that workspaces know the scope by. */
  readonly scopeGuid?: string;
  readonly accessModes: { readonly ingestion?: string; readonly query?: string };
  /** The private endpoints that are connected to the scope, whoever made them. */
  readonly connections: readonly ScopeConnection[];
}

/** One private endpoint as its scope sees it. */
export interface ScopeConnection {
  /** Id of the connection itself: what an approval names. */
  readonly id: ArmId;
  readonly endpointId: ArmId;
  /** Approved, Pending, Rejected, Disconnected. */
  readonly status?: string;
}

/** An Application Insights component. */
export interface Component extends ResourceBase {
  readonly kind: 'component';
  readonly location: string;
  readonly tags: Tags;
  /** Public network access: Enabled, Disabled or SecuredByPerimeter. */
  readonly access: { readonly ingestion?: string; readonly query?: string };
  /** The component's own view of its links, whoever made them; absent when Azure tells none. */
  readonly linkedBy?: readonly LinkView[];
}

export interface ScopedResource extends ResourceBase {
  readonly kind: 'scopedResource';
  readonly targetId: ArmId;
}

/** One address that an endpoint was made with, for one of the members that its target requires. */
export interface StaticAddress {
  readonly address: string;
  readonly member: string;
}

export interface PrivateEndpoint extends ResourceBase {
  readonly kind: 'privateEndpoint';
  readonly location: string;
  readonly tags: Tags;
  readonly subnetId: ArmId;
  /** The scope it connects to; absent when the connection is gone. */
  readonly scopeId?: ArmId;
  /** Approved, Pending, Rejected, Disconnected; absent when Azure shows no connection. */
  readonly connectionStatus?: string;
  readonly connectionDescription?: string;
  readonly networkInterfaceId?: ArmId;
  /** Addresses that somebody chose, each for one member; absent when Azure chooses them. */
  readonly staticAddresses?: readonly StaticAddress[];
  /** Empty until Succeeded, and while a DNS zone group is attached. */
  readonly customDnsConfigs: readonly NamedAddresses[];
}

export type Resource =
  | Workspace
  | Component
  | PrivateLinkScope
  | ScopedResource
  | PrivateEndpoint
  | DataCollectionEndpoint
  | DataCollectionRule
  | ZoneGroup
  | DnsZone
  | ZoneLink;

export type ResourceOf<K extends Kind> = Extract<Resource, { kind: K }>;

export type WantOf<K extends Kind> = Extract<Want, { kind: K }>;

export interface SoftDeletedWorkspace {
  readonly id: ArmId;
  readonly name: string;
  readonly location: string;
}

/** The identity that ARM calls are made with; never the token. */
export interface Identity {
  readonly tenantId: string;
  readonly clientId: string;
}

/** Who a resource belongs to: one object of one installation. */
export interface Owner {
  /** uid of the `kube-system` namespace, or `--installation-id`. */
  readonly installation: string;
  readonly namespace: string;
  readonly name: string;
}

/** One field whose value in Azure is not the asked one. */
export interface Change {
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
}
