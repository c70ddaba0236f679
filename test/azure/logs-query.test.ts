/**
 * A query of a workspace through the address of a private endpoint: the simulator's data plane tells by which way it
 * came; servers of our own see what they are sent when they are not who they should be.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createPlainServer } from 'node:net';
import { test } from 'node:test';
import { resultOf } from '../../src/azure/logs-query.ts';
import { certificateAuthority } from '../../src/simulator/certificates.ts';
import type { plane } from '../simulator/plane.ts';
import { location, paths, put } from '../simulator/road.ts';
import { connect, failureOf, quiet, settingsFor } from './bench.ts';
import { azureOn, connected, customerIdOf, HOST } from './logs-road.ts';

test('a linked workspace answers through the endpoint, isolated or not, and no other host is asked', async t => {
  const { data, asked } = await connected(t);
  const before = data.azure.simulator.journal.length;
  assert.deepEqual(await azureOn(data).query(asked, quiet), { outcome: 'Held' });
  const body = { properties: { publicNetworkAccessForQuery: 'Disabled' } };
  assert.equal((await data.azure.call('PATCH', paths(data.azure.group).workspace('law-a'), { body })).status, 200);
  assert.deepEqual(await azureOn(data).query(asked, quiet), { outcome: 'Held' });
  const calls = data.azure.simulator.journal.slice(before).filter(({ service }) => service === 'data-plane');
  assert.deepEqual(
    calls.map(({ method, path, status }) => `${method} ${path} ${status}`),
    Array.from({ length: 2 }, () => `POST /v1/workspaces/${asked.customerId}/query 200`),
  );
});

test('the rows of a query come by the names of their columns, and a refusal has none', async t => {
  const { data, asked } = await connected(t);
  const azure = azureOn(data);
  const { customerId, address } = asked;
  const read = (query: string) => azure.logs({ customerId, address, query }, quiet);
  assert.deepEqual(await read("print Machine = 'line-1', Beats = 3"), {
    outcome: 'Held',
    rows: [{ Machine: 'line-1', Beats: 3 }],
  });
  assert.deepEqual(await read('Heartbeat | take 1'), { outcome: 'Held', rows: [] });
  const wrong = await read('Heartbeat | where');
  assert.deepEqual([wrong.outcome, wrong.rows], ['Unclear', undefined]);
  const outside = azureOn(data, { port: data.publicSide.port });
  const body = { properties: { publicNetworkAccessForQuery: 'Disabled' } };
  await data.azure.call('PATCH', paths(data.azure.group).workspace('law-a'), { body });
  const refused = await outside.logs({ customerId, address: data.publicSide.address, query: 'Heartbeat' }, quiet);
  assert.deepEqual([refused.outcome, refused.rows], ['Public', undefined]);
});

test('a closed workspace refuses what comes from the public side, and the refusal is told as that', async t => {
  const { data, asked } = await connected(t);
  const body = { properties: { publicNetworkAccessForQuery: 'Disabled' } };
  await data.azure.call('PATCH', paths(data.azure.group).workspace('law-a'), { body });
  const outside = azureOn(data, { port: data.publicSide.port });
  const result = await outside.query({ ...asked, address: data.publicSide.address }, quiet);
  assert.equal(result.outcome, 'Public');
  assert.match(result.detail ?? '', /^403 NspValidationFailedError Access to workspace 'law-a' from '127\.0\.0\.1'/);
});

test('a workspace that the scope does not hold is refused by it', async t => {
  const { data, asked } = await connected(t);
  const at = paths(data.azure.group);
  await put(data.azure, at.workspace('law-other'), { location, properties: { sku: { name: 'PerGB2018' } } });
  const closed = { properties: { publicNetworkAccessForQuery: 'Disabled' } };
  await data.azure.call('PATCH', at.workspace('law-other'), { body: closed });
  const other = { ...asked, workspace: 'law-other', customerId: await customerIdOf(data, 'law-other') };
  const result = await azureOn(data).query(other, quiet);
  assert.equal(result.outcome, 'OtherScope');
  assert.match(result.detail ?? '', /^403 PrivateLinkValidationFailedError/);
});

test('a workspace that the query service does not know yet leaves the matter open', async t => {
  const { data, asked } = await connected(t);
  const unknown = { ...asked, customerId: '00000000-0000-4000-8000-000000000000' };
  const result = await azureOn(data).query(unknown, quiet);
  assert.equal(result.outcome, 'Unclear');
  assert.match(result.detail ?? '', /^404 /);
});

test('an address that nobody listens on is unreachable', async t => {
  const { data, asked } = await connected(t);
  const idle = createPlainServer().listen(0, '127.0.0.1');
  await once(idle, 'listening');
  const { port } = idle.address() as AddressInfo;
  await new Promise(resolve => idle.close(resolve));
  const result = await azureOn(data, { port }).query({ ...asked, address: '127.0.0.1' }, quiet);
  assert.equal(result.outcome, 'Unreachable');
});

/** A TLS server for the query host, under an authority of its own, that counts what it is sent. */
async function impostor(t: Parameters<typeof plane>[0], respond: { status: number; location?: string }) {
  const { caPem, issue } = await certificateAuthority();
  const requests: string[] = [];
  const server = createServer(await issue([HOST]), (request, response) => {
    requests.push(`${request.headers.host} ${request.url} ${request.headers.authorization?.slice(0, 7)}`);
    response.writeHead(respond.status, respond.location === undefined ? {} : { location: respond.location });
    response.end('<html>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { caPem, requests, port: (server.address() as AddressInfo).port };
}

test('a server with a foreign certificate is sent nothing, not even the token', async t => {
  const { data, asked } = await connected(t);
  const { requests, port } = await impostor(t, { status: 200 });
  const result = await azureOn(data, { port }).query({ ...asked, address: '127.0.0.1' }, quiet);
  assert.equal(result.outcome, 'Untrusted');
  assert.deepEqual(requests, []);
});

test('a redirect is not followed', async t => {
  const { data, asked } = await connected(t);
  const { caPem, requests, port } = await impostor(t, { status: 302, location: 'https://attacker.example/' });
  const result = await azureOn(data, { port, ca: caPem }).query({ ...asked, address: '127.0.0.1' }, quiet);
  assert.deepEqual(result, { outcome: 'Unclear', detail: '302' });
  assert.deepEqual(requests, [`${HOST}:${port} /v1/workspaces/${asked.customerId}/query Bearer `]);
});

test('without a token nothing is sent, and the failure is thrown', async t => {
  const { data, asked } = await connected(t);
  const settings = settingsFor(data.azure.simulator);
  const wrong = connect({ ...settings, clientSecret: 'wrong', logsQuery: { ...settings.logsQuery, port: data.port } });
  assert.equal((await failureOf(wrong.azure.query(asked, quiet))).reason, 'AuthenticationFailed');
});

test('a caller that gives up gets its AbortError', async t => {
  const { data, asked } = await connected(t);
  await assert.rejects(azureOn(data).query(asked, AbortSignal.abort()), { name: 'AbortError' });
});

// Bodies as recorded (shared recordings, logs-query) and, for the two refusals of isolation, as reported.
const refusal = (code: string) =>
  JSON.stringify({
    error: {
      message: 'The provided credentials have insufficient access to perform the requested operation',
      code: 'InsufficientAccessError',
      innererror: { code, message: 'Access is denied.' },
    },
  });
for (const [name, status, body, outcome] of [
  ['an answer', 200, '{"tables":[]}', 'Held'],
  ['an answer with a partial error', 200, '{"tables":[],"error":{"code":"PartialError"}}', 'Held'],
  ['a refusal on the public side', 403, refusal('NspValidationFailedError'), 'Public'],
  ['a refusal of another scope', 403, refusal('PrivateLinkValidationFailedError'), 'OtherScope'],
  ['a missing right', 403, '{"error":{"message":"no","code":"InsufficientAccessError"}}', 'Forbidden'],
  ['a timeout of the service', 504, '{"error":{"message":"Gateway timeout","code":"GatewayTimeout"}}', 'Unclear'],
  ['throttling', 429, '', 'Unclear'],
  ['a page of a proxy', 502, '<html>', 'Unclear'],
] as const) {
  test(`${name} (${status}) means ${outcome}`, () => assert.equal(resultOf(status, body).outcome, outcome));
}
