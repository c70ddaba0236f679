import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createSecureServer as createHttp2 } from 'node:http2';
import { type AddressInfo, connect as connectTo } from 'node:net';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createKubeClient, type KubeRequestRecord } from '../../src/kubernetes/client.ts';
import { openConnection } from '../../src/kubernetes/connection.ts';
import { KubeError, type KubeErrorFacts } from '../../src/kubernetes/kube-error.ts';
import { certificateAuthority } from '../../src/simulator/certificates.ts';
import { eventually } from '../env/eventually.ts';
import {
  type Answer,
  type FakeApiServer,
  fakeApiServer,
  json,
  kubeconfigFor,
  status,
  watch,
} from './fake-api-server.ts';
import { steppedClock } from './stepped-clock.ts';

const never = new AbortController().signal;
const PATH = '/api/v1/namespaces/dns/configmaps/hosts';

function clientOf(t: TestContext, kubeconfig: string) {
  const connection = openConnection(kubeconfig);
  const clock = steppedClock();
  const records: KubeRequestRecord[] = [];
  const onRequest = (record: KubeRequestRecord) => void records.push(record);
  const client = createKubeClient({ connection, userAgent: 'an-operator/1.2.3', clock, onRequest });
  t.after(() => connection.close());
  return { client, connection, clock, records };
}

async function fakeAndClient(t: TestContext, ...answers: Answer[]) {
  const server = await fakeApiServer(t);
  server.script('other', ...answers);
  return { server, ...clientOf(t, server.kubeconfig) };
}

const isKubeError = (words: RegExp, facts: KubeErrorFacts) => (error: unknown) => {
  assert.ok(error instanceof KubeError, String(error));
  assert.match(error.message, words);
  assert.deepEqual({ ...error.facts }, facts);
  return true;
};

test('a call sends who we are, its query and its body, and brings the JSON of the answer', async t => {
  const { server, client, records } = await fakeAndClient(t, json(200, { answer: 42 }));
  const answer = await client.request('PATCH', PATH, {
    query: { fieldManager: 'me', force: 'true', limit: undefined, continue: '' },
    body: { a: 1 },
    contentType: 'application/merge-patch+json',
    signal: never,
  });
  assert.deepEqual(answer, { answer: 42 });
  const [request] = server.requests;
  assert.deepEqual(
    [request?.method, request?.path, request?.query],
    ['PATCH', PATH, { fieldManager: 'me', force: 'true' }],
  );
  assert.deepEqual(request?.body, { a: 1 });
  assert.equal(request?.headers['user-agent'], 'an-operator/1.2.3');
  assert.equal(request?.headers['content-type'], 'application/merge-patch+json');
  assert.equal(request?.headers.authorization, 'Bearer a-token');
  assert.deepEqual(records, [{ method: 'PATCH', code: '200', host: new URL(server.url).host, seconds: 0 }]);
});

test('two hundred calls one after another share a connection or two', async t => {
  const { server, client } = await fakeAndClient(t, json(200, {}));
  for (let i = 0; i < 200; i++) await client.request('GET', PATH, { signal: never });
  assert.equal(server.requests.length, 200);
  assert.ok(server.connections() <= 2, `${server.connections()} connections`);
});

test('a hundred calls at once share sixteen connections, and watches do not take from these', async t => {
  const { server, client } = await fakeAndClient(t, json(200, {}));
  server.script('watch', watch());
  const stop = new AbortController();
  const watches = Array.from({ length: 20 }, () => client.watch('/api/things', { signal: stop.signal }));
  await Promise.all(watches);
  await Promise.all(Array.from({ length: 100 }, () => client.request('GET', PATH, { signal: never })));
  stop.abort();
  assert.equal(server.requests.length, 120);
  assert.ok(server.connections() <= 36, `${server.connections()} connections`);
});

