/**
 * Azure Arc: machines, their extensions and private link scopes, and endpoints to those scopes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSeed, type Seed } from '../../src/simulator/simulator.ts';
import { type Arm, arm, settlingOnly } from './arm.ts';
import { endpointTo, interfaceLines, location, paths, put, recordLines, told, toldCode } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

const hybrid = (azure: Arm): string => `${azure.group}/providers/Microsoft.HybridCompute`;
const scopePath = (azure: Arm): string => `${hybrid(azure)}/privateLinkScopes/arc`;
const machinePath = (azure: Arm, name = 'plant-1'): string => `${hybrid(azure)}/machines/${name}`;

const plant: NonNullable<Seed['machines']> = [
  { resourceGroup: 'rg-monitor', name: 'plant-1', location },
  { resourceGroup: 'rg-monitor', name: 'plant-2', location, agent: 'Disconnected' },
];

const agent = { publisher: 'Microsoft.Azure.Monitor', type: 'AzureMonitorLinuxAgent' };

test('a machine joins a scope of its region, answers Updating without an operation, and leaves with an empty text', async t => {
  const clock = virtualClock();
  const seed = { ...defaultSeed(), machines: plant };
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock, seed });
  await put(azure, scopePath(azure), { location, properties: {} });
  const join = (id: string) =>
    azure.call('PATCH', machinePath(azure), { body: { properties: { privateLinkScopeResourceId: id } } });
  assert.equal(toldCode(await join(`${scopePath(azure)}-none`)), '404 ResourceNotFound');
  await put(azure, `${scopePath(azure)}-far`, { location: 'eastus', properties: {} });
  assert.equal(toldCode(await join(`${scopePath(azure)}-far`)), '400 BadRequest');
  const joined = await join(scopePath(azure));
  assert.deepEqual(
    [joined.status, joined.body?.properties.provisioningState, joined.headers.get('azure-asyncoperation')],
    [200, 'Updating', null],
  );
  clock.advance(5_000);
  assert.equal((await azure.call('GET', machinePath(azure))).body?.properties.provisioningState, 'Succeeded');
  assert.match(told(await azure.call('DELETE', scopePath(azure))), /^409 Conflict/);
  assert.equal((await join('')).body?.properties.privateLinkScopeResourceId, '');
  assert.equal((await azure.call('DELETE', scopePath(azure))).status, 200);
});

test('an extension is queued, in progress and done after minutes, and only then reports', async t => {
  const clock = virtualClock();
  const seed = { ...defaultSeed(), machines: plant };
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock, seed });
  const path = `${machinePath(azure)}/extensions/agent`;
  const accepted = await azure.call('PUT', path, { body: { location, properties: agent } });
  assert.deepEqual([accepted.status, accepted.text, accepted.headers.get('retry-after')], [202, '', '120']);
  const operation = String(accepted.headers.get('azure-asyncoperation'));
  const status = async () => (await azure.call('GET', operation)).body?.status;
  assert.deepEqual([await status(), await status()], ['Queued', 'InProgress']);
  const early = await azure.call('GET', path);
  assert.deepEqual(
    [early.body?.properties.provisioningState, early.body?.properties.instanceView],
    ['Creating', undefined],
  );
  assert.equal(toldCode(await azure.call('DELETE', path)), '409 Conflict');
  clock.advance(100_000);
  assert.equal(await status(), 'Succeeded');
  const machine = await azure.call('GET', machinePath(azure));
  assert.equal(machine.body?.resources[0].properties.instanceView.status.level, 'Information');
  assert.equal((await azure.call('DELETE', path)).status, 202);
  clock.advance(130_000);
  assert.equal(toldCode(await azure.call('GET', path)), '404 ResourceNotFound');
});

test('an extension fails on a machine whose agent is not connected', async t => {
  const azure = await arm(t, { seed: { ...defaultSeed(), machines: plant } });
  const path = `${machinePath(azure, 'plant-2')}/extensions/agent`;
  const accepted = await azure.call('PUT', path, { body: { location, properties: agent } });
  const ended = await azure.call('GET', String(accepted.headers.get('azure-asyncoperation')));
  assert.deepEqual([ended.body?.status, ended.body?.error.code], ['Failed', 'MachineNotConnected']);
  assert.equal((await azure.call('GET', path)).body?.properties.provisioningState, 'Failed');
});

test('a machine made by a PUT has no agent, and is deleted with its extensions and associations', async t => {
  const azure = await arm(t, { seed: { ...defaultSeed(), machines: plant } });
  const made = await azure.call('PUT', machinePath(azure, 'new'), { body: { location, properties: {} } });
  assert.deepEqual([made.status, made.body?.properties.status], [201, undefined]);
  const endpoint = paths(azure.group).dataCollectionEndpoint('dce');
  await put(azure, endpoint, { location, properties: {} });
  const association = `${machinePath(azure)}/providers/Microsoft.Insights/dataCollectionRuleAssociations/configurationAccessEndpoint`;
  await put(azure, association, { properties: { dataCollectionEndpointId: endpoint } });
  await azure.call('PUT', `${machinePath(azure)}/extensions/agent`, { body: { location, properties: agent } });
  assert.equal((await azure.call('DELETE', machinePath(azure))).status, 200);
  assert.equal((await azure.call('GET', `${endpoint}/associations`)).body?.value.length, 0);
  assert.equal(toldCode(await azure.call('GET', `${machinePath(azure)}/extensions/agent`)), '404 ResourceNotFound');
});

test('an endpoint to an Arc scope gets the six names of japaneast, and its connection is named after it', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await put(azure, scopePath(azure), { location, properties: {} });
  const body = endpointTo(scopePath(azure), at.subnet());
  const [connection] = body.properties.privateLinkServiceConnections;
  assert.ok(connection);
  const asked = { ...connection, properties: { ...connection.properties, groupIds: ['hybridcompute'] } };
  const wrong = await azure.call('PUT', at.endpoint, { body });
  assert.equal(toldCode(wrong), '400 InvalidGroupId');
  await put(azure, at.endpoint, {
    ...body,
    properties: { ...body.properties, privateLinkServiceConnections: [asked] },
  });
  assert.deepEqual(await recordLines(azure), [
    '127.13.1.4 gbl.his.arc.azure.com',
    '127.13.1.5 je.his.arc.azure.com',
    '127.13.1.6 japan-ats.his.arc.azure.com',
    '127.13.1.7 agentserviceapi.guestconfiguration.azure.com',
    '127.13.1.8 japaneast-gas.guestconfiguration.azure.com',
    '127.13.1.9 japaneast.dp.kubernetesconfiguration.azure.com',
  ]);
  assert.equal((await interfaceLines(azure))[0], '127.13.1.4 HybridCompute.Global gbl.his.arc.azure.com');
  const connections = await azure.call('GET', `${scopePath(azure)}/privateEndpointConnections`);
  const [mine] = connections.body?.value ?? [];
  assert.match(mine.name, /^pe\.[0-9a-f-]{36}$/);
  assert.match(told(await azure.call('DELETE', scopePath(azure))), /^409 Conflict/);
  assert.equal((await azure.call('DELETE', mine.id)).status, 202);
  const endpoint = await azure.call('GET', at.endpoint);
  const [state] = endpoint.body?.properties.privateLinkServiceConnections ?? [];
  assert.equal(state.properties.privateLinkServiceConnectionState.status, 'Disconnected');
});

test('a network has one Azure Monitor scope and beside it one Arc scope', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await put(azure, scopePath(azure), { location, properties: {} });
  await put(azure, `${scopePath(azure)}-2`, { location, properties: {} });
  const attempt = async (name: string, scope: string) => {
    const connection = { name: 'c', properties: { privateLinkServiceId: scope, groupIds: ['hybridcompute'] } };
    const properties = { subnet: { id: at.subnet() }, privateLinkServiceConnections: [connection] };
    return azure.call('PUT', `${at.endpoint}-${name}`, { body: { location, properties } });
  };
  assert.equal((await attempt('one', scopePath(azure))).status, 201);
  assert.match(
    told(await attempt('two', `${scopePath(azure)}-2`)),
    /^400 BadRequest: .* already connected to private link scope/,
  );
});
