/**
 * The public side of a closed workspace on the model of the plant: refused, answered, out of reach. Whatever it says,
 * nothing is opened, and nothing is written at rest.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import type { PathResult } from '../../src/domain/path-proof.ts';
import { INSTALLATION } from '../model/plant.ts';
import { type Floor, plantFloor } from '../model/plant-floor.ts';
import { KEY, lay } from '../model/scenario.ts';
import { settledScenario } from '../model/settled-scenario.ts';

const MINUTE_MS = 60_000;
const REFUSED: PathResult = { outcome: 'Public', detail: '403 NspValidationFailedError from 203.0.113.9' };

interface Scene {
  readonly floor: Floor;
  says: PathResult;
  asked: number;
}

const condition = ({ floor }: Scene, type: string) =>
  floor.cluster.stored(KEY)?.status.conditions?.find(one => one.type === type);

function access({ floor }: Scene): string | undefined {
  const stored = floor.cluster.stored(KEY);
  assert.ok(stored);
  const id = desire(stored, INSTALLATION).workspaces[0]?.id ?? '';
  return floor.azure.state.get('workspace', id)?.access.query;
}

/** A workspace that was closed with a public side that refuses, and whose trial is over. */
async function closed(): Promise<Scene> {
  const floor = plantFloor({ seed: 3, faults: [] });
  const scene: Scene = { floor, says: REFUSED, asked: 0 };
  floor.azure.publicSide(() => {
    scene.asked++;
    return scene.says;
  });
  await lay(floor, { ...settledScenario, seed: 3, isolation: 'query', gate: 'Query' });
  floor.start();
  await floor.clock.runUntil('Isolated', () => condition(scene, 'Isolated')?.status === 'True', 60 * MINUTE_MS);
  await floor.clock.runFor(40 * MINUTE_MS);
  return scene;
}

suite('the public side of what is closed', () => {
  test('is asked once it is closed and with every resync, and its refusal is told', async () => {
    const scene = await closed();
    const told = condition(scene, 'Isolated');
    assert.deepEqual([told?.status, told?.reason], ['True', 'Isolated']);
    assert.match(told?.message ?? '', /; a query from the public side is refused$/);
    const { asked } = scene;
    await scene.floor.clock.runFor(30 * MINUTE_MS);
    assert.ok(scene.asked > asked && scene.asked <= asked + 4, `${scene.asked - asked} times in three resyncs`);
  });

  test('is not asked while nothing is closed', async () => {
    const floor = plantFloor({ seed: 4, faults: [] });
    let asked = 0;
    floor.azure.publicSide(() => {
      asked++;
      return REFUSED;
    });
    await lay(floor, { ...settledScenario, seed: 4, isolation: 'none', gate: 'Query' });
    floor.start();
    await floor.clock.runFor(60 * MINUTE_MS);
    assert.equal(asked, 0);
  });

  test('that answers is told as such after three minutes, once in events, and nothing is opened for it', async () => {
    const scene = await closed();
    scene.says = { outcome: 'Held' };
    const reads = /is still answered$/;
    await scene.floor.clock.runUntil(
      'the answer is told',
      () => reads.test(condition(scene, 'Isolated')?.message ?? ''),
      20 * MINUTE_MS,
    );
    assert.equal(condition(scene, 'Isolated')?.reason, 'Isolated');
    await scene.floor.clock.runFor(30 * MINUTE_MS);
    const told = condition(scene, 'Isolated');
    assert.deepEqual([told?.status, told?.reason], ['True', 'PublicSideAnswers']);
    assert.equal(condition(scene, 'Ready')?.status, 'True');
    assert.equal(access(scene), 'Disabled');
    const events = scene.floor.cluster.events.filter(({ reason }) => reason === 'PublicSideAnswers');
    assert.deepEqual(
      events.map(({ type }) => type),
      ['Warning'],
    );
    scene.says = REFUSED;
    await scene.floor.clock.runFor(15 * MINUTE_MS);
    assert.equal(condition(scene, 'Isolated')?.reason, 'Isolated');
  });

  for (const [name, says, text] of [
    ['out of reach', { outcome: 'Unreachable', detail: 'ECONNREFUSED' }, 'ECONNREFUSED'],
    ['behind HTTPS inspection', { outcome: 'Untrusted', detail: 'issuer Inspector' }, 'issuer Inspector'],
    ['another private endpoint', { outcome: 'OtherScope', detail: '403' }, 'leads to a private endpoint'],
    ['without the right to query', { outcome: 'Forbidden', detail: '403 no' }, '403 no'],
  ] as const satisfies readonly (readonly [string, PathResult, string])[]) {
    test(`that is ${name} leaves the matter open and everything as it is`, async () => {
      const scene = await closed();
      scene.says = says;
      await scene.floor.clock.runFor(30 * MINUTE_MS);
      const told = condition(scene, 'Isolated');
      assert.deepEqual([told?.status, told?.reason], ['True', 'Isolated']);
      assert.match(told?.message ?? '', new RegExp(`is not known: .*${text}`));
      assert.equal(condition(scene, 'Ready')?.status, 'True');
      assert.equal(access(scene), 'Disabled');
      const before = scene.floor.cluster.writes();
      await scene.floor.clock.runFor(60 * MINUTE_MS);
      assert.equal(scene.floor.cluster.writes(), before);
    });
  }
});
