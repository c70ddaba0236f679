/**
 * The CustomServer target: `pms.hosts` and `pms.server` in the ConfigMap whose `*.server` keys the cluster's own CoreDNS
 * imports (`coredns-custom` on AKS and k3s). Every other key is somebody else's. src/coredns/targets.ts makes them.
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
  SERVER_KEY,
  TARGET_ANNOTATION,
} from './config-map-claim.ts';
import { createGuard, type Guard } from './corefile-guard.ts';
import type { CorefileSource } from './corefile-reader.ts';
import { parseHosts, renderHosts } from './hosts-text.ts';
import { createLineTarget, type LineTarget } from './line-target.ts';
import type { ReloadWatch } from './reload-watch.ts';
import { remembering } from './remembering.ts';
import { type BlockSettings, renderServerFile, servedBy } from './server-block.ts';
import { blocksOf, COREFILE_PATH, noCorefile } from './shared-corefile.ts';
import type { Sight, Storage } from './storage.ts';
import type { ReloadDeps, ServerSettings, TargetBase, TargetDeps } from './target-config.ts';
import { parseUnconfirmed, UNCONFIRMED_KEY } from './unconfirmed.ts';

export interface CustomServerConfig extends TargetBase {
  readonly kind: 'CustomServer';
  readonly server: ServerSettings & {
    /** Folder in the pod that the ConfigMap is mounted at. */
    readonly directory: string;
    /** File: all keys are mounted there. Inline: the records stand in the block. */
    readonly records: 'File' | 'Inline';
    /** The ConfigMap of the Corefile, in the same namespace, and its key. */
    readonly corefile: { readonly configMap: string; readonly key: string };
  };
}

const KEYS = [HOSTS_KEY, SERVER_KEY, PENDING_KEY, UNCONFIRMED_KEY];

interface CustomServerSight extends Sight {
  readonly view: ConfigMapView | undefined;
  /** The key pms.server, when it is ours. */
  readonly server: string | undefined;
  change(wanted: readonly PublishedLine[]): BlockChange;
}

interface Parts {
  readonly config: CustomServerConfig;
  readonly deps: TargetDeps;
  readonly watch: ReloadWatch;
}

/** Touches nothing. */
export function createCustomServerTarget(config: CustomServerConfig, deps: TargetDeps, reload: ReloadDeps): LineTarget {
  const watch = reloadWatchOf(config, deps, reload);
  return createLineTarget({ config, deps, watch, storage: customServerStorage({ config, deps, watch }) });
}

const blockSettings = ({ server, ttlSeconds }: CustomServerConfig): BlockSettings => ({
  ...server,
  ttlSeconds,
  hostsFile: server.records === 'File' ? `${server.directory}/${HOSTS_KEY}` : undefined,
});

function customServerStorage(parts: Parts): Storage<CustomServerSight> {
  const { config, deps } = parts;
  const ref: ConfigMapRef = { namespace: config.namespace, name: config.configMap };
  const place: Place = { ...ref, marker: `${deps.installation}/${config.name}` };
  const settings = blockSettings(config);
  const parse = remembering(parseHosts);
  const isServedBy = remembering(text => servedBy(blocksOf(text)[0], settings));
  return {
    refs: [ref],
    async look(signal) {
      const view = await deps.store.read(ref, signal);
      const own = view !== undefined && isOurs(view, place) ? view.data : {};
      const { [HOSTS_KEY]: hosts, [SERVER_KEY]: server, [PENDING_KEY]: pending = '' } = own;
      const parsed = parse(hosts ?? '');
      const isServed = isServedBy(server ?? '');
      return {
        lines: publishedLines(parsed, pending, isServed),
        unreadable: parsed.unreadable,
        unconfirmed: parseUnconfirmed(own[UNCONFIRMED_KEY] ?? ''),
        view,
        server,
        present: hosts !== undefined,
        refusal: view && notOurs(view, place, [HOSTS_KEY, SERVER_KEY]),
        isWritten: lines =>
          hosts === renderHosts(lines) && server === renderServerFile(lines, settings) && pending === '',
        sizeWith: lines => ({ ref, bytes: foreignBytes(view, KEYS) + bytesOf(lines, settings) }),
        change: wanted => blockChange(parsed.lines, wanted, isServed),
      };
    },
    async writer(sight, signal) {
      const sources = await sourcesOf(config, sight, { deps, signal });
      const guard = createGuard({
        place: `ConfigMap ${ref.namespace}/${config.server.corefile.configMap}`,
        settings: config.server,
        foreign: sources(undefined),
        importedAs: `${config.server.directory}/${SERVER_KEY}`,
      });
      const write = writeKeys({ ref, place, deps });
      return {
        refusal: guard.refusal,
        write: (lines, until) => change(sight, lines, { ...parts, settings, guard, sources, write, signal: until }),
      };
    },
  };
}

