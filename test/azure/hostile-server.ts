/**
 * A Resource Manager that answers whatever a test wants it to, over TLS on loopback, and remembers what it was asked.
 * Its tokens come from a simulator that serves the whole file. Used by test/azure.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock } from '../../src/ports.ts';
import { certificateAuthority } from '../../src/simulator/certificates.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Connected, connect, settingsFor, trust } from './bench.ts';

/** One request, as it arrived. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request, or leaves it hanging. */
export type Responder = (response: ServerResponse, request: Received) => void;

/** A server under a test's control. */
export interface Hostile {
  /** `https://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly received: readonly Received[];
  /** Resolves when a request has arrived and been read. */
  arrival(): Promise<void>;
  /** Resolves when the client has given up on a request that was left hanging. */
  departure(): Promise<void>;
}

/** A server that gives each request to `respond`; ends with the test. */
export async function hostileServer(t: TestContext, respond: Responder): Promise<Hostile> {
  const { caPem, issue } = await certificateAuthority();
  const received: Received[] = [];
  const arrived = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const server = createServer(await issue(['127.0.0.1']), (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) left.resolve();
    });
    void readAll(request).then(body => {
      const { method = '', url = '', headers } = request;
      const entry = { method, url, headers, body };
      received.push(entry);
      respond(response, entry);
      arrived.resolve();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  trust(caPem);
  const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, received, arrival: () => arrived.promise, departure: () => left.promise };
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** The port on a hostile server, with tokens of the simulator. */
export async function hostileAzure(
  t: TestContext,
  { authority, respond, clock }: { authority: Simulator; respond: Responder; clock?: Clock },
): Promise<Hostile & Connected> {
  const hostile = await hostileServer(t, respond);
  const settings = { ...settingsFor(authority), endpoint: hostile.endpoint };
  return { ...hostile, ...connect(settings, clock) };
}

/** An answer with a JSON body, or with none. */
export const json =
  (status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}): Responder =>
  response => {
    response.writeHead(status, { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };

/** What a proxy says. */
export const html =
  (status: number): Responder =>
  response => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end('<html><body><h1>Blocked by the plant gateway</h1></body></html>');
  };

/** One responder for each request in turn; the last one stays. */
export function inTurn(...responders: readonly Responder[]): Responder {
  let turn = 0;
  return (response, request) => {
    const responder = responders[Math.min(turn, responders.length - 1)];
    turn += 1;
    responder?.(response, request);
  };
}
