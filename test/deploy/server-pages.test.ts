/**
 * The pages that tell how to install and to run, followed word by word on a real API server: every command of README.md's
 * "Install" and of docs/operations.md that does not say why it is not run.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { type Block, shellBlocks } from '../docs/shell-blocks.ts';
import { ensureBinary } from '../env/binaries.ts';
import { type ControlPlane, startControlPlane } from '../env/control-plane.ts';
import { requireTool } from '../env/require-tool.ts';

const root = join(import.meta.dirname, '../..');

interface Desk {
  readonly cluster: ControlPlane;
  /** Runs a block in a shell, in a folder that has deploy/ and crds/ of the repository. */
  run(block: string): Promise<string>;
}

/** A cluster with nothing of ours in it, and a shell as an administrator has it. */
async function desk(t: TestContext): Promise<Desk> {
  const cluster = await startControlPlane({ crds: false });
  t.after(cluster.stop);
  const folder = await mkdtemp(join(tmpdir(), 'pms-desk-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const part of ['deploy', 'crds']) await cp(join(root, part), join(folder, part), { recursive: true });
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(await ensureBinary('helm', new AbortController().signal), join(bin, 'helm'));
  const homes = Object.fromEntries(
    ['CACHE', 'CONFIG', 'DATA'].map(kind => [`HELM_${kind}_HOME`, join(folder, '.helm')]),
  );
  const env = { ...cluster.env, ...homes, PATH: `${bin}${delimiter}${cluster.env.PATH}` };
  const run = (block: string) =>
    new Promise<string>((resolve, reject) => {
      const options = { cwd: folder, env, timeout: 120_000 };
      execFile('bash', ['-euo', 'pipefail', '-c', block], options, (error, stdout, stderr) =>
        error ? reject(new Error(`${block}\n${stderr}`)) : resolve(stdout),
      );
    });
  return { cluster, run };
}

const follow = async ({ run }: Desk, blocks: readonly Block[]) => {
  const outputs: string[] = [];
  for (const { text, notRun } of blocks) if (notRun === undefined) outputs.push(await run(text));
  return outputs;
};

const existing = async ({ cluster }: Desk, kinds: string): Promise<readonly string[]> => {
  const { stdout } = await cluster.kubectl(['get', kinds, '-n', 'private-monitoring', '-o', 'name']);
  return stdout.trim().split('\n').sort();
};

suite('README.md, Install', () => {
  const blocks = shellBlocks('README.md', '## Install', '## The resource');
  const sectionOf = async (start: string) => (await blocks).filter(({ section }) => section.startsWith(start));

  test('tells of each command that is not run why', async () => {
    const skipped = (await blocks).filter(({ notRun }) => notRun !== undefined);
    assert.deepEqual(
      skipped.map(({ text }) => text.split(/\s+/).slice(0, 2).join(' ')),
      ['docker build', 'kubectl -n', 'kubectl -n'],
    );
    for (const { notRun } of skipped) assert.ok((notRun ?? '').length > 20, notRun);
  });

  test('the trial is installed, and ended', async t => {
    const trial = await sectionOf('A trial on any cluster');
    const [installing, ...ending] = trial.filter(({ notRun }) => notRun === undefined);
    const there = await desk(t);
    assert.ok(installing && ending.length === 1);
    await follow(there, [installing]);
    assert.deepEqual(await existing(there, 'deployments,pms'), [
      'deployment.apps/pms-coredns',
      'deployment.apps/pms-operator',
      'privatemonitoringscope.privatemonitoring.dev/plant-a',
    ]);
    await follow(there, ending);
    assert.deepEqual(await existing(there, 'deployments'), ['']);
  });

  test('the installation for good is there with the identity it waits for', async t => {
    const there = await desk(t);
    const good = await sectionOf('For good');
    const [install, ...plain] = good.filter(({ notRun }) => notRun === undefined);
    assert.ok(install && plain.length === 1);
    const [output = ''] = await follow(there, [install]);
    assert.match(output, /^NAME +READY .*\nplant-a /m);
    assert.deepEqual(await existing(there, 'secrets'), ['secret/pms-azure', 'secret/sh.helm.release.v1.pms.v1']);
  });

  test('the plain YAML is the same, on a cluster that has nothing', async t => {
    const there = await desk(t);
    const [, plain] = (await sectionOf('For good')).filter(({ notRun }) => notRun === undefined);
    assert.ok(plain);
    await follow(there, [plain]);
    const { stdout } = await there.cluster.kubectl([
      ...['get', 'deployment', 'pms-operator', '-n', 'private-monitoring'],
      ...['-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
    ]);
    assert.match(stdout, /^REGISTRY\/private-monitoring-scope:\d/);
  });
});

test('docs/operations.md is followed from top to bottom', async t => {
  if (!requireTool(t, 'jq')) return;
  const there = await desk(t);
  const installed = await shellBlocks('README.md', '## Install', '## The resource');
  const [good] = installed.filter(({ section, notRun }) => section.startsWith('For good') && notRun === undefined);
  const blocks = await shellBlocks('docs/operations.md');
  assert.ok(good && blocks.filter(({ notRun }) => notRun === undefined).length >= 10);
  await follow(there, [good]);
  for (const block of blocks) {
    if (block.section === 'Upgrade') continue;
    await follow(there, [block]);
  }
  assert.deepEqual(await existing(there, 'deployments'), ['']);
  // Upgraded is what is installed; the page had just taken it away, Secret and namespace apart.
  await follow(
    there,
    blocks.filter(({ section }) => section === 'Upgrade'),
  );
  assert.deepEqual(await existing(there, 'deployments'), ['deployment.apps/pms-operator']);
});
