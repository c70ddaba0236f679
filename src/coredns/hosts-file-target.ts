/**
 * The HostsFile target: the key `pms.hosts` of one ConfigMap, which a CoreDNS reads as a file. Lines of objects that did
 * not ask are carried over, writes are one at a time and only when a byte changes. src/coredns/targets.ts makes them.
 */
import { ConflictError, PortError, waiting } from '../domain/failures.ts';
import { type Claim, type Merged, mergeClaim, type NameConflict, type PublishedLine } from '../domain/merge.ts';
import type { DnsServer, DnsTarget, Log } from '../ports.ts';
import type { ConfigMapRef, ConfigMapStore, ConfigMapView, ServiceEndpoints, ServiceRef } from '../ports-dns.ts';
import {
  foreignBytes,
  HOSTS_KEY,
  immutableFailure,
  isOurs,
  keyBytes,
  MAX_CONFIG_MAP_BYTES,
  notOurs,
  type Place,
  TARGET_ANNOTATION,
  tooLargeFailure,
} from './config-map-claim.ts';
import { checkLine, type ParsedHosts, parseHosts, renderHosts } from './hosts-text.ts';
import { createWriteQueue } from './write-queue.ts';

/** A target as the administrator configured it (src/config/targets.ts returns the same shape). */
export interface HostsFileConfig {
  readonly name: string;
  readonly kind: 'HostsFile';
  readonly namespace: string;
  readonly configMap: string;
  /** Namespaces whose objects may publish; `*` is all of them. */
  readonly allowedNamespaces: readonly string[];
  /** Exactly one of `service` and `servers`: the DNS endpoints that must answer. */
  readonly service?: ServiceRef | undefined;
  readonly servers?: readonly DnsServer[] | undefined;
  /** What the server's `ttl` is set to: how long clients may keep an answer. */
  readonly ttlSeconds: number;
}

export interface TargetDeps {
  /** Makes ownership unique across clusters. */
  readonly installation: string;
  readonly store: ConfigMapStore;
  readonly endpoints: ServiceEndpoints;
  readonly log: Log;
}

export interface HostsFileTarget extends DnsTarget {
  readonly ref: ConfigMapRef;

  /**
   * Call on every change of the ConfigMap: brings our key back to the form that we write, dropping what no object owns.
   * Does nothing when it has that form, or when key or ConfigMap are gone or not ours (the objects' passes see to that).
   * Throws what `publish` throws.
   */
  repair(signal: AbortSignal): Promise<void>;
}

/** Tries against writers of other fields of the same ConfigMap. */
const MAX_TRIES = 5;
const CONFLICT_RETRY_MS = 1_000;
const NO_ENDPOINT_RETRY_MS = 5_000;

/** Publishes nothing, but has the text written in its right form. */
const REPAIR = 'repair';
type Request = Claim | typeof REPAIR;
type Outcome = PromiseSettledResult<readonly NameConflict[]>;

interface Written {
  readonly lines: readonly PublishedLine[];
  readonly outcomes: readonly Outcome[];
}

