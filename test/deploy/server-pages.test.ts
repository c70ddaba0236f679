/**
 * README.md's installation for good, and after it docs/operations.md, followed word by word on a real API server: every
 * command that does not say why it is not run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shellBlocks } from '../docs/shell-blocks.ts';
import { requireTool } from '../env/require-tool.ts';
import { desk, existing, follow } from './desk.ts';

test('what README.md installs for good has its identity, and docs/operations.md is followed from top to bottom', async t => {
  if (!requireTool(t, 'jq')) return;
  const there = await desk(t);
  const installed = await shellBlocks('README.md', '## Install', '## The resource');
  const [good] = installed.filter(({ section, notRun }) => section.startsWith('For good') && notRun === undefined);
  const blocks = await shellBlocks('docs/operations.md');
  assert.ok(good && blocks.filter(({ notRun }) => notRun === undefined).length >= 10);
  assert.match(await there.run(good.text), /^NAME +READY .*\nplant-a /m);
  assert.deepEqual(await existing(there, 'secrets'), ['secret/pms-azure', 'secret/sh.helm.release.v1.pms.v1']);
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
