/**
 * docs/operations.md followed word by word on a real API server, after README.md's installation: every command that does
 * not say why it is not run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shellBlocks } from '../docs/shell-blocks.ts';
import { requireTool } from '../env/require-tool.ts';
import { desk, existing, follow } from './desk.ts';

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
