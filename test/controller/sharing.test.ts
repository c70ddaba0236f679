import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { desire } from '../../src/domain/desire.ts';
import { idKey } from '../../src/domain/names.ts';
import type { ObjectKey, PmsObject } from '../../src/domain/object.ts';
import { customerIdOf } from '../model/made-bodies.ts';
import { INSTALLATION, madeOf } from '../model/plant.ts';
import { ADOPTED } from '../model/plant-adoption.ts';
import { type Floor, plantFloor } from '../model/plant-floor.ts';
import { propertyRuns } from '../model/property-runs.ts';
import { A, B, byHand, layHub, objectA, objectB, type SharingScenario, sharing, targetOf } from '../model/sharing.ts';

const HOUR_MS = 3_600_000;
const CACHE_LAG_MS = 500;
const RESYNC_MS = 600_000 * 1.1;
/** RUNS=2000 for a night of it. */
const parameters = propertyRuns(20);

const stored = (floor: Floor, key: ObjectKey): PmsObject | undefined => floor.cluster.stored(key);
const readyOf = (floor: Floor, key: ObjectKey) =>
  stored(floor, key)?.status.conditions?.find(({ type }) => type === 'Ready');
/** Or everything but what the other has the say of. */
const isReady = (floor: Floor, key: ObjectKey): boolean =>
  readyOf(floor, key)?.status === 'True' ||
  (readyOf(floor, key)?.reason === 'SettingConflict' &&
    (stored(floor, key)?.status.conditions ?? []).every(
      ({ type, status }) => ['Ready', 'Isolated', 'Reconciling', 'Stalled'].includes(type) || status === 'True',
    ));
const isGone = (floor: Floor, key: ObjectKey): boolean => stored(floor, key) === undefined;
const bothReady = (floor: Floor) =>
  floor.clock.runUntil('both Ready', () => [A, B].every(key => isReady(floor, key)), 3 * HOUR_MS);
const untilGone = (floor: Floor, ...keys: readonly ObjectKey[]) =>
  floor.clock.runUntil('gone', () => keys.every(key => isGone(floor, key)), 3 * HOUR_MS);

