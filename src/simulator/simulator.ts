/**
 * Starts and stops a simulated Azure: certificates, tenants, world, HTTPS server, data plane. The only file of
 * src/simulator that others import; it imports nothing of the operator, which it judges.
 */
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
import { armFrame } from './frame/arm.ts';
import { createJournal } from './journal.ts';
import { withManagement } from './management/management-types.ts';
import type { Simulator, SimulatorOptions } from './options.ts';
import { pageView } from './page/page-view.ts';
import { pageRoutes } from './page/routes.ts';
import { plant } from './plant.ts';
import { checkSeed, defaultSeed } from './seed.ts';
import { tenantsOf } from './seed-access.ts';
import { certificateFile, openServer } from './server.ts';
import { settingsOf, worldFor } from './settings.ts';
import { keptState } from './state/kept-state.ts';
import { resourceTypes } from './types/registry.ts';

export type { SimulatorClock } from './clock.ts';
export { type FaultPlan, FaultPlanError, parseFaultPlan } from './faults/plan.ts';
export type { JournalEntry } from './journal.ts';
export { type LatencyProfile, realProfile } from './latency.ts';
export type { Simulator, SimulatorOptions } from './options.ts';
export { defaultSeed, parseSeed, type Seed, SeedError } from './seed.ts';
export { StateError } from './state/saved-state.ts';

/**
 * Resolves when the server listens. Throws SeedError, FaultPlanError or StateError for what it was given and cannot use,
 * and the system's error when it cannot listen.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  options.signal?.throwIfAborted();
  const settings = settingsOf(options);
  const { plan, warn } = settings;
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

  const authority = await certificateAuthority();
  const known = connections();
  const server = await openServer(settings.at, authority, known);
  const { endpoint } = server;
  world.endpoint = endpoint;
  const journal = createJournal();
  if (options.journal !== undefined) journal.watch(options.journal);
  const tokens = await accessTokens({ clock, endpoint });
  const engine = faultEngine(plan);
  const reachability = { denied: false };
  const { record } = journal;
  const front = { engine, connections: known, clock, record, reachability, keepBodies: settings.keepBodies };
  const common = { world, authority, tokens, logs, front, failed: warn };
  const dataPlane = await startDataPlane({ ...settings.dataPlane, ...common }).catch(async error => {
    await server.close();
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
    arm: armFrame({ world, tokens, types, throttling: settings.throttling }),
    guard: adminGuard(endpoint, options.adminToken),
    page: pageRoutes(pageView({ world, journal, clock, engine, reachability, dataPlane })),
    ready: () => dataPlane.ready(),
  });
  server.answer(handler.fetch);
  const certificate = await certificateFile(authority.caPem);

  const end = async (): Promise<void> => {
    await dataPlane.close();
    // Saving foresees what is to come, so it is done while that still is; the rest ends whether it succeeds or not.
    const saving = await Promise.allSettled([kept.close()]);
    world.stop();
    await server.close();
    await certificate.remove();
    for (const each of saving) if (each.status === 'rejected') throw each.reason;
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= end();
    return closing;
  };
  const closeQuietly = () => void close().catch((error: Error) => warn(error.message));
  options.signal?.addEventListener('abort', closeQuietly, { once: true });

  return {
    endpoint,
    listens: server.listens,
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