const refusals: readonly { readonly what: string; readonly answer: Answer; words: RegExp; facts: KubeErrorFacts }[] = [
  {
    what: 'a Status',
    answer: status(409, 'Conflict'),
    words: /^GET \/api\/v1\/.*hosts: 409 Conflict: told to answer 409$/,
    facts: { status: 409, reason: 'Conflict', causes: [] },
  },
  {
    what: 'a Retry-After header',
    answer: status(429, 'TooManyRequests', { 'retry-after': '3' }),
    words: /429 TooManyRequests/,
    facts: { status: 429, reason: 'TooManyRequests', causes: [], retryAfterMs: 3_000 },
  },
  {
    what: 'a waiting time in the Status',
    answer: json(503, { kind: 'Status', message: 'apiserver is shutting down', details: { retryAfterSeconds: 2 } }),
    words: /503: apiserver is shutting down/,
    facts: { status: 503, causes: [], retryAfterMs: 2_000 },
  },
  {
    what: 'a page of a proxy',
    answer: (_, response) => void response.writeHead(502).end('<html>\n  Bad Gateway</html>'),
    words: /HTTP 502: <html> Bad Gateway<\/html>$/,
    facts: { status: 502 },
  },
  {
    what: 'rubbish that says it is well',
    answer: (_, response) => void response.writeHead(200).end('{"a":'),
    words: /the answer is no JSON/,
    facts: {},
  },
  {
    what: 'nothing but the end of the connection',
    answer: (_, response) => void response.destroy(),
    words: /UND_ERR_SOCKET|ECONNRESET/,
    facts: {},
  },
];
for (const { what, answer, words, facts } of refusals) {
  test(`${what} as the answer is one kind of error with its facts`, async t => {
    const { client } = await fakeAndClient(t, answer);
    await assert.rejects(client.request('GET', PATH, { signal: never }), isKubeError(words, facts));
  });
}

test('no server at all is an error with the system’s code', async t => {
  const { client, records } = clientOf(t, await unusedServer(t));
  await assert.rejects(client.request('GET', PATH, { signal: never }), isKubeError(/ECONNREFUSED/, {}));
  assert.equal(records[0]?.code, '<error>');
});

async function unusedServer(t: TestContext): Promise<string> {
  const { kubeconfig } = await fakeApiServer(t);
  // Nobody listens on port 1.
  await writeFile(kubeconfig, kubeconfigFor('http://127.0.0.1:1'));
  return kubeconfig;
}

for (const { what, answer } of [
  { what: 'says nothing', answer: () => {} },
  {
    what: 'begins and stops',
    answer: (_: unknown, response: { write(text: string): void }) => response.write('{"a":'),
  },
] satisfies { what: string; answer: Answer }[]) {
  test(`a server that ${what} is left after 30 s`, async t => {
    const { client, clock, server } = await fakeAndClient(t, answer);
    const call = client.request('GET', PATH, { signal: never });
    await eventually('the call has arrived', () => server.requests.length === 1);
    clock.advance(29_999);
    assert.equal(clock.pending(), 1);
    clock.advance(1);
    await assert.rejects(call, isKubeError(/no answer within 30 s/, {}));
    assert.equal(clock.pending(), 0);
  });
}

test('the caller’s abort ends a call with the caller’s own reason', async t => {
  const { client, server, clock } = await fakeAndClient(t, () => {});
  const stop = new AbortController();
  const call = client.request('GET', PATH, { signal: stop.signal });
  await eventually('the call has arrived', () => server.requests.length === 1);
  const reason = new Error('shutting down');
  stop.abort(reason);
  await assert.rejects(call, (error: unknown) => error === reason);
  assert.equal(clock.pending(), 0);
  await assert.rejects(client.request('GET', PATH, { signal: stop.signal }), (error: unknown) => error === reason);
  assert.equal(server.requests.length, 1);
});

test('leaving the loop over a watch closes its stream', async t => {
  const { client, server } = await fakeAndClient(t);
  const closed = Promise.withResolvers<void>();
  server.script('watch', (request, response) => {
    response.on('close', () => closed.resolve());
    watch({ type: 'ADDED', object: { metadata: { name: 'a' } } })(request, response);
  });
  const events = await client.watch('/api/things', { signal: never });
  for await (const { type } of events) {
    assert.equal(type, 'ADDED');
    break;
  }
  await closed.promise;
});

