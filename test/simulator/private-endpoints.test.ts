/**
 * Private endpoints: their states and operations, what they are refused for, approval, zone groups, and their end.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSeed, type Seed } from '../../src/simulator/simulator.ts';
import { type Answer, type Arm, arm, settlingOnly } from './arm.ts';
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
} from './road.ts';
import { virtualClock } from './virtual-clock.ts';

const error = ({ status, body }: Answer): string => `${status} ${body?.error?.code}: ${body?.error?.message}`;

async function slow(
  t: Parameters<typeof arm>[0],
  extra: Partial<Seed> = {},
): Promise<{ azure: Arm; settle: (ms?: number) => void }> {
  const clock = virtualClock();
  const seed = { ...defaultSeed(), ...extra };
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock, seed });
  return { azure, settle: (ms = 15_000) => clock.advance(ms) };
}

test('a new endpoint is Updating with its interface and no records, and Succeeded with eleven', async t => {
  const { azure, settle } = await slow(t);
  const at = paths(azure.group);
  await linkedScope(azure, settle);
  const created = await put(azure, at.endpoint, endpointTo(at.scope, at.subnet()));
  assert.deepEqual([created.status, created.body?.properties.provisioningState], [201, 'Updating']);
  assert.deepEqual(created.body?.properties.customDnsConfigs, []);
  assert.equal(created.body?.properties.networkInterfaces.length, 1);
  assert.equal(created.headers.get('location'), null);
  const operation = String(created.headers.get('azure-asyncoperation'));
  const polls = [await azure.call('GET', operation), await azure.call('GET', operation)];
  assert.deepEqual(
    polls.map(each => [each.body?.status, each.headers.get('retry-after')]),
    [
      ['InProgress', '10'],
      ['InProgress', '20'],
    ],
  );
  const busy = await azure.call('PUT', at.endpoint, { body: endpointTo(at.scope, at.subnet()) });
  assert.match(error(busy), /^409 AnotherOperationInProgress: .* use uri: https:/);
  settle();
  const done = await azure.call('GET', operation);
  assert.deepEqual([done.body, done.headers.get('retry-after')], [{ status: 'Succeeded' }, null]);
  assert.equal((await recordLines(azure)).length, 11);
  const read = await azure.call('GET', at.endpoint);
  const [connection] = read.body?.properties.privateLinkServiceConnections ?? [];
  assert.deepEqual(connection.properties.privateLinkServiceConnectionState, {
    status: 'Approved',
    description: 'Auto-Approved',
    actionsRequired: 'None',
  });
  assert.equal(read.headers.get('etag'), read.body?.etag);
});

test('an ended operation answers for a day and is forgotten with the next one that starts', async t => {
  const { azure, settle } = await slow(t);
  const at = paths(azure.group);
  await linkedScope(azure, settle);
  const created = await put(azure, at.endpoint, endpointTo(at.scope, at.subnet()));
  const operation = String(created.headers.get('azure-asyncoperation'));
  // The token lasts an hour: a day later a call needs another one.
  const call = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${await azure.token()}` };
    return azure.call(method, path, { headers, ...(body === undefined ? {} : { body }) });
  };
  const tag = async (day: string) => {
    const { body } = await call('GET', at.endpoint);
    assert.equal((await call('PUT', at.endpoint, { ...body, tags: { day } })).status, 200);
    settle();
  };
  settle(23 * 3_600_000);
  await tag('first');
  assert.equal((await call('GET', operation)).body?.status, 'Succeeded');
  settle(2 * 3_600_000);
  await tag('second');
  assert.equal((await call('GET', operation)).status, 404);
});

test('an endpoint is refused while a link of its scope is Provisioning', async t => {
  const { azure, settle } = await slow(t);
  const at = paths(azure.group);
  await put(azure, at.workspace('law-a'), { location });
  await put(azure, at.scope, openScope);
  await put(azure, at.link('a'), { properties: { linkedResourceId: at.workspace('law-a') } });
  const raced = await azure.call('PUT', at.endpoint, { body: endpointTo(at.scope, at.subnet()) });
  assert.equal(
    error(raced),
    '400 BadRequest: Call to microsoft.insights/privateLinkScopes failed. Error message: Mismatching RequiredMembers in Request',
  );
  settle();
  await put(azure, at.endpoint, endpointTo(at.scope, at.subnet()));
});

test('an endpoint needs a scope, a subnet of its region, and room in it', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await linkedScope(azure);
  const attempt = async (body: unknown) => error(await azure.call('PUT', at.endpoint, { body })).split(':')[0];
  assert.equal(await attempt(endpointTo(`${at.scope}-none`, at.subnet())), '400 InvalidPrivateLinkServiceId');
  assert.equal(await attempt(endpointTo(at.scope, at.subnet('none'))), '400 InvalidResourceReference');
  assert.equal(
    await attempt({ ...endpointTo(at.scope, at.subnet()), location: 'japanwest' }),
    '400 InvalidResourceReference',
  );
  assert.equal(await attempt({ location, properties: { subnet: { id: at.subnet() } } }), '400 InvalidRequestFormat');

  await put(azure, at.endpoint, endpointTo(at.scope, at.subnet()));
  await put(azure, `${at.endpoint}-2`, endpointTo(at.scope, at.subnet()));
  const full = await azure.call('PUT', `${at.endpoint}-3`, { body: endpointTo(at.scope, at.subnet()) });
  const text = 'Subnet monitoring with address prefix 127.13.1.0/27 does not have enough capacity for 11 IP addresses.';
  assert.equal(error(full), `400 SubnetIsFull: ${text}`);
  assert.equal((await azure.call('GET', `${at.endpoint}-3`)).status, 404);
  const subnet = await azure.call('GET', at.subnet());
  assert.deepEqual(
    [subnet.body?.properties.ipConfigurations.length, subnet.body?.properties.privateEndpoints.length],
    [22, 2],
  );
});

test('tags change at once and nothing else of an endpoint does', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  const before = await interfaceLines(azure);
  const tagged = await put(azure, at.endpoint, { ...endpointTo(at.scope, at.subnet()), tags: { plant: 'a' } });
  assert.deepEqual(
    [tagged.status, tagged.body?.properties.provisioningState, tagged.body?.tags],
    [200, 'Succeeded', { plant: 'a' }],
  );
  assert.ok(tagged.headers.get('azure-asyncoperation'));
  assert.deepEqual(await interfaceLines(azure), before);
  const moved = await azure.call('PUT', at.endpoint, { body: endpointTo(at.scope, at.subnet('monitoring-b')) });
  assert.match(error(moved), /^400 PrivateEndpointCannotBeChanged/);
});

test('a manual connection waits for its approval without any record', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await linkedScope(azure);
  const { privateLinkServiceConnections: asked, ...rest } = endpointTo(at.scope, at.subnet()).properties;
  const created = await put(azure, at.endpoint, {
    location,
    properties: { ...rest, manualPrivateLinkServiceConnections: asked },
  });
  const state = (answer: Answer) =>
    answer.body?.properties.manualPrivateLinkServiceConnections[0].properties.privateLinkServiceConnectionState;
  assert.deepEqual(state(created), { status: 'Pending', description: 'Awaiting Approval', actionsRequired: 'None' });
  assert.deepEqual(await recordLines(azure), []);
  const connections = await azure.call('GET', `${at.scope}/privateEndpointConnections`);
  const [connection] = connections.body?.value ?? [];
  const decide = (status: string, description: string) =>
    azure.call('PUT', connection.id, {
      body: { properties: { privateLinkServiceConnectionState: { status, description } } },
    });
  const approved = await decide('Approved', 'by me');
  assert.deepEqual([approved.status, approved.text], [202, '']);
  assert.equal(
    (await azure.call('GET', String(approved.headers.get('azure-asyncoperation')))).body?.status,
    'Succeeded',
  );
  assert.equal((await recordLines(azure)).length, 11);
  assert.equal(state(await azure.call('GET', at.endpoint)).description, 'by me');
  await decide('Rejected', 'not any more');
  const rejected = await azure.call('GET', at.endpoint);
  assert.deepEqual([rejected.body?.properties.provisioningState, state(rejected).status], ['Succeeded', 'Rejected']);
});

test('a connection deleted at the scope leaves the endpoint Disconnected', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  const scope = await azure.call('GET', at.scope);
  const [connection] = scope.body?.properties.privateEndpointConnections ?? [];
  assert.match(connection.name, /^connection-[0-9a-f-]{36}$/);
  assert.equal((await azure.call('DELETE', connection.id)).status, 202);
  assert.equal((await azure.call('GET', at.scope)).body?.properties.privateEndpointConnections, undefined);
  const endpoint = await azure.call('GET', at.endpoint);
  const [mine] = endpoint.body?.properties.privateLinkServiceConnections ?? [];
  assert.equal(mine.properties.privateLinkServiceConnectionState.status, 'Disconnected');
});

test('one zone group of at most five zones takes the records over', async t => {
  const names = ['www.example.com', 'privatelink.ods.opinsights.azure.com', 'a.z', 'b.z', 'c.z', 'd.z', 'e.z', 'f.z'];
  const privateDnsZones = [...names, 'www.example.com.org'].map(name => ({ resourceGroup: 'rg-monitor', name }));
  const azure = await arm(t, { seed: { ...defaultSeed(), privateDnsZones } });
  const at = paths(azure.group);
  await connectedScope(azure);
  const zones = (...names: string[]) => ({
    properties: {
      privateDnsZoneConfigs: names.map(name => ({
        name: name.replaceAll('.', '-'),
        properties: { privateDnsZoneId: `${azure.group}/providers/Microsoft.Network/privateDnsZones/${name}` },
      })),
    },
  });
  const created = await put(azure, at.zoneGroup, zones('www.example.com'));
  assert.deepEqual([created.status, created.body?.properties.provisioningState], [201, 'Updating']);
  assert.equal((await recordLines(azure)).length, 11);
  const changed = await put(azure, at.zoneGroup, zones('www.example.com', 'privatelink.ods.opinsights.azure.com'));
  assert.equal(changed.status, 200);
  const read = await azure.call('GET', at.zoneGroup);
  const [none, ods] = read.body?.properties.privateDnsZoneConfigs ?? [];
  assert.deepEqual(none.properties.recordSets, []);
  const [record] = ods.properties.recordSets;
  assert.deepEqual(
    [record.recordType, record.ttl, record.provisioningState, record.ipAddresses],
    ['A', 10, 'Succeeded', ['127.13.1.5']],
  );
  assert.equal(record.fqdn, `${record.recordSetName}.privatelink.ods.opinsights.azure.com`);
  assert.deepEqual(await recordLines(azure), []);
  assert.equal((await interfaceLines(azure)).length, 11);

  const attempt = async (path: string, body: unknown) => error(await azure.call('PUT', path, { body })).split(':')[0];
  assert.equal(
    await attempt(at.zoneGroup.replace('default', 'second'), zones('a.z')),
    '400 MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed',
  );
  assert.equal(
    await attempt(at.zoneGroup, zones('a.z', 'b.z', 'c.z', 'd.z', 'e.z', 'f.z')),
    '400 TooManyPrivateDnsZoneConfigs',
  );
  const [config] = zones('www.example.com').properties.privateDnsZoneConfigs;
  const other = { ...config, properties: { privateDnsZoneId: `${config?.properties.privateDnsZoneId}.org` } };
  assert.equal(
    await attempt(at.zoneGroup, { properties: { privateDnsZoneConfigs: [other] } }),
    '400 PrivateDnsZoneConfigZoneCannotBeChanged',
  );
  assert.equal(
    await attempt(at.zoneGroup, { properties: { privateDnsZoneConfigs: [{ properties: config?.properties }] } }),
    '400 InvalidRequestFormat',
  );
  const unmade = zones('nobody.made.this');
  assert.equal(await attempt(at.zoneGroup, unmade), '400 InvalidPrivateDnsZoneIds');
  const [config2] = zones('a.z').properties.privateDnsZoneConfigs;
  assert.equal(
    await attempt(at.zoneGroup, { properties: { privateDnsZoneConfigs: [config2, config2] } }),
    '400 InvalidRequestFormat',
  );
});

test('deleting an endpoint cancels what goes on below it, frees its addresses and forgets its connection', async t => {
  const { azure, settle } = await slow(t, { privateDnsZones: [{ resourceGroup: 'rg-monitor', name: 'a.b' }] });
  const at = paths(azure.group);
  await connectedScope(azure, settle);
  const config = {
    name: 'z',
    properties: { privateDnsZoneId: `${azure.group}/providers/Microsoft.Network/privateDnsZones/a.b` },
  };
  await put(azure, at.zoneGroup, { properties: { privateDnsZoneConfigs: [config] } });
  settle();
  const nic = (await azure.call('GET', at.endpoint)).body?.properties.networkInterfaces[0].id;
  const group = await azure.call('DELETE', at.zoneGroup);
  const accepted = await azure.call('DELETE', at.endpoint);
  assert.deepEqual([group.status, accepted.status, accepted.headers.get('retry-after')], [202, 202, '10']);
  assert.ok(accepted.headers.get('location')?.includes('/operationResults/'));
  const canceled = await azure.call('GET', String(group.headers.get('azure-asyncoperation')));
  assert.equal(canceled.body?.status, 'Canceled');
  assert.equal(canceled.body?.error.details[0].code, 'CanceledAndSupersededDueToAnotherOperation');
  assert.equal((await azure.call('GET', at.endpoint)).body?.properties.provisioningState, 'Deleting');
  settle(10_000);
  assert.match(error(await azure.call('GET', at.endpoint)), /^404 NotFound/);
  assert.match(error(await azure.call('GET', nic)), /^404 NotFound/);
  settle();
  assert.match(error(await azure.call('GET', at.endpoint)), /^404 ResourceNotFound/);
  assert.equal((await azure.call('DELETE', at.endpoint)).status, 204);
  assert.equal((await azure.call('DELETE', at.zoneGroup)).status, 204);
  assert.equal((await azure.call('GET', at.subnet())).body?.properties.ipConfigurations, undefined);
  assert.equal((await azure.call('GET', at.scope)).body?.properties.privateEndpointConnections, undefined);
});
