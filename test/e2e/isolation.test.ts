/**
 * Proof and isolation, driven by kubectl alone: a real query through the private endpoint comes before the closing, the
 * public side is refused after it, a proof that fails takes it back, and a deletion does not strand what stays.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { OwnedProcess } from '../env/child-process.ts';
import { eventually } from '../env/eventually.ts';
import { freePort } from '../env/free-port.ts';
import { pms } from './objects.ts';
import { type Scene, startScene } from './scene.ts';

const PATIENCE = { deadlineMs: 150_000, everyMs: 250 };
const READY = ['wait', '--for=condition=Ready', '--timeout=120s'];

interface ConditionView {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

suite('isolation, end to end', () => {
  let scene: Scene;
  let operator: OwnedProcess;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1 });
    operator = await scene.startOperator();
  });
  after(async () => scene?.stop());

  const closing = { name: 'law-plant-a', isolation: { query: 'Disabled' } };
  const plantA = (spec: Readonly<Record<string, unknown>> = {}) =>
    pms({
      subscriptionId: scene.azure.subscriptionId,
      name: 'plant-a',
      workspaces: [closing],
      spec: { dns: { verifyServers: [scene.coreDns.server] }, ...spec },
    });
  const workspace = async () =>
    (
      await scene.azure.call(
        'GET',
        `${scene.azure.group}/providers/Microsoft.OperationalInsights/workspaces/law-plant-a`,
      )
    ).properties;
  const status = async () => JSON.parse(await scene.kubectl('get', 'pms', 'plant-a', '-o', 'json')).status;
  const condition = async (type: string): Promise<ConditionView | undefined> =>
    (await status()).conditions.find((one: ConditionView) => one.type === type);
  const eventuallyTold = (type: string, reason: string) =>
    eventually(
      `${type} says ${reason}`,
      async () => {
        const told = await condition(type);
        return told?.reason === reason ? told : undefined;
      },
      PATIENCE,
    );

  test('an object that asks for a closing becomes Ready with the workspace closed, as asked and no more', async () => {
    await scene.apply(plantA());
    await scene.kubectl(...READY, 'pms/plant-a');
    const found = await workspace();
    assert.equal(found.publicNetworkAccessForQuery, 'Disabled');
    assert.equal(found.publicNetworkAccessForIngestion, 'Enabled');
    const path = await condition('PathVerified');
    assert.equal(path?.status, 'True');
    assert.match(path?.message ?? '', /law-plant-a answered through 127\.13\.1\.\d+; measured from pod /);
    assert.match((await condition('RecordsResolving'))?.message ?? '', /answers of 127\.0\.0\.\d+:\d+, 127\.0\.0\./);
    assert.match(await scene.kubectl('get', 'pms'), /ISOLATED.*\nplant-a\s+True\s+Ready\s+\d+\s+True\s/);
  });

  test('the query through the private endpoint was answered before the closing, which is one PATCH', async () => {
    const { azure } = scene;
    const patches = (await azure.calls()).filter(call => call.method === 'PATCH');
    assert.deepEqual(
      patches.map(call => call.path.split('/').at(-1)),
      ['law-plant-a'],
    );
    const queries = (await azure.dataPlaneCalls()).filter(call => call.status === 200);
    const [first] = queries;
    assert.ok(first && patches[0] && Date.parse(first.time) <= Date.parse(patches[0].time));
    const entry = (await status()).resources.find((one: { key: string }) => one.key === 'workspace/law-plant-a');
    assert.deepEqual(entry.closed.before, { query: 'Enabled' });
    assert.ok(Date.parse(entry.closed.provedAt) <= Date.parse(entry.closed.at));
  });

  test('from then on the public side is refused', async () => {
    assert.equal(await scene.azure.publicQuery((await workspace()).customerId), '403 NspValidationFailedError');
  });

  test('a proof that fails for a minute during the trial takes the closing back, and it stays so', async () => {
    const error = {
      code: 'InsufficientAccessError',
      message: 'insufficient access',
      innererror: { code: 'PrivateLinkValidationFailedError', message: 'not through this private link' },
    };
    await scene.azure.faults([
      { match: { service: 'data-plane', path: '*/query' }, instead: { status: 403, body: { error } } },
    ]);
    const path = await eventuallyTold('PathVerified', 'OtherScope');
    assert.match(path.message, /query of law-plant-a through 127\.13\.1\.\d+: 403 PrivateLinkValidationFailedError/);
    const told = await eventuallyTold('Isolated', 'IsolationRolledBack');
    assert.equal(told.status, 'False');
    await eventually(
      'query access is open',
      async () => (await workspace()).publicNetworkAccessForQuery === 'Enabled',
      PATIENCE,
    );
    await scene.azure.faults([]);
    await eventually(
      'the path is proved again',
      async () => (await condition('PathVerified'))?.status === 'True',
      PATIENCE,
    );
    assert.equal((await workspace()).publicNetworkAccessForQuery, 'Enabled');
    assert.match((await condition('Isolated'))?.message ?? '', /change the spec to try again/);
    assert.match(await scene.kubectl('events', '--for', 'pms/plant-a'), /Warning\s+IsolationRolledBack/);
  });

  test('a changed spec is tried again', async () => {
    await scene.apply(plantA({ interval: '11s' }));
    await scene.kubectl(...READY, 'pms/plant-a');
    assert.equal((await workspace()).publicNetworkAccessForQuery, 'Disabled');
  });

  test('what is asked to be open again is opened at once, and the status forgets the closing', async () => {
    const open = { name: 'law-plant-a', isolation: { query: 'Enabled' } };
    await scene.apply(plantA({ interval: '11s', workspaces: [open] }));
    await eventually('it is open', async () => (await workspace()).publicNetworkAccessForQuery === 'Enabled', PATIENCE);
    const forgotten = async () => !JSON.stringify((await status()).resources).includes('closed');
    await eventually('the inventory holds no closing', forgotten, PATIENCE);
    await scene.apply(plantA({ interval: '11s' }));
    await eventually(
      'it is closed',
      async () => (await workspace()).publicNetworkAccessForQuery === 'Disabled',
      PATIENCE,
    );
  });

  test('a deletion waits while the workspace would stay closed, and opens it first when told to', async () => {
    await scene.kubectl('delete', 'pms', 'plant-a', '--wait=false');
    const told = await eventuallyTold('Isolated', 'WouldStrand');
    assert.match(told.message, /spec\.isolation\.onDelete/);
    assert.ok((await scene.azure.ids()).some(id => id.endsWith('/privateendpoints/pe-plant-a')));
    const patch = JSON.stringify({ spec: { isolation: { onDelete: 'Reopen' } } });
    await scene.kubectl('patch', 'pms', 'plant-a', '--type=merge', '-p', patch);
    await scene.kubectl('wait', '--for=delete', '--timeout=120s', 'pms/plant-a');
    assert.equal((await workspace()).publicNetworkAccessForQuery, 'Enabled');
    assert.ok(!(await scene.azure.ids()).some(id => id.endsWith('/privateendpoints/pe-plant-a')));
  });

  test('a resolver that answers with public addresses holds Ready and the closing back, and is named', async () => {
    await scene.apply(plantA({ dns: { verifyServers: [scene.upstream.server] }, isolation: { onDelete: 'Reopen' } }));
    const wrong = await eventually(
      'the wrong answer is told',
      async () => {
        const found = await condition('RecordsResolving');
        return found?.message.includes('(public)') ? found : undefined;
      },
      PATIENCE,
    );
    assert.match(wrong.message, /\d+\/\d+ answers; 127\.0\.0\.\d+:\d+: \S+ A -> /);
    assert.match(wrong.message, /192\.0\.2\.10 \(public\)/);
    assert.equal((await workspace()).publicNetworkAccessForQuery, 'Enabled');
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=120s');
  });

  test('an operator that cannot reach the endpoint says so: Ready without a closing, and no closing', async () => {
    await operator.stop('SIGTERM', 25_000);
    await scene.startOperator({ dataPlanePort: await freePort() });
    await scene.apply(plantA({ workspaces: [{ name: 'law-plant-a' }] }));
    await scene.kubectl(...READY, 'pms/plant-a');
    const path = await condition('PathVerified');
    assert.deepEqual([path?.status, path?.reason], ['Unknown', 'NoVantage']);
    await scene.apply(plantA({ isolation: { onDelete: 'Reopen' } }));
    const told = await eventuallyTold('Isolated', 'NoVantage');
    assert.equal(told.status, 'False');
    assert.equal((await condition('Ready'))?.status, 'False');
    assert.equal((await workspace()).publicNetworkAccessForQuery, 'Enabled');
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=120s');
  });
});
