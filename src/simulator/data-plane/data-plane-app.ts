/**
 * The HTTP side of the data plane: the same front as the rest (journal, faults), then the service that the host names.
 * One for all listeners; each tells by which way its callers come.
 */
import { randomUUID } from 'node:crypto';
import type { Context, Hono } from 'hono';
import type { Bound } from '../bound.ts';
import { type FrontOptions, front } from '../front.ts';
import type { World } from '../world.ts';
import { type DataAnswer, type DataCall, pipelineError } from './answers.ts';
import { type Arrival, endpointAddresses } from './arrivals.ts';
import { publicNames, type ServiceOptions, serve } from './services.ts';

export type DataPlaneOptions = ServiceOptions & Omit<FrontOptions, 'serviceOf'>;

export type DataPlaneApp = Hono<Bound>;

/** Whether a name is served on the way by which the call came. */
function knows(world: World, arrival: Arrival, host: string): boolean {
  if (arrival.kind === 'public') return publicNames(world).has(host);
  return endpointAddresses(world).some(each => each.address === arrival.address && each.names.includes(host));
}

function segmentsOf(path: string): readonly string[] | undefined {
  try {
    return path
      .split('/')
      .filter(each => each !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

async function callOf(context: Context<Bound>, arrival: Arrival): Promise<DataCall | undefined> {
  const { req } = context;
  const url = new URL(req.raw.url);
  const segments = segmentsOf(url.pathname);
  if (segments === undefined) return undefined;
  return {
    arrival,
    host: url.hostname.toLowerCase(),
    method: req.method,
    segments,
    query: url.searchParams,
    header: name => req.header(name),
    body: Buffer.from(await req.arrayBuffer()),
    callerAddress: context.env.incoming.socket.remoteAddress ?? 'unknown',
    facts: context.get('facts'),
  };
}

const asResponse = ({ status, body, headers }: DataAnswer): Response => {
  const all = { 'x-ms-request-id': randomUUID(), ...headers };
  if (body === undefined) return new Response(null, { status, headers: all });
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...all },
  });
};

/** `arrivalOf`: by which way the connection of a request came, by its local address. */
export function dataPlaneApp(options: DataPlaneOptions, arrivalOf: (localAddress: string) => Arrival): DataPlaneApp {
  const hono = front({ ...options, serviceOf: () => 'data-plane' });
  hono.all('*', async context => {
    const arrival = arrivalOf(context.env.incoming.socket.localAddress ?? '');
    const call = await callOf(context, arrival);
    if (call === undefined) return asResponse(pipelineError(400, 'BadRequest', 'The path cannot be read.').answer);
    if (!knows(options.world, arrival, call.host)) {
      return asResponse(pipelineError(404, 'NotFound', `'${call.host}' is not a name of this address.`).answer);
    }
    return asResponse(await serve(call, options));
  });
  return hono;
}
