/**
 * One name, two objects with different addresses: who holds it keeps it, in every order of events, through crashes,
 * restarts and a ConfigMap that is lost; the other publishes none of the names that all scopes share, closes nothing, and
 * takes over when they are free.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { desire } from '../../src/domain/desire.ts';
import type { ObjectKey, PmsObject } from '../../src/domain/object.ts';
import { asCreated, INSTALLATION, pms, SUBNET } from '../model/plant.ts';
import { HUB_SUBNET } from '../model/plant-adoption.ts';
import { type Fault, type Floor, plantFloor } from '../model/plant-floor.ts';
import { propertyRuns } from '../model/property-runs.ts';
import { fault } from '../model/scenario.ts';
import { A, B } from '../model/sharing.ts';

const HOUR_MS = 3_600_000;
const STEP_MS = 2_000;
const RESYNC_MS = 600_000 * 1.1;
const API = 'api.monitor.azure.com';
const parameters = propertyRuns(8);

interface Rivalry {
  readonly seed: number;
  /** Milliseconds after A at which B is applied; before A when negative. */
  readonly lagMs: number;
  readonly faults: readonly Fault[];
  /** What happens once they have settled, in order. */
  readonly events: readonly ('touch A' | 'touch B' | 'lose the ConfigMap' | 'trouble')[];
  readonly pauseMs: number;
}

const rivalry: fc.Arbitrary<Rivalry> = fc.record({
  seed: fc.nat(),
  lagMs: fc.integer({ min: -90_000, max: 90_000 }),
  faults: fc.array(fault, { maxLength: 5 }),
  events: fc.array(fc.constantFrom('touch A', 'touch B', 'lose the ConfigMap', 'trouble'), { maxLength: 5 }),
  pauseMs: fc.nat({ max: 900_000 }),
});

/** Its own scope and endpoint, on a network of its own, and the same target as the other's. */
function object(key: ObjectKey, subnetId: string): PmsObject {
  const isolation = { query: 'Disabled' } as const;
  const made = pms({
    name: key.name,
    spec: {
      workspaces: [{ name: `law-${key.name}`, deletionPolicy: 'Retain', isolation }],
      privateEndpoint: { subnetId },
      isolation: { onDelete: 'Reopen' },
    },
  });
  return asCreated(made);
}

const stored = (floor: Floor, key: ObjectKey) => floor.cluster.stored(key);
const condition = (floor: Floor, key: ObjectKey, type: string) =>
  stored(floor, key)?.status.conditions?.find(one => one.type === type);
const isReady = (floor: Floor, key: ObjectKey) => condition(floor, key, 'Ready')?.status === 'True';
const isLoser = (floor: Floor, key: ObjectKey) => condition(floor, key, 'RecordsPublished')?.reason === 'NameConflict';
const ownerText = ({ namespace, name }: ObjectKey) => `${namespace}/${name}`;
const isClosed = (floor: Floor, key: ObjectKey): boolean => {
  const found = stored(floor, key);
  const workspace = found && desire(found, INSTALLATION).workspaces[0];
  return workspace !== undefined && floor.azure.state.get('workspace', workspace.id)?.access.query === 'Disabled';
};

/** Who has the shared names; none, or one for all of them. */
function holderOf(floor: Floor): string | undefined {
  const shared = floor.dns.lines().filter(({ name }) => /^(api|live|snapshot|global)\./.test(name));
  const holders = [...new Set(shared.map(({ owners }) => owners.join(' ')))];
  assert.ok(holders.length <= 1 && !holders[0]?.includes(' '), `the shared names are held by ${holders.join(' and ')}`);
  return holders[0];
}

/** Runs on in small steps; nobody but the holder has the names or anything closed, and the holder stays the same. */
type Watch = (isOver: () => boolean, atMostMs: number) => Promise<void>;

const watching = (floor: Floor): Watch => {
  let holder: string | undefined;
  return async (isOver, atMostMs) => {
    holder = await watched(floor, { holder, isOver, atMostMs });
  };
};

interface Watched {
  readonly holder: string | undefined;
  readonly isOver: () => boolean;
  readonly atMostMs: number;
}

async function watched(floor: Floor, { holder: before, isOver, atMostMs }: Watched): Promise<string | undefined> {
  let holder = before;
  for (let ranMs = 0; !isOver(); ranMs += STEP_MS) {
    assert.ok(ranMs < atMostMs, 'it took too long');
    await floor.clock.runFor(STEP_MS);
    const now = holderOf(floor);
    if (holder !== undefined && now !== undefined) assert.equal(now, holder, 'the names changed hands');
    holder = now ?? holder;
    for (const key of [A, B]) {
      if (holder !== ownerText(key)) assert.ok(!isClosed(floor, key), `${key.name} is closed, and ${holder} holds`);
    }
  }
  return holder;
}

