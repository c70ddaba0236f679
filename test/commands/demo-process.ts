/**
 * `pms demo` as a process of its own, from the sources, with bounded time; and manifests for it. For test/commands alone.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { startProcess } from '../env/child-process.ts';
import { type Ended, main, pms } from './pms-process.ts';

/** A sample without a closing. */
export const sample = join(import.meta.dirname, '../../deploy/samples/plant-a.yaml');

/** Runs it to its end, `input` on its stdin. */
export const demo = (t: TestContext, args: readonly string[], input = ''): Promise<Ended> =>
  pms(t, { args: ['demo', ...args], input });

/** Starts it and leaves it running until the test ends it. */
export function running(t: TestContext, args: readonly string[]) {
  let stdout = '';
  const child = startProcess(process.execPath, [main, 'demo', ...args], {
    onOutput: (piece, stream) => {
      if (stream === 'stdout') stdout += piece;
    },
  });
  t.after(() => child.stop('SIGKILL'));
  return { child, stdout: () => stdout };
}

export type Spec = Record<string, unknown>;

/** The sample with another spec; as YAML. */
export async function sampleWith(change: (spec: Spec) => Spec): Promise<string> {
  const object = parse(await readFile(sample, 'utf8')) as { spec: Spec };
  return stringify({ ...object, spec: change(object.spec) });
}
