/**
 * The port `Cluster` of src/ports.ts: PrivateMonitoringScope objects from the cache, their finalizer and status written
 * back. Every write has the resourceVersion of what was read as its precondition, and its result is in the cache before
 * the call resolves. src/kubernetes/kubernetes.ts puts it together.
 */
import { ConflictError } from '../domain/failures.ts';
import { FINALIZER } from '../domain/names.ts';
import {
  GROUP,
  KIND,
  keyText,
  type ObjectKey,
  PLURAL,
  type PmsObject,
  type Status,
  VERSION,
} from '../domain/object.ts';
import type { Cluster } from '../ports.ts';
import { APPLY_PATCH, type KubeClient, MERGE_PATCH } from './client.ts';
import type { EventRecorder } from './event-recorder.ts';
import { hasStatus } from './kube-error.ts';
import type { Collection } from './list.ts';
import type { ObjectCache } from './object-cache.ts';
import { readPms } from './pms-object.ts';
import { translated } from './port-errors.ts';
import { identityOf, isRecord } from './raw-object.ts';

const API_VERSION = `${GROUP}/${VERSION}`;

/** Owns the status; a fixed name, which the audit log and managedFields show. */
const FIELD_MANAGER = 'pms-controller';

/** All objects, or those of one namespace. */
export const pmsCollection = (namespace?: string): Collection => ({
  path: `/apis/${API_VERSION}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${PLURAL}`,
});

const pathOf = ({ namespace, name }: ObjectKey): string => `${pmsCollection(namespace).path}/${name}`;

/** One object from the API server; `undefined` when it is not there. Throws PortError. */
export const readObject = (client: KubeClient, key: ObjectKey, signal: AbortSignal): Promise<PmsObject | undefined> =>
  translated(`reading ${keyText(key)}`, async () => {
    try {
      const answer = await client.request('GET', pathOf(key), { signal });
      return isRecord(answer) ? readPms(answer) : undefined;
    } catch (thrown) {
      if (hasStatus(thrown, 404)) return undefined;
      throw thrown;
    }
  });

export interface ClusterDeps {
  readonly client: KubeClient;
  /** Filled by a reflector of `pmsCollection`. */
  readonly cache: ObjectCache<PmsObject>;
  readonly recorder: EventRecorder;
}

export function createCluster(deps: ClusterDeps): Cluster {
  const { cache, recorder } = deps;
  return {
    object: key => cache.get(keyText(key)),
    objects: () => cache.values(),
    setFinalizer: (object, wanted, signal) => setFinalizer(deps, object, wanted, signal),
    applyStatus: (object, status, signal) => applyStatus(deps, object, status, signal),
    emit: ({ metadata }, event) => {
      const { namespace, name, uid, resourceVersion } = metadata;
      const regarding = { apiVersion: API_VERSION, kind: KIND, namespace, name, uid, resourceVersion };
      recorder.record({ ...event, regarding, action: 'Reconcile' });
    },
  };
}

async function setFinalizer(
  deps: ClusterDeps,
  object: PmsObject,
  wanted: boolean,
  signal: AbortSignal,
): Promise<PmsObject> {
  const { finalizers, resourceVersion } = object.metadata;
  if (finalizers.includes(FINALIZER) === wanted) return object;
  const others = finalizers.filter(one => one !== FINALIZER);
  const next = wanted ? [...others, FINALIZER] : others;
  const what = `${wanted ? 'adding' : 'removing'} the finalizer of ${keyText(object.metadata)}`;
  const gone: PmsObject = { ...object, metadata: { ...object.metadata, finalizers: next } };
  return write(deps, object, {
    what,
    ...(wanted ? {} : { gone }),
    send: () =>
      deps.client.request('PATCH', pathOf(object.metadata), {
        query: { fieldManager: FIELD_MANAGER },
        // A merge patch replaces the whole list, which the precondition makes safe for others' finalizers.
        body: { metadata: { resourceVersion, finalizers: next } },
        contentType: MERGE_PATCH,
        signal,
      }),
  });
}

async function applyStatus(
  deps: ClusterDeps,
  object: PmsObject,
  status: Status,
  signal: AbortSignal,
): Promise<PmsObject> {
  const { namespace, name, resourceVersion } = object.metadata;
  return write(deps, object, {
    what: `writing the status of ${keyText(object.metadata)}`,
    send: () =>
      deps.client.request('PATCH', `${pathOf(object.metadata)}/status`, {
        query: { fieldManager: FIELD_MANAGER, force: 'true' },
        body: { apiVersion: API_VERSION, kind: KIND, metadata: { namespace, name, resourceVersion }, status },
        contentType: APPLY_PATCH,
        signal,
      }),
  });
}

interface Write {
  /** For messages. */
  readonly what: string;
  /** What the object is taken to be when it is not there any more; without it a 404 is a conflict. */
  readonly gone?: PmsObject;
  readonly send: () => Promise<unknown>;
}

async function write({ cache }: ClusterDeps, object: PmsObject, { what, gone, send }: Write): Promise<PmsObject> {
  const { uid, resourceVersion } = object.metadata;
  const key = keyText(object.metadata);
  const end = cache.beginWrite(key);
  let result: Parameters<typeof end>[0];
  try {
    const answer = await translated(what, async () => {
      try {
        return await send();
      } catch (thrown) {
        if (!hasStatus(thrown, 404)) throw thrown;
        if (gone === undefined) throw new ConflictError(`${what}: the object is gone`, { cause: thrown });
        return undefined;
      }
    });
    if (!isRecord(answer)) {
      result = { key, uid, resourceVersion, value: undefined };
      return gone ?? object;
    }
    const stored = readPms(answer);
    const { deletionTimestamp, finalizers } = stored.metadata;
    // The API server deletes what is marked for deletion as soon as the last finalizer goes.
    const isGone = deletionTimestamp !== undefined && finalizers.length === 0;
    result = { ...identityOf(answer), value: isGone ? undefined : stored };
    return stored;
  } finally {
    end(result);
  }
}