const isSettled = (floor: Floor) => {
  const [ready] = [A, B].filter(key => isReady(floor, key));
  const [loser] = [A, B].filter(key => isLoser(floor, key));
  return ready !== undefined && loser !== undefined && floor.dns.lines().some(({ name }) => name === API);
};

interface Scene {
  readonly floor: Floor;
  readonly watch: Watch;
  readonly holder: ObjectKey;
  readonly loser: ObjectKey;
}

async function played(of: Rivalry, play: (scene: Scene) => Promise<void>) {
  const floor = plantFloor({ seed: of.seed, faults: of.faults });
  floor.azure.state.expectations = { ...floor.azure.state.expectations, isForeign: () => true };
  const watch = watching(floor);
  floor.start();
  const objects = [object(A, SUBNET), object(B, HUB_SUBNET)];
  const [first, second] = of.lagMs >= 0 ? objects : objects.toReversed();
  assert.ok(first && second);
  try {
    floor.cluster.create(first);
    await watch(after(floor, Math.abs(of.lagMs)), HOUR_MS);
    floor.cluster.create(second);
    await watch(() => isSettled(floor), 3 * HOUR_MS);
    const holder = isReady(floor, A) ? A : B;
    await play({ floor, watch, holder, loser: holder === A ? B : A });
  } catch (cause) {
    const told = [A, B].flatMap(key =>
      (stored(floor, key)?.status.conditions ?? []).map(
        ({ type, status, reason, message }) => `${key.name} ${type}=${status} ${reason}: ${message}`,
      ),
    );
    const story = [...floor.journal.slice(-60), ...told].join('\n');
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n${story}`, { cause });
  }
}

/** True once so much time has passed. */
function after(floor: Floor, ms: number): () => boolean {
  const until = floor.clock.now() + ms;
  return () => floor.clock.now() >= until;
}

function happen(floor: Floor, event: Rivalry['events'][number]): void {
  if (event === 'touch A') floor.cluster.annotate(A, { touched: String(floor.clock.now()) });
  if (event === 'touch B') floor.cluster.annotate(B, { touched: String(floor.clock.now()) });
  if (event === 'lose the ConfigMap') floor.dns.lose();
  if (event === 'trouble') floor.azure.troubles = 2;
}

function assertTold(floor: Floor, holder: ObjectKey, loser: ObjectKey): void {
  const { message = '' } = condition(floor, loser, 'RecordsPublished') ?? {};
  assert.match(message, new RegExp(`(?:is|are) held by ${ownerText(holder)} \\(`));
  const own = floor.dns.lines().filter(({ owners }) => owners.includes(ownerText(loser)));
  assert.equal(own.length, 6, 'the names of its workspace, and their twins');
}

suite('two objects with the same names and other addresses', () => {
  test('the holder keeps them whatever happens, and the other says who, publishes none of them and closes nothing', async () => {
    const property = fc.asyncProperty(rivalry, of =>
      played(of, async ({ floor, watch, holder, loser }) => {
        for (const event of of.events) {
          happen(floor, event);
          await watch(after(floor, of.pauseMs), HOUR_MS);
        }
        floor.calm();
        await watch(after(floor, 3 * RESYNC_MS), 3 * HOUR_MS);
        assert.equal(holderOf(floor), ownerText(holder));
        assert.ok(isReady(floor, holder) && isLoser(floor, loser));
        assertTold(floor, holder, loser);
        assert.ok(isClosed(floor, holder));
        const count = () => [floor.azure.writes(), floor.cluster.writes(), floor.dns.writes()];
        const before = count();
        await floor.clock.runFor(2 * RESYNC_MS);
        assert.deepEqual(count(), before, 'writes in two resyncs');
      }),
    );
    await fc.assert(property, parameters);
  });

  test('the other takes over, and closes, once the holder is gone', async () => {
    const property = fc.asyncProperty(rivalry, of =>
      played(of, async ({ floor, watch, holder, loser }) => {
        floor.calm();
        await watch(after(floor, of.pauseMs), HOUR_MS);
        floor.cluster.remove(holder);
        await floor.clock.runUntil('free', () => holderOf(floor) !== ownerText(holder), HOUR_MS);
        const freeAt = floor.clock.now();
        await floor.clock.runUntil('taken', () => holderOf(floor) === ownerText(loser), HOUR_MS);
        assert.ok(floor.clock.now() - freeAt < 10_000, 'without waiting for a resync');
        await floor.clock.runUntil('gone', () => stored(floor, holder) === undefined, HOUR_MS);
        await floor.clock.runUntil('Ready', () => isReady(floor, loser), HOUR_MS);
        assert.ok(isClosed(floor, loser));
      }),
    );
    await fc.assert(property, parameters);
  });
});
