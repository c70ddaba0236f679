/**
 * Taking our tag off: what is sent, what survives, and that nothing is sent where there is nothing to take.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '../../src/domain/resources.ts';
import { type Bench, bench, quiet } from './bench.ts';
import { endpointWant, ids, linkWant, scopeWant, tags, workspaceWant } from './wants.ts';

const TAG = 'PMS-Owner';
const mixed = { ...tags, plant: 'a' };

async function made({ azure }: Bench): Promise<void> {
  await azure.create({ ...workspaceWant, tags: mixed }, quiet);
  await azure.create({ ...scopeWant, tags: mixed }, quiet);
  await azure.create(linkWant, quiet);
  await azure.create({ ...endpointWant, tags: mixed }, quiet);
}

const tagged: readonly (readonly [Exclude<Kind, 'scopedResource'>, string, string])[] = [
  ['workspace', ids.workspace, 'PATCH workspaces/law-a 200'],
  ['privateLinkScope', ids.scope, 'PATCH privateLinkScopes/ampls 200'],
  ['privateEndpoint', ids.endpoint, 'PUT privateEndpoints/pe 200'],
];

for (const [kind, id, write] of tagged) {
  test(`one tag is taken off a ${kind}, whatever its letter case; the others and everything else stay`, async t => {
    const here = await bench(t);
    await made(here);
    const before = await here.azure.get(kind, id, quiet);
    const { calls } = await here.counted(here.azure.untag(kind, id, TAG, quiet));
    assert.deepEqual(calls, [`GET ${write.split(' ')[1]} 200`, write]);
    const after = await here.azure.get(kind, id, quiet);
    assert.deepEqual(after, { ...before, tags: { plant: 'a' } });
  });

  test(`a ${kind} without the tag, or none at all, is not written to`, async t => {
    const here = await bench(t);
    const gone = await here.counted(here.azure.untag(kind, id, TAG, quiet));
    assert.equal(gone.calls.length, 1);
    await made(here);
    await here.azure.untag(kind, id, TAG, quiet);
    const again = await here.counted(here.azure.untag(kind, id, TAG, quiet));
    assert.deepEqual(again.calls, [`GET ${write.split(' ')[1]} 200`]);
  });
}
