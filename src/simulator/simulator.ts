/**
 * Starts and stops a simulated Azure: certificates, tenant, world, HTTPS server. The only file of src/simulator that
 * others import; it imports nothing of the operator, which it judges.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { app } from './app.ts';
import { serverCertificate } from './certificates.ts';
import { realClock, type SimulatorClock } from './clock.ts';
import { accessTokens } from './entra/access-tokens.ts';
import { entra } from './entra/entra.ts';
import { armFrame } from './frame/arm.ts';
import type { JournalEntry } from './journal.ts';
import { type LatencyProfile, latency } from './latency.ts';
import { plant } from './plant.ts';
import { checkSeed, defaultSeed, type Seed } from './seed.ts';
import { resourceTypes } from './types/registry.ts';
import { World } from './world.ts';

export type { SimulatorClock } from './clock.ts';
export type { JournalEntry } from './journal.ts';
export type { LatencyProfile } from './latency.ts';
export { defaultSeed, parseSeed, type Seed, SeedError } from './seed.ts';

export interface SimulatorOptions {
  /** Default 127.0.0.1, any free port. */
  readonly listen?: { readonly host: string; readonly port: number };
  readonly latency: 'none' | 'real';
  /** Multiplies every time of `real`; default 1, 0 = at once. */
  readonly latencyScale?: number;
  /** Replaces single lines of the `real` profile, before scaling. */
  readonly latencyProfile?: Partial<LatencyProfile>;
  /** Default: `defaultSeed()`. Checked; throws SeedError. */
  readonly seed?: Seed;
  /** Called with each entry as it is written. */
  readonly journal?: (entry: JournalEntry) => void;
  /** Default: the machine's clock. Certificates always use that one. */
  readonly clock?: SimulatorClock;
  /** Closes the simulator. */
  readonly signal?: AbortSignal;
}

export interface Simulator {
  /** Base of the resource manager, `https://127.0.0.1:PORT`, and one of the audiences that it accepts. */
  readonly endpoint: string;
  /** Base of Entra ID: the same. */
  readonly authority: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** The first principal of the seed. */
  readonly clientId: string;
  /** Empty when that principal has none. */
  readonly clientSecret: string;
  readonly caPem: string;
  /** Holds `caPem`, in a folder of its own that `close` removes. */
  readonly caFile: string;
  /** Grows with every call. */
  readonly journal: readonly JournalEntry[];
  /** Cuts every connection and stops time; may be called more than once. */
  close(): Promise<void>;
}

function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Resolves when the server listens. Throws SeedError for a bad seed and the system's error when it cannot listen. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  options.signal?.throwIfAborted();
  const seed = checkSeed(options.seed ?? defaultSeed());
  const at = options.listen ?? { host: '127.0.0.1', port: 0 };
  const clock = options.clock ?? realClock;
  const { tenantId, subscriptionId, principals } = seed;
  const [client] = principals;
  if (client === undefined) throw new Error('a checked seed names a principal');

  const world = new World({
    clock,
    tenantId,
    subscriptionId,
    latency: latency({
      kind: options.latency,
      scale: options.latencyScale ?? 1,
      ...(options.latencyProfile === undefined ? {} : { profile: options.latencyProfile }),
    }),
  });
  plant(world, seed);

  const certificate = await serverCertificate([...new Set(['127.0.0.1', 'localhost', at.host])]);
  const server = createServer({ cert: certificate.certificatePem, key: certificate.keyPem });
  // A client that knew the port beforehand may come before everything is in place: it waits.
  const ready = Promise.withResolvers<(request: IncomingMessage, response: ServerResponse) => void>();
  server.on('request', (request, response) => void ready.promise.then(answer => answer(request, response)));
  const { port } = await listen(server, at);
  const endpoint = `https://${hostInUrl(at.host)}:${port}`;
  world.endpoint = endpoint;

  const journal: JournalEntry[] = [];
  const tokens = await accessTokens({ clock, tenantId, endpoint });
  const handler = app({
    world,
    types: resourceTypes,
    journal,
    reachability: { denied: false },
    entra: entra({ endpoint, tokens, clock, tenantId, principals }),
    arm: armFrame(world, tokens, resourceTypes),
    record: entry => {
      journal.push(entry);
      options.journal?.(entry);
    },
  });
  const answer = getRequestListener(handler.fetch);
  ready.resolve((request, response) => void answer(request, response));

  const folder = await mkdtemp(join(tmpdir(), 'pms-simulator-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, certificate.caPem);

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      world.stop();
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await rm(folder, { recursive: true, force: true });
    })();
    return closing;
  };
  options.signal?.addEventListener('abort', () => void close(), { once: true });

  return {
    endpoint,
    authority: endpoint,
    tenantId,
    subscriptionId,
    clientId: client.clientId,
    clientSecret: client.secret ?? '',
    caPem: certificate.caPem,
    caFile,
    journal,
    close,
  };
}
