/**
 * Two copies of the operator on one cluster and one Lease: one works, the other stands by; it takes over when the first
 * is told to end, and when it is stopped in the middle of its work. The stopped one, continued, writes nothing more.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, suite, test } from 'node:test';
import { eventually } from '../env/eventually.ts';
import { requireTool } from '../env/require-tool.ts';
import { isWrite } from '../simulator/is-write.ts';
import { OPERATOR, SECOND_COPY } from './azure-side.ts';
import { leadershipOf, leaseOf, metricsOf, probe, startCopy } from './leading.ts';
import { pms } from './objects.ts';
import { NAMESPACE, type OperatorProcess, type Scene, startScene } from './scene.ts';

const PATIENCE = { deadlineMs: 120_000, everyMs: 50 };
/** client-go's: so long after the start of its last renewal a leader may write. */
const RENEW_DEADLINE_MS = 10_000;
const STOPPED_MS = 20_000;

suite('two copies of the operator', () => {
  let scene: Scene;
  let first: OperatorProcess;
  let second: OperatorProcess;
  before(async () => {
    scene = await startScene({ latencyScale: 0.3 });
    first = await startCopy(scene);
    await eventually('the first copy leads', async () => (await leadershipOf(first)) === '1', PATIENCE);
    second = await startCopy(scene, SECOND_COPY);
  });
  after(async () => scene?.stop());

  const plant = (workspaces: number) =>
    pms({
      subscriptionId: scene.azure.subscriptionId,
      name: 'plant-a',
      workspaces: Array.from({ length: workspaces }, (_, index) => ({ name: `law-${index}` })),
    });
  const converged = (generation: number) =>
    scene.kubectl(
      'wait',
      `--for=jsonpath={.status.convergedGeneration}=${generation}`,
      '--timeout=120s',
      'pms/plant-a',
    );
  const writesBy = async (principal: string) =>
    (await scene.azure.everybodysCalls()).filter(call => call.principal === principal && isWrite(call));

  const everythingIsMadeOnce = async () => {
    const puts = (await scene.azure.everybodysCalls())
      .filter(call => call.method === 'PUT' && call.status < 300)
      .map(call => call.path.toLowerCase());
    assert.deepEqual([...new Set(puts)].sort(), puts.sort(), 'nothing was made twice');
  };

  test('one works, and the other makes no call of Azure', async () => {
    await scene.apply(plant(1));
    await converged(1);
    assert.equal((await writesBy(OPERATOR)).length, 4);
    const calls = await scene.azure.everybodysCalls();
    assert.deepEqual(
      calls.filter(call => call.principal === SECOND_COPY.AZURE_CLIENT_ID),
      [],
    );
    assert.deepEqual([await leadershipOf(first), await leadershipOf(second)], ['1', '0']);
  });

  test('what it logs in a pass has the object and an id of the pass', () => {
    const lines = first
      .output()
      .split('\n')
      .filter(line => line.includes('"msg":"records written"'));
    assert.ok(lines.length > 0);
    for (const line of lines) {
      const { object, reconcileID } = JSON.parse(line);
      assert.equal(object, `${NAMESPACE}/plant-a`);
      assert.match(reconcileID, /^[-0-9a-f]{36}$/);
    }
  });

  test('both are live and ready, and serve metrics that promtool has nothing to say against', async t => {
    for (const copy of [first, second]) {
      for (const path of ['/livez', '/healthz', '/readyz']) assert.equal(await probe(copy, path), 200, path);
      const promtool = requireTool(t, 'promtool');
      if (promtool === undefined) continue;
      const input = await metricsOf(copy.metricsPort);
      const told = execFileSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8', stdio: 'pipe' });
      assert.equal(told, '');
    }
  });

  test('told to end in the middle of its work, the first gives the lease back, and the other goes on', async () => {
    await scene.apply(plant(3));
    await eventually('its first write', async () => (await writesBy(OPERATOR)).length > 4, PATIENCE);
    await first.stop('SIGTERM', 25_000);
    assert.equal(await first.ended, 0);
    await eventually('the second copy leads', async () => (await leadershipOf(second)) === '1', PATIENCE);
    await converged(2);
    await everythingIsMadeOnce();
    const lease = await leaseOf(scene);
    assert.equal(lease?.leaseTransitions, 1);
  });

  for (const { name, moment, workspaces, generation } of [
    { name: 'its first write', moment: /\/workspaces\//, workspaces: 6, generation: 3 },
    { name: 'its first link', moment: /\/scopedresources\//, workspaces: 9, generation: 4 },
  ]) {
    test(`a leader stopped for 20 s at ${name} loses the lease, and writes nothing when it goes on`, async () => {
      const leader = second;
      const standby = await startCopy(scene);
      const before = (await writesBy(SECOND_COPY.AZURE_CLIENT_ID)).length;
      await scene.apply(plant(workspaces));
      await eventually(
        name,
        async () =>
          (await writesBy(SECOND_COPY.AZURE_CLIENT_ID))
            .slice(before)
            .some(call => call.method === 'PUT' && moment.test(call.path.toLowerCase())),
        { ...PATIENCE, everyMs: 10 },
      );
      process.kill(leader.pid, 'SIGSTOP');
      const stoppedAt = Date.now();
      await eventually('the other leads', async () => (await leadershipOf(standby)) === '1', PATIENCE);
      await eventually('20 s have passed', () => Date.now() - stoppedAt >= STOPPED_MS, PATIENCE);
      process.kill(leader.pid, 'SIGCONT');
      assert.equal(await leader.ended, 1);
      assert.match(leader.output(), /the lease is lost: nothing is written any more/);

      await converged(generation);
      await everythingIsMadeOnce();
      const late = (await writesBy(SECOND_COPY.AZURE_CLIENT_ID)).filter(
        call => Date.parse(call.time) > stoppedAt + RENEW_DEADLINE_MS,
      );
      assert.deepEqual(late, []);
      second = await startCopy(scene, SECOND_COPY);
      await standby.stop('SIGTERM', 25_000);
      await eventually('the second copy leads', async () => (await leadershipOf(second)) === '1', PATIENCE);
    });
  }
});
