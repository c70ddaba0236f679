/**
 * An administrator's desk: a shell in a folder that has deploy/ and crds/ of the repository, with kubectl and helm for a
 * cluster that has nothing of ours in it. `docker` there is none that builds: it writes down what it was told. For the
 * tests that follow the pages word by word.
 */
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Block } from '../docs/shell-blocks.ts';
import { ensureBinary } from '../env/binaries.ts';
import { type ControlPlane, startControlPlane } from '../env/control-plane.ts';

const root = join(import.meta.dirname, '../..');
/** A deletion waits a minute for DNS to let go. */
const BLOCK_TIMEOUT_MS = 300_000;

export interface Desk {
  readonly cluster: ControlPlane;
  /** Runs a block in the shell, to its end; resolves with what it printed. */
  run(block: string): Promise<string>;
  /** What `docker` was told, word by word. */
  docker(): Promise<readonly (readonly string[])[]>;
}

/** Cleared away after the test. */
export async function desk(t: TestContext): Promise<Desk> {
  const cluster = await startControlPlane({ crds: false, auditLog: true });
  t.after(cluster.stop);
  const folder = await mkdtemp(join(tmpdir(), 'pms-desk-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const part of ['deploy', 'crds']) await cp(join(root, part), join(folder, part), { recursive: true });
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(await ensureBinary('helm', new AbortController().signal), join(bin, 'helm'));
  const told = join(folder, 'docker.txt');
  await writeFile(told, '');
  await writeFile(join(bin, 'docker'), `#!/bin/sh\nprintf '%s\\t' "$@" >> '${told}'\necho >> '${told}'\n`);
  await chmod(join(bin, 'docker'), 0o755);
  const homes = Object.fromEntries(
    ['CACHE', 'CONFIG', 'DATA'].map(kind => [`HELM_${kind}_HOME`, join(folder, '.helm')]),
  );
  const env = { ...cluster.env, ...homes, PATH: `${bin}${delimiter}${cluster.env.PATH}` };
  const run = (block: string) =>
    new Promise<string>((resolve, reject) => {
      const options = { cwd: folder, env, timeout: BLOCK_TIMEOUT_MS };
      execFile('bash', ['-euo', 'pipefail', '-c', block], options, (error, stdout, stderr) =>
        error ? reject(new Error(`${block}\n${stderr}`)) : resolve(stdout),
      );
    });
  const docker = async () => {
    const lines = (await readFile(told, 'utf8')).split('\n').filter(line => line !== '');
    return lines.map(line => line.replace(/\t$/, '').split('\t'));
  };
  return { cluster, run, docker };
}

/** Runs those blocks that do not say why they are not run, in their order; resolves with what each printed. */
export async function follow({ run }: Desk, blocks: readonly Block[]): Promise<readonly string[]> {
  const outputs: string[] = [];
  for (const { text, notRun } of blocks) if (notRun === undefined) outputs.push(await run(text));
  return outputs;
}

/** `kind/name` of what there is of these kinds in the operator's namespace, sorted. */
export async function existing({ cluster }: Desk, kinds: string): Promise<readonly string[]> {
  const { stdout } = await cluster.kubectl(['get', kinds, '-n', 'private-monitoring', '-o', 'name']);
  return stdout.trim().split('\n').sort();
}
