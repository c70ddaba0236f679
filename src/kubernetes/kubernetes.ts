/**
 * The ports `Cluster`, `ConfigMapStore`, `ServiceEndpoints` and `Credentials`, put together: one connection, a reflector
 * for the objects and one for each watched ConfigMap, one event recorder. With the types it mentions the only module of
 * src/kubernetes that others import.
 */
import { hostname } from 'node:os';
import { type ObjectKey, type PmsObject, parseKey } from '../domain/object.ts';
import type { Clock, Cluster, Log } from '../ports.ts';
import type { ConfigMapRef, ConfigMapStore, ServiceEndpoints } from '../ports-dns.ts';
import type { Credentials } from '../ports-identity.ts';
import { createKubeClient, type KubeClient, type KubeRequestRecord } from './client.ts';
import { createCluster, pmsCollection, readObject } from './cluster.ts';
import {
  configMapCollection,
  configMapKey,
  createConfigMapStore,
  readStored,
  type StoredConfigMap,
  type WatchedConfigMap,
} from './config-maps.ts';
import { type Connection, openConnection } from './connection.ts';
import { createCredentials } from './credentials.ts';
import { createServiceEndpoints } from './endpoint-slices.ts';
import { createEventRecorder } from './event-recorder.ts';
import { type ClusterInquiry, createClusterInquiry } from './inquiry.ts';
import { readInstallation } from './installation.ts';
import { hasStatus } from './kube-error.ts';
import { createLease, type Lease, type LeaseTiming, type Moment } from './lease/lease.ts';
import type { Change } from './news.ts';
import { createObjectCache } from './object-cache.ts';
import { readPms } from './pms-object.ts';
import { createReflector, type Reflector, type ReflectorOptions } from './reflector.ts';

export interface KubernetesOptions {
  /** Kubeconfig file; default: KUBECONFIG, ~/.kube/config, else in-cluster. */
  readonly kubeconfig?: string;
  /** Ours, for the User-Agent `private-monitoring-scope/<version>`. */
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Only objects of this namespace; default: of all. */
  readonly namespace?: string;
  /** ConfigMaps to watch: those of the DNS targets. Duplicates are fine. */
  readonly configMaps: readonly ConfigMapRef[];
  /** `reportingInstance` of events; default: the host name, which in a pod is its name. */
  readonly instance?: string;
  /** Must not throw. */
  readonly onRequest?: (record: KubeRequestRecord) => void;
  /** Given: every write waits for `lease`. */
  readonly leaderElection?: LeaderElection;
}

/** A Lease to lead by, and the clocks that it is held by. */
export interface LeaderElection extends LeaseTiming {
  readonly name: string;
  /** Default: that of the connection. */
  readonly namespace?: string;
  /** Nobody else's, not even that of the same pod after a restart. */
  readonly identity: string;
  readonly now: () => Moment;
}

/** `listed`: it was there when we came; the others happened while we watched. */
export type ObjectChange = Change;

export type { KubeRequestRecord } from './client.ts';
export type { Lease, Moment, Term } from './lease/lease.ts';

export interface Kubernetes {
  readonly cluster: Cluster;
  readonly configMaps: ConfigMapStore;
  readonly endpoints: ServiceEndpoints;
  readonly credentials: Credentials;
  /** With `leaderElection` alone: nothing is written but during its term. */
  readonly lease?: Lease;
  readonly client: KubeClient;
  readonly server: string;
  /** Namespace of the kubeconfig's context or of the pod. */
  readonly namespace: string;
  /** One object from the API server, not from the cache; `undefined` when it is not there. One GET. Throws PortError. */
  read(key: ObjectKey, signal: AbortSignal): Promise<PmsObject | undefined>;
  /** What `pms check` asks. */
  readonly inquiry: ClusterInquiry;
  /** uid of the namespace kube-system, which tells clusters apart. One GET. Throws PortError. */
  installation(signal: AbortSignal): Promise<string>;
  /**
   * Register before `start`. Our own writes do not call back, except that an object is gone. What the callback throws is
   * logged.
   */
  onObjectChange(callback: (key: ObjectKey, change: ObjectChange) => void): void;
  /** Register before `start`. A watched ConfigMap was found at the start, or somebody else made, changed or deleted it. */
  onConfigMapChange(callback: (ref: ConfigMapRef) => void): void;
  /** Lists and watches until the signal; resolves when all has ended, never rejects. To be called once. */
  start(signal: AbortSignal): Promise<void>;
  /**
   * Resolves once the objects are listed, and each watched ConfigMap is listed or its watch refused (403: it is then
   * read directly). Never rejects; stays open when `start` is ended before.
   */
  readonly synced: Promise<void>;
  isSynced(): boolean;
  /** Resolves when every event is sent or given up, or the signal aborts; never rejects. */
  flushEvents(signal: AbortSignal): Promise<void>;
  /** Gives up unsent events and breaks off what is in flight. Call after `start` has ended. */
  close(): Promise<void>;
}

