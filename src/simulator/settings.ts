/**
 * The options of a simulator with their defaults filled in, and the world that they describe.
 */
import { checkFaultPlan, noFaults } from './faults/plan.ts';
import { latency } from './latency.ts';
import type { SimulatorOptions } from './options.ts';
import type { Seed } from './seed.ts';
import { World } from './world.ts';

/** Throws FaultPlanError. */
export function settingsOf(options: SimulatorOptions) {
  const { dataPlanePort, publicAddress } = options;
  return {
    at: {
      ...(options.listen ?? { host: '127.0.0.1', port: 0 }),
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    },
    plan: checkFaultPlan(options.faults ?? noFaults),
    warn: options.warn ?? ((message: string) => process.emitWarning(message)),
    keepBodies: options.journalBodies ?? false,
    throttling: { kind: options.throttling ?? 'none', scale: options.throttlingScale ?? 1 } as const,
    dataPlane: {
      ...(dataPlanePort === undefined ? {} : { port: dataPlanePort }),
      ...(publicAddress === undefined ? {} : { publicAddress }),
      agent: options.agent ?? false,
      latencyScale: options.latency === 'none' ? 0 : (options.latencyScale ?? 1),
    },
  };
}

/** An empty world of the seed's subscription. */
export function worldFor(options: SimulatorOptions, seed: Seed, clock: World['clock']): World {
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
      jitter: options.latencyJitter ?? 0,
      ...(options.latencyProfile === undefined ? {} : { profile: options.latencyProfile }),
    }),
  });
}
