/**
 * What tells a namespace's identity, read and held: what of the API server's answers counts, and what each refusal means.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ConflictError, PortError } from '../../src/domain/failures.ts';
import { createKubeClient } from '../../src/kubernetes/client.ts';
import { openConnection } from '../../src/kubernetes/connection.ts';
import { createCredentials } from '../../src/kubernetes/credentials.ts';
import type { CredentialRef } from '../../src/ports-identity.ts';
import { type Answer, fakeApiServer, json, status } from './fake-api-server.ts';
import { steppedClock } from './stepped-clock.ts';

const { signal } = new AbortController();
const SECRET: CredentialRef = { kind: 'Secret', namespace: 'press', name: 'pms-credential' };
const ACCOUNT: CredentialRef = { kind: 'ServiceAccount', namespace: 'press', name: 'pms-workload' };
const metadata = { name: 'any', namespace: 'press', uid: 'one', resourceVersion: '7' };

async function credentialsAt(t: TestContext, ...answers: Answer[]) {
  const server = await fakeApiServer(t);
  server.script('other', ...answers);
  const connection = openConnection(server.kubeconfig);
  t.after(() => connection.close());
  const client = createKubeClient({ connection, userAgent: 'test', clock: steppedClock() });
  return { server, credentials: createCredentials(client) };
}

const reasonOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (thrown: unknown) => (thrown instanceof PortError ? thrown.failure.reason : String(thrown)),
  );

test('a Secret is read by its name, and its values are decoded', async t => {
  const data = { AZURE_CLIENT_ID: Buffer.from('äpp\n').toString('base64'), broken: 4 };
  const there = { metadata: { ...metadata, finalizers: ['some/body', 4], annotations: { a: 'b' } }, data };
  const { server, credentials } = await credentialsAt(t, json(200, there), status(404, 'NotFound'));
  assert.deepEqual(await credentials.read(SECRET, signal), {
    ...SECRET,
    uid: 'one',
    resourceVersion: '7',
    annotations: { a: 'b' },
    data: { AZURE_CLIENT_ID: 'äpp\n' },
    isBeingDeleted: false,
    finalizers: ['some/body'],
  });
  assert.equal(await credentials.read(SECRET, signal), undefined);
  const asked = server.requests.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual([...new Set(asked)], ['GET /api/v1/namespaces/press/secrets/pms-credential']);
});

test("our finalizer is put beside others' and taken from among them, if nobody was faster", async t => {
  const sight = (finalizers: readonly string[]) => ({
    ...{ ...ACCOUNT, uid: 'one', resourceVersion: '7', annotations: {}, data: {}, isBeingDeleted: true },
    finalizers,
  });
  const { server, credentials } = await credentialsAt(
    t,
    json(200, {}),
    json(200, {}),
    status(404, 'NotFound'),
    status(409, 'Conflict'),
    status(404, 'NotFound'),
  );
  await credentials.hold(sight(['some/body']), true, signal);
  await credentials.hold(sight(['privatemonitoring.dev/credentials', 'some/body']), false, signal);
  const sent = server.requests.map(({ method, path, body, headers }) => [method, path, headers['content-type'], body]);
  const how = ['PATCH', '/api/v1/namespaces/press/serviceaccounts/pms-workload', 'application/merge-patch+json'];
  const patch = (finalizers: readonly string[]) => ({ metadata: { resourceVersion: '7', finalizers } });
  assert.deepEqual(sent, [
    [...how, patch(['some/body', 'privatemonitoring.dev/credentials'])],
    [...how, patch(['some/body'])],
  ]);
  await credentials.hold(sight([]), false, signal);
  await assert.rejects(credentials.hold(sight([]), true, signal), ConflictError);
  assert.equal(await reasonOf(credentials.hold(sight([]), true, signal)), 'NotFound');
});

test('a token comes with its end; a namespace under deletion, and a right that is missing, are told apart', async t => {
  const causes = [{ reason: 'NamespaceTerminating', message: 'namespace press is being terminated' }];
  const refusal = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'forbidden', details: { causes } };
  const { server, credentials } = await credentialsAt(
    t,
    json(201, { status: { token: 'a.b.c', expirationTimestamp: '2026-11-26T00:00:00Z' } }),
    json(403, refusal),
    status(403, 'Forbidden'),
    json(201, { status: { token: 'a.b.c' } }),
    json(201, {}),
  );
  const ask = () => credentials.token(ACCOUNT, 'api://audience', signal);
  assert.deepEqual(await ask(), { token: 'a.b.c', expiresAt: Date.parse('2026-11-26T00:00:00Z') });
  const [request] = server.requests;
  assert.equal(request?.path, '/api/v1/namespaces/press/serviceaccounts/pms-workload/token');
  assert.deepEqual(request?.body.spec, { audiences: ['api://audience'], expirationSeconds: 86_400 });
  const reasons = [];
  for (let call = 0; call < 4; call++) reasons.push(await reasonOf(ask()));
  assert.deepEqual(reasons, ['NamespaceTerminating', 'Forbidden', 'UnexpectedAnswer', 'UnexpectedAnswer']);
});
