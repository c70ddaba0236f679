/**
 * SIGTERM at many moments of the passes: after every few calls of Azure that a creation, a change and a deletion make, and
 * while Azure or the API server do not answer at all. Each time the operator ends with 0 within 25 s and without its
 * lease, knows of everything that it has made, and the next one goes on.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '../env/eventually.ts';
import { randomness } from '../model/randomness.ts';
import { leaseOf, startCopy } from './leading.ts';
import { pms } from './objects.ts';
import { type OperatorProcess, type Scene, startScene } from './scene.ts';

const PATIENCE = { deadlineMs: 60_000, everyMs: 5 };
/** Below the 30 s after which a pod is killed. */
const LIMIT_MS = 25_000;
/** Rounds of one life; a creation takes about 16 calls. */
const MOST_ROUNDS = 40;

suite('an operator that is told to end', () => {
  let scene: Scene;
  const random = randomness(20_261_125);
  before(async () => {
    scene = await startScene({ latencyScale: 0.1 });
  });
  after(async () => scene?.stop());

  const plant = (workspaces: number) =>
    pms({
      subscriptionId: scene.azure.subscriptionId,
      name: 'plant-a',
      workspaces: Array.from({ length: workspaces }, (_, index) => ({
        name: `law-${index}`,
        deletionPolicy: 'Delete',
      })),
      spec: { interval: '1h' },
    });
  const object = async () => {
    const text = await scene.kubectl('get', 'pms', 'plant-a', '--ignore-not-found', '-o', 'json');
    return text === '' ? undefined : JSON.parse(text);
  };

  const end = async (operator: OperatorProcess) => {
    await operator.stop('SIGTERM', LIMIT_MS);
    assert.equal(await operator.ended, 0, operator.output());
  };
  const hasLetGo = async () => assert.equal((await leaseOf(scene))?.holderIdentity, undefined);

  /** Starts one operator after another, each ended after some calls of Azure more, until it is done. */
  const inPieces = async (isDone: () => Promise<boolean>): Promise<number> => {
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const operator = await startCopy(scene);
      const before = (await scene.azure.calls()).length;
      const few = random.between(0, 6);
      await eventually(
        'it has made some calls, or all',
        async () => (await scene.azure.calls()).length >= before + few || (await isDone()),
        PATIENCE,
      );
      await end(operator);
      await hasLetGo();
      const known = ((await object())?.status?.resources ?? []).map(({ id }: { id: string }) => id.toLowerCase());
      const ours = (await scene.azure.ids()).filter(id => /law-\d|plant-a/.test(id) && !/networkinterfaces/.test(id));
      for (const id of ours) assert.ok(known.includes(id), `${id} is in Azure and not in the inventory of ${known}`);
      if (await isDone()) return round;
    }
    throw new Error(`not done after ${MOST_ROUNDS} rounds`);
  };

  for (const { what, act, isDone } of [
    {
      what: 'a creation',
      act: () => scene.apply(plant(2)),
      isDone: async () => (await object())?.status?.convergedGeneration === 1,
    },
    {
      what: 'a change',
      act: () => scene.apply(plant(4)),
      isDone: async () => (await object())?.status?.convergedGeneration === 2,
    },
    {
      what: 'a deletion',
      act: () => scene.kubectl('delete', 'pms', 'plant-a', '--wait=false'),
      isDone: async () => (await object()) === undefined,
    },
  ]) {
    test(`at many moments of ${what} ends with 0, lets its lease go, and loses nothing that it made`, async t => {
      await act();
      t.diagnostic(`${what} in ${await inPieces(isDone)} pieces`);
      const puts = (await scene.azure.calls()).filter(call => call.method === 'PUT' && call.status < 300);
      const paths = puts.map(call => call.path.toLowerCase());
      assert.deepEqual([...new Set(paths)].sort(), paths.sort(), 'nothing was made twice');
    });
  }

  test('while Azure answers nobody ends with 0 all the same', async () => {
    await scene.azure.faults([{ match: { service: 'arm' }, before: { hang: true } }]);
    const operator = await startCopy(scene);
    await scene.apply(plant(1));
    await eventually(
      'the pass is under way',
      async () => (await object())?.metadata.finalizers !== undefined,
      PATIENCE,
    );
    await end(operator);
    await hasLetGo();
    await scene.azure.faults([]);
  });

  test('while the API server is gone ends with 0 all the same; its lease runs out by itself', async () => {
    const operator = await startCopy(scene);
    await eventually('it leads', async () => (await leaseOf(scene))?.holderIdentity !== undefined, PATIENCE);
    await scene.controlPlane.killApiServer();
    await end(operator);
    assert.match(operator.output(), /runs out by itself/);
  });
});
