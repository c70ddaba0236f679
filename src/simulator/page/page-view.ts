/**
 * Ties the page to one simulator: what it shows, and when that has changed.
 */
import type { MovableClock } from '../clock.ts';
import type { DataPlane } from '../data-plane/data-plane.ts';
import type { FaultEngine } from '../faults/engine.ts';
import type { Reachability } from '../front.ts';
import type { Journal } from '../journal.ts';
import type { World } from '../world.ts';
import type { PageOptions } from './routes.ts';
import { endpointNames, machines, operationsUnderWay, pictureOf } from './view.ts';

export interface PageSources {
  readonly world: World;
  readonly journal: Journal;
  readonly clock: MovableClock;
  readonly engine: FaultEngine;
  readonly reachability: Reachability;
  readonly dataPlane: DataPlane;
}

const lastCalls = 40;

export function pageView(sources: PageSources): PageOptions {
  const { world, journal, clock, engine, reachability, dataPlane } = sources;
  return {
    view: () => ({
      endpoint: world.endpoint,
      subscriptionId: world.subscriptionId,
      tenantId: world.tenantId,
      nowMs: clock.now(),
      frozen: clock.frozen,
      denied: reachability.denied,
      faultRules: engine.report().length,
      calls: journal.count,
      picture: pictureOf(world),
      names: endpointNames(world, dataPlane.addresses()),
      underWay: operationsUnderWay(world),
      machines: machines(world, dataPlane.agents()),
      lastCalls: journal.entries.slice(-lastCalls),
    }),
    watch: changed => {
      const ends = [world.watch(changed), journal.watch(changed)];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
