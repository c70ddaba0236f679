/**
 * The API server as far as the `Cluster` port goes: resourceVersion as precondition, finalizers, a generation that
 * follows the spec, and a cache that shows our own writes at once and others' edits a little later.
 */
import { ConflictError } from '../../src/domain/failures.ts';
import { FINALIZER } from '../../src/domain/names.ts';
import { keyText, type ObjectKey, type PmsObject, type Spec } from '../../src/domain/object.ts';
import type { Cluster, ObjectEvent } from '../../src/ports.ts';
import type { Randomness } from './randomness.ts';
import type { SteppingClock } from './stepping-clock.ts';

export interface ClusterModel {
  readonly port: Cluster;
  readonly events: readonly ObjectEvent[];
  /** Finalizer and status writes of ours. */
  writes(): number;
  /** As the API server has it. */
  stored(key: ObjectKey): PmsObject | undefined;
  /** What `kubectl apply` and `kubectl annotate` do. */
  create(object: PmsObject): void;
  editSpec(key: ObjectKey, change: (spec: Spec) => Spec): void;
  annotate(key: ObjectKey, annotations: Readonly<Record<string, string>>): void;
  /** What `kubectl delete` does. */
  remove(key: ObjectKey, atMs?: number): void;
  /** A process that starts lists everything anew. */
  relist(): void;
  /** Called when the cache has learned of somebody else's edit. */
  onChange: (key: ObjectKey) => void;
}

export function clusterModel(clock: SteppingClock, random: Randomness): ClusterModel {
  const server = new Map<string, PmsObject>();
  const cache = new Map<string, PmsObject>();
  const events: ObjectEvent[] = [];
  let version = 1;
  let writes = 0;

  const copy = (object: PmsObject): PmsObject => structuredClone(object);

  const put = (object: PmsObject): PmsObject => {
    const { metadata } = object;
    const next = { ...object, metadata: { ...metadata, resourceVersion: String(++version) } };
    const key = keyText(metadata);
    if (metadata.deletionTimestamp !== undefined && metadata.finalizers.length === 0) server.delete(key);
    else server.set(key, next);
    return next;
  };

  const learn = (key: string): void => {
    const stored = server.get(key);
    if (stored) cache.set(key, stored);
    else cache.delete(key);
  };

  const edit = (key: ObjectKey, change: (object: PmsObject) => PmsObject): void => {
    const stored = server.get(keyText(key));
    if (stored === undefined) return;
    put(change(copy(stored)));
    clock.after(random.between(1, 400), () => {
      learn(keyText(key));
      model.onChange(key);
    });
  };

  const write = async (object: PmsObject, change: (stored: PmsObject) => PmsObject): Promise<PmsObject> => {
    await clock.sleep(random.between(1, 50));
    const key = keyText(object.metadata);
    const stored = server.get(key);
    if (stored?.metadata.resourceVersion !== object.metadata.resourceVersion)
      throw new ConflictError('resourceVersion');
    writes++;
    const next = put(change(copy(stored)));
    learn(key);
    await clock.sleep(random.between(1, 50));
    return copy(next);
  };

  const port: Cluster = {
    object: key => {
      const known = cache.get(keyText(key));
      return known && copy(known);
    },
    objects: () => [...cache.values()].map(copy),
    setFinalizer: (object, wanted) =>
      write(object, stored => {
        const others = stored.metadata.finalizers.filter(finalizer => finalizer !== FINALIZER);
        return { ...stored, metadata: { ...stored.metadata, finalizers: wanted ? [...others, FINALIZER] : others } };
      }),
    applyStatus: (object, status) => {
      refuseEmptyMaps(status, 'status');
      return write(object, stored => ({ ...stored, status: structuredClone(status) }));
    },
    emit: (_, event) => void events.push(event),
  };

  const model: ClusterModel = {
    port,
    events,
    writes: () => writes,
    stored: key => {
      const stored = server.get(keyText(key));
      return stored && copy(stored);
    },
    create: object => {
      put(copy(object));
      learn(keyText(object.metadata));
      model.onChange(object.metadata);
    },
    editSpec: (key, change) =>
      edit(key, object => ({
        ...object,
        spec: change(object.spec),
        metadata: { ...object.metadata, generation: object.metadata.generation + 1 },
      })),
    annotate: (key, annotations) =>
      edit(key, object => ({
        ...object,
        metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
      })),
    remove: (key, atMs = clock.now()) =>
      edit(key, object => ({
        ...object,
        metadata: { ...object.metadata, deletionTimestamp: new Date(atMs).toISOString() },
      })),
    relist: () => {
      cache.clear();
      for (const key of server.keys()) learn(key);
    },
    onChange: () => {},
  };
  return model;
}

/** A server-side apply with a map that lost its last member is refused: it becomes null. */
function refuseEmptyMaps(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  const members = Object.entries(value);
  if (members.length === 0 && !Array.isArray(value) && path !== 'status') throw new Error(`${path} is an empty map`);
  for (const [name, member] of members) refuseEmptyMaps(member, `${path}.${name}`);
}
