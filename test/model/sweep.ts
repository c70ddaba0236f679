/**
 * What a sweep kills its way through: lives of one object and of two on one scope, each with a way to get to its start,
 * the act that is swept, and the sign that it is done; and what is compared at the end. For test/faults.
 */
import { idKey } from '../../src/domain/names.ts';
import { keyText, type ObjectKey } from '../../src/domain/object.ts';
import { asCreated, pms, SUBNET } from './plant.ts';
import { type Floor, type KillPoint, plantFloor } from './plant-floor.ts';
import { A, B, layHub, objectA, objectB, type SharingScenario } from './sharing.ts';

const HOUR_MS = 3_600_000;
const RESYNC_MS = 600_000 * 1.1;
/** A cache learns of somebody else's edit by then. */
const CACHE_LAG_MS = 500;

export const OPERATIONS = ['create', 'update', 'delete'] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Life {
  readonly name: string;
  readonly keys: readonly ObjectKey[];
  lay(floor: Floor): Promise<void>;
  create(floor: Floor): void;
}

const workspace = (name: string) => ({ name, retentionInDays: 30, deletionPolicy: 'Delete' as const });

const alone: Life = {
  name: 'one object',
  keys: [A],
  lay: async () => {},
  create: floor =>
    floor.cluster.create(
      asCreated(pms({ spec: { workspaces: [workspace('law-plant-a')], privateEndpoint: { subnetId: SUBNET } } })),
    ),
};

/** B takes what A makes, and links a workspace of its own. */
const joined: SharingScenario = {
  seed: 1,
  topology: 'join',
  sharesEndpoint: true,
  sharesWorkspace: false,
  claims: ['none', 'none'],
  gate: 'DNS',
  hasComponent: false,
  policy: 'Delete',
  lagMs: 0,
  faults: [],
  azureTroubles: 0,
  pauseMs: 0,
};

const together: Life = {
  name: 'two objects on one scope',
  keys: [A, B],
  lay: async floor => {
    await layHub(floor, joined);
    floor.azure.state.chances = { failedEndpoint: 0, membersRace: 0 };
  },
  create: floor => {
    floor.cluster.create(objectA(joined));
    floor.cluster.create(objectB(joined));
  },
};

export const LIVES: readonly Life[] = [alone, together];

const isReady = (floor: Floor, key: ObjectKey): boolean => {
  const stored = floor.cluster.stored(key);
  const ready = stored?.status.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === stored?.metadata.generation;
};

async function act(floor: Floor, { keys, create }: Life, operation: Operation): Promise<void> {
  if (operation === 'create') return create(floor);
  if (operation === 'update') {
    for (const key of keys) {
      const added = workspace(`law-${key.name}-more`);
      floor.cluster.editSpec(key, spec => ({ ...spec, tags: { line: '2' }, workspaces: [...spec.workspaces, added] }));
    }
    return;
  }
  for (const key of keys.toReversed()) {
    floor.cluster.remove(key);
    await floor.clock.runFor(CACHE_LAG_MS);
  }
}

function isDone(floor: Floor, { keys }: Life, operation: Operation): boolean {
  if (operation === 'delete') return keys.every(key => floor.cluster.stored(key) === undefined);
  return keys.every(key => isReady(floor, key));
}

async function untilDone(floor: Floor, life: Life, operation: Operation): Promise<void> {
  const what = `${operation} of ${life.name}`;
  await floor.clock.runUntil(what, () => isDone(floor, life, operation), 3 * HOUR_MS);
  // A resync of one object learns of what the other has done last.
  await floor.clock.runFor(2 * RESYNC_MS);
}

/** The end of a run, as it is compared with that of a run in which nobody died. */
export interface End {
  /** Every resource of Azure as it is, by its key. */
  readonly azure: Readonly<Record<string, unknown>>;
  readonly lines: readonly unknown[];
  /** What each object knows of: keys and ids of its inventory, records, readiness. */
  readonly objects: Readonly<Record<string, unknown>>;
}

function endOf(floor: Floor, { keys }: Life): End {
  const objects = keys.map(key => {
    const { finalizers } = floor.cluster.stored(key)?.metadata ?? {};
    const { resources = [], recordsHash, convergedGeneration } = floor.cluster.stored(key)?.status ?? {};
    const known = resources.map(({ key: name, id, origin, policy }) => ({ name, id, origin, policy }));
    return [keyText(key), { finalizers, known, recordsHash, convergedGeneration, isReady: isReady(floor, key) }];
  });
  return {
    azure: Object.fromEntries(floor.azure.state.bodies().map(body => [idKey(body.id), body])),
    lines: [floor.dns.lines(), floor.dns.lines('lan')],
    objects: Object.fromEntries(objects),
  };
}

export interface Run {
  readonly end: End;
  /** Writes of the act, of all ports together. */
  readonly writes: number;
  readonly starts: number;
  /** Writes in three resyncs after the end. */
  readonly writesAtRest: number;
  /** Rules of Azure that were broken; a second PUT is one. */
  readonly violations: readonly string[];
  /** Names with two answers. */
  readonly doubled: readonly string[];
  readonly journal: readonly string[];
}

/** One run, from nothing; killed at the point, if there is one. Throws, with the journal, when it does not converge. */
export async function runLife(life: Life, operation: Operation, point?: KillPoint): Promise<Run> {
  const floor = plantFloor({ seed: 20_261_125, faults: [] });
  try {
    await life.lay(floor);
    floor.start();
    if (operation !== 'create') {
      life.create(floor);
      await untilDone(floor, life, 'create');
    }
    floor.killAt(point);
    await act(floor, life, operation);
    await untilDone(floor, life, operation);
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\n${floor.journal.slice(-60).join('\n')}`, { cause });
  }
  const writes = floor.portWrites();
  await floor.clock.runFor(3 * RESYNC_MS);
  return {
    end: endOf(floor, life),
    writes,
    starts: floor.starts(),
    writesAtRest: floor.portWrites() - writes,
    violations: floor.azure.state.violations,
    doubled: floor.dns.doubled,
    journal: floor.journal,
  };
}
