/**
 * The Corefile target, for clusters whose CoreDNS imports nothing (kubeadm): our own server block inside the Corefile of
 * somebody else, nothing else of which changes by a byte. The lines with their owners, and the Corefile as it was before
 * our last write, are in a ConfigMap of ours: comments of a Corefile do not last. src/coredns/targets.ts makes them.
 */
import { PortError } from '../domain/failures.ts';
import type { PublishedLine } from '../domain/merge.ts';
import type { ConfigMapRef, ConfigMapView } from '../ports-dns.ts';
import { type BlockChange, blockChange, publishedLines } from './block-change.ts';
import { onTheWayBytes, reloadWatchOf, watchedData } from './block-target.ts';
import {
  foreignBytes,
  HOSTS_KEY,
  immutableFailure,
  isOurs,
  keyBytes,
  notOurs,
  PENDING_KEY,
  type Place,
  PREVIOUS_KEY,
  TARGET_ANNOTATION,
} from './config-map-claim.ts';
import { createGuard, type Guard } from './corefile-guard.ts';
import { parseHosts, renderHosts } from './hosts-text.ts';
import { createLineTarget, type LineTarget } from './line-target.ts';
import type { ReloadWatch } from './reload-watch.ts';
import { remembering } from './remembering.ts';
import { type BlockSettings, renderBlock, servedBy } from './server-block.ts';
import { corefileOnly, findOwnBlock, noCorefile, withOwnBlock } from './shared-corefile.ts';
import type { Sight, Size, Storage } from './storage.ts';
import type { ReloadDeps, ServerSettings, TargetBase, TargetDeps } from './target-config.ts';
import { parseUnconfirmed, UNCONFIRMED_KEY } from './unconfirmed.ts';

export interface CorefileConfig extends TargetBase {
  readonly kind: 'Corefile';
  readonly server: ServerSettings & {
    /** The key of the ConfigMap that has the Corefile. */
    readonly key: string;
    /** The ConfigMap of ours that keeps the lines. */
    readonly store: ConfigMapRef;
  };
}

const KEYS = [HOSTS_KEY, PENDING_KEY, PREVIOUS_KEY, UNCONFIRMED_KEY];

interface CorefileSight extends Sight {
  readonly stored: ConfigMapView | undefined;
  readonly shared: ConfigMapView | undefined;
  readonly corefile: string;
  /** The Corefile with these lines in our block; none: without it. */
  corefileWith(lines: readonly PublishedLine[]): string;
  change(wanted: readonly PublishedLine[]): BlockChange;
}

interface Tools {
  readonly config: CorefileConfig;
  readonly deps: TargetDeps;
  readonly watch: ReloadWatch;
  /** The shared ConfigMap. */
  readonly ref: ConfigMapRef;
  /** Ours. */
  readonly store: Place;
}

/** Touches nothing. */
export function createCorefileTarget(config: CorefileConfig, deps: TargetDeps, reload: ReloadDeps): LineTarget {
  const watch = reloadWatchOf(config, deps, reload);
  const tools: Tools = {
    config,
    deps,
    watch,
    ref: { namespace: config.namespace, name: config.configMap },
    store: { ...config.server.store, marker: `${deps.installation}/${config.name}` },
  };
  return createLineTarget({ config, deps, watch, storage: corefileStorage(tools) });
}

