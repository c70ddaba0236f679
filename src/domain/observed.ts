/**
 * What a pass has read: Azure, the DNS target and the answers of its servers, each with "read", "not there" and "could
 * not be read" told apart. Pure data; `observe` in the controller fills it, `plan` and `teardown` judge it.
 */
import type { AllowLists } from './allow-lists.ts';
import type { DataCollectionEndpoint, DataCollectionRule } from './collection-resources.ts';
import type { Failure } from './failures.ts';
import type { AgentExtension, Association, Machine } from './machine-resources.ts';
import type { PublishedLine } from './merge.ts';
import type { Neighbour } from './neighbours.ts';
import type { InventoryEntry } from './object.ts';
import type { PathProof } from './path-proof.ts';
import type { PublicProof } from './public-proof.ts';
import type {
  ArmId,
  Component,
  EndpointNeed,
  Identity,
  NamedAddresses,
  NetworkInterface,
  PrivateEndpoint,
  PrivateLinkScope,
  Resource,
  ScopedResource,
  SoftDeletedWorkspace,
  Subnet,
  Workspace,
} from './resources.ts';
import type { HeldRights } from './rights.ts';
import type { GraphSight } from './surroundings.ts';
import type { TelemetrySight } from './telemetry.ts';
import type { DnsZone, ZoneGroup, ZoneLink, ZoneRecord } from './zone-resources.ts';

/** The result of one read. `absent` only when the server said so (404); `unread` knows nothing. */
export type Reading<T> =
  | { readonly is: 'present'; readonly body: T }
  | { readonly is: 'absent' }
  | { readonly is: 'unread'; readonly failure: Failure };

/** What this process knows of its own last write to an ARM id. */
export type WriteState =
  /** Sent, and no first answer yet. */
  | { readonly is: 'InFlight' }
  /** Answered with a failure; not to be repeated before `retryAt` (epoch ms). */
  | { readonly is: 'HeldOff'; readonly failure: Failure; readonly retryAt: number }
  /** Refused for certain, and the waiting time is over: an absent resource is absent. */
  | { readonly is: 'Refused'; readonly failure: Failure };

export interface Sight<T extends Resource = Resource> {
  readonly reading: Reading<T>;
  readonly write?: WriteState;
  /** Since when (epoch ms) this process has seen it in its present unsettled state. */
  readonly unsettledSince?: number;
  /** Whether what it says of its links is older than they are, and still to be read. */
  readonly viewDue?: true;
}

/** One question to one DNS endpoint and what came back. */
export interface DnsFinding {
  /** `coredns-abc (10.0.0.53:53)`. */
  readonly server: string;
  readonly name: string;
  readonly type: 'A' | 'AAAA';
  /** Absent: UDP. */
  readonly transport?: 'TCP';
  /** `NOERROR`, `NXDOMAIN`, ...; or `silent` with the reason in `detail`. */
  readonly rcode: string;
  readonly addresses: readonly string[];
  readonly detail?: string;
  /** Until then (epoch ms) the server may repeat an answer from before the records were there. */
  readonly cachedUntil?: number;
}

/** In place of a response code: no answer came. */
export const SILENT = 'silent';

/** The answers of all DNS endpoints of the target, and of the servers that the spec names, to all published names. */
export interface Resolution {
  /** Hash of the records that were asked for. */
  readonly recordsHash: string;
  readonly servers: readonly string[];
  readonly questions: number;
  /** Only the answers that are not as they should be. */
  readonly wrong: readonly DnsFinding[];
  /** Epoch ms. */
  readonly askedAt: number;
  /** Since when (epoch ms) this process has seen any of them wrong. */
  readonly wrongSince?: number;
  /** CoreDNS did not take up what was published, or will not by itself. */
  readonly reload?: Failure;
  /** Since when (epoch ms) no server gives any of our addresses; only while the object is being deleted. */
  readonly unansweredSince?: number;
}

