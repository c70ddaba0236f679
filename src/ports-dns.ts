/**
 * The contracts between the DNS targets (src/coredns) and the API server (src/kubernetes): ConfigMaps and the addresses
 * behind a Service. Apart from src/ports.ts because the controller never sees them.
 */
import type { DnsServer } from './ports.ts';

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
