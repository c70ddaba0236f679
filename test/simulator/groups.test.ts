/**
 * Resource groups: made, changed, found, deleted with what is in them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arm, settlingOnly } from './arm.ts';
import { code } from './callers.ts';
import { connectedScope, endpointTo, linkedScope, location, paths, put } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

test('a group is made, found, changed, and keeps its place', async t => {
  const azure = await arm(t);
  const group = azure.group.replace('rg-monitor', 'rg-New.1');
  const made = await azure.call('PUT', group, { body: { location: 'Japan East', tags: { a: '1' } } });
  assert.equal(made.status, 201);
  assert.deepEqual(made.body, {
    id: group,
    name: 'rg-New.1',
    type: 'Microsoft.Resources/resourceGroups',
    location: 'japaneast',
    tags: { a: '1' },
    properties: { provisioningState: 'Succeeded' },
  });
  assert.equal((await azure.call('HEAD', group)).status, 204);
  assert.equal((await azure.call('HEAD', `${group}-none`)).status, 404);
  const patched = await azure.call('PATCH', group.toLowerCase(), { body: { tags: { b: '2' } } });
  assert.deepEqual([patched.body?.name, patched.body?.tags], ['rg-New.1', { b: '2' }]);
  const found = await azure.call(
    'GET',
    `/subscriptions/${azure.simulator.subscriptionId}/resourcegroups?$filter=tagName eq 'b' and tagValue eq '2'`,
  );
  assert.deepEqual(
    found.body?.value.map((each: { name: string }) => each.name),
    ['rg-New.1'],
  );
  const cases = [
    { name: 'elsewhere', path: group, body: { location: 'eastus' }, expected: '409 InvalidResourceGroupLocation' },
    { name: 'nowhere', path: group, body: { location: 'mars' }, expected: '400 LocationNotAvailableForResourceGroup' },
    { name: 'no place', path: group, body: {}, expected: '400 LocationRequired' },
    { name: 'a bad name', path: `${azure.group}%3F`, body: { location }, expected: '400 InvalidResourceGroup' },
    { name: 'a dot', path: `${azure.group}.`, body: { location }, expected: '400 InvalidResourceGroup' },
    {
      name: 'too long',
      path: `${azure.group}${'x'.repeat(90)}`,
      body: { location },
      expected: '400 InvalidResourceGroup',
    },
  ];
  for (const { name, path, body, expected } of cases) {
    assert.equal(code(await azure.call('PUT', path, { body })), expected, name);
  }
});

test('a group goes with its contents, one after the other, while the client follows Location', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock });
  const at = paths(azure.group);
  await connectedScope(azure, () => clock.advance(30_000));
  const accepted = await azure.call('DELETE', azure.group);
  assert.equal(accepted.status, 202);
  assert.equal(accepted.headers.get('retry-after'), '15');
  const job = String(accepted.headers.get('location'));
  assert.match(job, /\/operationresults\/[\w-]+\?api-version=2021-04-01$/);
  assert.equal((await azure.call('GET', job)).status, 202);
  assert.equal((await azure.call('GET', azure.group)).body?.properties.provisioningState, 'Deleting');
  assert.equal(
    code(await azure.call('PUT', at.workspace('new'), { body: { location } })),
    '409 ResourceGroupBeingDeleted',
  );
  clock.advance(120_000);
  const done = await azure.call('GET', job);
  assert.deepEqual([done.status, done.text], [200, '']);
  assert.equal(code(await azure.call('GET', azure.group)), '404 ResourceGroupNotFound');
  assert.equal(code(await azure.call('DELETE', azure.group)), '404 ResourceGroupNotFound');
  const { body } = await azure.raw('GET', '/_sim/state');
  assert.deepEqual(body?.resources, []);
  assert.deepEqual(
    body?.deletedWorkspaces.map((each: { name: string }) => each.name),
    ['law-a'],
    'a workspace goes softly',
  );
  assert.deepEqual(body?.operations, []);
});

test('a group whose contents are held from outside stays, and the operation says by what', async t => {
  const azure = await arm(t);
  const other = azure.group.replace('rg-monitor', 'rg-other');
  await put(azure, other, { location });
  await linkedScope(azure);
  const at = paths(azure.group);
  await put(azure, `${other}/providers/Microsoft.Network/privateEndpoints/pe`, endpointTo(at.scope, at.subnet()));
  const accepted = await azure.call('DELETE', azure.group);
  const failed = await azure.call('GET', String(accepted.headers.get('location')));
  assert.equal(code(failed), '409 ResourceGroupDeletionBlocked');
  assert.match(
    String(failed.body?.error.message),
    /^Deletion of resource group 'rg-monitor' failed as resources with identifiers 'Microsoft.Network\/virtualNetworks\/vnet-plant' could not be deleted/,
  );
  assert.equal((await azure.call('GET', azure.group)).body?.properties.provisioningState, 'Succeeded');
  assert.equal((await azure.call('GET', at.subnet())).status, 200);
  assert.equal((await azure.call('PUT', at.workspace('law-new'), { body: { location } })).status, 201);
});
