/**
 * An HTTPS proxy in front of the real API server that spoils the calls it is told to (kube-fault-rules.ts), and tells
 * about every call before the API server sees it, when it has answered, and when the answer is on its way to the caller.
 * It has a certificate of its own, and passes the caller's token on: what RBAC refuses stays refused. Loopback only.
 */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { certificateAuthority } from '../../src/simulator/certificates.ts';
import { type Disturbance, type KubeCall, type KubeFault, kubeFaults, statusOf } from './kube-fault-rules.ts';
import { watchLines } from './kube-watch-lines.ts';

/** Each may wait: the call goes on when it has. */
export interface KubeHooks {
  /** The API server has not seen the call. */
  before?(call: KubeCall): Promise<void> | void;
  /** The API server has answered, and the caller does not know. */
  after?(call: KubeCall, status: number): Promise<void> | void;
  /** What the caller is given for the body of an answer; not of a watch. */
  rewrite?(call: KubeCall, body: string): string;
  /** The answer was handed over. */
  answered?(call: KubeCall, status: number): void;
}

export interface KubeFaultProxy {
  readonly url: string;
  /** The certificate that proves this proxy, PEM. */
  readonly caCertificate: string;
  /** Every call so far, in order. */
  readonly calls: readonly KubeCall[];
  /** From now on calls go wrong in this way; an empty list ends it. */
  faults(rules: readonly KubeFault[]): void;
  /** How many calls each rule has met. */
  met(): readonly number[];
  hook(hooks: KubeHooks): void;
  /** Ends every watch that is open, of this path if one is given; says how many there were. */
  endWatches(how: 'reset' | 'close', path?: RegExp): number;
  /** File: that kubeconfig, with this proxy as its server. */
  kubeconfigThrough(kubeconfig: string): Promise<string>;
  close(): Promise<void>;
}

export interface KubeUpstream {
  readonly url: string;
  readonly caCertificate: string;
}

const MUTATING = ['POST', 'PUT', 'PATCH', 'DELETE'];
export const isMutating = ({ method }: Pick<KubeCall, 'method'>): boolean => MUTATING.includes(method);

/** Hop-by-hop, or set anew by this end. Source: RFC 9110 7.6.1. */
const OWN_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length'];
const passedOn = (headers: IncomingMessage['headers']) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.includes(name)));

export async function startKubeFaultProxy(upstream: KubeUpstream): Promise<KubeFaultProxy> {
  const { caPem, issue } = await certificateAuthority();
  const agent = new Agent({ keepAlive: true, ca: upstream.caCertificate });
  const faults = kubeFaults();
  const calls: KubeCall[] = [];
  const sockets = new Set<Duplex>();
  const watches = new Map<ServerResponse, KubeCall>();
  /** By path and query: the first list that was answered. */
  const firstAnswers = new Map<string, string>();
  let hooks: KubeHooks = {};

  const server = createServer(await issue(['127.0.0.1']), (request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.on('connection', socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => {});
  });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await readCall(request, calls.length + 1);
    calls.push(call);
    const fault = faults.meet(call);
    await hooks.before?.(call);
    if (await isOver(response, fault?.before)) return;
    const own = ownAnswer(fault, firstAnswers.get(request.url ?? ''));
    if (own !== undefined) return answer(response, own);
    const from = await forward(request, response, call.body);
    const status = from.statusCode ?? 0;
    if (call.isWatch && status === 200) return watch({ from, response, fault, call });
    const body = (await from.toArray()).join('');
    remember(request, body);
    await hooks.after?.(call, status);
    if (await isOver(response, fault?.after)) return;
    answer(response, { status, headers: passedOn(from.headers), body: hooks.rewrite?.(call, body) ?? body });
    hooks.answered?.(call, status);
  };

  const remember = ({ method, url = '' }: IncomingMessage, body: string): void => {
    if (method === 'GET' && !firstAnswers.has(url)) firstAnswers.set(url, body);
  };

  const forward = (request: IncomingMessage, response: ServerResponse, body: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { method, headers } = request;
      const outgoing = httpsRequest(new URL(request.url ?? '/', upstream.url), {
        agent,
        method,
        // The text of an answer is looked at here.
        headers: { ...passedOn(headers), 'accept-encoding': 'identity' },
      });
      outgoing.once('response', from => resolve(from.setEncoding('utf8'))).once('error', reject);
      response.once('close', () => response.writableFinished || outgoing.destroy());
      outgoing.end(body);
    });

  const watch = async (open: {
    readonly from: IncomingMessage;
    readonly response: ServerResponse;
    readonly fault: KubeFault | undefined;
    readonly call: KubeCall;
  }): Promise<void> => {
    const { from, response, fault, call } = open;
    if (await isOver(response, fault?.after)) return void from.destroy();
    watches.set(response, call);
    response.once('close', () => watches.delete(response));
    response.writeHead(200, passedOn(from.headers));
    response.flushHeaders();
    const cutAt = fault?.after?.cutAfterBytes ?? Number.POSITIVE_INFINITY;
    let sent = 0;
    for await (const line of watchLines(from, fault?.after)) {
      const bytes = Buffer.from(line);
      response.write(bytes.subarray(0, cutAt - sent));
      sent += bytes.length;
      if (sent >= cutAt) {
        // What was written is to arrive before the reset does.
        await delay(0);
        return void response.destroy();
      }
    }
    response.end();
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    caCertificate: caPem,
    calls,
    faults: faults.load,
    met: faults.met,
    hook: next => {
      hooks = next;
    },
    endWatches: (how, path) => {
      const open = [...watches].filter(([, call]) => path === undefined || path.test(call.path));
      for (const [response] of open) {
        if (how === 'close') response.end();
        else response.destroy();
      }
      return open.length;
    },
    kubeconfigThrough: async kubeconfig => {
      const config = parse(await readFile(kubeconfig, 'utf8'));
      const cluster = { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') };
      config.clusters[0].cluster = cluster;
      const file = `${kubeconfig}-through-${new URL(url).port}`;
      await writeFile(file, stringify(config), { mode: 0o600 });
      return file;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await closed;
    },
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };

async function readCall(request: IncomingMessage, number: number): Promise<KubeCall> {
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'https://api-server');
  const isWatch = ['true', '1'].includes(query.get('watch') ?? '');
  const body = (await request.setEncoding('utf8').toArray()).join('');
  return { number, method: request.method ?? '', path, query, isWatch, body };
}

/** Whether this is the end of the call: after a delay it is not. */
async function isOver(response: ServerResponse, how: Disturbance | undefined): Promise<boolean> {
  if (how?.delayMs !== undefined) await delay(how.delayMs);
  if (how?.reset) response.destroy();
  return how?.reset === true || how?.hang === true;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What is answered without the API server; `undefined`: it is asked. */
function ownAnswer(fault: KubeFault | undefined, firstAnswer: string | undefined): Answer | undefined {
  const instead = fault?.instead;
  if (instead === undefined) return undefined;
  if (instead === 'firstAnswer')
    return firstAnswer === undefined ? undefined : { status: 200, headers: JSON_TYPE, body: firstAnswer };
  const { status, retryAfterSeconds: after } = instead;
  const headers = { ...JSON_TYPE, ...(after === undefined ? {} : { 'retry-after': String(after) }) };
  return { status, headers, body: statusOf(instead) };
}

function answer(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
