/**
 * The port `ConfigMapStore` of src/ports-dns.ts: watched ConfigMaps come from a cache, others from the API server; both
 * are written by server-side apply. src/kubernetes/kubernetes.ts puts it together.
 */
import { ConflictError, PortError } from '../domain/failures.ts';
import { FIELD_MANAGER } from '../domain/names.ts';
import type { ConfigMapRef, ConfigMapStore, ConfigMapView } from '../ports-dns.ts';
import { APPLY_PATCH, type KubeClient } from './client.ts';
import { readConfigMap } from './config-map-view.ts';
import { hasStatus, KubeError } from './kube-error.ts';
import type { Collection } from './list.ts';
import type { Entry, ObjectCache } from './object-cache.ts';
import { translated } from './port-errors.ts';
import { type Identity, identityOf, isRecord, type RawObject } from './raw-object.ts';

const CREATOR = `${FIELD_MANAGER}-create`;

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
    if (resourceVersion === '') return apply(client, write, { expected: await create(client, write) });
    return apply(client, write, { expected: await identityAt(write.ref, resourceVersion, write.signal) });
  };

  const remove: ConfigMapStore['remove'] = async (ref, resourceVersion, signal) => {
    const key = configMapKey(ref);
    const preconditions = { resourceVersion };
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
    try {
      const call = () => client.request('DELETE', `${pathOf(ref.namespace)}/${ref.name}`, { body, signal });
      await translated(`deleting ConfigMap ${key}`, call);
    } catch (thrown) {
      if (!(thrown instanceof PortError && hasStatus(thrown.cause, 404))) throw thrown;
    }
    known.delete(key);
  };

  return {
    remove,
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
 * Made by an apply of nothing, then filled by one with its version as precondition. A POST would do in one call, but RBAC
 * cannot bind `create` to a name then, and what a POST sets could never be taken out by leaving it out of an apply. An
 * apply cannot say "only if it is not there", so it is a manager of its own that applies nothing: where somebody was
 * faster it changes nothing, and what is there tells. A crash in between leaves an empty ConfigMap, filled next time.
 */
async function create(client: KubeClient, write: Write): Promise<Identity> {
  const nothing = { ...write, wanted: { annotations: {}, data: {} }, force: false };
  const { uid, resourceVersion, value } = await apply(client, nothing, { manager: CREATOR });
  const key = configMapKey(write.ref);
  if (value.bytes > 0 || value.immutable || Object.keys(value.annotations).length > 0) {
    throw new ConflictError(`ConfigMap ${key} was made by somebody else meanwhile`);
  }
  return { key, uid, resourceVersion };
}

/** An apply with a resourceVersion alone would create what is gone meanwhile; the uid makes that a conflict (409). */
async function apply(
  client: KubeClient,
  { ref, wanted, force, signal }: Write,
  { expected, manager = FIELD_MANAGER }: { readonly expected?: Identity; readonly manager?: string } = {},
): Promise<StoredConfigMap> {
  const precondition = expected ? { uid: expected.uid, resourceVersion: expected.resourceVersion } : {};
  const { namespace, name } = ref;
  // An empty map would be owned as a whole.
  const annotations = Object.keys(wanted.annotations).length > 0 ? { annotations: wanted.annotations } : {};
  const data = Object.keys(wanted.data).length > 0 ? { data: wanted.data } : {};
  const owners = wanted.owner === undefined ? {} : { ownerReferences: [wanted.owner] };
  const metadata = { namespace, name, ...annotations, ...owners, ...precondition };
  const answer = await client.request('PATCH', `${pathOf(namespace)}/${name}`, {
    query: { fieldManager: manager, force: String(force) },
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...data },
    contentType: APPLY_PATCH,
    signal,
  });
  return readStored(objectOf(answer));
}

function objectOf(answer: unknown): RawObject {
  if (isRecord(answer)) return answer;
  throw new KubeError('the answer is no object');
}
