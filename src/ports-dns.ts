/**
 * The contracts about DNS: targets as the controller sees them, and between the targets (src/coredns) and the API server
 * (src/kubernetes): ConfigMaps and the addresses behind a Service. The rules of src/ports.ts hold here too.
 */
import type { Failure } from './domain/failures.ts';
import type { Claim, Merged } from './domain/merge.ts';
import type { DnsFinding, TargetSight } from './domain/observed.ts';

/** A DNS endpoint that must answer: one address and port, and a name for messages. */
export interface DnsServer {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** What the servers of a target answered, just now, to the names of one object. */
export interface SeenAnswers {
  readonly names: readonly string[];
  /** Everybody who was asked, by name. */
  readonly servers: readonly string[];
  /** Only the answers that are not as they should be. */
  readonly wrong: readonly Pick<DnsFinding, 'server' | 'name' | 'rcode'>[];
}

/** One ConfigMap that a DNS server reads, as the administrator configured it. */
export interface DnsTarget {
  readonly name: string;

  /** The administrator retires it: no object that is not on it yet may publish here. */
  readonly draining: boolean;

  /** The lines that are in the target now, from a cache that is never older than our own writes. */
  read(signal: AbortSignal): Promise<TargetSight>;

  /**
   * Replaces the lines of one object; all other lines are carried over. Serialised per target; no write when the text
   * stays the same. Throws PortError: TargetNotOurs, TargetOwnedByOther, TooLarge, ClusterUnreachable, Forbidden.
   */
  publish(claim: Claim, signal: AbortSignal): Promise<Merged>;

  /**
   * Call with every look at the servers' answers. Where CoreDNS has to reload, compares with the last write: names that
   * answer confirm it; when CoreDNS refused the configuration, or no server answers a new name 3 minutes later, the new
   * names are taken out again, also those of a process before this one. Resolves with what the object should say of it,
   * `undefined` when there is nothing to say. Throws what `publish` throws.
   */
  confirm(seen: SeenAnswers, signal: AbortSignal): Promise<Failure | undefined>;

  /** The servers that must answer, right now. Throws PortError NoDnsEndpoint when there is none. */
  servers(signal: AbortSignal): Promise<readonly DnsServer[]>;
}

/** The targets of the operator's configuration. */
export interface DnsTargets {
  readonly all: readonly DnsTarget[];
  /** `undefined` when no target has that name. */
  find(name: string): DnsTarget | undefined;
  /** Whether objects of a namespace may publish into a target. Taking out is always allowed. */
  allows(name: string, namespace: string): boolean;
}

export interface DnsAnswer {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, ... */
  readonly rcode: string;
  /** Addresses of the asked type, in the order of the answer. */
  readonly addresses: readonly string[];
  /** How long the server may give this answer again without asking anybody; absent when it did not say. */
  readonly ttlSeconds?: number;
}

/** Asks one server one question, never through a cache of ours. Throws PortError when it stays silent. */
export interface Resolver {
  /** Over UDP, over TCP when the answer is cut short. */
  ask(server: DnsServer, name: string, type: 'A' | 'AAAA', signal: AbortSignal): Promise<DnsAnswer>;
  /** Over TCP: what a client does whose answer was cut short, and what a firewall may not let through. */
  askOverTcp(server: DnsServer, name: string, type: 'A' | 'AAAA', signal: AbortSignal): Promise<DnsAnswer>;
}

export interface ConfigMapRef {
  readonly namespace: string;
  readonly name: string;
}

export interface ConfigMapView {
  readonly resourceVersion: string;
  readonly immutable: boolean;
  readonly annotations: Readonly<Record<string, string>>;
  /** uids of the objects that it goes with. */
  readonly owners?: readonly string[];
  readonly data: Readonly<Record<string, string>>;
  /** Field managers that own each key of `data`. */
  readonly dataManagers: Readonly<Record<string, readonly string[]>>;
  /** Size of all of `data` and `binaryData`, keys included. */
  readonly bytes: number;
}

export interface ConfigMapStore {
  /** From the cache when it is watched, never older than our own writes; `undefined` when it is not there. */
  read(ref: ConfigMapRef, signal: AbortSignal): Promise<ConfigMapView | undefined>;

  /**
   * Server-side apply of these keys, annotations and the owner with our field manager. `resourceVersion` is a precondition; `''`
   * means that it must not exist yet. Throws ConflictError (409) and PortError.
   */
  apply(
    ref: ConfigMapRef,
    wanted: {
      readonly annotations: Readonly<Record<string, string>>;
      readonly data: Readonly<Record<string, string>>;
      /** The object with which Kubernetes deletes it. */
      readonly owner?: OwnerReference;
    },
    options: { readonly resourceVersion?: string; readonly force: boolean },
    signal: AbortSignal,
  ): Promise<ConfigMapView>;

  /** Deletes it when it still has this version; not being there is success. Throws ConflictError (409) and PortError. */
  remove(ref: ConfigMapRef, resourceVersion: string, signal: AbortSignal): Promise<void>;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface ServiceRef {
  readonly namespace: string;
  readonly service: string;
  /** Port name or number; by default the one called `dns`, `dns-udp`, or the only UDP port. */
  readonly port?: string;
}

export interface ServiceEndpoints {
  /** Ready, non-terminating addresses of a Service's EndpointSlices. */
  addresses(ref: ServiceRef, signal: AbortSignal): Promise<readonly DnsServer[]>;
}
