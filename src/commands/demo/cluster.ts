/**
 * PrivateMonitoringScopes in memory as an API server keeps them: resourceVersion as precondition, generation of the spec
 * alone, finalizers that hold a deletion back, no write where nothing changes, watchers. Knows nothing of Azure or DNS.
 * Implements `Cluster` of src/ports.ts; the demo composes it. Source: Kubernetes API conventions.
 */
import { isDeepStrictEqual } from 'node:util';
import { ConflictError, failed, PortError } from '../../domain/failures.ts';
import { FINALIZER } from '../../domain/names.ts';
import { keyText, type ObjectKey, type PmsObject, type Spec } from '../../domain/object.ts';
import type { NewObject } from '../../manifest/manifest.ts';
import type { Clock, Cluster, ObjectEvent } from '../../ports.ts';

/** `before` is absent for a new object, `after` for one that is gone. */
export interface ObjectChange {
  readonly before?: PmsObject;
  readonly after?: PmsObject;
}

/** One kind of event, as often as it was told. */
export interface RecordedEvent extends ObjectEvent {
  readonly count: number;
  /** Epoch ms of the last time. */
  readonly lastAt: number;
}

export interface MemoryCluster extends Cluster {
  /** Throws ConflictError when there is one of that name. */
  create(object: NewObject): PmsObject;
  /** What a person edits: the spec. Throws PortError when the object is not there. */
  edit(key: ObjectKey, change: (spec: Spec) => Spec): PmsObject;
  /** `kubectl annotate --overwrite`. Throws PortError when the object is not there. */
  annotate(key: ObjectKey, annotations: Readonly<Record<string, string>>): PmsObject;
  /** Marks the object as being deleted; without finalizers it is gone at once. */
  remove(key: ObjectKey): void;
  /** Called after each change, before the write resolves. Returns what ends it. */
  watch(listener: (change: ObjectChange) => void): () => void;
  /** The newest of an object, oldest first. */
  events(key: ObjectKey): readonly RecordedEvent[];
}

export interface ClusterOptions {
  readonly clock: Clock;
  /** Draws the uid of a new object. */
  readonly uid: () => string;
}

const EVENTS_KEPT = 50;

export function createMemoryCluster({ clock, uid }: ClusterOptions): MemoryCluster {
  const stored = new Map<string, PmsObject>();
  const told = new Map<string, readonly RecordedEvent[]>();
  const listeners = new Set<(change: ObjectChange) => void>();
  let version = 0;

  const timestamp = () => new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const tell = (change: ObjectChange) => {
    for (const listener of listeners) listener(change);
  };

  /** Stores what changed. A deleted object without finalizers goes. */
  const put = (before: PmsObject | undefined, wanted: PmsObject): PmsObject => {
    const key = keyText(wanted.metadata);
    if (before !== undefined && isDeepStrictEqual(before, wanted)) return before;
    const resourceVersion = String(++version);
    const after = freeze(structuredClone({ ...wanted, metadata: { ...wanted.metadata, resourceVersion } }));
    if (after.metadata.deletionTimestamp !== undefined && after.metadata.finalizers.length === 0) {
      stored.delete(key);
      tell(before === undefined ? {} : { before });
      return after;
    }
    stored.set(key, after);
    tell(before === undefined ? { after } : { before, after });
    return after;
  };

  /** The stored object, when the caller has seen its last change. */
  const current = ({ metadata }: PmsObject): PmsObject => {
    const found = stored.get(keyText(metadata));
    if (found === undefined || found.metadata.uid !== metadata.uid) {
      throw new ConflictError(`${keyText(metadata)} is gone`);
    }
    if (found.metadata.resourceVersion !== metadata.resourceVersion) {
      throw new ConflictError(`${keyText(metadata)} changed since it was read`);
    }
    return found;
  };

  const existing = (key: ObjectKey): PmsObject => {
    const found = stored.get(keyText(key));
    if (found === undefined) throw new PortError(failed('NotFound', `${keyText(key)} is not there`));
    return found;
  };

  return {
    object: key => stored.get(keyText(key)),
    objects: () => [...stored.values()],
    create({ metadata, spec }) {
      if (stored.has(keyText(metadata))) throw new ConflictError(`${keyText(metadata)} exists`);
      const fresh = { uid: uid(), resourceVersion: '', generation: 1, creationTimestamp: timestamp(), finalizers: [] };
      return put(undefined, { metadata: { ...metadata, ...fresh }, spec, status: {} });
    },
    edit(key, change) {
      const before = existing(key);
      const spec = change(structuredClone(before.spec));
      if (isDeepStrictEqual(spec, before.spec)) return before;
      const generation = before.metadata.generation + 1;
      return put(before, { ...before, metadata: { ...before.metadata, generation }, spec });
    },
    annotate(key, added) {
      const before = existing(key);
      const annotations = { ...before.metadata.annotations, ...added };
      return put(before, { ...before, metadata: { ...before.metadata, annotations } });
    },
    remove(key) {
      const before = existing(key);
      if (before.metadata.deletionTimestamp !== undefined) return;
      // The API server counts the wish to delete as a change of what is wanted.
      const generation = before.metadata.generation + 1;
      put(before, { ...before, metadata: { ...before.metadata, generation, deletionTimestamp: timestamp() } });
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    events: key => told.get(keyText(key)) ?? [],
    async setFinalizer(object, wanted, signal) {
      signal.throwIfAborted();
      const before = current(object);
      const { metadata } = before;
      const others = metadata.finalizers.filter(name => name !== FINALIZER);
      const finalizers = wanted ? [...others, FINALIZER] : others;
      return put(before, { ...before, metadata: { ...metadata, finalizers } });
    },
    async applyStatus(object, status, signal) {
      signal.throwIfAborted();
      const before = current(object);
      return put(before, { ...before, status });
    },
    emit({ metadata }, event) {
      const key = keyText(metadata);
      const before = told.get(key) ?? [];
      const isSame = (other: RecordedEvent) => other.reason === event.reason && other.note === event.note;
      const count = (before.find(isSame)?.count ?? 0) + 1;
      const rest = before.filter(other => !isSame(other));
      told.set(key, [...rest, { ...event, count, lastAt: clock.now() }].slice(-EVENTS_KEPT));
    },
  };
}

/** What is handed out is what is stored: nobody may change it in place. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const child of Object.values(value)) freeze(child);
  return Object.freeze(value);
}
