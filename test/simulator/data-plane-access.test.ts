/**
 * The data plane by its ways in: which addresses listen, under which certificate, and what the isolation settings let
 * through. Everything is dialled on loopback.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { eventually } from '../env/eventually.ts';
import { addressOf, type Dialled, type Plane, plane } from './plane.ts';
import { connectedScope, endpointTo, linkedScope, location, paths, put } from './road.ts';

const code = ({ status, body }: Dialled): string =>
  [status, body?.error?.code, body?.error?.innererror?.code].filter(each => each !== undefined).join(' ');

async function customerIdOf({ azure }: Plane, name: string): Promise<string> {
  return String((await azure.call('GET', paths(azure.group).workspace(name))).body?.properties.customerId);
}

/** A scope with workspace `law-a` linked and a private endpoint, and the address of its query host. */
async function connected(t: TestContext) {
  const data = await plane(t);
  await connectedScope(data.azure);
  const address = String(await addressOf(data.azure, 'api.monitor.azure.com'));
  return { data, at: paths(data.azure.group), way: { address, port: data.port } };
}

async function modes(data: Plane, query: 'Open' | 'PrivateOnly', exclusions: unknown[] = []): Promise<void> {
  const accessModeSettings = { queryAccessMode: query, ingestionAccessMode: 'Open', exclusions };
  await put(data.azure, paths(data.azure.group).scope, { location: 'global', properties: { accessModeSettings } });
}

async function queryAccess(data: Plane, name: string, access: 'Enabled' | 'Disabled'): Promise<void> {
  const body = { properties: { publicNetworkAccessForQuery: access } };
  assert.equal((await data.azure.call('PATCH', paths(data.azure.group).workspace(name), { body })).status, 200);
}

test('every address of a settled endpoint listens, with a certificate for its names, aliases included', async t => {
  const { data, way } = await connected(t);
  const customerId = await customerIdOf(data, 'law-a');
  const api = await data.query(way, customerId);
  assert.equal(api.status, 200);
  assert.deepEqual(api.body, {
    tables: [{ name: 'PrimaryResult', columns: [{ name: 'x', type: 'long' }], rows: [[1]] }],
  });
  assert.deepEqual(api.names, [
    'api.monitor.azure.com',
    'api.loganalytics.io',
    'api.loganalytics.azure.com',
    way.address,
  ]);
  const others = [
    [`${customerId}.ods.opinsights.azure.com`, '*.ods.opinsights.azure.com'],
    [`${customerId}.agentsvc.azure-automation.net`, '*.agentsvc.azure-automation.net'],
    ['live.monitor.azure.com', 'live.monitor.azure.com'],
  ] as const;
  for (const [name, certified] of others) {
    const address = String(await addressOf(data.azure, name));
    const answer = await data.dial({ address, port: data.port, host: name, path: '/' });
    assert.deepEqual(answer.names, [certified, address]);
    await assert.rejects(data.dial({ address, port: data.port, host: 'api.loganalytics.io', path: '/' }), /altnames/i);
  }
});

test('both documented query hosts answer, api.monitor.azure.com says 404, a foreign host is refused', async t => {
  const { data, way } = await connected(t);
  const customerId = await customerIdOf(data, 'law-a');
  const by = async (host: string) => code(await data.query(way, customerId, { host }));
  assert.equal(await by('api.loganalytics.azure.com'), '200');
  assert.equal(await by('api.monitor.azure.com'), '404 PathNotFoundError');
  const foreign = { ...way, host: 'live.monitor.azure.com', servername: 'api.loganalytics.io', path: '/' };
  assert.equal(code(await data.dial(foreign)), '404 NotFound');
  const get = {
    ...way,
    host: 'api.loganalytics.io',
    token: await data.azure.token('https://api.loganalytics.io/.default'),
  };
  const path = `/v1/workspaces/${customerId}/query?query=print%20x%3D1`;
  assert.equal((await data.dial({ ...get, path })).body?.tables[0].rows[0][0], 1);
  assert.equal(
    code(await data.dial({ ...get, path: '/v1/workspaces/nobody/query?query=print%201' })),
    '404 PathNotFoundError',
  );
  assert.equal(code(await data.dial({ ...get, path: '/v2/anything' })), '404 PathNotFoundError');
});

test('a query needs a token of the tenant for the query service', async t => {
  const { data, way } = await connected(t);
  const customerId = await customerIdOf(data, 'law-a');
  const path = `/v1/workspaces/${customerId}/query`;
  const dial = { ...way, host: 'api.loganalytics.io', path, body: { query: 'print 1' } };
  assert.equal(code(await data.dial(dial)), '401 AuthorizationRequiredError');
  const forArm = await data.azure.token();
  assert.equal(code(await data.dial({ ...dial, token: forArm })), '403 InvalidTokenError SignatureVerificationFailed');
  const other = await data.azure.token('https://api.loganalytics.azure.com/.default');
  assert.equal(code(await data.dial({ ...dial, token: other })), '200');
});

