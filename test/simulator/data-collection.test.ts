/**
 * Data collection endpoints, rules and associations, components: life, checks, and what keeps them from being deleted.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { type Arm, arm } from './arm.ts';
import { location, openScope, paths, put, told, toldCode } from './road.ts';

const counters = {
  performanceCounters: [
    {
      name: 'perf',
      streams: ['Microsoft-Perf'],
      samplingFrequencyInSeconds: 60,
      counterSpecifiers: ['Processor(*)\\% Processor Time'],
    },
  ],
};

const rulePath = (azure: Arm, name = 'dcr'): string =>
  `${azure.group}/providers/Microsoft.Insights/dataCollectionRules/${name}`;
const machinePath = (azure: Arm): string => `${azure.group}/providers/Microsoft.HybridCompute/machines/plant-1`;
const associationPath = (azure: Arm, name: string): string =>
  `${machinePath(azure)}/providers/Microsoft.Insights/dataCollectionRuleAssociations/${name}`;

async function plant(t: Parameters<typeof arm>[0]): Promise<Arm> {
  const machines = [{ resourceGroup: 'rg-monitor', name: 'plant-1', location }];
  return arm(t, { seed: { ...defaultSeed(), machines } });
}

const ruleTo = (workspaceResourceId: string, extra: Record<string, unknown> = {}) => ({
  location,
  kind: 'Linux',
  properties: {
    dataSources: counters,
    destinations: { logAnalytics: [{ workspaceResourceId, name: 'law' }] },
    dataFlows: [{ streams: ['Microsoft-Perf'], destinations: ['law'] }],
    ...extra,
  },
});

test('an endpoint is made with 200 at once, keeps its names, and a PUT replaces what it is asked', async t => {
  const azure = await arm(t);
  const path = paths(azure.group).dataCollectionEndpoint('dce');
  const made = await azure.call('PUT', path, { body: { location, kind: 'Linux', tags: { a: 'b' }, properties: {} } });
  assert.equal(made.status, 200);
  const host = made.body?.properties.configurationAccess.endpoint;
  assert.match(host, /^https:\/\/dce-[a-z0-9]{4}\.japaneast-1\.handler\.control\.monitor\.azure\.com$/);
  const changed = await azure.call('PUT', path, {
    body: { location, properties: { networkAcls: { publicNetworkAccess: 'Disabled' } } },
  });
  assert.deepEqual(
    [changed.status, changed.body?.properties.configurationAccess.endpoint, changed.body?.kind, changed.body?.tags],
    [200, host, undefined, undefined],
  );
  assert.equal(changed.body?.properties.networkAcls.publicNetworkAccess, 'Disabled');
  const patched = await azure.call('PATCH', path, { body: { tags: { c: 'd' } } });
  assert.deepEqual(
    [patched.body?.tags, patched.body?.properties.networkAcls.publicNetworkAccess],
    [{ c: 'd' }, 'Disabled'],
  );
  const moved = await azure.call('PUT', path, { body: { location: 'eastus', properties: {} } });
  assert.equal(toldCode(moved), '409 InvalidResourceLocation');
});

test('an endpoint is not deleted while a scope, a rule or a machine uses it', async t => {
  const azure = await plant(t);
  const at = paths(azure.group);
  const endpoint = at.dataCollectionEndpoint('dce');
  await put(azure, endpoint, { location, properties: {} });
  await put(azure, at.workspace('law-a'), { location });
  await put(azure, at.scope, openScope);
  const remove = async () => told(await azure.call('DELETE', endpoint));

  await put(azure, at.link('dce'), { properties: { linkedResourceId: endpoint } });
  assert.match(await remove(), /^409 Conflict: .* linked to a private link scope/);
  await azure.call('DELETE', at.link('dce'));
  await put(azure, associationPath(azure, 'configurationAccessEndpoint'), {
    properties: { dataCollectionEndpointId: endpoint },
  });
  assert.match(await remove(), /^409 Conflict: .* machines are associated/);
  await azure.call('DELETE', associationPath(azure, 'configurationAccessEndpoint'));
  await put(azure, rulePath(azure), ruleTo(at.workspace('law-a'), { dataCollectionEndpointId: endpoint }));
  assert.match(await remove(), /^409 Conflict: .* a data collection rule uses it/);
  await azure.call('DELETE', rulePath(azure));
  assert.equal((await azure.call('DELETE', endpoint)).status, 200);
  assert.equal((await azure.call('DELETE', endpoint)).status, 204);
});

test('a rule gets the GUID of its workspace, keeps its immutable id, and forgets what a PUT leaves out', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  const workspace = await put(azure, at.workspace('law-a'), { location });
  const made = await put(azure, rulePath(azure), ruleTo(at.workspace('law-a')));
  const { immutableId, destinations } = made.body?.properties ?? {};
  assert.match(immutableId, /^dcr-[0-9a-f]{32}$/);
  assert.equal(destinations.logAnalytics[0].workspaceId, workspace.body?.properties.customerId);
  const emptied = await put(azure, rulePath(azure), { location, properties: { dataSources: {}, dataFlows: [] } });
  assert.deepEqual(emptied.body?.properties, {
    immutableId,
    dataSources: {},
    dataFlows: [],
    provisioningState: 'Succeeded',
  });
  assert.equal(emptied.body?.systemData.createdAt, made.body?.systemData.createdAt);
});

test('a rule is refused with every fault by its path', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await put(azure, at.workspace('law-a'), { location });
  const body = ruleTo(at.workspace('law-b'), {
    dataCollectionEndpointId: at.dataCollectionEndpoint('none'),
    dataSources: {
      performanceCounters: [{ name: 'p', streams: [], samplingFrequencyInSeconds: 4000, counterSpecifiers: [] }],
    },
    dataFlows: [{ streams: ['Microsoft-Perf'], destinations: ['elsewhere'] }],
  });
  const refused = await azure.call('PUT', rulePath(azure), { body });
  assert.equal(told(refused), '400 InvalidPayload: Data collection rule is invalid');
  assert.deepEqual(
    refused.body?.error.details.map(({ target }: { target: string }) => target),
    [
      'properties.dataSources.performanceCounters[0].samplingFrequencyInSeconds',
      'properties.dataSources.performanceCounters[0].counterSpecifiers',
      'properties.dataSources.performanceCounters[0].streams',
      'properties.dataFlows[0].destinations',
      'properties.dataCollectionEndpointId',
      'properties.destinations.logAnalytics[0].workspaceResourceId',
    ],
  );
  assert.equal((await azure.call('GET', rulePath(azure))).status, 404);
});

test('a rule with associations is deleted only together with them', async t => {
  const azure = await plant(t);
  await put(azure, paths(azure.group).workspace('law-a'), { location });
  await put(azure, rulePath(azure), ruleTo(paths(azure.group).workspace('law-a')));
  const association = associationPath(azure, 'plant-rule');
  await put(azure, association, { properties: { dataCollectionRuleId: rulePath(azure) } });
  assert.match(told(await azure.call('DELETE', rulePath(azure))), /^409 Conflict: .* has associations/);
  assert.equal((await azure.call('DELETE', `${rulePath(azure)}?deleteAssociations=true`)).status, 200);
  assert.equal((await azure.call('GET', association)).status, 404);
});

test('an association names a rule or, under its one name, an endpoint, and only what is there', async t => {
  const azure = await plant(t);
  const at = paths(azure.group);
  const endpoint = at.dataCollectionEndpoint('dce');
  await put(azure, endpoint, { location, properties: {} });
  await put(azure, at.workspace('law-a'), { location });
  await put(azure, rulePath(azure), ruleTo(at.workspace('law-a')));
  const attempt = async (name: string, properties: unknown) =>
    toldCode(await azure.call('PUT', associationPath(azure, name), { body: { properties } }));
  const [rule, access] = [{ dataCollectionRuleId: rulePath(azure) }, { dataCollectionEndpointId: endpoint }];
  assert.equal(await attempt('one', {}), '400 InvalidPayload');
  assert.equal(await attempt('one', { ...rule, ...access }), '400 InvalidPayload');
  assert.equal(await attempt('one', access), '400 InvalidAssociation');
  assert.equal(await attempt('configurationAccessEndpoint', rule), '400 InvalidAssociation');
  assert.equal(await attempt('one', { dataCollectionRuleId: rulePath(azure, 'none') }), '404 ResourceNotFound');
  const nobody = associationPath(azure, 'one').replace('plant-1', 'plant-2');
  assert.equal(toldCode(await azure.call('PUT', nobody, { body: { properties: rule } })), '404 ParentResourceNotFound');

  await put(azure, associationPath(azure, 'one'), { properties: rule });
  await put(azure, associationPath(azure, 'configurationAccessEndpoint'), { properties: access });
  const here = await azure.call('GET', associationPath(azure, '').replace(/\/$/, ''));
  assert.deepEqual(
    here.body?.value.map(({ name }: { name: string }) => name),
    ['one', 'configurationAccessEndpoint'],
  );
  const there = await azure.call('GET', `${endpoint}/associations`);
  assert.equal(there.body?.value[0].id, associationPath(azure, 'configurationAccessEndpoint').toLowerCase());
});

test('a component is linked at once, adds names of its region, and is not deleted while linked', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  const component = `${azure.group}/providers/microsoft.insights/components/shop`;
  await put(azure, at.scope, openScope);
  assert.equal(toldCode(await azure.call('PUT', component, { body: { location, properties: {} } })), '400 BadRequest');
  const made = await put(azure, component, { location, kind: 'web', properties: { Application_Type: 'web' } });
  assert.match(
    made.body?.properties.ConnectionString,
    /^InstrumentationKey=[0-9a-f-]{36};IngestionEndpoint=https:\/\/japaneast-0\./,
  );
  const linked = await put(azure, at.link('shop'), { properties: { linkedResourceId: component } });
  assert.equal(linked.body?.properties.provisioningState, 'Succeeded');
  const resources = await azure.call('GET', `${at.scope}/privateLinkResources`);
  assert.equal(resources.body?.value[0].properties.requiredMembers.length, 10);
  assert.match(told(await azure.call('DELETE', component)), /^409 Conflict/);
  await azure.call('DELETE', at.link('shop'));
  assert.equal((await azure.call('DELETE', component)).status, 200);
});