const bytesOf = (lines: readonly PublishedLine[], settings: BlockSettings): number =>
  keyBytes(renderHosts(lines)) + keyBytes(renderServerFile(lines, settings), SERVER_KEY) + onTheWayBytes(lines);

/** The configuration as CoreDNS has it, with this text as our key; `undefined`: without it. */
type Sources = (server: string | undefined) => CorefileSource;

async function sourcesOf(
  { namespace, server }: CustomServerConfig,
  { view }: CustomServerSight,
  { deps, signal }: { readonly deps: TargetDeps; readonly signal: AbortSignal },
): Promise<Sources> {
  const { configMap, key } = server.corefile;
  const main = await deps.store.read({ namespace, name: configMap }, signal);
  const corefileText = main?.data[key];
  if (corefileText === undefined) throw new PortError(noCorefile({ namespace, name: configMap }, key));
  const others = Object.entries(view?.data ?? {}).filter(([name]) => name !== SERVER_KEY);
  const path = (name: string) => `${server.directory}/${name}`;
  return text => {
    const own = text === undefined ? [] : [[SERVER_KEY, text] as const];
    const files = [...others, ...own].map(([name, content]) => [path(name), content] as const);
    const all = new Map([[COREFILE_PATH, corefileText] as const, ...files]);
    return { path: COREFILE_PATH, files: all, folders: [server.directory] };
  };
}

interface Change extends Parts {
  readonly settings: BlockSettings;
  readonly guard: Guard;
  readonly sources: Sources;
  readonly write: WriteKeys;
  readonly signal: AbortSignal;
}

async function change(sight: CustomServerSight, lines: readonly PublishedLine[], tools: Change): Promise<void> {
  const { guard, watch, write, signal } = tools;
  const server = renderServerFile(lines, tools.settings);
  const { joining, leaving, hosts, hostsBetween, pending } = sight.change(lines);
  const isSame = server === sight.server;
  if (!isSame) guard.check(tools.sources(server));
  const watched = await watchedData(lines, { sight, joining, guard, watch }, signal);
  if (isSame) {
    await write(sight.view, { [HOSTS_KEY]: hosts, [SERVER_KEY]: server, [PENDING_KEY]: '', ...watched }, signal);
    return;
  }
  let view = sight.view;
  if (joining.length > 0) {
    const old = sight.server === undefined ? {} : { [SERVER_KEY]: sight.server };
    view = await write(view, { ...old, [HOSTS_KEY]: hostsBetween, [PENDING_KEY]: pending, ...watched }, signal);
  }
  const isLast = leaving.length === 0;
  const between = { [HOSTS_KEY]: hostsBetween, [SERVER_KEY]: server, [PENDING_KEY]: isLast ? '' : pending, ...watched };
  view = await write(view, between, signal);
  if (isLast) return;
  await write(view, { [HOSTS_KEY]: hosts, [SERVER_KEY]: server, [PENDING_KEY]: '', ...watched }, signal);
}

/** All keys of ours at once: what an apply leaves out, the API server takes away. */
type WriteKeys = (
  view: ConfigMapView | undefined,
  data: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<ConfigMapView>;

const writeKeys =
  ({ ref, place, deps }: { readonly ref: ConfigMapRef; readonly place: Place; readonly deps: TargetDeps }): WriteKeys =>
  async (view, data, signal) => {
    if (view?.immutable) throw new PortError(immutableFailure(ref));
    // Without keys of these names there is nobody to take them from: a conflict is then somebody who was faster.
    const force = KEYS.some(key => view?.data[key] !== undefined);
    const annotations = { [TARGET_ANNOTATION]: place.marker };
    return deps.store.apply(
      ref,
      { annotations, data },
      { resourceVersion: view?.resourceVersion ?? '', force },
      signal,
    );
  };
