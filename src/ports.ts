/**
 * The contracts between the controller and the world. Adapters (src/azure, src/kubernetes, src/coredns, src/probe)
 * implement them, the controller and the commands use nothing else of them. None of the calls waits for a long-running
 * operation to end; all of them are safe to repeat; each takes an AbortSignal and has a deadline of its own. A failure
 * is thrown as `PortError` with the translated `Failure` and the original as `cause`; never a raw SDK error.
 */
import type { AccessKind, AccessValues } from './domain/access.ts';
import type { Failure } from './domain/failures.ts';
import type { Place } from './domain/names.ts';
import type { ObjectKey, PmsObject, Status } from './domain/object.ts';
import type { PathResult, QueryTarget, TlsTarget } from './domain/path-proof.ts';
import type {
  Adoptable,
  ArmId,
  Change,
  EndpointNeed,
  Identity,
  Kind,
  MadeKind,
  NetworkInterface,
  Resource,
  ResourceOf,
  ScopedResource,
  SoftDeletedWorkspace,
  Subnet,
  Want,
} from './domain/resources.ts';
import type { Permission } from './domain/rights.ts';
import type { GraphSight } from './domain/surroundings.ts';
import type { LogsAnswer, LogsQuestion } from './domain/telemetry.ts';
import type { AzureMachines } from './ports-machines.ts';
import type { AzureZones } from './ports-zones.ts';

/** The first answer to a write. */
export interface WriteAnswer {
  /** The resource as the answer showed it; absent for a DELETE and for a 202 without a body. */
  readonly body?: Resource;
  /** Address of the long-running operation, for `operationFailure`. Kept in memory only. */
  readonly operation?: string;
}

/** Azure Resource Manager, as one identity. Subscriptions come from the ids. */
export interface Azure extends AzureZones, AzureMachines {
  /** Proves that a token can be had. Cached; network only when the token is due. */
  identity(signal: AbortSignal): Promise<Identity>;

  /** One resource; `undefined` only when ARM answered 404 for it. */
  get<K extends Kind>(kind: K, id: ArmId, signal: AbortSignal): Promise<ResourceOf<K> | undefined>;

  /** All links of a scope. Throws NotFound when the scope is not there. */
  scopeLinks(scopeId: ArmId, signal: AbortSignal): Promise<readonly ScopedResource[]>;

  /** The interface of a private endpoint; `undefined` on 404. */
  networkInterface(id: ArmId, signal: AbortSignal): Promise<NetworkInterface | undefined>;

  /** A subnet with the region of its network; `undefined` on 404 of either. */
  subnet(id: ArmId, signal: AbortSignal): Promise<Subnet | undefined>;

  /** What a scope requires of a private endpoint to it now; `undefined` on 404. */
  endpointNeed(scopeId: ArmId, signal: AbortSignal): Promise<EndpointNeed | undefined>;

  /**
   * What we may do at a scope: a resource group or a resource; `undefined` when it is not there. Throws Forbidden where
   * even that may not be asked.
   */
  permissions(scope: ArmId, signal: AbortSignal): Promise<readonly Permission[] | undefined>;

  /** `Registered`, `NotRegistered`, ... of a provider's namespace; `unknown` where Azure does not say. */
  registration(subscriptionId: string, namespace: string, signal: AbortSignal): Promise<string>;

  /**
   * What Azure Resource Graph knows of these subscriptions around virtual networks: private endpoints, machines with the
   * Azure Monitor Agent, where those stand and where they get their configuration. Two queries, by POST, which write
   * nothing. What we may not read is left out by Azure, unsaid.
   */
  surroundings(subscriptionIds: readonly string[], signal: AbortSignal): Promise<GraphSight>;

  /** Soft-deleted workspaces whose names are still held; `undefined` when there is no such resource group. */
  softDeletedWorkspaces(
    place: { readonly subscriptionId: string; readonly resourceGroup: string },
    signal: AbortSignal,
  ): Promise<readonly SoftDeletedWorkspace[] | undefined>;

  /** PUT of the whole wanted resource. Resolves with the first answer; the operation goes on in Azure. */
  create(want: Want, signal: AbortSignal): Promise<WriteAnswer>;

  /**
   * Brings the given fields to the wanted values and leaves every other field as it is in Azure, also those that the
   * SDK does not know: PATCH where ARM has one, else the raw body just read with our fields merged in.
   */
  update(want: Want, changes: readonly Change[], signal: AbortSignal): Promise<WriteAnswer>;

  /**
   * Sets these public accesses of a workspace (PATCH of nothing else), of a component, or access modes of a scope (PUT of
   * the body just read, exclusions included) and leaves all else as it is.
   */
  setAccess(
    at: { readonly kind: AccessKind; readonly id: ArmId },
    values: AccessValues,
    signal: AbortSignal,
  ): Promise<WriteAnswer>;