async function played(of: SharingScenario, play: (floor: Floor) => Promise<void>): Promise<void> {
  const floor = plantFloor({ seed: of.seed, faults: of.faults });
  await layHub(floor, of);
  floor.start();
  try {
    if (of.lagMs >= 0) floor.cluster.create(objectA(of));
    else floor.cluster.create(objectB(of));
    await floor.clock.runFor(Math.abs(of.lagMs));
    floor.cluster.create(of.lagMs >= 0 ? objectB(of) : objectA(of));
    await play(floor);
  } catch (cause) {
    const told = [A, B].flatMap(key =>
      (stored(floor, key)?.status.conditions ?? []).map(
        ({ type, status, reason, message }) => `${key.name} ${type}=${status} ${reason}: ${message}`,
      ),
    );
    const story = [...floor.journal.slice(-80), ...told].join('\n');
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n${story}`, { cause });
  }
}

const idsIn = (floor: Floor): readonly string[] => floor.azure.state.bodies().map(({ id }) => idKey(id));
const namesOf = (floor: Floor, object: PmsObject): readonly string[] =>
  floor.dns
    .lines(targetOf(object))
    .filter(line => line.owners.includes(`${object.metadata.namespace}/${object.metadata.name}`))
    .map(line => line.name);

async function assertAtRest(floor: Floor): Promise<void> {
  floor.calm();
  // What the other has linked meanwhile is learned of with a resync.
  await floor.clock.runFor(3 * RESYNC_MS);
  const count = () => [floor.azure.writes(), floor.cluster.writes(), floor.dns.writes()];
  const before = count();
  await floor.clock.runFor(2 * RESYNC_MS);
  assert.deepEqual(count(), before, 'writes to Azure, to the objects and to DNS in two resyncs');
}

/** The customer ids whose names an object must have published. */
const ownIds = (object: PmsObject): readonly string[] =>
  desire(object, INSTALLATION).workspaces.map(({ id, name }) =>
    idKey(id) === idKey(ADOPTED.workspace.body.id) ? (ADOPTED.workspace.body.customerId ?? '') : customerIdOf(name),
  );

function assertServes(floor: Floor, key: ObjectKey): void {
  const object = stored(floor, key);
  assert.ok(object);
  const names = namesOf(floor, object);
  for (const id of ownIds(object)) assert.equal(names.filter(name => name.startsWith(id)).length, 6, `names of ${id}`);
  assert.ok(names.includes('api.monitor.azure.com'));
}

const queryOf = (floor: Floor, id: string): string | undefined => floor.azure.state.get('workspace', id)?.access.query;

/** Whoever closed it, whoever went last has opened it. */
function assertOpen(floor: Floor, of: SharingScenario): void {
  const query = queryOf(floor, sharedId(of) ?? '');
  assert.ok(query === undefined || query === 'Enabled', `the shared workspace is left ${query}`);
}

/** What both say of the shared workspace is so; what they disagree on is as one of them says, and the other tells. */
function assertAgreed(floor: Floor, of: SharingScenario): void {
  const id = sharedId(of);
  if (id === undefined) return;
  const stated = of.claims.filter(claim => claim !== 'none');
  const found = queryOf(floor, id);
  assert.ok(stated.length === 0 ? found === 'Enabled' : stated.some(claim => claim === found), `query is ${found}`);
  const told = [A, B].filter(key => readyOf(floor, key)?.reason === 'SettingConflict').map(({ name }) => name);
  const expected = [A, B].filter((_, index) => ![found, 'none'].includes(of.claims[index]));
  assert.deepEqual(
    told,
    expected.map(({ name }) => name),
    `SettingConflict while query is ${found}`,
  );
}

/** The workspace that both have. */
const sharedId = (of: SharingScenario): string | undefined => {
  if (!of.sharesWorkspace) return undefined;
  return of.topology === 'hub' ? ADOPTED.workspace.body.id : desire(objectA(of), INSTALLATION).workspaces[0]?.id;
};

function assertByHandUntouched(floor: Floor, access: 'asAsked' | 'asFound' = 'asFound'): void {
  for (const { body } of Object.values(ADOPTED)) {
    const { linkedBy: _, ...found } = { linkedBy: [], ...floor.azure.state.get(body.kind, body.id) };
    if (access === 'asAsked' && 'access' in found && 'access' in body) found.access = body.access;
    assert.deepEqual(found, body, `${body.id} is as it was, but for whom Azure says it is linked by`);
  }
  assert.deepEqual(floor.dns.doubled, [], 'names with two answers');
  // A process that was killed cannot tell the next one what it had just sent for one object: Azure refuses the other's.
  const excused = floor.starts() > 1 ? /^two links at a time/ : undefined;
  assert.deepEqual(
    floor.azure.state.violations.filter(violation => !excused?.test(violation)),
    [],
  );
}

suite('two objects that share', () => {
  test('converge side by side, leave what is not theirs as it was, and then cost no write', async () => {
    const property = fc.asyncProperty(sharing, of =>
      played(of, async floor => {
        await bothReady(floor);
        await assertAtRest(floor);
        for (const key of [A, B]) assertServes(floor, key);
        assertByHandUntouched(floor, 'asAsked');
        assertAgreed(floor, of);
        const { state } = floor.azure;
        const links = state.bodies().filter(body => body.kind === 'scopedResource');
        const joints = links.map(link => idKey(link.targetId));
        assert.equal(new Set(joints).size, joints.length, 'one link for each target');
      }),
    );
    await fc.assert(property, parameters);
  });

  test('go one after the other in either order, and the one that stays loses nothing', async () => {
    const property = fc.asyncProperty(sharing, fc.constantFrom([A, B], [B, A]), (of, [first, second]) =>
      played(of, async floor => {
        assert.ok(first && second);
        await bothReady(floor);
        const staying = stored(floor, second);
        assert.ok(staying);
        const kept = ownIds(staying);
        const lostBefore = floor.dns.lost.length;
        floor.cluster.remove(first);
        await untilGone(floor, first);
        await floor.clock.runFor(2 * RESYNC_MS);
        await floor.clock.runUntil('Ready again', () => isReady(floor, second), HOUR_MS);
        assertServes(floor, second);
        const lost = floor.dns.lost.slice(lostBefore).filter(name => kept.some(id => name.startsWith(id)));
        // An object of another target takes its own lines of the same names away.
        assert.deepEqual(of.sharesEndpoint ? lost : [], []);
        await assertAtRest(floor);
        floor.cluster.remove(second);
        await untilGone(floor, second);
        assertByHandUntouched(floor);
        assertOpen(floor, of);
        assert.deepEqual([...floor.dns.lines(), ...floor.dns.lines('lan')], []);
        if (first === B) assertOnlyRetained(floor, of);
      }),
    );
    // What the maker has closed stays, since the other uses it, and is opened.
    const makerCloses = { ...lateListing, topology: 'join', claims: ['Disabled', 'none'], policy: 'Delete' } as const;
    const bothClose = { ...lateListing, claims: ['Disabled', 'Disabled'], faults: [], azureTroubles: 0 } as const;
    await fc.assert(property, {
      ...parameters,
      examples: [
        [bothClose, [A, B]],
        [bothClose, [B, A]],
        [makerCloses, [A, B]],
      ],
    });
  });

  test('go together, at any time, and leave only what the policies keep', async () => {
    const property = fc.asyncProperty(sharing, fc.nat({ max: 120_000 }), (of, ageMs) =>
      played(of, async floor => {
        await floor.clock.runFor(ageMs);
        floor.cluster.remove(B);
        // As long as a cache may take to learn of it: whoever still looks alive is not robbed.
        await floor.clock.runFor(CACHE_LAG_MS + of.pauseMs);
        floor.cluster.remove(A);
        await untilGone(floor, A, B);
        assertByHandUntouched(floor);
        assertOpen(floor, of);
        assertOnlyRetained(floor, of);
      }),
    );
    await fc.assert(property, { ...parameters, examples: [[lateListing, 10_412]] });
  });
});

/** B makes the link that both need and goes before A has listed it. */
const lateListing: SharingScenario = {
  seed: 2_120_608_099,
  topology: 'hub',
  sharesEndpoint: true,
  sharesWorkspace: true,
  claims: ['none', 'none'],
  gate: 'Query',
  hasComponent: false,
  policy: 'Retain',
  lagMs: -14_143,
  faults: [
    { after: 4, kind: 'crash', when: 'after' },
    { after: 26, kind: 'defect', when: 'before' },
  ],
  azureTroubles: 3,
  pauseMs: 20_346,
};

/** By-hand things, and workspaces with the policy Retain. */
function assertOnlyRetained(floor: Floor, of: SharingScenario): void {
  const retained = [objectA(of), objectB(of)]
    .flatMap(object => madeOf(desire(object, INSTALLATION)))
    .filter(item => item.policy === 'Retain')
    .map(({ id }) => idKey(id));
  const allowed = new Set([...byHand(), ...retained]);
  assert.deepEqual(
    idsIn(floor).filter(id => !allowed.has(id)),
    [],
    'left although nobody keeps it',
  );
}
