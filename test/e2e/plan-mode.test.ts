/**
 * Looking before anything is done, on the real control plane: mode Plan, `pms plan`, drift that is only reported, and a
 * run that is asked for. One scene; each test goes on where the last one ended.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '../env/eventually.ts';
import { isWrite } from '../simulator/is-write.ts';
import { pms } from './objects.ts';
import { type Scene, startScene } from './scene.ts';

const PATIENCE = { deadlineMs: 120_000, everyMs: 250 };
const READY = ['wait', '--for=condition=Ready', '--timeout=120s'];

suite('a PrivateMonitoringScope that is planned before it is made', () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1 });
    await scene.startOperator();
  });
  after(async () => scene?.stop());

  const plantA = (spec: Readonly<Record<string, unknown>> = {}) =>
    pms({ subscriptionId: scene.azure.subscriptionId, name: 'plant-a', spec });
  const TWO = [{ name: 'law-plant-a', retentionInDays: 30 }, { name: 'law-second' }];
  const both = (spec: Readonly<Record<string, unknown>> = {}) => plantA({ workspaces: TWO, ...spec });
  const object = async () => JSON.parse(await scene.kubectl('get', 'pms', 'plant-a', '-o', 'json'));
  const writes = async () => (await scene.azure.calls()).filter(isWrite);
  const workspace = () => `${scene.azure.group}/providers/Microsoft.OperationalInsights/workspaces/law-plant-a`;
  const waitForReason = (type: string, reason: string) =>
    scene.kubectl(
      'wait',
      `--for=jsonpath={.status.conditions[?(@.type=="${type}")].reason}=${reason}`,
      'pms/plant-a',
      '--timeout=120s',
    );

  test('mode Plan writes the plan into the status, takes no finalizer and writes nothing to Azure', async () => {
    await scene.apply(plantA({ mode: 'Plan' }));
    await waitForReason('Ready', 'PlanOnly');
    const { status, metadata } = await object();
    assert.equal(metadata.finalizers, undefined);
    assert.match(status.plan.summary, /^Plan: 4 to create, 0 to change, 0 to delete in Azure; 27 records to add/);
    assert.deepEqual(
      status.plan.actions.map(({ number, verb, key, after: waits }: Record<string, unknown>) => [
        number,
        verb,
        key,
        waits,
      ]),
      [
        [1, 'create', 'workspace/law-plant-a', undefined],
        [2, 'create', 'privateLinkScope', undefined],
        [3, 'create', 'scopedResource/law-plant-a', '1, 2'],
        [4, 'create', 'privateEndpoint', '3'],
      ],
    );
    assert.deepEqual(await writes(), []);
    assert.match(await scene.kubectl('events', '--for', 'pms/plant-a'), /Planned/);
  });

  test('a planned object goes at once when it is deleted, and nothing in Azure is touched', async () => {
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=20s');
    assert.deepEqual(await writes(), []);
  });

  test('pms plan tells the same, with the target that it has read', async () => {
    const { exitCode, stdout, stderr } = await scene.pms(
      ['plan', '-f', '-', '--simulated-azure', '--detailed-exitcode'],
      plantA(),
    );
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, /^note: namespace private-monitoring acts with the operator's own identity[^\n]*\n$/);
    assert.match(stdout, /^ {2}4\. \+ private endpoint pe-plant-a \(absent\) +after 3$/m);
    assert.match(stdout, /^~ records in default \(27 all together\) {2}after 4$/m);
  });

  test('what was planned is what is made; then there is nothing to do', async () => {
    const told = await scene.pms(['plan', '-f', '-', '--simulated-azure', '-o', 'json'], plantA());
    const planned = JSON.parse(told.stdout).actions.map(({ id }: { id: string }) => id.toLowerCase());
    await scene.apply(plantA());
    await scene.kubectl(...READY, 'pms/plant-a');
    const put = new Set((await writes()).map(call => call.path.toLowerCase()));
    assert.deepEqual([...put].sort(), planned.sort());
    const again = await scene.pms(['plan', '-f', '-', '--simulated-azure', '--detailed-exitcode'], plantA());
    assert.match(again.stdout, /Plan: nothing to do\. Azure and DNS are as asked\./);
    assert.equal(again.exitCode, 0, again.stderr);
  });

  test('a change of the file is planned against what is there, with the records of the target', async () => {
    const second = plantA({ workspaces: [{ name: 'law-plant-a', retentionInDays: 60 }, { name: 'law-second' }] });
    const { stdout } = await scene.pms(['plan', '-f', '-', '--simulated-azure'], second);
    assert.match(stdout, /^ +retentionInDays: 30 -> 60$/m);
    assert.match(stdout, /^~ records in default \(33 all together\)/m);
    assert.match(
      stdout,
      /\nPlan: 2 to create, 1 to change, 0 to delete in Azure; 6 records to add, 0 to change, 0 to take out\.\n$/,
    );
  });

  test('drift is told with field, expected and found, and put back', async () => {
    await scene.apply(plantA({ tags: { plant: 'a' } }));
    await scene.kubectl('wait', '--for=jsonpath={.status.convergedGeneration}=2', 'pms/plant-a', '--timeout=120s');
    const { tags } = await scene.azure.call('GET', workspace());
    await scene.azure.call('PATCH', workspace(), { tags: { ...tags, plant: 'b' } });
    await eventually(
      'both are told',
      async () => {
        const events = await scene.kubectl('events', '--for', 'pms/plant-a');
        return /DriftDetected[^\n]*tags\.plant is b, expected a/.test(events) && /DriftCorrected/.test(events);
      },
      PATIENCE,
    );
    assert.equal((await scene.azure.call('GET', workspace())).tags.plant, 'a');
  });

  test('a second workspace is an event that counts the records', async () => {
    await scene.apply(both({ tags: { plant: 'a' } }));
    await scene.kubectl('wait', '--for=jsonpath={.status.convergedGeneration}=3', 'pms/plant-a', '--timeout=120s');
    await eventually(
      'the event is there',
      async () => /RecordsChanged +\S+ +\+6 -0: /.test(await scene.kubectl('events', '--for', 'pms/plant-a')),
      PATIENCE,
    );
  });

  test('with driftPolicy Report drift is told and left', async () => {
    await scene.apply(both({ tags: { plant: 'a' }, driftPolicy: 'Report' }));
    await scene.kubectl('wait', '--for=jsonpath={.status.convergedGeneration}=4', 'pms/plant-a', '--timeout=120s');
    const { tags } = await scene.azure.call('GET', workspace());
    await scene.azure.call('PATCH', workspace(), { tags: { ...tags, plant: 'c' } });
    await waitForReason('Ready', 'DriftDetected');
    const before = (await writes()).length;
    await scene.kubectl('annotate', 'pms', 'plant-a', 'privatemonitoring.dev/requestedAt=now');
    await scene.kubectl('wait', '--for=jsonpath={.status.lastHandledRequest}=now', 'pms/plant-a', '--timeout=60s');
    assert.equal((await scene.azure.call('GET', workspace())).tags.plant, 'c');
    assert.equal((await writes()).length, before);
    await scene.apply(both({ tags: { plant: 'a' }, driftPolicy: 'Repair' }));
    await scene.kubectl('wait', '--for=jsonpath={.status.convergedGeneration}=5', 'pms/plant-a', '--timeout=120s');
    assert.equal((await scene.azure.call('GET', workspace())).tags.plant, 'a');
  });

  test('the annotation requestedAt has Azure looked at at once, whatever the interval', async () => {
    await scene.apply(both({ tags: { plant: 'a' }, interval: '24h' }));
    await scene.kubectl('wait', '--for=jsonpath={.status.convergedGeneration}=6', 'pms/plant-a', '--timeout=120s');
    const { tags } = await scene.azure.call('GET', workspace());
    await scene.azure.call('PATCH', workspace(), { tags: { ...tags, plant: 'd' } });
    await scene.kubectl('annotate', '--overwrite', 'pms', 'plant-a', 'privatemonitoring.dev/requestedAt=again');
    await scene.kubectl('wait', '--for=jsonpath={.status.lastHandledRequest}=again', 'pms/plant-a', '--timeout=60s');
    await eventually(
      'the tag is put back',
      async () => (await scene.azure.call('GET', workspace())).tags.plant === 'a',
      PATIENCE,
    );
  });

  test('released and retained, all stays in Azure without our tag', async () => {
    await scene.apply(both({ tags: { plant: 'a' }, deletionPolicy: 'Retain' }));
    const ids = await scene.azure.ids();
    await scene.kubectl('annotate', 'pms', 'plant-a', 'privatemonitoring.dev/release=true');
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=120s');
    assert.deepEqual(await scene.azure.ids(), ids);
    for (const id of ids.filter(one => /\/(workspaces|privateendpoints|privatelinkscopes)\/[^/]+$/.test(one))) {
      const { tags } = await scene.azure.call('GET', id);
      assert.deepEqual([tags['pms-owner'], tags.plant], [undefined, 'a'], id);
    }
  });
});
