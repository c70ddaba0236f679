/**
 * Rules that span several resources: limits, orders, what follows by itself, what waits for what. More of them stand with
 * their types: links.test.ts, members.test.ts, private-endpoints.test.ts, private-dns.test.ts.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latency } from '../../src/simulator/latency.ts';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { scopedResources } from '../../src/simulator/types/scoped-resources.ts';
import { World } from '../../src/simulator/world.ts';
import { type Arm, arm } from './arm.ts';
import {
  connectedScope,
  endpointTo,
  interfaceLines,
  linkedScope,
  location,
  openScope,
  paths,
  put,
  recordLines,
  told,
} from './road.ts';
import { virtualClock } from './virtual-clock.ts';

const versions = ['2019-10-17-preview', '2021-07-01-preview', '2021-09-01', '2023-06-01-preview'];

test('a scope answers in every api-version seen, with access modes since 2021, and an old PUT leaves them as they were', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  const modes = { queryAccessMode: 'PrivateOnly', ingestionAccessMode: 'Open' };
  await put(azure, at.scope, { location: 'global', properties: { accessModeSettings: modes } });
  const shown = async (apiVersion: string) =>
    (await azure.call('GET', at.scope, { apiVersion })).body?.properties.accessModeSettings?.queryAccessMode;
  assert.deepEqual(await Promise.all(versions.map(shown)), [undefined, 'PrivateOnly', 'PrivateOnly', 'PrivateOnly']);
  await azure.call('PUT', at.scope, { apiVersion: '2019-10-17-preview', body: { location: 'Global' } });
  assert.equal(await shown('2021-09-01'), 'PrivateOnly');
});

test('required zones have the prefix privatelink in every api-version, as in the newest recordings', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await linkedScope(azure);
  for (const apiVersion of versions) {
    const answer = await azure.call('GET', `${at.scope}/privateLinkResources`, { apiVersion });
    const names: readonly string[] = answer.body?.value[0].properties.requiredZoneNames;
    assert.deepEqual([names.length, names.every(name => name.startsWith('privatelink.'))], [5, true], apiVersion);
  }
});

async function endpoints(azure: Arm, count: number): Promise<void> {
  const at = paths(azure.group);
  const network = `${azure.group}/providers/Microsoft.Network/virtualNetworks`;
  for (let index = 0; index < count; index += 1) {
    const addressPrefix = `127.${40 + index}.0.0/24`;
    const subnets = [{ name: 's', properties: { addressPrefix } }];
    await put(azure, `${network}/v${index}`, {
      location,
      properties: { addressSpace: { addressPrefixes: [addressPrefix] }, subnets },
    });
    await put(azure, `${at.endpoint}-${index}`, endpointTo(at.scope, `${network}/v${index}/subnets/s`));
  }
}

test('a scope takes ten endpoints and refuses the eleventh', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await linkedScope(azure);
  await endpoints(azure, 10);
  const eleventh = await azure.call('PUT', at.endpoint, { body: endpointTo(at.scope, at.subnet()) });
  assert.match(told(eleventh), /^400 BadRequest: .* at most 10 private endpoint connections/);
  await azure.call('DELETE', `${at.endpoint}-0`);
  await put(azure, at.endpoint, endpointTo(at.scope, at.subnet()));
});

test('a network reaches one scope, and another one after the first has let it go', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  await put(azure, `${at.scope}-2`, openScope);
  const other = `${at.endpoint}-2`;
  const attempt = () => azure.call('PUT', other, { body: endpointTo(`${at.scope}-2`, at.subnet('monitoring-b')) });
  assert.match(told(await attempt()), /^400 BadRequest: .* is already connected to private link scope .*\/ampls\.$/);
  const connections = await azure.call('GET', `${at.scope}/privateEndpointConnections`);
  await azure.call('DELETE', connections.body?.value[0].id);
  assert.equal((await attempt()).status, 201);
});

test('a resource is linked to a hundred scopes at most', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await put(azure, at.workspace('law-a'), { location });
  const link = async (index: number) => {
    await put(azure, `${at.scope}-${index}`, openScope);
    const body = { properties: { linkedResourceId: at.workspace('law-a') } };
    return azure.call('PUT', `${at.scope}-${index}/scopedResources/law`, { body });
  };
  for (let index = 0; index < 100; index += 1) assert.equal((await link(index)).status, 200);
  assert.match(told(await link(100)), /^400 BadRequest: .* at most 100 private link scopes/);
});

test('a scope takes three thousand workspaces', () => {
  const clock = virtualClock();
  const world = new World({ clock, tenantId: 't', subscriptionId: 's', latency: latency({ kind: 'none', scale: 1 }) });
  const scopeId = '/subscriptions/s/resourceGroups/g';
  const stamps = { createdBy: '', createdAtMs: 0, modifiedBy: '', modifiedAtMs: 0 };
  const scope = `${scopeId}/providers/microsoft.insights/privatelinkscopes/ampls`;
  const accessModes = { query: 'Open', ingestion: 'Open', exclusions: null } as const;
  world.scopes.put({
    id: scope,
    name: 'ampls',
    group: 'g',
    tags: {},
    etag: '',
    stamps,
    scopeGuid: '',
    state: 'Succeeded',
    accessModes,
  });
  const target = (index: number) =>
    `/subscriptions/s/resourcegroups/g/providers/microsoft.operationalinsights/workspaces/law-${index}`;
  for (let index = 0; index < 3_000; index += 1) {
    const common = { name: `l${index}`, group: 'g', scopeId: scope, etag: '', stamps, state: 'Succeeded' } as const;
    world.links.put({ ...common, id: `${scope}/scopedresources/l${index}`, linkedResourceId: target(index) });
  }
  world.workspaces.put({
    id: target(3_000),
    name: 'law-3000',
    group: 'g',
    location,
    customerId: '',
    state: 'Succeeded',
    sku: { name: 'PerGB2018', changedAtMs: 0 },
    retentionInDays: 30,
    features: {},
    dailyQuotaGb: -1,
    ingestion: 'Enabled',
    query: 'Enabled',
    createdAtMs: 0,
    modifiedAtMs: 0,
    etag: '',
  });
  const path = {
    subscriptionId: 's',
    resourceGroup: 'g',
    namespace: 'Microsoft.Insights',
    types: ['privateLinkScopes', 'scopedResources'],
    names: ['ampls', 'one-more'],
  };
  const call = {
    world,
    verb: 'PUT',
    path,
    scopeId,
    group: 'g',
    apiVersion: '2023-06-01-preview',
    body: { properties: { linkedResourceId: target(3_000) } },
    query: new URLSearchParams(),
    principal: '',
    caller: { clientId: '', objectId: '', tenantId: 't', roles: [] },
  } as unknown as Parameters<NonNullable<NonNullable<typeof scopedResources.item>['PUT']>>[0];
  assert.throws(() => scopedResources.item?.PUT?.(call), /at most 3000 links of this kind/);
  world.links.delete(`${scope}/scopedresources/l0`);
  assert.equal(scopedResources.item?.PUT?.(call).status, 200);
});

test('a resource linked behind an endpoint with static addresses is refused, unless it needs no address more', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await linkedScope(azure);
  const resources = await azure.call('GET', `${at.scope}/privateLinkResources`);
  const members: readonly string[] = resources.body?.value[0].properties.requiredMembers;
  const ipConfigurations = members.map((memberName, index) => ({
    name: memberName,
    properties: { groupId: 'azuremonitor', memberName, privateIPAddress: `127.13.1.${10 + index}` },
  }));
  await put(azure, at.endpoint, endpointTo(at.scope, at.subnet(), { ipConfigurations }));
  await put(azure, at.workspace('near'), { location });
  await put(azure, at.link('near'), { properties: { linkedResourceId: at.workspace('near') } });
  assert.equal((await recordLines(azure)).length, 14);
  await put(azure, at.workspace('distant'), { location: 'westeurope' });
  const refused = await azure.call('PUT', at.link('distant'), {
    body: { properties: { linkedResourceId: at.workspace('distant') } },
  });
  assert.match(
    told(refused),
    /^400 BadRequest: .*its missing these membernames\/groupids azuremonitor\/oms-westeurope/,
  );
  assert.equal((await interfaceLines(azure)).length, 11);
});

test('a rejected endpoint stays Succeeded with its addresses and names', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  const before = await interfaceLines(azure);
  const connections = await azure.call('GET', `${at.scope}/privateEndpointConnections`);
  const state = { privateLinkServiceConnectionState: { status: 'Rejected', description: 'no' } };
  await azure.call('PUT', connections.body?.value[0].id, { body: { properties: state } });
  assert.deepEqual(await interfaceLines(azure), before);
  const endpoint = await azure.call('GET', at.endpoint);
  const [mine] = endpoint.body?.properties.privateLinkServiceConnections ?? [];
  assert.deepEqual(mine.properties.privateLinkServiceConnectionState, {
    status: 'Rejected',
    description: 'no',
    actionsRequired: 'None',
  });
  assert.equal(endpoint.body?.properties.provisioningState, 'Succeeded');
});

test('an endpoint to a foreign service of the seed takes its own names, and a wrong group is refused', async t => {
  const id =
    '/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-monitor/providers/Microsoft.Storage/storageAccounts/store';
  const foreignServices = [
    { id, groupId: 'blob', members: [{ name: 'blob', fqdns: ['store.blob.core.windows.net'] }] },
  ];
  const azure = await arm(t, { seed: { ...defaultSeed(), foreignServices } });
  const at = paths(azure.group);
  const body = (groupIds: readonly string[]) => ({
    location,
    properties: {
      subnet: { id: at.subnet() },
      privateLinkServiceConnections: [{ name: 'c', properties: { privateLinkServiceId: id, groupIds } }],
    },
  });
  assert.match(told(await azure.call('PUT', at.endpoint, { body: body(['file']) })), /^400 InvalidGroupId/);
  await put(azure, at.endpoint, body(['blob']));
  assert.deepEqual(await recordLines(azure), ['127.13.1.4 store.blob.core.windows.net']);
});
