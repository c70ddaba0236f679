/**
 * A lock between processes: a file that holds its owner's pid and is touched while the owner works. Plain JavaScript for
 * Node 20 without dependencies, since scripts/setup.mjs runs before anything is installed; test/env uses it too.
 */
import { mkdir, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const touchEveryMs = 5_000;
/** An owner that has not touched its lock for so long is gone, whatever process has its pid now. */
const staleAfterMs = 60_000;
const askAgainAfterMs = 200;

/**
 * Runs `work` while holding the lock file; the lock of an owner that died is taken over.
 *
 * @template T
 * @param {string} path the lock file; its folder is made
 * @param {() => Promise<T>} work
 * @param {(pid: number) => void} [onWait] told once, with the owner's pid, when somebody else holds the lock
 * @returns {Promise<T>} what `work` returned
 */
export async function withLock(path, work, onWait) {
  await mkdir(dirname(path), { recursive: true });
  for (let told = false; !(await tryTake(path)); ) {
    const owner = await readOwner(path);
    if (owner !== undefined && (await isStale(path, owner))) {
      await removeStale(path, owner);
      continue;
    }
    if (!told && owner !== undefined) onWait?.(owner);
    told = true;
    await delay(askAgainAfterMs);
  }
  const touching = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), touchEveryMs);
  touching.unref();
  try {
    return await work();
  } finally {
    clearInterval(touching);
    await rm(path, { force: true });
  }
}

/** @param {string} path */
async function tryTake(path) {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${process.pid}\n`);
    await file.close();
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * The owner's pid; 0 when the owner died before it could write it; undefined when the lock is gone.
 *
 * @param {string} path
 */
async function readOwner(path) {
  try {
    return Number.parseInt(await readFile(path, 'utf8'), 10) || 0;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @param {number} owner
 */
async function isStale(path, owner) {
  const touched = await stat(path).then(
    stats => stats.mtimeMs,
    () => undefined,
  );
  if (touched === undefined) return false;
  if (Date.now() - touched > staleAfterMs) return true;
  if (owner === 0) return false;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}

/**
 * Takes a dead owner's lock away. Two processes may find it dead at once: the second one would move away the first
 * one's new lock, so what was moved is looked at, and put back when it is not the dead owner's.
 *
 * @param {string} path
 * @param {number} owner
 */
async function removeStale(path, owner) {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await readOwner(aside);
  if (moved !== owner) await writeFile(path, `${moved}\n`, { flag: 'wx' }).catch(() => {});
  await rm(aside, { force: true });
}
