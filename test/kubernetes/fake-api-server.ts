/**
 * An API server that does what a test tells it, also what a real one does only on a bad day: resets, silence, rubbish.
 * Plain HTTP on loopback, or TLS when it is given a certificate; counts connections. For tests of src/kubernetes.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed; `undefined` without a body. */
  // biome-ignore lint/suspicious/noExplicitAny: any Kubernetes object; a test reads the fields it knows
  readonly body: any;
}

export type Answer = (request: FakeRequest, response: ServerResponse) => void;

export interface FakeApiServer {
  readonly url: string;
  /** In order, with those still open. */
  readonly requests: readonly FakeRequest[];
  readonly lists: () => readonly FakeRequest[];
  readonly watches: () => readonly FakeRequest[];
  /** Connections made so far. */
  readonly connections: () => number;
  /** What the next requests get, one each; the last one stays for all that follow. */
  readonly script: (what: 'list' | 'watch' | 'other', ...answers: Answer[]) => void;
  /** File: a kubeconfig for this server. */
  readonly kubeconfig: string;
}

export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

export const status = (code: number, reason: string, headers: Readonly<Record<string, string>> = {}): Answer =>
  json(code, { kind: 'Status', code, reason, message: `told to answer ${code}` }, headers);

export const list = (resourceVersion: string, items: readonly unknown[], more = ''): Answer =>
  json(200, { kind: 'List', metadata: { resourceVersion, continue: more }, items });

/** A watch that sends these events (texts as they are, in one piece) and stays open. */
export const watch =
  (...events: readonly unknown[]): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    for (const event of events) response.write(typeof event === 'string' ? event : `${JSON.stringify(event)}\n`);
  };

/** A watch that sends these events and is closed in good order. */
export const closedWatch =
  (...events: readonly unknown[]): Answer =>
  (request, response) => {
    watch(...events)(request, response);
    response.end();
  };

/** A watch that sends these events and then loses its connection. */
export const resetWatch =
  (...events: readonly unknown[]): Answer =>
  (request, response) => {
    watch(...events)(request, response);
    // What was written must leave before the reset.
    response.write('', () => (response.socket as Socket).resetAndDestroy());
  };

export async function fakeApiServer(t: TestContext, tls?: { cert: string; key: string }): Promise<FakeApiServer> {
  const requests: FakeRequest[] = [];
  const scripts = new Map<string, Answer[]>();
  let connections = 0;
  const listener = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
    requests.push(request);
    const answers = scripts.get(kindOf(request)) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer) answer(request, response);
    else status(404, 'NotFound')(request, response);
  };
  const answerAll = (incoming: IncomingMessage, response: ServerResponse) => {
    listener(incoming, response).catch(() => response.destroy());
  };
  const server = tls ? createTlsServer(tls, answerAll) : createServer(answerAll);
  server.on(tls ? 'secureConnection' : 'connection', () => {
    connections += 1;
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const directory = await mkdtemp(join(tmpdir(), 'pms-fake-api-'));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true });
  });
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigFor(url));
  return {
    url,
    requests,
    lists: () => requests.filter(request => kindOf(request) === 'list'),
    watches: () => requests.filter(request => kindOf(request) === 'watch'),
    connections: () => connections,
    script: (what, ...answers) => void scripts.set(what, answers),
    kubeconfig,
  };
}

/** A kubeconfig as JSON, which is YAML; `cluster` overrides the cluster's fields. */
export function kubeconfigFor(url: string, cluster: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    clusters: [{ name: 'fake', cluster: { server: url, 'insecure-skip-tls-verify': true, ...cluster } }],
    users: [{ name: 'fake', user: { token: 'a-token' } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake', namespace: 'operators' } }],
    'current-context': 'fake',
  });
}

function kindOf({ method, path, query }: FakeRequest): 'list' | 'watch' | 'other' {
  if (method !== 'GET' || !path.endsWith('/things')) return 'other';
  return query.watch === 'true' ? 'watch' : 'list';
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return {
    method: incoming.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: incoming.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
