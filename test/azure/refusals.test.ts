/**
 * What Azure refuses, told through the port: which kind of failure, which reason, and what the message says.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { settlingOnly } from '../simulator/arm.ts';
import { virtualClock } from '../simulator/virtual-clock.ts';
import { bench, failureOf, quiet } from './bench.ts';
import { changed, endpointWant, ids, linkWant, place, scopeWant, workspaceWant } from './wants.ts';

const CORRELATION = /\(correlation id [0-9a-f-]{36}\)$/;

/** A simulator in which things settle only when the test lets time pass. */
async function slowly(t: TestContext) {
  const clock = virtualClock();
  const here = await bench(t, { latency: 'real', latencyProfile: settlingOnly, clock });
  return { ...here, clock };
}

test('a missing resource group proves that what was in it is not there, and stalls whoever would create in it', async t => {
  const { azure } = await bench(t);
  const elsewhere = { ...workspaceWant, id: ids.workspace.replace('rg-monitor', 'rg-gone') };
  assert.equal(await azure.get('workspace', elsewhere.id, quiet), undefined);
  assert.deepEqual(await azure.softDeletedWorkspaces({ ...place, resourceGroup: 'rg-gone' }, quiet), undefined);
  assert.deepEqual(await azure.remove('workspace', elsewhere.id, quiet), {});
  const { kind, reason, message } = await failureOf(azure.create(elsewhere, quiet));
  assert.deepEqual([kind, reason], ['Stalled', 'ResourceGroupNotFound']);
  assert.match(
    message,
    /^creating workspace law-a: Azure answered 404 ResourceGroupNotFound: Resource group 'rg-gone' could not be found\.; create the resource group/,
  );
  assert.match(message, CORRELATION);
});

test('a subscription that is not there proves nothing about a resource, and stalls', async t => {
  const { azure } = await bench(t);
  const foreign = ids.workspace.replace(place.subscriptionId, '99999999-9999-4999-8999-999999999999');
  const { kind, reason, message } = await failureOf(azure.get('workspace', foreign, quiet));
  assert.deepEqual([kind, reason], ['Stalled', 'NotFound']);
  assert.match(message, /SubscriptionNotFound.*check spec\.subscriptionId/);
});

test('an id of another type, or with dots for a name, is refused before anything is sent', async t => {
  const { azure, requests } = await bench(t);
  const wrong = [
    ids.scope,
    'law-a',
    `${ids.workspace}/tables/t`,
    ids.workspace.replace('law-a', '..'),
    ids.workspace.replace('rg-monitor', '..'),
    ids.workspace.replace(place.subscriptionId, '..'),
  ];
  for (const id of wrong) {
    const attempts = [
      azure.get('workspace', id, quiet),
      azure.create({ ...workspaceWant, id }, quiet),
      azure.update({ ...workspaceWant, id }, changed('retentionInDays'), quiet),
      azure.remove('workspace', id, quiet),
    ];
    for (const { kind, reason } of await Promise.all(attempts.map(failureOf))) {
      assert.deepEqual([id, kind, reason], [id, 'Stalled', 'InvalidRequest']);
    }
  }
  assert.deepEqual(requests, []);
});

test('an endpoint that comes before its links have settled waits for them', async t => {
  const { azure, clock } = await slowly(t);
  await azure.create(workspaceWant, quiet);
  await azure.create(scopeWant, quiet);
  await azure.create(linkWant, quiet);
  const early = await failureOf(azure.create(endpointWant, quiet));
  assert.deepEqual([early.kind, early.reason], ['Waiting', 'RequiredMembersMismatch']);
  assert.match(early.message, /creating private endpoint pe: Azure answered 400 BadRequest: .*Mismatching RequiredMem/);
  assert.match(early.message, CORRELATION);
  clock.advance(2_000);
  assert.equal((await azure.create(endpointWant, quiet)).body?.provisioningState, 'Updating');
});

test('a second link while one is being made, and a second link to the same workspace, are conflicts to wait out', async t => {
  const { azure, clock } = await slowly(t);
  const second = { ...workspaceWant, id: `${ids.workspace}2`, name: 'law-a2' };
  for (const want of [workspaceWant, second, scopeWant, linkWant]) await azure.create(want, quiet);
  const other = { ...linkWant, id: `${ids.link}2`, name: `${linkWant.name}2`, targetId: second.id };
  const busy = await failureOf(azure.create(other, quiet));
  assert.deepEqual([busy.kind, busy.reason], ['Waiting', 'Conflict']);
  assert.match(busy.message, /409 Conflict: Cannot modify resource while in provisioning state: 'Provisioning'/);
  clock.advance(2_000);
  const twin = await failureOf(azure.create({ ...other, targetId: ids.workspace }, quiet));
  assert.deepEqual([twin.kind, twin.reason], ['Waiting', 'Conflict']);
  assert.match(twin.message, /same linked resource id already exists/);
});

