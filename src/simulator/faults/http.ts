/**
 * The faults on the wire: waiting, silence, resets, answers of the plan instead of the service's, cut bodies, foreign
 * next pages. Stands around whole calls (front.ts); the faults in the world are in around-handlers.ts.
 */
import { randomUUID } from 'node:crypto';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { Bound } from '../bound.ts';
import type { SimulatorClock } from '../clock.ts';
import type { Connections } from '../connections.ts';
import { underFault } from './around-handlers.ts';
import type { FaultEngine } from './engine.ts';
import type { Aftermath, Disturbance, OwnAnswer } from './plan.ts';

export interface WireFaults {
  readonly engine: FaultEngine;
  readonly connections: Connections;
  readonly clock: SimulatorClock;
}

/** Resolves after that time, or when the caller has gone. */
function pause(clock: SimulatorClock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const cancel = clock.after(delayMs, resolve);
    const stop = () => {
      cancel();
      resolve();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

const untilGone = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Hono would mix the headers of the answer before into this one. */
function replace(context: Context<Bound>, response: Response): void {
  context.res = undefined;
  context.res = response;
}

/** There is no answer: the journal writes status 0. */
export function cutOff(context: Context<Bound>): void {
  context.set('cut', true);
  replace(context, RESPONSE_ALREADY_SENT);
}

/** Whether the call ends here. */
async function disturb(context: Context<Bound>, how: Disturbance | undefined, faults: WireFaults): Promise<boolean> {
  const { signal } = context.req.raw;
  if (how?.delayMs !== undefined) await pause(faults.clock, how.delayMs, signal);
  if (how?.hang === true) await untilGone(signal);
  else if (how?.reset === true) faults.connections.reset(context.env.incoming.socket);
  else return false;
  cutOff(context);
  return true;
}

const codes: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'AuthenticationFailed',
  403: 'AuthorizationFailed',
  404: 'ResourceNotFound',
  409: 'Conflict',
  412: 'PreconditionFailed',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

function ownBody({ status = 200, body }: OwnAnswer): string | null {
  if (body === null || status === 204 || status === 304) return null;
  if (typeof body === 'string') return body;
  if (body !== undefined) return JSON.stringify(body);
  if (status < 400) return null;
  const code = codes[status] ?? 'UnexpectedError';
  return JSON.stringify({ error: { code, message: `${code}: from the fault plan of the simulator.` } });
}

function ownAnswer(own: OwnAnswer): Response {
  const body = ownBody(own);
  const headers = new Headers({ 'x-ms-request-id': randomUUID(), ...own.headers });
  if (body !== null && !headers.has('content-type')) {
    headers.set(
      'content-type',
      typeof own.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    );
  }
  if (own.retryAfterSeconds !== undefined) headers.set('retry-after', String(own.retryAfterSeconds));
  return new Response(body, { status: own.status ?? 200, headers });
}

async function withNextLink(response: Response, host: string, url: string): Promise<Response> {
  const text = await response.text();
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  const same = new Response(text, { status: response.status, headers });
  const body: unknown = text.startsWith('{') ? JSON.parse(text) : undefined;
  if (typeof body !== 'object' || body === null || !('value' in body)) return same;
  const next = new URL('nextLink' in body && typeof body.nextLink === 'string' ? body.nextLink : url);
  next.host = host;
  return new Response(JSON.stringify({ ...body, nextLink: next.href }), { status: response.status, headers });
}

/** Writes the head and the first bytes by hand and ends the connection. */
async function cutBody(context: Context<Bound>, bytes: number): Promise<void> {
  const { res } = context;
  const whole = Buffer.from(await res.arrayBuffer());
  const { outgoing } = context.env;
  const length = Math.max(whole.length, bytes + 1);
  outgoing.writeHead(res.status, { ...Object.fromEntries(res.headers), 'content-length': String(length) });
  outgoing.write(whole.subarray(0, bytes), () => outgoing.socket?.destroy());
  if (bytes === 0) outgoing.flushHeaders();
  cutOff(context);
}

async function aftermath(context: Context<Bound>, after: Aftermath, faults: WireFaults): Promise<void> {
  if (await disturb(context, after, faults)) return;
  if (after.nextLinkHost !== undefined) {
    replace(context, await withNextLink(context.res, after.nextLinkHost, context.req.raw.url));
  }
  if (after.status !== undefined) replace(context, ownAnswer(after));
  else if (after.retryAfterSeconds !== undefined) {
    context.res.headers.set('retry-after', String(after.retryAfterSeconds));
  }
  if (after.cutBodyAfterBytes !== undefined) await cutBody(context, after.cutBodyAfterBytes);
}

/** Lets a call through, with whatever the plan has for it. `service` is never the admin's or the page's. */
export async function underPlan(
  context: Context<Bound>,
  next: () => Promise<void>,
  service: 'arm' | 'entra' | 'data-plane',
  faults: WireFaults,
): Promise<void> {
  if (!faults.engine.active) return next();
  const { method, path } = context.req;
  const authorization = context.req.header('authorization') ?? null;
  const met = faults.engine.meet({ service, method, path, authorization });
  if (met === undefined) return next();
  context.get('facts').fault = met.name;
  const { before, instead, after } = met.rule;
  if (await disturb(context, before, faults)) return;
  if (instead !== undefined) return replace(context, ownAnswer(instead));
  if (after === undefined) return next();
  await underFault(after, next);
  await aftermath(context, after, faults);
}
