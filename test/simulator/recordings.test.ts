/**
 * The simulator, led to the same state, answers as the real Azure did when it was recorded.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Answer, type Arm, arm, settlingOnly } from './arm.ts';
import { likeness, type Recorded, recordedLikeness, recordings } from './recordings.ts';
import { endpointTo, location, openScope, paths, put } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

async function slow(t: TestContext): Promise<{ azure: Arm; settle: () => void }> {
  const clock = virtualClock();
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock });
  return { azure, settle: () => clock.advance(30_000) };
}

function assertLike(answer: Answer, call: Recorded): void {
  assert.deepEqual(likeness(answer), recordedLikeness(call), `line ${call.n}: ${call.method} ${call.url}`);
}

test('workspaces answer as recorded in 2024', async t => {
  const recorded = recordings(t, 'workspaces');
  if (recorded === undefined) return;
  const { azure, settle } = await slow(t);
  const at = paths(azure.group).workspace('law-a');
  const apiVersion = '2023-09-01';
  const access = { publicNetworkAccessForIngestion: 'Disabled', publicNetworkAccessForQuery: 'Disabled' };
  const properties = { ...access, retentionInDays: 30, sku: { name: 'PerGB2018' } };
  const body = { location: 'eastus', properties, tags: { clitest: 'myron' } };
  const call = (method: string, path = at, sent?: unknown, version = apiVersion) =>
    azure.call(method, path, { apiVersion: version, ...(sent === undefined ? {} : { body: sent }) });

  assertLike(await call('PUT', at, body), recorded(1));
  settle();
  assertLike(await call('GET'), recorded(2));
  const opened = { ...body, properties: { ...properties, publicNetworkAccessForIngestion: 'Enabled' } };
  assertLike(await call('PUT', at, opened), recorded(4));

  const other = paths(azure.group).workspace('law-b');
  const tier = (level: number) => ({
    location: 'eastus',
    properties: {
      publicNetworkAccessForQuery: 'Enabled',
      sku: { name: 'CapacityReservation', capacityReservationLevel: level },
    },
  });
  assertLike(await call('PUT', other, tier(100)), recorded(6));
  settle();
  assertLike(await call('GET', other), recorded(7));
  assertLike(await call('PUT', other, tier(200)), recorded(9));
  const deleted = `${azure.group}/providers/Microsoft.OperationalInsights/deletedWorkspaces`;
  assertLike(await call('GET', deleted, undefined, '2021-12-01-preview'), recorded(10));
  assertLike(await call('DELETE', other), recorded(11));
  assertLike(await call('GET', deleted, undefined, '2021-12-01-preview'), recorded(12));
  assertLike(await call('PUT', other, { location: 'eastus' }), recorded(14));
  settle();
  assertLike(await call('GET', other), recorded(15));
  assertLike(await call('DELETE', `${other}?force=true`), recorded(17));
  assertLike(await call('DELETE', at), recorded(44));
  assertLike(await call('GET', `${azure.group}/providers/Microsoft.OperationalInsights/workspaces`), recorded(19));
  assertLike(await call('GET', at), recorded(45));
});

test('scopes answer as recorded in 2020 and 2023', async t => {
  const recorded = recordings(t, 'private-link-scope');
  if (recorded === undefined) return;
  const { azure, settle } = await slow(t);
  const at = paths(azure.group);
  const apiVersion = '2021-07-01-preview';
  assertLike(await azure.call('PUT', at.scope, { apiVersion, body: openScope }), recorded(114));
  const list = `${azure.group}/providers/microsoft.insights/privateLinkScopes`;
  assertLike(await azure.call('GET', list, { apiVersion }), recorded(116));
  assertLike(await azure.call('GET', at.scope, { apiVersion }), recorded(117));
  const tags = { Tag1: 'Value1', Tag2: 'Value2' };
  assertLike(await azure.call('PATCH', at.scope, { apiVersion, body: { tags } }), recorded(118));
  const accepted = await azure.call('DELETE', at.scope, { apiVersion });
  assertLike(accepted, recorded(119));
  assert.equal(accepted.headers.get('retry-after'), recorded(119).headers['retry-after']);
  settle();
  assertLike(await azure.call('GET', String(accepted.headers.get('azure-asyncoperation'))), recorded(120));
});

test('links, connections and the endpoint of a scope answer as recorded in 2020', async t => {
  const recorded = recordings(t, 'private-link-scope');
  if (recorded === undefined) return;
  const { azure, settle } = await slow(t);
  const at = paths(azure.group);
  const apiVersion = '2019-10-17-preview';
  const network = '2020-06-01';
  const tags = { tag1: 'd1' };
  await azure.call('PUT', at.scope, { apiVersion, body: { location: 'Global', tags } });
  await put(azure, at.workspace('law-a'), { location });
  settle();
  const link = { properties: { linkedResourceId: at.workspace('law-a') } };
  assertLike(await azure.call('PUT', at.link('law'), { apiVersion, body: link }), recorded(11));
  settle();
  assertLike(await azure.call('GET', at.link('law'), { apiVersion }), recorded(12));
  assertLike(await azure.call('GET', `${at.scope}/scopedResources`, { apiVersion }), recorded(38));
  assertLike(await azure.call('GET', at.link('none'), { apiVersion }), recorded(50));
  assertLike(await azure.call('GET', `${at.scope}/privateLinkResources`, { apiVersion }), recorded(71));

  const lowerScope = `${azure.group}/providers/microsoft.insights/privatelinkscopes/ampls`;
  const created = await azure.call('PUT', at.endpoint, {
    apiVersion: network,
    body: endpointTo(lowerScope, at.subnet()),
  });
  assertLike(created, recorded(24));
  settle();
  assertLike(await azure.call('GET', String(created.headers.get('azure-asyncoperation'))), recorded(25));
  assertLike(await azure.call('GET', at.endpoint, { apiVersion: network }), recorded(26));
  const scope = await azure.call('GET', at.scope, { apiVersion });
  assertLike(scope, recorded(27));
  const connection: string = scope.body?.properties.privateEndpointConnections[0].id;
  assertLike(await azure.call('GET', connection, { apiVersion }), recorded(28));
  const rejected = { properties: { privateLinkServiceConnectionState: { status: 'Rejected', description: '' } } };
  assertLike(await azure.call('PUT', connection, { apiVersion, body: rejected }), recorded(31));
  settle();
  assertLike(await azure.call('GET', connection, { apiVersion }), recorded(33));
  assertLike(await azure.call('DELETE', connection, { apiVersion }), recorded(34));
  settle();
  assertLike(await azure.call('GET', at.scope, { apiVersion }), recorded(36));
  assertLike(await azure.call('DELETE', at.link('none'), { apiVersion }), recorded(92));
  assertLike(await azure.call('DELETE', at.link('law'), { apiVersion }), recorded(37));
});

test('endpoints and zone groups answer as recorded in 2023 and 2025', async t => {
  const recorded = recordings(t, 'private-endpoints');
  if (recorded === undefined) return;
  const { azure, settle } = await slow(t);
  const at = paths(azure.group);
  const apiVersion = '2022-07-01';
  const call = (method: string, path: string, body?: unknown) =>
    azure.call(method, path, { apiVersion, ...(body === undefined ? {} : { body }) });
  await put(azure, at.scope, openScope);

  assertLike(await call('GET', at.endpoint), recorded(40));
  const body = endpointTo(at.scope, at.subnet());
  const created = await call('PUT', at.endpoint, body);
  assertLike(created, recorded(41));
  const operation = String(created.headers.get('azure-asyncoperation'));
  for (const n of [42, 43]) {
    const poll = await azure.call('GET', operation);
    assertLike(poll, recorded(n));
    assert.equal(poll.headers.get('retry-after'), recorded(n).headers['retry-after']);
  }
  settle();
  assertLike(await call('GET', at.endpoint), recorded(45));
  assertLike(await call('PUT', at.endpoint, { ...body, tags: { foo: 'bar' } }), recorded(46));
  assertLike(await call('GET', at.endpoint), recorded(47));

  const privateDnsZoneId = `${azure.group}/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net`;
  const zones = { properties: { privateDnsZoneConfigs: [{ name: 'config', properties: { privateDnsZoneId } }] } };
  assertLike(await call('PUT', at.zoneGroup, zones), recorded(48));
  settle();
  assertLike(await call('GET', at.zoneGroup), recorded(50));
  const groupGone = await call('DELETE', at.zoneGroup);
  assertLike(groupGone, recorded(51));
  const gone = await call('DELETE', at.endpoint);
  assertLike(gone, recorded(52));
  assertLike(await azure.call('GET', String(groupGone.headers.get('azure-asyncoperation'))), recorded(53));
  settle();
  assertLike(await azure.call('GET', String(gone.headers.get('azure-asyncoperation'))), recorded(54));
  assertLike(await azure.call('GET', String(gone.headers.get('location'))), recorded(23));
  assertLike(await call('DELETE', at.zoneGroup), recorded(55));
});
