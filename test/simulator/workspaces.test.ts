/**
 * The life of a workspace: created, changed, refused while linked, deleted softly, recovered, gone.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { type Arm, arm, settlingOnly } from './arm.ts';
import { linkedScope, location, paths, put, told } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

const deleted = async (azure: Arm): Promise<readonly string[]> => {
  const answer = await azure.call('GET', `${azure.group}/providers/Microsoft.OperationalInsights/deletedWorkspaces`);
  return answer.body?.value.map((each: { name: string }) => each.name);
};

test('a new workspace answers Creating and is Succeeded at the next look, even without latency', async t => {
  const azure = await arm(t);
  const path = paths(azure.group).workspace('law-a');
  const created = await put(azure, path, { location });
  assert.equal(created.status, 201);
  assert.equal(created.body?.properties.provisioningState, 'Creating');
  assert.ok(created.headers.get('location')?.startsWith(`${azure.simulator.endpoint}${path}?api-version=`));
  assert.equal(created.headers.get('azure-asyncoperation'), null);
  const read = await azure.call('GET', path);
  assert.equal(read.body?.properties.provisioningState, 'Succeeded');
  assert.notEqual(read.body?.etag, created.body?.etag);
});

test('with latency a workspace stays Creating for its second', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock });
  const path = paths(azure.group).workspace('law-a');
  const state = async () => (await azure.call('GET', path)).body?.properties.provisioningState;
  await put(azure, path, { location });
  clock.advance(999);
  assert.equal(await state(), 'Creating');
  clock.advance(1);
  assert.equal(await state(), 'Succeeded');
});

test('PUT keeps what is not asked but the tags, PATCH keeps all of it', async t => {
  const azure = await arm(t);
  const path = paths(azure.group).workspace('law-a');
  const asked = {
    location,
    tags: { plant: 'a' },
    properties: { retentionInDays: 90, workspaceCapping: { dailyQuotaGb: 5 } },
  };
  const created = await put(azure, path, asked);
  const closed = await azure.call('PATCH', path, { body: { properties: { publicNetworkAccessForQuery: 'Disabled' } } });
  assert.equal(closed.status, 200);
  assert.deepEqual(closed.body?.tags, { plant: 'a' });
  assert.equal(closed.body?.properties.retentionInDays, 90);
  assert.equal(closed.body?.properties.publicNetworkAccessForIngestion, 'Enabled');
  const again = await put(azure, path, { location: 'Japan East' });
  assert.equal(again.status, 200);
  assert.equal(again.body?.tags, undefined);
  assert.equal(again.body?.properties.workspaceCapping.dailyQuotaGb, 5);
  assert.equal(again.body?.properties.publicNetworkAccessForQuery, 'Disabled');
  assert.equal(again.body?.properties.customerId, created.body?.properties.customerId);
});

test('values outside the limits are refused with the property that is wrong', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  const cases = [
    { properties: { retentionInDays: 29 }, target: 'properties.retentionInDays' },
    { properties: { retentionInDays: 731 }, target: 'properties.retentionInDays' },
    { properties: { sku: { name: 'Gold' } }, target: 'properties.sku.name' },
    { properties: { sku: { name: 'CapacityReservation' } }, target: 'properties.sku.capacityReservationLevel' },
    { properties: { publicNetworkAccessForQuery: 'No' }, target: 'properties.publicNetworkAccessForQuery' },
    { properties: { workspaceCapping: { dailyQuotaGb: 0 } }, target: 'properties.workspaceCapping.dailyQuotaGb' },
  ];
  for (const { properties, target } of cases) {
    const { status, body } = await azure.call('PUT', at.workspace('law-a'), { body: { location, properties } });
    assert.deepEqual([status, body?.error.code, body?.error.target], [400, 'InvalidParameter', target]);
  }
  const badName = await azure.call('PUT', at.workspace('a-'), { body: { location } });
  assert.deepEqual([badName.status, badName.body?.error.target], [400, 'name']);
  await put(azure, at.workspace('law-a'), { location });
  const moved = await azure.call('PUT', at.workspace('law-a'), { body: { location: 'japanwest' } });
  assert.deepEqual([moved.status, moved.body?.error.code], [409, 'InvalidResourceLocation']);
});

test('a deleted workspace is kept, keeps its name, and comes back as it was', async t => {
  const azure = await arm(t);
  const path = paths(azure.group).workspace('law-a');
  const created = await put(azure, path, { location, tags: { plant: 'a' }, properties: { retentionInDays: 90 } });
  const gone = await azure.call('DELETE', path);
  assert.deepEqual([gone.status, gone.text], [200, '']);
  assert.equal((await azure.call('DELETE', path)).status, 204);
  assert.equal((await azure.call('GET', path)).status, 404);
  assert.deepEqual(await deleted(azure), ['law-a']);
  const elsewhere = await azure.call('PUT', path, { body: { location: 'japanwest' } });
  assert.deepEqual([elsewhere.status, elsewhere.body?.error.code], [409, 'Conflict']);

  const recovered = await put(azure, path, { location });
  assert.equal(recovered.status, 200);
  assert.equal(recovered.body?.properties.customerId, created.body?.properties.customerId);
  assert.equal(recovered.body?.properties.retentionInDays, 90);
  assert.deepEqual(recovered.body?.tags, { plant: 'a' });
  assert.deepEqual(await deleted(azure), []);

  await azure.call('DELETE', `${path}?force=true`);
  assert.deepEqual(await deleted(azure), []);
  const anew = await put(azure, path, { location });
  assert.equal(anew.status, 201);
  assert.notEqual(anew.body?.properties.customerId, created.body?.properties.customerId);
});

test('a soft-deleted workspace is gone for good after fourteen days', async t => {
  const clock = virtualClock();
  const seed = defaultSeed();
  const deletedWorkspaces = [{ resourceGroup: 'rg-monitor', name: 'law-old', location }];
  const azure = await arm(t, { clock, seed: { ...seed, deletedWorkspaces } });
  assert.deepEqual(await deleted(azure), ['law-old']);
  clock.advance(14 * 86_400_000 + 1);
  const token = await azure.token();
  const url = `/subscriptions/${seed.subscriptionId}/providers/Microsoft.OperationalInsights/deletedWorkspaces?api-version=2025-07-01`;
  const left = await azure.raw('GET', url, { headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual(left.body?.value, []);
});

test('a linked workspace shows its links and cannot be deleted before they are gone', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await linkedScope(azure);
  const scope = await azure.call('GET', at.scope);
  const linked = await azure.call('GET', at.workspace('law-a'));
  assert.deepEqual(linked.body?.properties.privateLinkScopedResources, [
    {
      resourceId: `${scope.body?.id}/scopedresources/link-law-a`.toLowerCase(),
      scopeId: scope.body?.properties.scopeId,
    },
  ]);
  const refused = await azure.call('DELETE', `${at.workspace('law-a')}?force=true`);
  assert.deepEqual([refused.status, refused.body?.error.code], [409, 'Conflict']);
  assert.equal((await azure.call('DELETE', at.link('link-law-a'))).status, 200);
  const free = await azure.call('GET', at.workspace('law-a'));
  assert.equal(free.body?.properties.privateLinkScopedResources, undefined);
  assert.equal((await azure.call('DELETE', at.workspace('law-a'))).status, 200);
});

test('shared keys are refused unless the seed allows them', async t => {
  for (const sharedKeys of ['no', 'yes'] as const) {
    const azure = await arm(t, { seed: { ...defaultSeed(), sharedKeys } });
    const path = paths(azure.group).workspace('law-a');
    await put(azure, path, { location });
    const answer = await azure.call('POST', `${path}/sharedKeys`);
    if (sharedKeys === 'no') assert.match(told(answer), /^403 AuthorizationFailed: .*sharedKeys\/action/);
    else
      assert.deepEqual(
        [answer.status, Object.keys(answer.body ?? {})],
        [200, ['primarySharedKey', 'secondarySharedKey']],
      );
  }
});

test('a default rule must send to the workspace that takes it, and cannot be set at creation', async t => {
  const azure = await arm(t);
  const path = paths(azure.group).workspace('law-a');
  const rule = `${azure.group}/providers/Microsoft.Insights/dataCollectionRules/dcr`;
  const properties = { defaultDataCollectionRuleResourceId: rule };
  assert.match(
    told(await azure.call('PUT', path, { body: { location, properties } })),
    /^400 InvalidParameter: Default dcr/,
  );
  await put(azure, path, { location });
  const refused = await azure.call('PATCH', path, { body: { properties } });
  assert.match(
    told(refused),
    /^400 BadRequest: This workspace is missing from data collection rule .* destination list\.$/,
  );
  const destinations = { logAnalytics: [{ workspaceResourceId: path, name: 'law' }] };
  await put(azure, rule, { location, properties: { destinations } });
  const taken = await azure.call('PATCH', path, { body: { properties } });
  assert.equal(taken.body?.properties.defaultDataCollectionRuleResourceId, rule);
});

test('usages of a workspace say its daily cap', async t => {
  const azure = await arm(t);
  const path = paths(azure.group).workspace('law-a');
  await put(azure, path, { location, properties: { workspaceCapping: { dailyQuotaGb: 1 } } });
  const usages = await azure.call('GET', `${path}/usages`);
  assert.deepEqual([usages.body?.value[0].name.value, usages.body?.value[0].limit], ['DataAnalyzed', 2 ** 30]);
});
