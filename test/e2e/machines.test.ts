/**
 * The agent's half: three machines of Azure Arc are given agent, rule and endpoint, and report through the private
 * endpoint; one that resolves publicly is named; one that leaves the selector, and all when the object goes, lose what was
 * given. One scene; each test goes on where the last one ended.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { LINUX_COUNTERS } from '../../src/domain/performance-counters.ts';
import { eventually } from '../env/eventually.ts';
import { pms } from './objects.ts';
import { type Scene, startScene } from './scene.ts';
import { PATIENCE, watch } from './watch.ts';

suite('machines that report', () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ latencyScale: 0.05, seed: 'seed-machines.yaml', agent: true });
    await scene.startOperator();
  });
  after(() => scene?.stop());

  const { told, ready, object, remove, gone } = watch(() => scene, 'plant-a');
  const machine = (name: string) => `${scene.azure.group}/providers/Microsoft.HybridCompute/machines/${name}`;
  /** What hangs on a machine, by the last two segments of the ids. */
  const onMachine = async (name: string) =>
    (await scene.azure.ids())
      .filter(id => id.startsWith(`${machine(name).toLowerCase()}/`))
      .map(id =>
        id
          .split('/')
          .slice(-2)
          .join('/')
          .replace(/-[0-9a-f]{8}$/, ''),
      );
  const ALL = [
    'extensions/azuremonitorlinuxagent',
    'datacollectionruleassociations/configurationaccessendpoint',
    'datacollectionruleassociations/pms-linux',
  ];
  const status = async () => {
    const { machineCount, machines } = (await object()).status as unknown as {
      machineCount: Record<string, number>;
      machines: readonly Record<string, unknown>[];
    };
    return { machineCount, machines };
  };

  test('become Ready with heartbeats and counters of all three, and nothing is given to others', async () => {
    const dataCollection = {
      endpoints: [{ name: 'dce-plant-a' }],
      linuxPerformance: { preset: 'Recommended' },
      machines: { selector: { tags: { line: 'a' } }, installAgent: true },
    };
    const { subscriptionId } = scene.azure;
    const verification = { requireTelemetry: true };
    const workspaces = [{ name: 'law-plant-a', deletionPolicy: 'Delete' }];
    await scene.apply(pms({ subscriptionId, name: 'plant-a', workspaces, spec: { dataCollection, verification } }));
    await ready();
    const counters = await eventually(
      'counters of every machine',
      async () => {
        const { machines } = await status();
        return machines.every(one => one.lastPerformanceSample !== undefined) ? machines : undefined;
      },
      PATIENCE,
    );
    assert.deepEqual(
      counters.map(one => [String(one.id).split('/').at(-1), one.agent, one.associated, one.countersMissing]),
      ['line-1', 'line-2', 'line-3'].map(name => [name, 'Succeeded', true, 0]),
      `of ${LINUX_COUNTERS.length}`,
    );
    const { machineCount } = await status();
    assert.deepEqual(machineCount, { selected: 3, associated: 3, reporting: 3, private: 0 });
    for (const name of ['line-1', 'line-2', 'line-3'])
      assert.deepEqual((await onMachine(name)).sort(), [...ALL].sort());
    assert.deepEqual(await onMachine('office'), []);
    const { message } = await told('TelemetryFlowing', 'Reporting');
    assert.match(message, /^3 of 3 machines report; public ingestion is open/);
  });

  test('are named when they resolve publicly, and not when they do no more', async () => {
    await scene.azure.resolves(machine('line-2'), 'Public');
    const { message } = await told('TelemetryFlowing', 'PublicHeartbeat');
    assert.match(message, /line-2 from 127\./);
    await scene.azure.resolves(machine('line-2'), 'Private');
    await told('TelemetryFlowing', 'Reporting');
    await ready();
  });

  test('lose what they were given when the selector drops them', async () => {
    await scene.azure.call('PATCH', machine('line-3'), { tags: { line: 'b' } });
    await eventually('nothing on line-3', async () => (await onMachine('line-3')).length === 0, PATIENCE);
    assert.deepEqual((await onMachine('line-1')).sort(), [...ALL].sort());
    await eventually('two are left', async () => (await status()).machineCount.selected === 2, PATIENCE);
  });

  test('have nothing of ours when the object is gone', async () => {
    await remove();
    await gone();
    for (const name of ['line-1', 'line-2', 'line-3', 'office']) assert.deepEqual(await onMachine(name), []);
    const left = (await scene.azure.ids()).filter(id => /microsoft\.(insights|operationalinsights)\//.test(id));
    assert.deepEqual(left, []);
  });
});