test('an isolated workspace is refused from the public side and reached through its scope', async t => {
  const { data, way } = await connected(t);
  const customerId = await customerIdOf(data, 'law-a');
  assert.equal(code(await data.query(data.publicSide, customerId)), '200');
  await queryAccess(data, 'law-a', 'Disabled');
  const refused = await data.query(data.publicSide, customerId);
  assert.equal(code(refused), '403 InsufficientAccessError NspValidationFailedError');
  assert.match(refused.body?.error.innererror.message, /^Access to workspace 'law-a' from '127\.0\.0\.1' is denied\. /);
  assert.match(refused.body?.error.innererror.message, /\/workspaces\/law-a\)$/);
  assert.equal(code(await data.query(way, customerId)), '200');
});

test('a workspace outside the scope is as open as the access mode and its own flag say', async t => {
  const { data, at, way } = await connected(t);
  await put(data.azure, at.workspace('law-other'), { location, properties: { sku: { name: 'PerGB2018' } } });
  const customerId = await customerIdOf(data, 'law-other');
  const refused = '403 InsufficientAccessError PrivateLinkValidationFailedError';
  const outcome = async () => [
    code(await data.query(way, customerId)),
    code(await data.query(data.publicSide, customerId)),
  ];
  assert.deepEqual(await outcome(), ['200', '200'], 'open scope, open workspace');
  await modes(data, 'PrivateOnly');
  assert.deepEqual(await outcome(), [refused, '200'], 'private scope: it holds for its own endpoints alone');
  await queryAccess(data, 'law-other', 'Disabled');
  await modes(data, 'Open');
  assert.deepEqual(
    await outcome(),
    [refused, '403 InsufficientAccessError NspValidationFailedError'],
    'open scope, closed workspace',
  );
});

test('an exclusion gives one connection another access mode than the scope has', async t => {
  const { data, at, way } = await connected(t);
  await put(data.azure, at.workspace('law-other'), { location, properties: { sku: { name: 'PerGB2018' } } });
  const customerId = await customerIdOf(data, 'law-other');
  const { body } = await data.azure.call('GET', `${at.scope}/privateEndpointConnections`);
  const privateEndpointConnectionName = body?.value[0].name;
  await modes(data, 'PrivateOnly', [
    { privateEndpointConnectionName, queryAccessMode: 'Open', ingestionAccessMode: 'Open' },
  ]);
  assert.equal(code(await data.query(way, customerId)), '200');
});

test('listeners follow the interface: a later link is served at once, an unlinked one no more', async t => {
  const { data, at } = await connected(t);
  await put(data.azure, at.workspace('law-b'), { location, properties: { sku: { name: 'PerGB2018' } } });
  const name = `${await customerIdOf(data, 'law-b')}.ods.opinsights.azure.com`;
  assert.equal(await addressOf(data.azure, name), undefined);
  await put(data.azure, at.link('link-law-b'), { properties: { linkedResourceId: at.workspace('law-b') } });
  const address = String(await addressOf(data.azure, name));
  const dial = { address, port: data.port, host: name, path: '/' };
  const notItsName = /is not a name of this address/;
  assert.doesNotMatch(JSON.stringify((await data.dial(dial)).body), notItsName);
  assert.equal((await data.azure.call('DELETE', at.link('link-law-b'))).status, 200);
  await data.azure.call('GET', at.endpoint);
  // The certificate is that of every workspace of the region; the service behind it knows this one no more.
  const refused = await data.dial(dial);
  assert.equal(refused.status, 404);
  assert.match(JSON.stringify(refused.body), notItsName);
});

test('a rejected connection and a deleted endpoint stop listening', async t => {
  const { data, at, way } = await connected(t);
  const customerId = await customerIdOf(data, 'law-a');
  assert.equal((await data.query(way, customerId)).status, 200);
  const list = await data.azure.call('GET', `${at.scope}/privateEndpointConnections`);
  const decide = (status: string) =>
    data.azure.call('PUT', `${at.scope}/privateEndpointConnections/${list.body?.value[0].name}`, {
      body: { properties: { privateLinkServiceConnectionState: { status, description: '' } } },
    });
  await decide('Rejected');
  await assert.rejects(data.query(way, customerId), /ECONNREFUSED/);
  await decide('Approved');
  assert.equal((await data.query(way, customerId)).status, 200);
  await data.azure.call('DELETE', at.endpoint);
  await assert.rejects(data.query(way, customerId), /ECONNREFUSED/);
});