  /**
   * A real query of a workspace, over a connection that is bound to this address, with our token for the query host and
   * for no other. A refusal is a result, not a failure; throws `PortError` when no token can be had.
   */
  query(asked: QueryTarget, signal: AbortSignal): Promise<PathResult>;

  /** The rows that a workspace answers a query with, asked in the same way. Throws as `query`. */
  logs(asked: LogsQuestion, signal: AbortSignal): Promise<LogsAnswer>;

  /**
   * The proof's query from the public side, through the operator's egress; absent when it has none. `Public` is the refusal
   * that a closed workspace gives there, `Held` an answer. Throws as `query`.
   */
  readonly queryPublic?: (asked: Pick<QueryTarget, 'customerId'>, signal: AbortSignal) => Promise<PathResult>;

  /** Takes one tag off and leaves everything else as it is. A 404 is success. */
  untag(kind: MadeKind, id: ArmId, tag: string, signal: AbortSignal): Promise<WriteAnswer>;

  /** DELETE. A 404 is success. A workspace is soft-deleted. */
  remove(kind: MadeKind, id: ArmId, signal: AbortSignal): Promise<WriteAnswer>;

  /** Why a long-running operation failed; `undefined` while it runs, when it succeeded, or when it is not known. */
  operationFailure(operation: string, signal: AbortSignal): Promise<Failure | undefined>;
}

/** What the commands that only look ask beside, about things that the operator never writes. */
export interface AzureInquiry {
  /** All of a kind in a resource group, as far as we may see them; `undefined` when the group is not there. */
  list<K extends Adoptable>(kind: K, place: Place, signal: AbortSignal): Promise<readonly ResourceOf<K>[] | undefined>;

  /** `undefined` when it is not there, or we have no right in it: Azure says the same to both. */
  subscription(id: string, signal: AbortSignal): Promise<{ readonly name: string; readonly state: string } | undefined>;

  resourceGroup(place: Place, signal: AbortSignal): Promise<{ readonly location: string } | undefined>;

  /** Addresses of a subnet by Azure's own count; `undefined` when Azure does not list it. */
  subnetUsage(
    subnetId: ArmId,
    signal: AbortSignal,
  ): Promise<{ readonly limit: number; readonly used: number } | undefined>;
}

/** A Kubernetes event about an object. `reason` is CamelCase, `note` at most 1 KiB. */
export interface ObjectEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}

/** The API server, as far as PrivateMonitoringScopes go. Reads come from a cache that is never older than our writes. */
export interface Cluster {
  /** From the cache; `undefined` when it is not there. */
  object(key: ObjectKey): PmsObject | undefined;

  objects(): readonly PmsObject[];

  /** Adds or takes off our finalizer, with the object's resourceVersion as precondition. Throws ConflictError. */
  setFinalizer(object: PmsObject, wanted: boolean, signal: AbortSignal): Promise<PmsObject>;

  /** Writes the whole status (server-side apply, resourceVersion as precondition). Throws ConflictError. */
  applyStatus(object: PmsObject, status: Status, signal: AbortSignal): Promise<PmsObject>;

  /** Best effort: never throws, never waits. */
  emit(object: PmsObject, event: ObjectEvent): void;
}

/** Stands where the operator runs and connects to addresses of private endpoints. */
export interface Prober {
  /** Where it stands, for messages: `pod pms-operator-0`. */
  readonly from: string;
  /** One TLS handshake under a name, and a look at the certificate; nothing is sent. Throws the signal's reason alone. */
  look(at: TlsTarget, signal: AbortSignal): Promise<PathResult>;
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

/**
 * Asked at the last moment before a write leaves the process, after every wait for a token, a turn or a connection:
 * `undefined` when it may be sent, else why not. Never waits, never throws. Adapters that are given one ask it before
 * every request that is no plain read, and send nothing when it objects.
 */
export type WriteGuard = () => string | undefined;

/** Structured log: a message and fields. Never tokens, never bodies. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Runs work so that every line logged in it, also by what it leaves running, carries these fields too. */
export type LogScope = <T>(fields: Readonly<Record<string, unknown>>, work: () => Promise<T>) => Promise<T>;

/** Where the controller counts; names follow controller-runtime and workqueue. */
export interface ControllerMetrics {
  reconciled(result: 'success' | 'requeue_after' | 'requeue' | 'error', seconds: number): void;
  panicked(): void;
  /** A pass was aborted because it took too long. */
  timedOut(): void;
  activeWorkers(count: number): void;
  queue: QueueMetrics;
  conditions(object: ObjectKey, status: Status | undefined): void;
}

export interface QueueMetrics {
  depth(count: number): void;
  added(): void;
  retried(): void;
  /** Seconds between being added and being taken. */
  waited(seconds: number): void;
  /** Seconds of work on one item. */
  worked(seconds: number): void;
}
