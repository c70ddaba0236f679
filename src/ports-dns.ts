/**
 * The contracts between the DNS targets (src/coredns) and the API server (src/kubernetes): ConfigMaps and the addresses
 * behind a Service; and what a target can do whose CoreDNS must reload. Apart from src/ports.ts because the controller
 * sees nothing of it but `ReloadingTarget`.
 */
import type { AllowLists } from './domain/allow-lists.ts';
import type { Failure } from './domain/failures.ts';
import type { DnsFinding } from './domain/observed.ts';
import type { DnsServer, DnsTarget } from './ports.ts';

export interface ConfigMapRef {
  readonly namespace: string;
  readonly name: string;
}

export interface ConfigMapView {
  readonly resourceVersion: string;
  readonly immutable: boolean;
  readonly annotations: Readonly<Record<string, string>>;
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
   * Server-side apply of these keys and annotations with our field manager. `resourceVersion` is a precondition; `''`
   * means that it must not exist yet. Throws ConflictError (409) and PortError.
   */
  apply(
    ref: ConfigMapRef,
    wanted: { readonly annotations: Readonly<Record<string, string>>; readonly data: Readonly<Record<string, string>> },
    options: { readonly resourceVersion?: string; readonly force: boolean },
    signal: AbortSignal,
  ): Promise<ConfigMapView>;
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

/** What the servers of a target answered, just now, to the names of one object. */
export interface SeenAnswers {
  readonly names: readonly string[];
  /** Everybody who was asked, by name. */
  readonly servers: readonly string[];
  /** Only the answers that are not as they should be. */
  readonly wrong: readonly Pick<DnsFinding, 'server' | 'name' | 'rcode'>[];
}

/** A target whose servers serve what was written only once they have taken up a new configuration. */
export interface ReloadingTarget extends DnsTarget {
  /** What may be published here: the pass sorts out what `refusedBy` refuses, so that the others go their way. */
  readonly allowLists: AllowLists;

  /**
   * Call with every look at the servers' answers. Compares with the last write: names that answer confirm it; when CoreDNS
   * refused the configuration, or no server answers a new name 3 minutes later, the new names are taken out again.
   * Resolves with what the object should say of it, `undefined` when there is nothing to say. Throws what `publish`
   * throws.
   */
  confirm(seen: SeenAnswers, signal: AbortSignal): Promise<Failure | undefined>;
}