/** The ConfigMap of an object's exports as it stands. */
export interface ExportSight {
  readonly resourceVersion: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  /** Keys of `data` that we have written. */
  readonly ownKeys: readonly string[];
  readonly isImmutable: boolean;
  /** Nothing is in it, whoever made it: also ours, from a process that ended before it wrote. */
  readonly isEmpty: boolean;
  /** Whether Kubernetes deletes it with the object. */
  readonly isOwned: boolean;
}

/** The DNS target as it stands: the lines of its text, whoever owns them. */
export interface TargetSight {
  readonly lines: readonly PublishedLine[];
  /** Bytes the text may have at most. */
  readonly maxBytes: number;
  /** Seconds that clients may keep an answer. */
  readonly ttlSeconds: number;
  /** What may be published there; absent: everything of ours. */
  readonly allowLists?: AllowLists;
  /** The administrator retires it: names of the targets that the object may use in its place. Absent: it stays. */
  readonly draining?: { readonly instead: readonly string[] };
}

/** What a zone holds, whoever wrote it. */
export interface ZoneContents {
  readonly links: Reading<readonly ZoneLink[]>;
  /** All but the zone's own SOA. */
  readonly records: Reading<readonly ZoneRecord[]>;
}

/** What a pass has read of private DNS; only when it is asked for, or something of it is listed. */
export interface ZonesSight {
  /** Names of the zones that the scope requires, as Azure lists them; absent while there is no scope. */
  readonly required: Reading<readonly string[]>;
  /** The listed group, or the one that would be ours. */
  readonly group: Sight<ZoneGroup>;
  /** All groups of the endpoint; absent while ours, or the listed one, is there. */
  readonly groups: Reading<readonly ZoneGroup[]>;
  /** By key: zones that we make or have made. */
  readonly zones: ReadonlyMap<string, Sight<DnsZone>>;
  /** By key. */
  readonly links: ReadonlyMap<string, Sight<ZoneLink>>;
  /** The zones that the spec names, by `idKey`; only before the group is there. */
  readonly given: ReadonlyMap<string, Reading<DnsZone>>;
  /** By `idKey`: the given zones before the group is there, and ours before they go. */
  readonly contents: ReadonlyMap<string, ZoneContents>;
  /** Zones elsewhere that bear a needed name and are linked to a network of ours; only before the group is there. */
  readonly rivals: readonly { readonly zone: DnsZone; readonly link: ZoneLink }[];
}

/** What a pass has read of data collection; only when it is asked for, or something of it is listed. */
export interface CollectionSight {
  /** By key, the inventory's included: `dataCollectionEndpoint/dce-a`. */
  readonly endpoints: ReadonlyMap<string, Sight<DataCollectionEndpoint>>;
  /** By key, the inventory's included: `dataCollectionRule/Linux`. */
  readonly rules: ReadonlyMap<string, Sight<DataCollectionRule>>;
}

/** What a pass has read of machines: what single reads and our own writes have told since is already in the lists. */
export interface MachinesSight {
  /** Those that the spec chooses and that are there. */
  readonly chosen: Reading<readonly Machine[]>;
  /** Ids of the spec that Azure answers 404 for. */
  readonly missing: readonly ArmId[];
  /** With our rules and endpoints; and what is known of other endpoints, where a chosen machine has none of ours. */
  readonly associations: Reading<readonly Association[]>;
  readonly agents: Reading<readonly AgentExtension[]>;
  /** By `idKey` of an association or an extension: our own last write to it. */
  readonly writes: ReadonlyMap<string, WriteState>;
}

