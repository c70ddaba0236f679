/**
 * The file that a simulator's state lives in: read at start, written soon after each change and at the end, always whole
 * (a new file takes the place of the old one). It holds client secrets, so nobody else may read it.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { parseState, type SavedState, StateError } from './saved-state.ts';

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** The state in the file; undefined when there is no file yet. Throws StateError when it cannot be used. */
export async function readState(file: string): Promise<SavedState | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new StateError(`cannot be read: ${reasonOf(cause)}`, { cause });
  }
  if (text.trim() === '') return undefined;
  return parseState(text);
}

async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.new`;
  try {
    const handle = await open(draft, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new StateError(`cannot be written: ${reasonOf(cause)}`, { cause });
  }
}

export interface StateWriter {
  /** Something has changed: the state is written soon, once for many changes. */
  touch(): void;
  /** Resolves when everything is written. Throws StateError when the last write failed. */
  flush(): Promise<void>;
}

/** Milliseconds of the machine's clock: how much a killed simulator may lose, unless its world is a large one. */
const soonMs = 200;
/** Of all the time, no more than a part of so many is spent on writing. */
const part = 5;

/** Writes what `state()` gives. `failed` hears of a write that failed; the next change tries again. */
export function stateWriter(file: string, state: () => SavedState, failed: (error: Error) => void): StateWriter {
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let dirty = false;
  let pauseMs = soonMs;

  const write = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(async () => {
      if (!dirty) return;
      dirty = false;
      const startedAt = performance.now();
      try {
        await writeWhole(file, JSON.stringify(state()));
        pauseMs = Math.max(soonMs, part * (performance.now() - startedAt));
      } catch (error) {
        dirty = true;
        throw error;
      }
    });
    const result = writing;
    writing = writing.catch(() => {});
    return result;
  };
  return {
    touch: () => {
      dirty = true;
      timer ??= setTimeout(() => void write().catch(failed), pauseMs).unref();
    },
    flush: write,
  };
}