/** Throws TypeError when there is no usable kubeconfig. Touches no network before `start` or the first call. */
export function connectKubernetes(options: KubernetesOptions): Kubernetes {
  const { log, clock, random } = options;
  const connection = openConnection(options.kubeconfig);
  const userAgent = `private-monitoring-scope/${options.version}`;
  // Connections of its own: calls that hang on the others must not cost us the lease.
  const leasing = options.leaderElection && openConnection(options.kubeconfig);
  const lease = leasing && leaseOver(leasing, userAgent, options);
  const client = createKubeClient({
    connection,
    userAgent,
    clock,
    ...(lease ? { guard: lease.guard } : {}),
    ...(options.onRequest ? { onRequest: options.onRequest } : {}),
  });
  const recorder = createEventRecorder({
    client,
    reporter: { controller: 'private-monitoring-scope', instance: options.instance ?? hostname() },
    clock,
    random,
    log,
  });

  const objects = createObjectCache<PmsObject>(log);
  const common = { client, clock, random, log };
  const reflector = createReflector({
    ...common,
    collection: pmsCollection(options.namespace),
    cache: objects,
    read: readPms,
  });
  const watches = new Map(options.configMaps.map(ref => [configMapKey(ref), watchConfigMap(ref, common)]));

  let isSynced = false;
  const synced = Promise.all([reflector.hasSynced, ...[...watches.values()].map(watch => watch.settled)]).then(() => {
    isSynced = true;
  });
  return {
    cluster: createCluster({ client, cache: objects, recorder }),
    configMaps: createConfigMapStore({ client, watched: watches }),
    endpoints: createServiceEndpoints(client),
    credentials: createCredentials(client),
    client,
    ...(lease ? { lease } : {}),
    server: connection.server,
    namespace: connection.namespace,
    read: (key, signal) => readObject(client, key, signal),
    installation: signal => readInstallation(client, signal),
    inquiry: createClusterInquiry(client),
    onObjectChange: callback => objects.onChange((key, change) => callback(parseKey(key), change)),
    onConfigMapChange(callback) {
      for (const { ref, cache } of watches.values()) cache.onChange(() => callback(ref));
    },
    async start(signal) {
      await Promise.all(
        [reflector, ...[...watches.values()].map(watch => watch.reflector)].map(one => one.run(signal)),
      );
    },
    synced,
    isSynced: () => isSynced,
    flushEvents: signal => recorder.flush(signal),
    async close() {
      recorder.close();
      await Promise.all([connection.close(), leasing?.close()]);
    },
  };
}

function leaseOver(
  connection: Connection,
  userAgent: string,
  { leaderElection, clock, random, log, onRequest }: KubernetesOptions,
): Lease | undefined {
  if (leaderElection === undefined) return undefined;
  const { name, namespace = connection.namespace, identity, now, ...timing } = leaderElection;
  const client = createKubeClient({ connection, userAgent, clock, ...(onRequest ? { onRequest } : {}) });
  return createLease({ ref: { namespace, name }, identity, timing, client, clock, now, random, log });
}

interface Watch extends WatchedConfigMap {
  readonly ref: ConfigMapRef;
  readonly reflector: Reflector;
  /** Listed for the first time, or refused. */
  readonly settled: Promise<void>;
}

function watchConfigMap(
  ref: ConfigMapRef,
  common: Pick<ReflectorOptions<StoredConfigMap>, 'client' | 'clock' | 'random' | 'log'>,
): Watch {
  const cache = createObjectCache<StoredConfigMap>(common.log);
  const { promise: refused, resolve: refuse } = Promise.withResolvers<void>();
  const reflector = createReflector({
    ...common,
    collection: configMapCollection(ref),
    cache,
    read: readStored,
    onError: error => hasStatus(error, 403) && refuse(),
  });
  let listed = false;
  const synced = reflector.hasSynced.then(() => {
    listed = true;
  });
  const settled = Promise.race([refused, synced]);
  return { ref, cache, reflector, settled, hasSynced: () => listed };
}
