/**
 * The packed `pms` that tests start, made once: by `npm test` for all of its files, by a file that runs alone for itself.
 * Bundling costs four seconds of a processor, which thirty files need not pay each. Used by test/**.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle } from '../../scripts/build.ts';
import { removeAtExit } from './child-process.ts';

const root = join(import.meta.dirname, '../..');
let own: Promise<string> | undefined;

/** File: the program, with its map, its licences and the CRDs beside it as they ship. Read it or copy it, write nothing. */
export function packedPms(): Promise<string> {
  const { PMS_PACKED: made } = process.env;
  if (made !== undefined) return Promise.resolve(made);
  own ??= mkdtemp(join(tmpdir(), 'pms-packed-')).then(directory => {
    removeAtExit(directory);
    return packInto(directory);
  });
  return own;
}

/** For test/run.ts: makes it in this folder, for every process started from now on. */
export async function packForAll(directory: string): Promise<void> {
  process.env.PMS_PACKED = await packInto(directory);
  // The first start fills the compile cache that the others read (NODE_COMPILE_CACHE).
  await promisify(execFile)(process.execPath, [process.env.PMS_PACKED, 'operator', '--help']);
}

async function packInto(directory: string): Promise<string> {
  const pms = join(directory, 'pms.mjs');
  await bundle(join(root, 'src/main.ts'), pms);
  await cp(join(root, 'crds'), join(directory, 'crds'), { recursive: true });
  return pms;
}

/** For a program that is started with an environment of its own: what it compiles is compiled once for all. */
export const compiledOnce = (({ NODE_COMPILE_CACHE }) => (NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}))(
  process.env,
);
