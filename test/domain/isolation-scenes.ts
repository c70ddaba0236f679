/**
 * The plant with an isolated workspace, in the states that the isolation step meets. Data for test/domain.
 */
import type { InventoryEntry, PmsObject, Spec } from '../../src/domain/object.ts';
import { type Observed, present } from '../../src/domain/observed.ts';
import type { PathFinding } from '../../src/domain/path-proof.ts';
import type { Workspace } from '../../src/domain/resources.ts';
import * as plant from '../model/plant.ts';

type Closed = NonNullable<InventoryEntry['closed']>;

/** `law-plant-a`, with its query access to be closed unless the change says otherwise. */
export const isolated = (over: Partial<Spec> = {}, generation = 1): PmsObject => {
  const workspaces = [{ name: 'law-plant-a', isolation: { query: 'Disabled' } }] as const;
  const object = plant.pms({ spec: { workspaces: [...workspaces], ...over } });
  return { ...object, metadata: { ...object.metadata, generation } };
};

const minutesAgo = (minutes: number): string => new Date(plant.NOW - minutes * 60_000).toISOString();

/** What the inventory holds of a closing so many minutes ago. */
export const closedBefore = (minutes: number, over: Partial<Closed> = {}): Closed => ({
  before: { query: 'Enabled' },
  at: minutesAgo(minutes),
  provedAt: minutesAgo(minutes),
  confirmed: [],
  ...over,
});

export const confirmedClosed = closedBefore(60, { confirmed: ['query'] });

export const takenBack = (generation: number, over: Partial<Closed> = {}): Closed => ({
  before: {},
  at: minutesAgo(5),
  confirmed: [],
  rolledBack: { accesses: ['query'], generation, at: minutesAgo(1) },
  ...over,
});

/** Inventory of an object with this record at one of its resources. */
export const listed = (object: PmsObject, closed?: Closed, key = 'workspace/law-plant-a'): InventoryEntry[] =>
  plant.inventoryOf(object).map(entry => (entry.key === key && closed ? { ...entry, closed } : entry));

export const workspaceWith = (access: Workspace['access']): Observed['workspaces'] =>
  new Map([['workspace/law-plant-a', { reading: present(plant.workspace('law-plant-a', { access })) }]]);

export const CLOSED = { ingestion: 'Enabled', query: 'Disabled' } as const;

/** Everything there and proved, the workspace's query access closed, and this record of it. */
export const shut = (object: PmsObject, closed?: Closed, over: Partial<Observed> = {}): Observed =>
  plant.fullAzure(object, { workspaces: workspaceWith(CLOSED), inventory: listed(object, closed), ...over });

/** The query of the workspace has failed for so long. */
export const failingFor = (seconds: number, over: Partial<PathFinding> = {}) =>
  present(
    plant.path({
      'law-plant-a': {
        outcome: 'Public',
        detail: "403 NspValidationFailedError Access to workspace 'law-plant-a' from '203.0.113.9' is denied.",
        failedSince: plant.NOW - seconds * 1_000,
        ...over,
      },
    }),
  );

/** No address answers, for so long. */
export const blindFor = (seconds: number) =>
  present(
    plant.path({
      '*': { outcome: 'Unreachable', detail: 'no connection within 5 s', failedSince: plant.NOW - seconds * 1_000 },
    }),
  );
