/**
 * Scopes and their links: what a scope must say, one link at a time, one link per target, and the end of both.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, arm, settlingOnly } from './arm.ts';
import { connectedScope, linkedScope, location, openScope, paths, put } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

const error = ({ status, body }: Answer): string => `${status} ${body?.error?.code}: ${body?.error?.message}`;

test('a scope must say both access modes, except in the api-version that has none', async t => {
  const azure = await arm(t);
  const { scope } = paths(azure.group);
  const modes = (settings: unknown) => ({ location: 'global', properties: { accessModeSettings: settings } });
  for (const body of [
    { location: 'global' },
    modes({ queryAccessMode: 'Open' }),
    modes({ queryAccessMode: 'Open', ingestionAccessMode: 'Private' }),
  ]) {
    assert.match(error(await azure.call('PUT', scope, { body })), /^400 BadRequest: /);
  }
  const old = await azure.call('PUT', scope, { body: { location: 'Global' }, apiVersion: '2019-10-17-preview' });
  assert.equal(old.status, 201);
  assert.equal(old.body?.properties.accessModeSettings, undefined);
  const now = await azure.call('GET', scope);
  assert.deepEqual(now.body?.properties.accessModeSettings, {
    exclusions: null,
    queryAccessMode: 'Open',
    ingestionAccessMode: 'Open',
  });
});

test('PUT of a scope replaces its exclusions and tags, PATCH changes tags alone', async t => {
  const azure = await arm(t);
  const { scope } = paths(azure.group);
  const exclusions = [
    { privateEndpointConnectionName: 'c', queryAccessMode: 'PrivateOnly', ingestionAccessMode: 'Open' },
  ];
  const settings = { queryAccessMode: 'PrivateOnly', ingestionAccessMode: 'Open', exclusions };
  const created = await put(azure, scope, {
    location: 'global',
    tags: { a: '1' },
    properties: { accessModeSettings: settings },
  });
  assert.deepEqual(created.body?.properties.accessModeSettings.exclusions, exclusions);
  const tagged = await azure.call('PATCH', scope, { body: { tags: { b: '2' } } });
  assert.deepEqual([tagged.status, tagged.body?.tags], [200, { b: '2' }]);
  assert.deepEqual(tagged.body?.properties, created.body?.properties);
  const replaced = await put(azure, scope, openScope);
  assert.equal(replaced.status, 200);
  assert.deepEqual([replaced.body?.tags, replaced.body?.properties.accessModeSettings.exclusions], [{}, null]);
  assert.equal(replaced.body?.properties.scopeId, created.body?.properties.scopeId);
});

test('while a link is Provisioning no other link of its scope is written', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock });
  const at = paths(azure.group);
  for (const name of ['law-a', 'law-b']) await put(azure, at.workspace(name), { location });
  await put(azure, at.scope, openScope);
  const linkTo = (name: string) => ({ properties: { linkedResourceId: at.workspace(name) } });
  const first = await put(azure, at.link('a'), linkTo('law-a'));
  assert.deepEqual([first.status, first.body?.properties.provisioningState], [200, 'Provisioning']);
  assert.equal(first.headers.get('azure-asyncoperation'), null);
  const busy = /^409 Conflict: Cannot modify resource while in provisioning state: 'Provisioning'$/;
  assert.match(error(await azure.call('PUT', at.link('b'), { body: linkTo('law-b') })), busy);
  assert.match(error(await azure.call('DELETE', at.link('a'))), busy);
  clock.advance(1_500);
  const settled = await azure.call('GET', at.link('a'));
  assert.equal(settled.body?.properties.provisioningState, 'Succeeded');
  assert.equal(settled.body?.properties.linkedResourceId, at.workspace('law-a').toLowerCase());
  await put(azure, at.link('b'), linkTo('law-b'));
});

test('a target is linked once in a scope, must exist, and must be of a type that can be linked', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await linkedScope(azure);
  const linkTo = (linkedResourceId: string, name = 'other') =>
    azure.call('PUT', at.link(name), { body: { properties: { linkedResourceId } } });
  const twin = 'Scoped resource with same linked resource id already exists in this private link scope';
  assert.equal(error(await linkTo(at.workspace('LAW-A'))), `409 Conflict: ${twin}`);
  assert.equal((await linkTo(at.workspace('law-a'), 'LINK-law-a')).status, 200);
  assert.match(error(await linkTo(at.workspace('law-none'))), /^404 ResourceNotFound/);
  assert.match(error(await linkTo(at.subnet())), /^400 BadRequest/);
  assert.match(error(await azure.call('PUT', at.link('x'), { body: { properties: {} } })), /^400 BadRequest/);
  const links = await azure.call('GET', `${at.scope}/scopedResources`);
  assert.deepEqual(
    links.body?.value.map((link: { name: string }) => link.name),
    ['link-law-a'],
  );
});

test('a missing link is an empty 404, and deleting it 204', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await linkedScope(azure);
  const missing = await azure.call('GET', at.link('none'));
  assert.deepEqual([missing.status, missing.text, missing.headers.get('content-type')], [404, '', null]);
  assert.equal((await azure.call('DELETE', at.link('none'))).status, 204);
});

test('privateLinkResources lists eleven members for one workspace, and the five zones', async t => {
  const azure = await arm(t);
  await linkedScope(azure);
  const answer = await azure.call('GET', `${paths(azure.group).scope}/privateLinkResources/azuremonitor`);
  assert.deepEqual(answer.body?.properties.requiredMembers, [
    'api',
    'global.in.ai',
    'profiler',
    'live',
    'diagservicesquery',
    'snapshot',
    'agentsolutionpackstore',
    'dce-global',
    'oms-japaneast',
    'ods-japaneast',
    'agent-japaneast',
  ]);
  assert.equal(answer.body?.properties.requiredZoneNames.length, 5);
});

test('a scope is deleted together with its links, as an operation with both addresses', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock });
  const at = paths(azure.group);
  await linkedScope(azure, () => clock.advance(3_000));
  const accepted = await azure.call('DELETE', at.scope);
  assert.deepEqual([accepted.status, accepted.text, accepted.headers.get('retry-after')], [202, '', '20']);
  const statusUrl = String(accepted.headers.get('azure-asyncoperation'));
  const resultUrl = String(accepted.headers.get('location'));
  const poll = async () => (await azure.call('GET', statusUrl)).body?.status;
  assert.equal(await poll(), 'InProgress');
  assert.equal((await azure.call('GET', resultUrl)).status, 202);
  clock.advance(2_500);
  assert.equal(await poll(), 'Succeeded');
  assert.equal((await azure.call('GET', resultUrl)).status, 204);
  const byGroup = statusUrl.replace('/providers/', '/resourceGroups/rg-monitor/providers/');
  assert.equal((await azure.call('GET', byGroup)).status, 200);
  const just = await azure.call('GET', at.scope);
  assert.deepEqual([just.status, just.text], [404, '']);
  clock.advance(6_000);
  assert.match(error(await azure.call('GET', at.scope)), /^404 ResourceNotFound/);
  assert.equal((await azure.call('DELETE', at.scope)).status, 204);
  assert.equal((await azure.call('DELETE', at.workspace('law-a'))).status, 200);
});

test('a scope with a private endpoint is not deleted', async t => {
  const azure = await arm(t);
  await connectedScope(azure);
  assert.match(error(await azure.call('DELETE', paths(azure.group).scope)), /^409 Conflict/);
});