export function createHostsFileTarget(config: HostsFileConfig, deps: TargetDeps): HostsFileTarget {
  const place: Place = {
    namespace: config.namespace,
    name: config.configMap,
    marker: `${deps.installation}/${config.name}`,
  };
  const ref: ConfigMapRef = { namespace: place.namespace, name: place.name };
  const parse = remembering(parseHosts);
  const linesIn = (view: ConfigMapView | undefined): ParsedHosts =>
    parse(view !== undefined && isOurs(view, place) ? (view.data[HOSTS_KEY] ?? '') : '');

  const write = async (view: ConfigMapView | undefined, text: string, signal: AbortSignal): Promise<void> => {
    if (view?.immutable) throw new PortError(immutableFailure(ref));
    const wanted = { annotations: { [TARGET_ANNOTATION]: place.marker }, data: { [HOSTS_KEY]: text } };
    // Without a key of that name there is nobody to take it from: a conflict is then somebody who was faster.
    const force = view !== undefined && view.data[HOSTS_KEY] !== undefined;
    await deps.store.apply(ref, wanted, { resourceVersion: view?.resourceVersion ?? '', force }, signal);
  };

  const attempt = async (batch: readonly Request[], signal: AbortSignal): Promise<Written> => {
    const view = await deps.store.read(ref, signal);
    const refused = view && notOurs(view, place);
    if (refused) throw new PortError(refused);
    const current = linesIn(view);
    const merged = mergeAll(current.lines, batch, { ref, foreign: foreignBytes(view) });
    const old = view?.data[HOSTS_KEY];
    const text = renderHosts(merged.lines);
    const unchanged = old === text && view !== undefined && isOurs(view, place);
    // Nothing is made for the sake of a comment; and a key that is gone comes back with its lines, not before them.
    if (unchanged || (old === undefined && merged.lines.length === 0)) return merged;
    await write(view, text, signal);
    const told = { target: config.name, names: merged.lines.length, bytes: Buffer.byteLength(text) };
    deps.log.info('records written', told);
    if (current.unreadable.length > 0) {
      deps.log.warn('lines that no object owns were dropped', { ...told, dropped: current.unreadable.slice(0, 10) });
    }
    return merged;
  };

  const submit = createWriteQueue<Request, Merged>(async (batch, signal) => {
    for (let tries = 1; ; tries++) {
      try {
        const { lines, outcomes } = await attempt(batch, signal);
        return outcomes.map(one =>
          one.status === 'fulfilled' ? { ...one, value: { lines, conflicts: one.value } } : one,
        );
      } catch (thrown) {
        if (!(thrown instanceof ConflictError)) throw thrown;
        if (tries === MAX_TRIES) throw contested(ref, thrown);
        deps.log.debug('ConfigMap changed meanwhile', { target: config.name, tries });
      }
    }
  });

  return {
    name: config.name,
    ref,
    async read(signal) {
      const view = await deps.store.read(ref, signal);
      const maxBytes = MAX_CONFIG_MAP_BYTES - foreignBytes(view) - keyBytes('');
      return { lines: linesIn(view).lines, maxBytes, ttlSeconds: config.ttlSeconds };
    },
    async publish(claim, signal) {
      for (const { name, addresses } of claim.records) checkLine({ name, addresses, owners: [claim.owner] });
      return submit(claim, signal);
    },
    async repair(signal) {
      const view = await deps.store.read(ref, signal);
      if (view === undefined || !isOurs(view, place)) return;
      const text = view.data[HOSTS_KEY];
      if (text !== undefined && text !== renderHosts(parse(text).lines)) await submit(REPAIR, signal);
    },
    servers: signal => serversOf(config, deps.endpoints, signal),
  };
}

/** Each claim on top of the one before; a claim that cannot be written leaves the lines as they were. */
function mergeAll(
  lines: readonly PublishedLine[],
  batch: readonly Request[],
  { ref, foreign }: { readonly ref: ConfigMapRef; readonly foreign: number },
): Written {
  let merged = lines;
  let bytes = foreign + keyBytes(renderHosts(lines));
  const outcomes = batch.map((request): Outcome => {
    if (request === REPAIR) return { status: 'fulfilled', value: [] };
    try {
      const next = mergeClaim(merged, request);
      const after = foreign + keyBytes(textOf(next.lines, ref));
      // What makes it smaller is never refused, however large it is.
      if (after > MAX_CONFIG_MAP_BYTES && after > bytes) throw new PortError(tooLargeFailure(ref, sizeText(after)));
      merged = next.lines;
      bytes = after;
      return { status: 'fulfilled', value: next.conflicts };
    } catch (reason) {
      return { status: 'rejected', reason };
    }
  });
  return { lines: merged, outcomes };
}

function textOf(lines: readonly PublishedLine[], ref: ConfigMapRef): string {
  try {
    return renderHosts(lines);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new PortError(tooLargeFailure(ref, thrown.message), { cause: thrown });
    throw thrown;
  }
}

const sizeText = (bytes: number): string =>
  `it would have ${Math.ceil(bytes / 1024)} KiB, of ${MAX_CONFIG_MAP_BYTES / 1024} KiB at most`;

const contested = ({ namespace, name }: ConfigMapRef, cause: unknown): PortError =>
  new PortError(
    waiting('Conflict', `ConfigMap ${namespace}/${name} changed ${MAX_TRIES} times while we wrote`, CONFLICT_RETRY_MS),
    { cause },
  );

async function serversOf(
  config: HostsFileConfig,
  endpoints: ServiceEndpoints,
  signal: AbortSignal,
): Promise<readonly DnsServer[]> {
  const { service } = config;
  const servers = service ? await endpoints.addresses(service, signal) : (config.servers ?? []);
  if (servers.length > 0) return servers;
  const whence = service ? `Service ${service.namespace}/${service.service} has no ready endpoint` : 'it lists none';
  const text = `DNS target ${config.name} has no server to ask: ${whence}`;
  throw new PortError(waiting('NoDnsEndpoint', text, NO_ENDPOINT_RETRY_MS));
}

/** The last result is kept: every pass of every object reads the same text. */
function remembering<T>(compute: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly result: T } | undefined;
  return text => {
    if (last?.text !== text) last = { text, result: compute(text) };
    return last.result;
  };
}
