/**
 * Starts and stops a simulated Azure: certificates, tenants, world, HTTPS server, data plane. The only file of
 * src/simulator that others import; it imports nothing of the operator, which it judges.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { adminGuard } from './admin-guard.ts';
import { app } from './app.ts';
import { certificateAuthority } from './certificates.ts';
import { movableClock, realClock } from './clock.ts';
import { connections } from './connections.ts';
import { startDataPlane } from './data-plane/data-plane.ts';
import { createLogStore } from './data-plane/log-store.ts';
import { accessTokens } from './entra/access-tokens.ts';
import { entraRoutes } from './entra/entra.ts';
import { aroundHandlers } from './faults/around-handlers.ts';
import { faultEngine } from './faults/engine.ts';
import { checkFaultPlan, noFaults } from './faults/plan.ts';
import { armFrame } from './frame/arm.ts';
import { createJournal } from './journal.ts';
import { latency } from './latency.ts';
import { withManagement } from './management/management-types.ts';
import type { Simulator, SimulatorOptions } from './options.ts';
import { pageView } from './page/page-view.ts';
import { pageRoutes } from './page/routes.ts';
import { plant } from './plant.ts';
import { checkSeed, defaultSeed, type Seed } from './seed.ts';
import { tenantsOf } from './seed-access.ts';
import { keptState } from './state/kept-state.ts';
import { resourceTypes } from './types/registry.ts';
import { World } from './world.ts';

export type { SimulatorClock } from './clock.ts';
export { type FaultPlan, FaultPlanError, parseFaultPlan } from './faults/plan.ts';
export type { JournalEntry } from './journal.ts';
export { type LatencyProfile, realProfile } from './latency.ts';
export type { Simulator, SimulatorOptions } from './options.ts';
export { defaultSeed, parseSeed, type Seed, SeedError } from './seed.ts';
export { StateError } from './state/saved-state.ts';

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

function worldFor(options: SimulatorOptions, seed: Seed, clock: World['clock']): World {
  const { tenantId, subscriptionId } = seed;
  const pageSize = options.pageSize ?? seed.pageSize;
  return new World({
    clock,
    tenantId,
    subscriptionId,
    subscription: {
      displayName: seed.subscriptionName ?? 'Simulated subscription',
      state: seed.subscriptionState ?? 'Enabled',
    },
    ...(pageSize === undefined ? {} : { pageSize }),
    latency: latency({
      kind: options.latency,
      scale: options.latencyScale ?? 1,
      ...(options.latencyProfile === undefined ? {} : { profile: options.latencyProfile }),
    }),
  });
}

/** A folder of its own with the authority's certificate, for clients that want a file. */
async function certificateFile(caPem: string) {
  const folder = await mkdtemp(join(tmpdir(), 'pms-simulator-'));
  const file = join(folder, 'ca.pem');
  await writeFile(file, caPem);
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Resolves when the server listens. Throws SeedError, FaultPlanError or StateError for what it was given and cannot use,
 * and the system's error when it cannot listen.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  options.signal?.throwIfAborted();
  const plan = checkFaultPlan(options.faults ?? noFaults);
  const warn = options.warn ?? (message => process.emitWarning(message));
  const clock = movableClock(options.clock ?? realClock);
  const logs = createLogStore();
  const kept = await keptState(options, { clock, logs, warn });
  const seed = checkSeed(options.seed ?? kept.seed ?? defaultSeed());
  const [client] = seed.principals;
  if (client === undefined) throw new Error('a checked seed names a principal');
  const tenants = tenantsOf(seed);
  const world = worldFor(options, seed, clock);
  plant(world, seed);
  kept.restore(world, seed);

  const at = options.listen ?? { host: '127.0.0.1', port: 0 };
  const authority = await certificateAuthority();
  const server = createServer(await authority.issue([...new Set(['127.0.0.1', 'localhost', at.host])]));
  const known = connections();
  known.follow(server);
  // A client that knew the port beforehand may come before everything is in place: it waits.
  const ready = Promise.withResolvers<(request: IncomingMessage, response: ServerResponse) => void>();
  server.on('request', (request, response) => void ready.promise.then(answer => answer(request, response)));
  const { port } = await listen(server, at);
  const endpoint = `https://${hostInUrl(at.host)}:${port}`;
  world.endpoint = endpoint;

  const journal = createJournal();
  if (options.journal !== undefined) journal.watch(options.journal);
  const tokens = await accessTokens({ clock, endpoint });
  const engine = faultEngine(plan);
  const reachability = { denied: false };
  const { record } = journal;
  const front = { engine, connections: known, clock, record, reachability, keepBodies: options.journalBodies ?? false };
  const scale = options.latency === 'none' ? 0 : (options.latencyScale ?? 1);
  const dataPlane = await startDataPlane({
    ...(options.dataPlanePort === undefined ? {} : { port: options.dataPlanePort }),
    ...(options.publicAddress === undefined ? {} : { publicAddress: options.publicAddress }),
    agent: options.agent ?? false,
    latencyScale: scale,
    world,
    authority,
    tokens,
    logs,
    front,
    failed: warn,
  }).catch(async error => {
    server.close();
    throw error;
  });
  const types = aroundHandlers(world, withManagement(resourceTypes, tenants), engine);
  const reset = (): void => {
    world.clear();
    plant(world, seed);
    logs.replace({});
    journal.clear();
    engine.load(plan);
    reachability.denied = false;
  };
  const handler = app({
    ...front,
    world,
    types,
    journal,
    faults: engine,
    reset,
    entra: entraRoutes({ endpoint, tokens, clock, tenants }),
    arm: armFrame({
      world,
      tokens,
      types,
      throttling: { kind: options.throttling ?? 'none', scale: options.throttlingScale ?? 1 },
    }),
    guard: adminGuard(endpoint, options.adminToken),
    page: pageRoutes(pageView({ world, journal, clock, engine, reachability, dataPlane })),
    ready: () => dataPlane.ready(),
  });
  const answer = getRequestListener(handler.fetch);
  ready.resolve((request, response) => void answer(request, response));
  const certificate = await certificateFile(authority.caPem);

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      await dataPlane.close();
      const saved = kept.close().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      const failed = await saved;
      world.stop();
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await certificate.remove();
      if (failed !== undefined) throw failed.error;
    })();
    return closing;
  };
  options.signal?.addEventListener('abort', () => void close().catch((error: Error) => warn(error.message)), {
    once: true,
  });

  return {
    endpoint,
    authority: endpoint,
    tenantId: seed.tenantId,
    subscriptionId: seed.subscriptionId,
    clientId: client.clientId,
    clientSecret: client.secret ?? '',
    caPem: authority.caPem,
    caFile: certificate.file,
    journal: journal.entries,
    publicAddress: dataPlane.publicAddress,
    close,
  };
}