export interface Observed {
  /** Epoch ms at which the pass began. */
  readonly now: number;
  readonly identity: Reading<Identity>;
  /** By key, the inventory's included: `workspace/law-a`. */
  readonly workspaces: ReadonlyMap<string, Sight<Workspace>>;
  /** By key, the inventory's included: `component/web-0123abcd`. */
  readonly components: ReadonlyMap<string, Sight<Component>>;
  readonly scope: Sight<PrivateLinkScope>;
  /** By key, the inventory's included: `scopedResource/law-a`. */
  readonly links: ReadonlyMap<string, Sight<ScopedResource>>;
  /** All links of the scope, whoever made them; absent when there is no scope. */
  readonly scopeLinks: Reading<readonly ScopedResource[]>;
  readonly endpoint: Sight<PrivateEndpoint>;
  /** Absent when there is no endpoint, or Azure has none yet. */
  readonly networkInterface: Reading<NetworkInterface>;
  /** Record sets of the endpoint's DNS zone groups; absent when they were not needed. */
  readonly zoneGroupRecords: Reading<readonly NamedAddresses[]>;
  readonly subnet: Reading<Subnet>;
  /** Absent when no wanted workspace is missing. */
  readonly softDeleted: Reading<readonly SoftDeletedWorkspace[]>;
  /** Azure has said that there is no such resource group; only while a wanted workspace is missing. */
  readonly isGroupMissing?: boolean;
  /** Other private endpoints on the endpoint's network; absent once our own is there. */
  readonly networkEndpoints: Reading<readonly PrivateEndpoint[]>;
  /** What is on the network and its peers beside; absent while nothing there could matter. */
  readonly surroundings?: Reading<GraphSight>;
  /** `Registered`, ... for Microsoft.Insights; absent unless a scope is to be made. */
  readonly registration?: Reading<string>;
  /** What the scope requires of an endpoint, once everything is linked; absent when our own is there. */
  readonly endpointNeed: Reading<EndpointNeed>;
  /** Private DNS for clients inside Azure; only when it is asked for, or something of it is listed. */
  readonly zones?: ZonesSight;
  /** Endpoints and rules of data collection; only when it is asked for, or something of it is listed. */
  readonly collection?: CollectionSight;
  /** Machines that are asked for, or may carry something of ours; absent when there can be none. */
  readonly machines?: MachinesSight;
  /** What we may do; absent unless something is yet to be made, or Azure has refused something for want of a right. */
  readonly rights: Reading<readonly HeldRights[]>;
  readonly target: Reading<TargetSight>;
  /** Lines of others that the target has lost; absent: none. */
  readonly reserved?: readonly PublishedLine[];
  /** Names of other targets that hold lines of ours: the spec named them once. */
  readonly formerTargets: readonly string[];
  readonly resolution: Reading<Resolution>;
  /** Absent also while the object asks for no export and never had one. */
  readonly exported: Reading<ExportSight>;
  /** Absent while there is no path to measure, or nobody asks for it. */
  readonly path: Reading<PathProof>;
  /** Absent without an egress to the public side, or while nothing is closed. */
  readonly publicSide?: PublicProof;
  /** What the workspace last said of the machines; absent without machines, or before there was a way to ask. */
  readonly telemetry?: TelemetrySight;
  /** Since when (epoch ms) this process has seen none of our lines in the target; only while the object is being deleted. */
  readonly unpublishedSince?: number;
  /** Since when (epoch ms) this process has known the object to be abandoned. */
  readonly abandonedSince?: number;
  readonly inventory: readonly InventoryEntry[];
  /** Other objects that share a resource with this one. */
  readonly neighbours: readonly Neighbour[];
  /** Epoch ms at which the next unsettled thing is due for another look. */
  readonly lookAgainAt?: number;
}

export const present = <T>(body: T): Reading<T> => ({ is: 'present', body });
export const ABSENT = { is: 'absent' } as const;
export const unread = <T>(failure: Failure): Reading<T> => ({ is: 'unread', failure });

export const bodyOf = <T>(reading: Reading<T>): T | undefined => (reading.is === 'present' ? reading.body : undefined);

/** The inventory entry of a key. */
export const entryOf = (seen: Pick<Observed, 'inventory'>, key: string): InventoryEntry | undefined =>
  seen.inventory.find(entry => entry.key === key);
