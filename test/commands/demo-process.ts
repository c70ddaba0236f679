/**
 * `pms demo` as a process of its own, from the sources, with bounded time; and manifests for it. For test/commands alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { startProcess } from '../env/child-process.ts';

export const main = join(import.meta.dirname, '../../src/main.ts');
const sample = join(import.meta.dirname, '../../deploy/samples/plant-a.yaml');
const DEADLINE_MS = 90_000;

export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end, `input` on its stdin. */
export async function demo(t: TestContext, args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [main, 'demo', ...args], { stdio: 'pipe', timeout: DEADLINE_MS });
  t.after(() => child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    written.stdout += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    written.stderr += piece;
  });
  // It may end without having read it.
  child.stdin.on('error', () => {}).end(input);
  const [code, signal] = await once(child, 'close');
  return { code: code ?? signal, ...written };
}

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