test('nothing listens while an endpoint is being made or waits for approval', async t => {
  const data = await plane(t);
  const at = paths(data.azure.group);
  await linkedScope(data.azure);
  const asked = endpointTo(at.scope, at.subnet());
  const { privateLinkServiceConnections, ...properties } = asked.properties;
  await put(data.azure, at.endpoint, {
    ...asked,
    properties: { ...properties, manualPrivateLinkServiceConnections: privateLinkServiceConnections },
  });
  const nic = await data.azure.call('GET', `${data.azure.group}/providers/Microsoft.Network/networkInterfaces`);
  const address = String(nic.body?.value[0].properties.ipConfigurations[0].properties.privateIPAddress);
  await assert.rejects(data.dial({ address, port: data.port, host: 'api.loganalytics.io', path: '/' }), /ECONNREFUSED/);
});

test('an address in use is said once, nothing else fails, and it is taken when it is free', async t => {
  const warnings: string[] = [];
  const first = await connected(t);
  const second = await plane(t, { dataPlanePort: first.data.port, warn: message => warnings.push(message) });
  const at = paths(second.azure.group);
  await put(second.azure, `${second.azure.group}/providers/Microsoft.Network/virtualNetworks/vnet-same`, {
    location,
    properties: {
      addressSpace: { addressPrefixes: [first.way.address.replace(/\.\d+\.\d+$/, '.0.0/16')] },
      subnets: [{ name: 'same', properties: { addressPrefix: first.way.address.replace(/\.\d+$/, '.0/27') } }],
    },
  });
  await linkedScope(second.azure);
  const subnet = `${second.azure.group}/providers/Microsoft.Network/virtualNetworks/vnet-same/subnets/same`;
  await put(second.azure, at.endpoint, endpointTo(at.scope, subnet));
  assert.equal((await second.azure.call('GET', at.endpoint)).body?.properties.provisioningState, 'Succeeded');
  assert.equal(warnings.length, 1);
  assert.match(String(warnings[0]), /no data plane at 127\.[\d.]+:\d+.*EADDRINUSE/);
  await first.data.azure.simulator.close();
  const dial = { ...first.way, host: 'live.monitor.azure.com', path: '/' };
  const address = String(await addressOf(second.azure, dial.host));
  const answer = await eventually('the address is taken', () => second.dial({ ...dial, address }));
  assert.ok(answer.names.includes(dial.host));
});

test('a query needs the right to read the logs of the workspace', async t => {
  const stranger = '66666666-6666-4666-8666-666666666666';
  const seed = defaultSeed();
  const data = await plane(t, {
    seed: {
      ...seed,
      principals: [...seed.principals, { clientId: stranger, secret: 'network-only' }],
      roleAssignments: [{ principal: stranger, role: 'Network Contributor' }],
    },
  });
  await connectedScope(data.azure);
  const customerId = await customerIdOf(data, 'law-a');
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: stranger,
    client_secret: 'network-only',
    scope: 'https://api.loganalytics.io/.default',
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const path = `/${data.azure.simulator.tenantId}/oauth2/v2.0/token`;
  const { body } = await data.azure.raw('POST', path, { headers, body: form.toString() });
  const token = String(body?.access_token);
  assert.equal(code(await data.query(data.publicSide, customerId, { token })), '403 InsufficientAccessError');
  assert.equal(code(await data.query(data.publicSide, customerId)), '200');
});

test('a fault plan meets the data plane, and the journal says by which host', async t => {
  const { data, way } = await connected(t);
  const customerId = await customerIdOf(data, 'law-a');
  const plan = `faults:
- {name: slow, match: {service: data-plane, path: "/v1/*", nth: 1}, instead: {status: 503, retryAfterSeconds: 2}}
- {name: broken, match: {service: data-plane, path: "/v1/*", nth: 2}, after: {reset: true}}`;
  assert.equal((await data.azure.raw('POST', '/_sim/faults', { body: plan })).status, 200);
  const slow = await data.query(way, customerId);
  assert.deepEqual([slow.status, slow.headers['retry-after']], [503, '2']);
  await assert.rejects(data.query(way, customerId), /ECONNRESET/);
  assert.equal((await data.query(way, customerId)).status, 200);
  const calls = data.azure.simulator.journal.filter(entry => entry.service === 'data-plane');
  assert.deepEqual(
    calls.map(({ host, status, fault, principal }) => [host, status, fault, principal]),
    [
      ['api.loganalytics.io', 503, 'slow', undefined],
      ['api.loganalytics.io', 0, 'broken', data.azure.simulator.clientId],
      ['api.loganalytics.io', 200, undefined, data.azure.simulator.clientId],
    ],
  );
});
