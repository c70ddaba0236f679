/**
 * ConfigMaps in memory as an API server keeps them for one field manager: resourceVersion as precondition, a server-side
 * apply that takes away what it no longer names, no write where nothing changes. Knows nothing of DNS. Implements
 * `ConfigMapStore` of src/ports-dns.ts; the demo composes it.
 */
import { isDeepStrictEqual } from 'node:util';
import { ConflictError } from '../../domain/failures.ts';
import type { ConfigMapRef, ConfigMapStore, ConfigMapView } from '../../ports-dns.ts';

export interface MemoryConfigMaps extends ConfigMapStore {
  /** Called after each change, before the write resolves. */
  watch(listener: (ref: ConfigMapRef, view: ConfigMapView) => void): void;
}

const MANAGER = 'private-monitoring-scope';
const keyOf = (ref: ConfigMapRef): string => `${ref.namespace}/${ref.name}`;

export function createMemoryConfigMaps(): MemoryConfigMaps {
  const stored = new Map<string, ConfigMapView>();
  const listeners: ((ref: ConfigMapRef, view: ConfigMapView) => void)[] = [];
  let version = 0;
  return {
    watch: listener => void listeners.push(listener),
    async read(ref, signal) {
      signal.throwIfAborted();
      return stored.get(keyOf(ref));
    },
    async remove(ref, _, signal) {
      signal.throwIfAborted();
      stored.delete(keyOf(ref));
    },
    async apply(ref, { annotations, data, owner }, { resourceVersion }, signal) {
      signal.throwIfAborted();
      const before = stored.get(keyOf(ref));
      const expected = before?.resourceVersion ?? '';
      if (resourceVersion !== undefined && resourceVersion !== expected) {
        throw new ConflictError(`ConfigMap ${keyOf(ref)} changed since it was read`);
      }
      const same = before && isDeepStrictEqual([before.annotations, before.data], [annotations, data]);
      if (same) return before;
      const view = Object.freeze({
        resourceVersion: String(++version),
        immutable: false,
        annotations: Object.freeze({ ...annotations }),
        owners: owner === undefined ? [] : [owner.uid],
        data: Object.freeze({ ...data }),
        dataManagers: Object.fromEntries(Object.keys(data).map(key => [key, [MANAGER]])),
        bytes: Object.entries(data).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0),
      });
      stored.set(keyOf(ref), view);
      for (const listener of listeners) listener(ref, view);
      return view;
    },
  };
}
