/**
 * What all kinds of DNS target are configured with (src/config/targets.ts returns the same shapes), and what they work
 * with. Types only; src/coredns, and whoever makes targets.
 */
import type { AllowLists } from '../domain/allow-lists.ts';
import type { Clock, Log } from '../ports.ts';
import type { ConfigMapStore, DnsServer, ServiceEndpoints, ServiceRef } from '../ports-dns.ts';

export interface TargetBase extends AllowLists {
  readonly name: string;
  /** Of the ConfigMap that is written, or that has the Corefile. */
  readonly namespace: string;
  readonly configMap: string;
  /** Namespaces whose objects may publish; `*` is all of them. */
  readonly allowedNamespaces: readonly string[];
  /** It is being retired, and takes no new object's records. Absent: it stays. */
  readonly draining?: boolean | undefined;
  /** Exactly one of `service` and `servers`: the DNS endpoints that must answer. */
  readonly service?: ServiceRef | undefined;
  readonly servers?: readonly DnsServer[] | undefined;
  /** How long clients may keep an answer: what the server's `ttl` is set to, or will be by us. */
  readonly ttlSeconds: number;
}

/** How our server block stands in the CoreDNS that takes it in. */
export interface ServerSettings {
  /** That CoreDNS listens on in its pod. */
  readonly port: number;
  /** Addresses that the other blocks are bound to; empty: none, they listen on all. */
  readonly bind: readonly string[];
  /** Where names below ours go: what `forward .` is followed by. */
  readonly forward: readonly string[];
  /** Of the pods' /metrics. */
  readonly metricsPort: number;
  /** Directives that this build of CoreDNS knows beside the published ones. */
  readonly extraPlugins: readonly string[];
}

/** What tells whether CoreDNS took up a configuration. */
export interface ReloadDeps {
  readonly clock: Pick<Clock, 'now'>;
  /** `coredns_reload_failed_total` of one server; `undefined` when it cannot be read. Never rejects but by the signal. */
  failures(server: DnsServer, metricsPort: number, signal: AbortSignal): Promise<number | undefined>;
}

export interface TargetDeps {
  /** Makes ownership unique across clusters. */
  readonly installation: string;
  readonly store: ConfigMapStore;
  readonly endpoints: ServiceEndpoints;
  readonly log: Log;
  /** Needed by the kinds that write a server block. */
  readonly reload?: ReloadDeps | undefined;
}