test('a CA that is replaced on disk is used from the next call on', async t => {
  const [first, second] = [await certificateAuthority(), await certificateAuthority()];
  const server: FakeApiServer = await fakeApiServer(t, await second.issue(['127.0.0.1']));
  server.script('other', json(200, {}));
  const ca = join(dirname(server.kubeconfig), 'ca.crt');
  await writeFile(ca, first.caPem);
  const cluster = { 'insecure-skip-tls-verify': false, 'certificate-authority': ca };
  await writeFile(server.kubeconfig, kubeconfigFor(server.url, cluster));
  const { client } = clientOf(t, server.kubeconfig);
  const call = () => client.request('GET', PATH, { signal: never });
  await assert.rejects(
    call(),
    (error: unknown) => error instanceof KubeError && /certificate|signature/i.test(error.message),
  );
  await writeFile(ca, second.caPem);
  for (let i = 0; i < 20; i++) await call();
  // One that our side broke off, one for all the calls.
  assert.ok(server.connections() <= 2, `${server.connections()} connections`);
  await writeFile(ca, '');
  await assert.rejects(call(), KubeError);
});

test('a server that offers HTTP/2 is spoken to in HTTP/1.1, which undici ends without a crash', async t => {
  const { caPem, issue } = await certificateAuthority();
  const versions: string[] = [];
  const server = createHttp2({ ...(await issue(['127.0.0.1'])), allowHTTP1: true }, (request, response) => {
    versions.push(request.httpVersion);
    response.writeHead(200, { 'content-type': 'application/json' });
    if (request.url.includes('watch=true')) response.write('\n');
    else response.end('{}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { kubeconfig } = await fakeApiServer(t);
  const ca = Buffer.from(caPem).toString('base64');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cluster = { 'insecure-skip-tls-verify': false, 'certificate-authority-data': ca };
  await writeFile(kubeconfig, kubeconfigFor(url, cluster));
  const { client, connection } = clientOf(t, kubeconfig);
  await client.request('GET', PATH, { signal: never });
  await client.watch(PATH, { signal: never });
  await connection.close();
  assert.deepEqual(versions, ['1.1', '1.1']);
});

test('a proxy of the kubeconfig is used', async t => {
  const authority = await certificateAuthority();
  const server = await fakeApiServer(t, await authority.issue(['127.0.0.1']));
  server.script('other', json(200, {}));
  const tunnels: string[] = [];
  const proxy = createServer().on('connect', (request, socket, head) => {
    tunnels.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    const onward = connectTo(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const address = proxy.address() as AddressInfo;
  const cluster = { 'proxy-url': `http://127.0.0.1:${address.port}` };
  await writeFile(server.kubeconfig, kubeconfigFor(server.url, cluster));
  const { client, connection } = clientOf(t, server.kubeconfig);
  await client.request('GET', PATH, { signal: never });
  assert.deepEqual(tunnels, [new URL(server.url).host]);
  await connection.close();
});

test('what the kubeconfig says of server and namespace is told; a wrong one is refused with its cure', async t => {
  const { connection, server } = await fakeAndClient(t);
  assert.deepEqual([connection.server, connection.namespace], [server.url, 'operators']);
  assert.throws(
    () => openConnection(join(dirname(server.kubeconfig), 'missing')),
    /the kubeconfig cannot be read: ENOENT/,
  );
  await writeFile(server.kubeconfig, '{}');
  assert.throws(() => openConnection(server.kubeconfig), TypeError);
  await writeFile(server.kubeconfig, kubeconfigFor('http://localhost:8080', { 'insecure-skip-tls-verify': false }));
  assert.throws(() => openConnection(server.kubeconfig), /no kubeconfig.*KUBECONFIG/);
});
