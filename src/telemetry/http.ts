/**
 * The operator's two plain HTTP servers: `/metrics` for Prometheus, `/livez` and `/readyz` for the kubelet. Knows
 * nothing of what it serves; src/commands/operator.ts starts it.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

export interface ListenAddress {
  /** Empty: every address of the machine. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface RunningServer {
  readonly port: number;
  /** Cuts what is open. Safe to call twice. */
  close(): Promise<void>;
}

export interface MetricsText {
  text(): Promise<string>;
  readonly contentType: string;
}

/** Serves `/metrics`. Throws the system's error when it cannot listen. */
export function serveMetrics(at: ListenAddress, metrics: MetricsText): Promise<RunningServer> {
  const app = new Hono().get('/metrics', async context =>
    context.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );
  return serve(at, app);
}

/** What holds a probe back; empty when it passes. */
export type Check = () => readonly string[];

/**
 * Serves `/livez` (restart me; also as `/healthz`, its older name) and `/readyz` (not started yet): 200 `ok`, or 503 with
 * the reasons.
 */
export function serveHealth(at: ListenAddress, checks: { healthy: Check; ready: Check }): Promise<RunningServer> {
  const answer = (check: Check) => {
    const reasons = check();
    return reasons.length === 0 ? new Response('ok\n') : new Response(`${reasons.join('\n')}\n`, { status: 503 });
  };
  const app = new Hono()
    .on('GET', ['/livez', '/healthz'], () => answer(checks.healthy))
    .get('/readyz', () => answer(checks.ready));
  return serve(at, app);
}

async function serve(at: ListenAddress, app: Hono): Promise<RunningServer> {
  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response));
  await listen(server, at);
  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closed ??= new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