test('a change of an endpoint on which Azure still works waits, and says which operation it waits for', async t => {
  const { azure, clock } = await slowly(t);
  await azure.create(scopeWant, quiet);
  await azure.create(endpointWant, quiet);
  const want = { ...endpointWant, tags: { plant: 'a' } };
  const failure = await failureOf(azure.update(want, changed('tags.plant'), quiet));
  assert.deepEqual([failure.kind, failure.reason], ['Waiting', 'Conflict']);
  assert.match(failure.message, /409 AnotherOperationInProgress: .*use uri/);
  clock.advance(10_000);
  await azure.update(want, changed('tags.plant'), quiet);
});

test('why an operation did not succeed is told by its address, and nothing while it runs', async t => {
  const { azure } = await slowly(t);
  await azure.create(scopeWant, quiet);
  const { operation = assert.fail() } = await azure.create(endpointWant, quiet);
  assert.equal(await azure.operationFailure(operation, quiet), undefined);
  const removal = await azure.remove('privateEndpoint', ids.endpoint, quiet);
  const failure = (await azure.operationFailure(operation, quiet)) ?? assert.fail();
  assert.deepEqual([failure.kind, failure.reason], ['Waiting', 'Conflict']);
  assert.match(failure.message, /the operation failed in Azure: Canceled: .*superseded by operation Delete/);
  assert.equal(await azure.operationFailure(removal.operation ?? assert.fail(), quiet), undefined);
  const unknown = operation.replace(/operations\/[0-9a-f-]+/, 'operations/00000000-0000-4000-8000-000000000000');
  assert.equal(await azure.operationFailure(unknown, quiet), undefined);
  assert.equal(await azure.operationFailure('https://management.azure.com/nothing', quiet), undefined);
});

test('a full subnet, a missing one and a scope that is not there are told as what they are', async t => {
  const seed = defaultSeed();
  const [network = assert.fail()] = seed.virtualNetworks;
  const subnets = [{ name: 'monitoring', addressPrefix: '127.13.1.0/28' }];
  const { azure } = await bench(t, { seed: { ...seed, virtualNetworks: [{ ...network, subnets }] } });
  const orphan = await failureOf(azure.create(endpointWant, quiet));
  assert.deepEqual([orphan.kind, orphan.reason], ['Waiting', 'Conflict']);
  for (const want of [scopeWant, endpointWant, workspaceWant]) await azure.create(want, quiet);
  const full = await failureOf(azure.create({ ...endpointWant, id: `${ids.endpoint}2`, name: 'pe2' }, quiet));
  assert.deepEqual([full.kind, full.reason], ['Stalled', 'SubnetFull']);
  assert.match(full.message, /SubnetIsFull: .*use a larger subnet/);
  const lost = { ...endpointWant, id: `${ids.endpoint}3`, name: 'pe3', subnetId: `${ids.subnet}-gone` };
  const missing = await failureOf(azure.create(lost, quiet));
  assert.deepEqual([missing.kind, missing.reason], ['Stalled', 'SubnetNotFound']);
});

test('a name that a soft-deleted workspace of another region holds stalls with the cure', async t => {
  const { azure } = await bench(t);
  await azure.create(workspaceWant, quiet);
  await azure.remove('workspace', ids.workspace, quiet);
  const { kind, reason, message } = await failureOf(azure.create({ ...workspaceWant, location: 'japanwest' }, quiet));
  assert.deepEqual([kind, reason], ['Stalled', 'SoftDeleted']);
  assert.match(message, /recover or purge/);
});

test('a workspace of another region stalls, a linked one is not deleted yet', async t => {
  const { azure } = await bench(t);
  for (const want of [workspaceWant, scopeWant, linkWant]) await azure.create(want, quiet);
  const moved = await failureOf(azure.create({ ...workspaceWant, location: 'japanwest' }, quiet));
  assert.deepEqual([moved.kind, moved.reason], ['Stalled', 'RegionMismatch']);
  const linked = await failureOf(azure.remove('workspace', ids.workspace, quiet));
  assert.deepEqual([linked.kind, linked.reason], ['Waiting', 'StillInUse']);
});
