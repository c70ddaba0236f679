/**
 * The question before each write to the API server: asked when nothing is left to wait for.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { createKubeClient } from '../../src/kubernetes/client.ts';
import { openConnection } from '../../src/kubernetes/connection.ts';
import { KubeError } from '../../src/kubernetes/kube-error.ts';
import { certificateAuthority } from '../../src/simulator/certificates.ts';
import { eventually } from '../env/eventually.ts';
import { holdConnections } from '../env/held-connection.ts';
import { fakeApiServer, json, kubeconfigFor } from './fake-api-server.ts';
import { realClock } from './logbook.ts';

const PATH = '/api/v1/namespaces/dns/configmaps/hosts';
const WHY = 'this process does not lead';
const { signal } = new AbortController();

function clientOf(t: TestContext, kubeconfig: string) {
  const gate: { objection?: string | undefined } = {};
  const connection = openConnection(kubeconfig);
  const guard = () => gate.objection;
  const client = createKubeClient({ connection, userAgent: 'test', clock: realClock, guard });
  t.after(() => connection.close());
  return { client, gate };
}

const isRefused = (thrown: unknown): boolean => {
  assert.ok(thrown instanceof KubeError, String(thrown));
  assert.match(thrown.message, /: not sent: this process does not lead$/);
  assert.equal(thrown.facts.status, undefined);
  return true;
};

test('no write to which the guard objects arrives; reads do, and the next write when it does not object', async t => {
  const server = await fakeApiServer(t);
  server.script('other', json(200, {}));
  const { client, gate } = clientOf(t, server.kubeconfig);
  gate.objection = WHY;
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
    await assert.rejects(client.request(method, PATH, { body: { a: 1 }, signal }), isRefused);
  }
  await client.request('GET', PATH, { signal });
  gate.objection = undefined;
  await client.request('PATCH', PATH, { body: { a: 1 }, signal });
  assert.deepEqual(
    server.requests.map(({ method }) => method),
    ['GET', 'PATCH'],
  );
});

test('a write that waited for one of the sixteen connections is asked about after that', async t => {
  const server = await fakeApiServer(t);
  const open: ServerResponse[] = [];
  server.script('other', (_, response) => void open.push(response));
  const { client, gate } = clientOf(t, server.kubeconfig);
  const reads = Array.from({ length: 16 }, () => client.request('GET', PATH, { signal }));
  await eventually('all connections are taken', () => open.length === 16);
  const refused = assert.rejects(client.request('PATCH', PATH, { body: {}, signal }), isRefused);
  gate.objection = WHY;
  for (const response of open) response.end('{}');
  await refused;
  await Promise.all(reads);
  assert.ok(server.requests.every(({ method }) => method === 'GET'));
});

test('a write whose TLS handshake took its time is asked about after that', async t => {
  const { issue } = await certificateAuthority();
  const server = await fakeApiServer(t, await issue(['127.0.0.1']));
  server.script('other', json(200, {}));
  const held = await holdConnections(t, Number(new URL(server.url).port));
  await writeFile(server.kubeconfig, kubeconfigFor(`https://127.0.0.1:${held.port}`));
  const { client, gate } = clientOf(t, server.kubeconfig);
  const refused = assert.rejects(client.request('PATCH', PATH, { body: {}, signal }), isRefused);
  await eventually('it connects', () => held.waiting() === 1);
  gate.objection = WHY;
  held.letOn();
  await refused;
  gate.objection = undefined;
  await client.request('PATCH', PATH, { body: {}, signal });
  assert.equal(server.requests.length, 1);
});