function corefileStorage(tools: Tools): Storage<CorefileSight> {
  const { config, deps, ref, store } = tools;
  const { key } = config.server;
  const settings: BlockSettings = { ...config.server, ttlSeconds: config.ttlSeconds };
  const storeRef: ConfigMapRef = { namespace: store.namespace, name: store.name };
  const parse = remembering(parseHosts);
  return {
    refs: [storeRef, ref],
    async look(signal) {
      const [stored, shared] = await Promise.all([deps.store.read(storeRef, signal), deps.store.read(ref, signal)]);
      const own = stored !== undefined && isOurs(stored, store) ? stored.data : {};
      const { [HOSTS_KEY]: hosts, [PENDING_KEY]: pending = '' } = own;
      const parsed = parse(hosts ?? '');
      const corefile = shared?.data[key];
      const text = corefile ?? '';
      const block = findOwnBlock(text, new Set(parsed.lines.map(line => line.name)), settings.port);
      const isServed = servedBy(block, settings);
      const corefileWith = (lines: readonly PublishedLine[]) => withOwnBlock(text, block, renderBlock(lines, settings));
      const refusal = stored && notOurs(stored, store);
      return {
        lines: publishedLines(parsed, pending, isServed),
        unreadable: parsed.unreadable,
        unconfirmed: parseUnconfirmed(own[UNCONFIRMED_KEY] ?? ''),
        stored,
        shared,
        corefile: text,
        present: hosts !== undefined,
        refusal: refusal ?? (corefile === undefined ? noCorefile(ref, key) : undefined),
        isWritten: lines => hosts === renderHosts(lines) && pending === '' && corefileWith(lines) === text,
        sizeWith: lines => {
          const kept = { ref: storeRef, bytes: foreignBytes(stored, KEYS) + bytesOf(lines, text) };
          const whole = { ref, bytes: foreignBytes(shared, [key]) + keyBytes(corefileWith(lines), key) };
          return fuller(kept, whole);
        },
        corefileWith,
        change: wanted => blockChange(parsed.lines, wanted, isServed),
      };
    },
    async writer(sight) {
      const guard = createGuard({
        place: `ConfigMap ${ref.namespace}/${ref.name}`,
        settings: config.server,
        foreign: corefileOnly(sight.corefileWith([])),
      });
      return { refusal: guard.refusal, write: (lines, signal) => change(sight, lines, { ...tools, guard, signal }) };
    },
  };
}

const fuller = (one: Size, other: Size): Size => (one.bytes > other.bytes ? one : other);

const bytesOf = (lines: readonly PublishedLine[], corefile: string): number =>
  keyBytes(renderHosts(lines)) + onTheWayBytes(lines) + keyBytes(corefile, PREVIOUS_KEY);

interface Change extends Tools {
  readonly guard: Guard;
  readonly signal: AbortSignal;
}

async function change(sight: CorefileSight, lines: readonly PublishedLine[], tools: Change): Promise<void> {
  const { guard, watch, signal } = tools;
  const { joining, hosts, hostsBetween, pending } = sight.change(lines);
  const corefile = sight.corefileWith(lines);
  const previous = sight.stored?.data[PREVIOUS_KEY] ?? sight.corefile;
  const isSame = corefile === sight.corefile;
  if (!isSame) guard.check(corefileOnly(corefile));
  const watched = await watchedData(lines, { sight, joining, guard, watch }, signal);
  if (isSame) {
    await keep(sight.stored, { [HOSTS_KEY]: hosts, [PENDING_KEY]: '', [PREVIOUS_KEY]: previous, ...watched }, tools);
    return;
  }
  const both = { [PREVIOUS_KEY]: sight.corefile, ...watched };
  const kept = await keep(sight.stored, { [HOSTS_KEY]: hostsBetween, [PENDING_KEY]: pending, ...both }, tools);
  await share(sight, corefile, tools);
  await keep(kept, { [HOSTS_KEY]: hosts, [PENDING_KEY]: '', ...both }, tools);
}

/** Into the ConfigMap of ours, all keys at once: what an apply leaves out, the API server takes away. */
async function keep(
  view: ConfigMapView | undefined,
  data: Readonly<Record<string, string>>,
  { deps, store, signal }: Change,
): Promise<ConfigMapView> {
  const ref = { namespace: store.namespace, name: store.name };
  if (view?.immutable) throw new PortError(immutableFailure(ref));
  const force = KEYS.some(key => view?.data[key] !== undefined);
  const wanted = { annotations: { [TARGET_ANNOTATION]: store.marker }, data };
  return deps.store.apply(ref, wanted, { resourceVersion: view?.resourceVersion ?? '', force }, signal);
}

/** The one field of somebody else that is ever forced: the administrator chose this kind for it. */
async function share(sight: CorefileSight, corefile: string, { deps, ref, config, signal }: Change): Promise<void> {
  const { shared } = sight;
  if (shared?.immutable) throw new PortError(immutableFailure(ref));
  const wanted = { annotations: {}, data: { [config.server.key]: corefile } };
  await deps.store.apply(ref, wanted, { resourceVersion: shared?.resourceVersion ?? '', force: true }, signal);
}
