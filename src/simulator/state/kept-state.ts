/**
 * Keeps a simulator's world in a file, or in none: read before the world is planted, put into it after, written from then
 * on. Ties saved-state.ts and state-file.ts to one simulator.
 */
import type { MovableClock } from '../clock.ts';
import type { LogStore } from '../data-plane/log-store.ts';
import { sameId } from '../resource-map.ts';
import type { Seed } from '../seed.ts';
import type { World } from '../world.ts';
import { restoreWorld, StateError, savedState } from './saved-state.ts';
import { readState, type StateWriter, stateWriter } from './state-file.ts';

export interface KeptState {
  /** Of the file; undefined without one. */
  readonly seed: Seed | undefined;
  /** Puts what the file held into a planted world, and keeps it from now on. Throws StateError. */
  restore(world: World, seed: Seed): void;
  /** Resolves when everything is written. Throws StateError. */
  close(): Promise<void>;
}

/** Reads the file, if one is wanted and there. Throws StateError when it cannot be used. */
export async function keptState(
  options: { readonly stateFile?: string; readonly seed?: Seed },
  parts: { readonly clock: MovableClock; readonly logs: LogStore; readonly warn: (message: string) => void },
): Promise<KeptState> {
  const { clock, logs, warn } = parts;
  const file = options.stateFile;
  if (file === undefined) return { seed: undefined, restore: () => {}, close: async () => {} };
  const saved = await readState(file);
  let writer: StateWriter | undefined;

  const restore = (world: World, seed: Seed): void => {
    if (saved !== undefined) {
      if (!sameId(saved.seed.tenantId, seed.tenantId) || !sameId(saved.seed.subscriptionId, seed.subscriptionId)) {
        throw new StateError('it is the state of another tenant or subscription than the seed');
      }
      restoreWorld(world, saved);
      logs.replace(saved.logs);
      // Time does not go back: tokens, soft-deleted names and heartbeats would come from the future.
      if (saved.nowMs > clock.now()) clock.advance(saved.nowMs - clock.now());
    }
    const keeping = stateWriter(
      file,
      () => savedState(world, seed, logs.all()),
      error => warn(`state file ${file} ${error.message}`),
    );
    writer = keeping;
    world.watch(keeping.touch);
    logs.watch(keeping.touch);
    keeping.touch();
  };
  const close = async (): Promise<void> => {
    // Time has passed even where nothing else has changed.
    writer?.touch();
    await writer?.flush();
  };
  return { seed: saved?.seed, restore, close };
}
