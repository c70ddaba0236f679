/**
 * A scenario in which everything is there, published and quiet: for tests that disturb it themselves.
 */
import type { Scenario } from './scenario.ts';

export const settledScenario: Scenario = {
  seed: 1,
  faults: [],
  isolation: 'none',
  gate: 'Query',
  policies: ['Retain'],
  deletionPolicy: 'Delete',
  workspaces: ['settled', 'absent'],
  scope: 'settled',
  links: ['settled', 'absent'],
  endpoint: 'settled',
  inventory: 'kept',
  published: 'all',
  azureTroubles: 0,
  editAt: 0,
  edit: 'none',
  onDelete: 'Leave',
  collects: 'none',
  zones: 'none',
  zoneProgress: 0,
  zonesTakenOut: false,
  zonesServeOthers: false,
  foundClosed: false,
  outage: { from: 0, forMs: 0 },
};
