/**
 * What stands around an object for the commands that only look: the cluster when there is one to ask, the DNS targets
 * when they are configured, and Azure. src/commands only.
 */
import { createAzure } from '../../azure/azure.ts';
import { isOtherCloud, type WholeAzureConfig } from '../../config/data-plane.ts';
import type { InquiryConfig } from '../../config/inquiry.ts';
import { createMemory, type Pass, type World } from '../../controller/world.ts';
import { createTargets } from '../../coredns/targets.ts';
import { exportPlace } from '../../domain/export-map.ts';
import type { PmsObject } from '../../domain/object.ts';
import { connectKubernetes, type Kubernetes } from '../../kubernetes/kubernetes.ts';
import type { NewObject } from '../../manifest/manifest.ts';
import type { Azure, AzureInquiry, Clock, Log } from '../../ports.ts';
import type { ConfigMapStore, DnsTargets } from '../../ports-dns.ts';
import { createResolver } from '../../probe/dns.ts';
import { version } from '../../version.ts';
import { noCluster, noProber, readOnlyAzure, readOnlyConfigMaps, readOnlyTargets, unreadTargets } from './read-only.ts';

export const quietLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** In place of an installation's id where nobody told it: no resource and no link can be this one's. */
const NO_INSTALLATION = 'unknown-installation';

/** The cluster of KUBECONFIG or of this pod, for single reads. Throws TypeError when there is no usable kubeconfig. */
export const openCluster = (clock: Clock): Kubernetes =>
  connectKubernetes({ version, log: quietLog, clock, random: Math.random, configMaps: [] });

/** Azure, which cannot be written to. */
export const openAzure = (settings: WholeAzureConfig, clock: Clock): Azure & AzureInquiry =>
  readOnlyAzure(createAzure({ settings, log: quietLog, clock, version }));

export interface Surroundings {
  readonly world: World;
  readonly azure: Azure & AzureInquiry;
  /** Its address. */
  readonly resourceManager: string;
  /** The object as it would be once the file was applied. */
  readonly object: PmsObject;
  /** What could not be known, for a person. */
  readonly notes: readonly string[];
}

/** Reads what the cluster knows. Throws PortError when it is to be asked and does not answer. */
export async function surroundingsOf(
  manifest: NewObject,
  options: InquiryConfig,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Surroundings> {
  const cluster = options.asksCluster ? openCluster(clock) : undefined;
  try {
    const live = await cluster?.read(manifest.metadata, signal);
    const installation = options.installationId ?? (await cluster?.installation(signal));
    const azure = openAzure(options.azure, clock);
    const world: World = {
      azure,
      cluster: noCluster,
      configMaps: await exportsOf(manifest, cluster, signal),
      targets: await targetsFor(options, cluster, { installation, clock, signal }),
      resolver: createResolver(),
      prober: noProber,
      clock,
      log: quietLog,
      rules: { allowLoopback: options.simulatedAzure, isOtherCloud: isOtherCloud(options.azure.endpoint) },
      installation: installation ?? NO_INSTALLATION,
    };
    const object = appliedTo(live, manifest);
    const { endpoint: resourceManager } = options.azure;
    return { world, azure, resourceManager, object, notes: notesOf(options, installation, live) };
  } finally {
    await cluster?.close();
  }
}

/** A pass over the object that can do nothing but look. */
export const lookingPass = ({ world, object }: Surroundings, signal: AbortSignal): Pass => ({
  world,
  memory: createMemory(world.clock),
  object,
  now: world.clock.now(),
  signal,
  writeSignal: signal,
  storeSignal: signal,
  wake: () => {},
});

/** The ConfigMap of the exports as it is now; nothing where it may not be read. */
async function exportsOf(
  { metadata, spec }: NewObject,
  cluster: Kubernetes | undefined,
  signal: AbortSignal,
): Promise<ConfigMapStore> {
  const isAsked = (spec.dns?.exports ?? []).length > 0;
  const found = isAsked
    ? await cluster?.configMaps.read(exportPlace(metadata), signal).catch(() => undefined)
    : undefined;
  return readOnlyConfigMaps(found);
}

interface TargetQuestion {
  readonly installation: string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The targets as they are now, read before the connection is closed. */
async function targetsFor(
  { targets }: InquiryConfig,
  cluster: Kubernetes | undefined,
  { installation, clock, signal }: TargetQuestion,
): Promise<DnsTargets> {
  if (targets === undefined || cluster === undefined || installation === undefined) {
    return unreadTargets('the DNS target was not read: KUBECONFIG and --config FILE are needed for that');
  }
  const { configMaps: store, endpoints } = cluster;
  // Nothing is written, so there is no reload to watch.
  const reload = { clock, failures: async () => undefined };
  const live = createTargets(targets, { installation, store, endpoints, log: quietLog, reload });
  const sights = new Map(
    await Promise.all(
      live.all.map(async target => [target.name, await Promise.allSettled([target.read(signal)])] as const),
    ),
  );
  const remembered = live.all.map(target => ({
    ...target,
    read: async () => {
      const [read] = sights.get(target.name) ?? [];
      if (read?.status === 'fulfilled') return read.value;
      throw read?.reason;
    },
  }));
  const find = (name: string) => remembered.find(target => target.name === name);
  return readOnlyTargets({ all: remembered, find, allows: live.allows });
}

/** What `kubectl apply` would make of the object that is there. */
export function appliedTo(live: PmsObject | undefined, { metadata, spec }: NewObject): PmsObject {
  if (live === undefined) {
    const fresh = { uid: '', resourceVersion: '', generation: 1, creationTimestamp: '', finalizers: [] };
    return { metadata: { ...metadata, ...fresh }, spec, status: {} };
  }
  const { deletionTimestamp: _, ...kept } = live.metadata;
  const annotations = { ...live.metadata.annotations, ...metadata.annotations };
  return { metadata: { ...kept, annotations }, spec, status: live.status };
}

function notesOf(
  { targets, asksCluster }: InquiryConfig,
  installation: string | undefined,
  live: PmsObject | undefined,
): readonly string[] {
  const notes = [];
  if (live?.metadata.deletionTimestamp !== undefined) {
    notes.push('the object is being deleted: this is what it would come to if it were applied again afterwards');
  }
  if (installation === undefined) {
    notes.push(
      'the cluster was not asked: what the operator has made already does not show as its own (set KUBECONFIG, or give --installation-id)',
    );
  }
  if (targets === undefined || !asksCluster) {
    notes.push('the DNS target was not read: set KUBECONFIG and give --config FILE, the configuration of the operator');
  }
  return notes;
}
