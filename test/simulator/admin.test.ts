/**
 * The simulator's own calls: time, starting anew, the journal's bodies, and who is let in.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adminGuard } from '../../src/simulator/admin-guard.ts';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { arm, settlingOnly } from './arm.ts';
import { connectedScope, openScope, paths, put } from './road.ts';

test('time can be stopped and moved: what is under way ends then, and tokens expire', async t => {
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly });
  const at = paths(azure.group);
  const clock = (body: unknown) => azure.raw('POST', '/_sim/clock', { body: JSON.stringify(body) });
  const frozen = await clock({ frozen: true });
  assert.equal(frozen.body?.frozen, true);
  const state = async () => (await azure.call('GET', at.workspace('law-a'))).body?.properties.provisioningState;
  await put(azure, at.workspace('law-a'), { location: 'japaneast', properties: {} });
  await clock({ advanceMs: 999 });
  assert.equal(await state(), 'Creating');
  await clock({ advanceMs: 1 });
  assert.equal(await state(), 'Succeeded');
  const later = await clock({ advanceMs: 3_600_000 });
  assert.equal(Date.parse(later.body?.now) - Date.parse(frozen.body?.now), 3_601_000);
  assert.equal((await azure.call('GET', at.workspace('law-a'))).body?.error.code, 'ExpiredAuthenticationToken');
});

test('a clock call that makes no sense is refused with what it needs', async t => {
  const azure = await arm(t);
  for (const body of [
    '',
    '{',
    '[]',
    '{}',
    '{"advanceMs":-1}',
    '{"advanceMs":"1"}',
    '{"frozen":1}',
    '{"advanceMs":1,"x":1}',
    '{"advanceMs":1e12}',
  ]) {
    const answer = await azure.raw('POST', '/_sim/clock', { body });
    assert.equal(answer.status, 400, body);
    assert.match(answer.body?.error, /advanceMs.*frozen/, body);
  }
});

test('reset brings the seed back and forgets everything else', async t => {
  const azure = await arm(t);
  await connectedScope(azure);
  await azure.raw('POST', '/_sim/faults', { body: 'faults: [{match: {service: arm}, before: {reset: true}}]' });
  await azure.raw('POST', '/_sim/deny', { body: '{"on":true}' });
  assert.deepEqual((await azure.raw('POST', '/_sim/reset')).body, { reset: true });
  const { body } = await azure.raw('GET', '/_sim/state');
  assert.deepEqual(
    body?.resources.map((each: { name: string }) => each.name),
    ['rg-monitor', 'vnet-plant'],
  );
  assert.deepEqual(body?.operations, []);
  assert.deepEqual((await azure.raw('GET', '/_sim/faults')).body, []);
  assert.deepEqual(
    azure.simulator.journal.map(entry => entry.path),
    ['/_sim/reset', '/_sim/state', '/_sim/faults'],
  );
  await connectedScope(azure);
  assert.equal((await azure.call('GET', paths(azure.group).endpoint)).status, 200);
});

test('the journal can be asked for its end, and an unknown call says which there are', async t => {
  const azure = await arm(t);
  await azure.call('GET', azure.group);
  const last = await azure.raw('GET', '/_sim/journal?last=1');
  assert.deepEqual(
    last.body?.map((each: { path: string }) => each.path),
    [azure.group],
  );
  assert.equal((await azure.raw('GET', '/_sim/journal?last=x')).status, 400);
  const unknown = await azure.raw('DELETE', '/_sim/state');
  assert.equal(unknown.status, 404);
  assert.match(unknown.body?.error, /GET \/_sim\/journal.*POST \/_sim\/reset/);
  assert.equal((await azure.raw('GET', '/_sim/constructor')).status, 404);
});

test('bodies are kept when asked for, and no secret is in them', async t => {
  const secret = 'a-secret-nobody-may-see';
  const seed = { ...defaultSeed(), principals: [{ clientId: '33333333-3333-4333-8333-333333333333', secret }] };
  const azure = await arm(t, { seed, journalBodies: true });
  const token = await azure.token();
  await put(azure, paths(azure.group).scope, openScope);
  await azure.raw('PUT', `${azure.group}?api-version=2021-04-01`, {
    headers: { authorization: `Bearer ${token}` },
    body: `{"Secret": "${secret}", "properties": {"connectionString": "${secret}", "list": [{"sharedKey": "${secret}"}]}}`,
  });
  await azure.raw('PUT', `${azure.group}?api-version=2021-04-01`, { body: `broken {"password": "${secret}"` });
  const [tokenCall, , write, keys, broken] = azure.simulator.journal.map(
    ({ request, response }) => ({ request, response }) as Record<string, Record<string, unknown> | undefined>,
  );
  assert.deepEqual(tokenCall?.request, {
    grant_type: 'client_credentials',
    client_id: '33333333-3333-4333-8333-333333333333',
    client_secret: '***',
    scope: 'https://management.azure.com/.default',
  });
  assert.equal(tokenCall?.response?.access_token, '***');
  assert.equal(tokenCall?.response?.token_type, 'Bearer');
  assert.deepEqual(write?.request, openScope);
  assert.equal(write?.response?.name, 'ampls');
  assert.deepEqual(keys?.request, {
    Secret: '***',
    properties: { connectionString: '***', list: [{ sharedKey: '***' }] },
  });
  assert.match(String(broken?.request), /^\(\d+ characters that are not JSON\)$/);
  const written = JSON.stringify(azure.simulator.journal);
  assert.ok(!written.includes(secret) && !written.includes(token));
});

const local = { method: 'GET', remoteAddress: '127.0.0.1' } as const;
const at = (headers: Record<string, string>) => ({
  header: (name: string) => ({ host: '127.0.0.1:8443', ...headers })[name],
});
const basic = (password: string) => `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`;

const callers: readonly {
  name: string;
  token?: string;
  caller: Parameters<ReturnType<typeof adminGuard>>[0];
  status?: number;
}[] = [
  { name: 'this machine', caller: { ...local, ...at({}) } },
  { name: 'this machine by IPv6', caller: { ...local, remoteAddress: '::1', ...at({ host: '[::1]:8443' }) } },
  {
    name: 'this machine by a mapped address',
    caller: { ...local, remoteAddress: '::ffff:127.0.0.6', ...at({ host: 'localhost:8443' }) },
  },
  { name: 'a neighbour', caller: { ...local, remoteAddress: '10.0.0.9', ...at({}) }, status: 403 },
  {
    name: 'a neighbour who claims to be local',
    caller: {
      ...local,
      remoteAddress: '10.0.0.9',
      ...at({ 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' }),
    },
    status: 403,
  },
  { name: 'an address that only looks local', caller: { ...local, remoteAddress: '127.evil', ...at({}) }, status: 403 },
  { name: 'no address at all', caller: { ...local, remoteAddress: undefined, ...at({}) }, status: 403 },
  { name: 'a rebound name', caller: { ...local, ...at({ host: 'evil.example:8443' }) }, status: 403 },
  {
    name: 'a form of another site',
    caller: { method: 'POST', remoteAddress: '127.0.0.1', ...at({ origin: 'https://evil.example' }) },
    status: 403,
  },
  {
    name: 'a page without an origin',
    caller: { method: 'POST', remoteAddress: '127.0.0.1', ...at({ origin: 'null' }) },
    status: 403,
  },
  {
    name: 'a request that the browser calls foreign',
    caller: { method: 'POST', remoteAddress: '127.0.0.1', ...at({ 'sec-fetch-site': 'cross-site' }) },
    status: 403,
  },
  {
    name: 'the page itself',
    caller: {
      method: 'POST',
      remoteAddress: '127.0.0.1',
      ...at({ origin: 'https://127.0.0.1:8443', 'sec-fetch-site': 'same-origin' }),
    },
  },
  { name: 'a link from another site', caller: { ...local, ...at({ 'sec-fetch-site': 'cross-site' }) } },
  { name: 'this machine, where a token is asked', token: 'let-me-in', caller: { ...local, ...at({}) }, status: 401 },
  {
    name: 'the token',
    token: 'let-me-in',
    caller: { ...local, remoteAddress: '10.0.0.9', ...at({ 'x-pms-admin-token': 'let-me-in', host: 'sim.example' }) },
  },
  {
    name: 'a wrong token',
    token: 'let-me-in',
    caller: { ...local, ...at({ 'x-pms-admin-token': 'let-me-i' }) },
    status: 401,
  },
  {
    name: 'the token as a password',
    token: 'let-me-in',
    caller: { ...local, remoteAddress: '10.0.0.9', ...at({ authorization: basic('let-me-in') }) },
  },
  {
    name: 'a wrong password',
    token: 'let-me-in',
    caller: { ...local, ...at({ authorization: basic('') }) },
    status: 401,
  },
  {
    name: 'a token from a foreign page',
    token: 'let-me-in',
    caller: {
      method: 'POST',
      remoteAddress: '10.0.0.9',
      ...at({ 'x-pms-admin-token': 'let-me-in', origin: 'https://evil.example' }),
    },
    status: 403,
  },
];

test('the guard lets in this machine, or whoever has the token, and no web page of others', () => {
  for (const { name, token, caller, status } of callers) {
    assert.equal(adminGuard('https://127.0.0.1:8443', token)(caller)?.status, status, name);
  }
});

test('page and admin calls are behind the guard, Azure is not', async t => {
  const azure = await arm(t, { adminToken: 'let-me-in' });
  for (const path of [
    '/',
    '/_sim/state',
    '/_sim/events',
    '/_sim/none',
    '//_sim/state',
    '/_sim/%2e%2e/_sim/state',
    '/%5Fsim/state',
  ]) {
    const answer = await azure.raw('GET', path);
    assert.ok(!answer.text.includes('rg-monitor'), path);
    assert.ok([401, 404].includes(answer.status), `${path}: ${answer.status}`);
  }
  assert.equal((await azure.raw('POST', '/_sim/deny', { body: '{"on":true}' })).status, 401);
  const headers = { 'x-pms-admin-token': 'let-me-in' };
  assert.equal((await azure.raw('GET', '/', { headers })).status, 200);
  assert.equal((await azure.raw('GET', '/_sim/state', { headers })).status, 200);
  assert.equal((await azure.call('GET', azure.group)).status, 200);
});
