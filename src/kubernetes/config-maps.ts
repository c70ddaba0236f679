/**
 * The port `ConfigMapStore` of src/ports-dns.ts: watched ConfigMaps come from a cache, others from the API server; both
 * are written by server-side apply. src/kubernetes/kubernetes.ts puts it together.
 */
import { ConflictError } from '../domain/failures.ts';
import type { ConfigMapRef, ConfigMapStore, ConfigMapView } from '../ports-dns.ts';
import { APPLY_PATCH, type KubeClient } from './client.ts';
import { readConfigMap } from './config-map-view.ts';
import { hasStatus, KubeError } from './kube-error.ts';
import type { Collection } from './list.ts';
import type { Entry, ObjectCache } from './object-cache.ts';
import { translated } from './port-errors.ts';
import { type Identity, identityOf, isRecord, type RawObject } from './raw-object.ts';

/** Owns our keys; a fixed name, which managedFields shows. */
const FIELD_MANAGER = 'private-monitoring-scope';

export const configMapKey = ({ namespace, name }: ConfigMapRef): string => `${namespace}/${name}`;

/** One ConfigMap as a collection, which a Role with `resourceNames` allows to list and watch. */
export const configMapCollection = ({ namespace, name }: ConfigMapRef): Collection => ({
  path: pathOf(namespace),
  query: { fieldSelector: `metadata.name=${name}` },
});

const pathOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;

export type StoredConfigMap = Entry<ConfigMapView>;

/** Throws a TypeError for what is no stored object. */
export const readStored = (raw: RawObject): StoredConfigMap => ({ ...identityOf(raw), value: readConfigMap(raw) });

/** The cache of one watched ConfigMap, filled by a reflector of its `configMapCollection`. */
export interface WatchedConfigMap {
  readonly cache: ObjectCache<StoredConfigMap>;
  /** Until then, and where watching is refused for good, it is read directly. */
  hasSynced(): boolean;
}

export interface ConfigMapDeps {
  readonly client: KubeClient;
  /** By `configMapKey`. */
  readonly watched: ReadonlyMap<string, WatchedConfigMap>;
}

export function createConfigMapStore({ client, watched }: ConfigMapDeps): ConfigMapStore {
  /** What was last read or written, by key. */
  const known = new Map<string, Identity>();
  const remember = (key: string, stored: StoredConfigMap | undefined): ConfigMapView | undefined => {
    if (stored) known.set(key, { key, uid: stored.uid, resourceVersion: stored.resourceVersion });
    else known.delete(key);
    return stored?.value;
  };

  const identityAt = async (ref: ConfigMapRef, resourceVersion: string, signal: AbortSignal): Promise<Identity> => {
    const last = known.get(configMapKey(ref));
    const stored = last?.resourceVersion === resourceVersion ? last : await get(client, ref, signal);
    if (stored?.resourceVersion === resourceVersion) return stored;
    throw new ConflictError(`ConfigMap ${configMapKey(ref)} is not at version ${resourceVersion}`);
  };

  const send = async (write: Write, resourceVersion: string | undefined): Promise<StoredConfigMap> => {
    if (resourceVersion === undefined) return apply(client, write);
    if (resourceVersion === '') return apply(client, write, await create(client, write));
    return apply(client, write, await identityAt(write.ref, resourceVersion, write.signal));
  };

  return {
    async read(ref, signal) {
      const key = configMapKey(ref);
      const watch = watched.get(key);
      if (watch?.hasSynced()) return remember(key, watch.cache.get(key));
      return remember(key, await translated(`reading ConfigMap ${key}`, () => get(client, ref, signal)));
    },
    async apply(ref, wanted, { resourceVersion, force }, signal) {
      const key = configMapKey(ref);
      const end = watched.get(key)?.cache.beginWrite(key);
      let stored: StoredConfigMap | undefined;
      try {
        const write = { ref, wanted, force, signal };
        stored = await translated(`writing ConfigMap ${key}`, () => send(write, resourceVersion));
        remember(key, stored);
        return stored.value;
      } finally {
        end?.(stored && { ...stored, value: stored });
      }
    },
  };
}

interface Write {
  readonly ref: ConfigMapRef;
  readonly wanted: Parameters<ConfigMapStore['apply']>[1];
  readonly force: boolean;
  readonly signal: AbortSignal;
}

async function get(client: KubeClient, ref: ConfigMapRef, signal: AbortSignal): Promise<StoredConfigMap | undefined> {
  try {
    const path = `${pathOf(ref.namespace)}/${ref.name}`;
    return readStored(objectOf(await client.request('GET', path, { signal })));
  } catch (thrown) {
    if (hasStatus(thrown, 404)) return undefined;
    throw thrown;
  }
}

/**
 * An apply cannot say "only if it is not there", a create can; but what a create sets belongs to an `Update` of its
 * manager for ever, beside whatever the manager applies later, and could never be taken out by leaving it out. So an
 * empty ConfigMap is created, and filled by an apply with its version as precondition. A crash in between leaves an
 * empty ConfigMap, which is filled next time.
 */
async function create(client: KubeClient, { ref, signal }: Write): Promise<Identity> {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: ref.namespace, name: ref.name } };
  const query = { fieldManager: FIELD_MANAGER };
  return identityOf(await client.request('POST', pathOf(ref.namespace), { query, body, signal }));
}

/** An apply with a resourceVersion alone would create what is gone meanwhile; the uid makes that a conflict (409). */
async function apply(
  client: KubeClient,
  { ref, wanted, force, signal }: Write,
  expected?: Identity,
): Promise<StoredConfigMap> {
  const precondition = expected ? { uid: expected.uid, resourceVersion: expected.resourceVersion } : {};
  const { namespace, name } = ref;
  const metadata = { namespace, name, annotations: wanted.annotations, ...precondition };
  const answer = await client.request('PATCH', `${pathOf(namespace)}/${name}`, {
    query: { fieldManager: FIELD_MANAGER, force: String(force) },
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: wanted.data },
    contentType: APPLY_PATCH,
    signal,
  });
  return readStored(objectOf(answer));
}

function objectOf(answer: unknown): RawObject {
  if (isRecord(answer)) return answer;
  throw new KubeError('the answer is no object');
}
