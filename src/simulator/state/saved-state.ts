/**
 * A whole simulator as data, and back: seed, every resource, the log rows, the time. What is saved is the world as it
 * will be once everything under way has ended, since what is still to happen is code and cannot be written down; a
 * restart finds it finished. What a fault has left under way for ever stays so. Reading and writing files: state-file.ts.
 */
import type { LogRows } from '../data-plane/log-store.ts';
import type { Identified } from '../resource-map.ts';
import { checkSeed, type Seed, SeedError } from '../seed.ts';
import { isRecord } from '../seed-rules.ts';
import type { World } from '../world.ts';

const version = 1;

export interface SavedState {
  readonly version: typeof version;
  /** Milliseconds since the epoch, of the simulator's clock. */
  readonly nowMs: number;
  readonly seed: Seed;
  /** By the name of the world's field, in order of creation. */
  readonly collections: Readonly<Record<string, readonly Identified[]>>;
  readonly logs: LogRows;
}

/** Thrown for a file that holds no state, or one of another version. */
export class StateError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StateError';
  }
}

export function savedState(world: World, seed: Seed, logs: LogRows): SavedState {
  const collections = world.foresee(() =>
    Object.fromEntries([...world.collections()].map(([name, map]) => [name, map.all()])),
  );
  return { version, nowMs: world.clock.now(), seed, collections, logs };
}

const isResource = (value: unknown): value is Identified => isRecord(value) && typeof value.id === 'string';

function checkCollections(value: unknown): SavedState['collections'] {
  if (!isRecord(value)) throw new StateError('collections must be a map');
  for (const [name, resources] of Object.entries(value)) {
    if (!Array.isArray(resources) || !resources.every(isResource)) {
      throw new StateError(`collections.${name} must be a list of resources, each with an id`);
    }
  }
  return value as SavedState['collections'];
}

function checkLogs(value: unknown): LogRows {
  if (!isRecord(value)) throw new StateError('logs must be a map');
  for (const [workspace, tables] of Object.entries(value)) {
    const sound = isRecord(tables) && Object.values(tables).every(rows => Array.isArray(rows) && rows.every(isRecord));
    if (!sound) throw new StateError(`logs.${workspace} must be a map of tables, each a list of rows`);
  }
  return value as LogRows;
}

/** The state in a file's text. Throws StateError for what is none; the resources' own fields are taken as they are. */
export function parseState(text: string): SavedState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new StateError('it is not JSON', { cause });
  }
  if (!isRecord(value) || value.version !== version) {
    throw new StateError(`it is not a state of version ${version} of this simulator`);
  }
  if (typeof value.nowMs !== 'number' || !Number.isFinite(value.nowMs)) throw new StateError('nowMs must be a number');
  try {
    const seed = checkSeed(value.seed);
    const collections = checkCollections(value.collections);
    return { version, nowMs: value.nowMs, seed, collections, logs: checkLogs(value.logs ?? {}) };
  } catch (cause) {
    if (cause instanceof SeedError) throw new StateError(cause.message, { cause });
    throw cause;
  }
}

/** Puts the saved resources in place of the world's own. A set that the file does not know stays as it was planted. */
export function restoreWorld(world: World, { collections }: SavedState): void {
  for (const [name, map] of world.collections()) {
    const saved = collections[name];
    if (saved === undefined) continue;
    for (const { id } of map.all()) map.delete(id);
    for (const resource of saved) map.put(resource);
  }
}
