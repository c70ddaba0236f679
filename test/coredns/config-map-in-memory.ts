/**
 * ConfigMaps as an API server keeps them, as far as a target can tell: resourceVersion as precondition, field managers
 * of keys, `immutable`, sizes. Counts writes; can be told to have somebody else write in between. For tests.
 */
import { ConflictError } from '../../src/domain/failures.ts';
import type { ConfigMapRef, ConfigMapStore, ConfigMapView } from '../../src/ports-dns.ts';

interface Stored {
  resourceVersion: number;
  immutable: boolean;
  annotations: Record<string, string>;
  data: Record<string, string>;
  managers: Record<string, string>;
  owners: string[];
}

export interface ConfigMapsInMemory extends ConfigMapStore {
  /** What somebody with kubectl does. */
  edit(
    ref: ConfigMapRef,
    change: (stored: Pick<Stored, 'annotations' | 'data'> & { immutable: boolean }) => void,
  ): void;
  drop(ref: ConfigMapRef): void;
  data(ref: ConfigMapRef): Readonly<Record<string, string>> | undefined;
  annotations(ref: ConfigMapRef): Readonly<Record<string, string>> | undefined;
  writes(): number;
  /** Called before each apply, with its number from 1; may edit, or throw what the apply then throws. */
  beforeApply: (nth: number) => void | Promise<void>;
}

const OURS = 'private-monitoring-scope';
const keyOf = (ref: ConfigMapRef): string => `${ref.namespace}/${ref.name}`;

export function configMapsInMemory(): ConfigMapsInMemory {
  const stored = new Map<string, Stored>();
  let version = 0;
  let applies = 0;
  let writes = 0;

  const edit: ConfigMapsInMemory['edit'] = (ref, change) => {
    const map = stored.get(keyOf(ref)) ?? blank();
    const before = { ...map.data };
    change(map);
    for (const key of Object.keys(map.data)) if (map.data[key] !== before[key]) map.managers[key] = 'kubectl-edit';
    map.resourceVersion = ++version;
    stored.set(keyOf(ref), map);
  };

  const store: ConfigMapsInMemory = {
    beforeApply: () => {},
    edit,
    drop: ref => void stored.delete(keyOf(ref)),
    data: ref => stored.get(keyOf(ref))?.data,
    annotations: ref => stored.get(keyOf(ref))?.annotations,
    writes: () => writes,
    async read(ref, signal) {
      signal.throwIfAborted();
      const map = stored.get(keyOf(ref));
      return map && viewOf(map);
    },
    async remove(ref, resourceVersion, signal) {
      signal.throwIfAborted();
      const map = stored.get(keyOf(ref));
      if (map !== undefined && String(map.resourceVersion) !== resourceVersion) throw new ConflictError('version');
      if (stored.delete(keyOf(ref))) writes++;
    },
    async apply(ref, wanted, { resourceVersion, force }, signal) {
      await store.beforeApply(++applies);
      signal.throwIfAborted();
      const map = stored.get(keyOf(ref));
      const expected = map === undefined ? '' : String(map.resourceVersion);
      if (resourceVersion !== undefined && resourceVersion !== expected) throw new ConflictError('resourceVersion');
      const next = map ?? blank();
      if (next.immutable) throw new TypeError('the API server refuses this: immutable');
      applyTo(next, wanted, force);
      next.resourceVersion = ++version;
      stored.set(keyOf(ref), next);
      writes++;
      return viewOf(next);
    },
  };
  return store;
}

/** Server-side apply, as far as keys of `data` go. */
function applyTo(map: Stored, wanted: Parameters<ConfigMapStore['apply']>[1], force: boolean): void {
  for (const [key, value] of Object.entries(wanted.data)) {
    const isOthers = map.managers[key] !== undefined && map.managers[key] !== OURS && map.data[key] !== value;
    if (isOthers && !force) throw new ConflictError(`${key} is managed by ${map.managers[key]}`);
    map.data[key] = value;
    map.managers[key] = OURS;
  }
  // What its one manager does not say any more goes.
  for (const key of Object.keys(map.data)) {
    if (map.managers[key] === OURS && !(key in wanted.data)) delete map.data[key];
  }
  Object.assign(map.annotations, wanted.annotations);
  map.owners = wanted.owner === undefined ? [] : [wanted.owner.uid];
}

const blank = (): Stored => ({
  resourceVersion: 0,
  immutable: false,
  annotations: {},
  data: {},
  managers: {},
  owners: [],
});

function viewOf(map: Stored): ConfigMapView {
  const bytes = Object.entries(map.data).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
  return structuredClone({
    resourceVersion: String(map.resourceVersion),
    immutable: map.immutable,
    annotations: map.annotations,
    owners: map.owners,
    data: map.data,
    dataManagers: Object.fromEntries(Object.entries(map.managers).map(([key, manager]) => [key, [manager]])),
    bytes,
  });
}
