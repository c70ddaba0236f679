/**
 * Faults of the API server, with the packed operator behind the fault proxy: broken watches, refused and lost writes, the
 * server gone. After each the operator acts on the next change. One scene; a broken watch is each time that of an operator of
 * its own, since the pause after a break grows with every one.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { pms } from '../e2e/objects.ts';
import { NAMESPACE, type OperatorProcess, RECORDS, type Scene, startScene } from '../e2e/scene.ts';
import { mergePatch } from '../env/api-client.ts';
import { eventually } from '../env/eventually.ts';
import { type KubeFaultProxy, startKubeFaultProxy } from './kube-fault-proxy.ts';
import type { KubeFault } from './kube-fault-rules.ts';

const PATIENCE = { deadlineMs: 60_000, everyMs: 50 };
const OBJECTS = `/apis/privatemonitoring.dev/v1alpha1/namespaces/${NAMESPACE}/privatemonitoringscopes`;
const WATCH = { isWatch: true, path: /privatemonitoringscopes$/ };
const GONE = JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
});
const BROKEN = JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 500, message: 'etcd is unwell' } });

suite('the operator behind an API server that fails', () => {
  let scene: Scene;
  let proxy: KubeFaultProxy;
  let operator: OperatorProcess;
  let kubeconfig: string;
  before(async () => {
    scene = await startScene({ latencyScale: 0 });
    proxy = await startKubeFaultProxy(scene.controlPlane);
    const own = await scene.controlPlane.serviceAccountKubeconfig(NAMESPACE, 'pms-operator');
    kubeconfig = await proxy.kubeconfigThrough(own);
    operator = await start();
    await scene.apply(pms({ subscriptionId: scene.azure.subscriptionId, name: 'plant-a', spec: { interval: '1h' } }));
    await converged();
  });
  after(async () => {
    await proxy?.close();
    await scene?.stop();
  });
  afterEach(() => proxy.faults([]));

  const start = () => scene.startOperator({ env: { KUBECONFIG: kubeconfig } });
  const object = async () => (await scene.controlPlane.request('GET', `${OBJECTS}/plant-a`)).body;
  const converged = () =>
    eventually(
      'converged',
      async () => {
        const { metadata, status } = await object();
        return status?.convergedGeneration === metadata.generation;
      },
      PATIENCE,
    );
  let edits = 0;
  /** Seen through a watch alone: the next resync is an hour away. */
  const edit = async () => {
    const body = { spec: { tags: { edit: String(++edits) } } };
    const { status } = await scene.controlPlane.request('PATCH', `${OBJECTS}/plant-a`, body, mergePatch);
    assert.equal(status, 200);
  };
  const watches = () => proxy.calls.filter(call => call.isWatch && WATCH.path.test(call.path)).length;

  const once = (fault: Omit<KubeFault, 'match'>): readonly KubeFault[] => [{ match: { ...WATCH, nth: 1 }, ...fault }];
  for (const { name, faults } of [
    { name: 'reset', faults: [] },
    { name: 'followed by one that is reset at once', faults: once({ before: { reset: true } }) },
    { name: 'followed by HTTP 410', faults: once({ instead: { status: 410, reason: 'Expired' } }) },
    {
      name: 'followed by HTTP 429',
      faults: once({ instead: { status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 } }),
    },
    { name: 'followed by HTTP 500', faults: once({ instead: { status: 500 } }) },
    { name: 'followed by a 410 event', faults: once({ after: { firstLines: [GONE] } }) },
    { name: 'followed by an ERROR 500 event', faults: once({ after: { firstLines: [BROKEN] } }) },
    { name: 'followed by one that ends within a line', faults: once({ after: { cutAfterBytes: 60 } }) },
  ]) {
    test(`F5: a watch that is ${name} loses no change, and is not asked for in a spin`, async () => {
      await operator.stop('SIGKILL');
      const earlier = watches();
      operator = await start();
      await eventually('it watches', () => watches() > earlier, PATIENCE);
      const before = watches();
      proxy.faults(faults);
      await eventually('its watch is ended', () => proxy.endWatches('reset', WATCH.path) > 0, PATIENCE);
      await edit();
      await converged();
      assert.ok(operator.isRunning());
      assert.deepEqual(
        proxy.met(),
        faults.map(() => 1),
      );
      const asked = watches() - before;
      assert.ok(asked >= 1 && asked <= 6, `${asked} watches`);
    });
  }

  test('F5: a watch that is closed in good order loses no change', async () => {
    assert.ok(proxy.endWatches('close', WATCH.path) > 0);
    await edit();
    await converged();
  });

  test('F7: a status that is refused with 409 is read and written again, and what others wrote stays', async () => {
    const theirs = { metadata: { annotations: { 'example.com/theirs': 'stays' } } };
    await scene.controlPlane.request('PATCH', `${OBJECTS}/plant-a`, theirs, mergePatch);
    proxy.faults([
      { match: { path: /plant-a\/status$/, nth: 1, times: 3 }, instead: { status: 409, reason: 'Conflict' } },
    ]);
    await edit();
    await converged();
    assert.deepEqual(proxy.met(), [3]);
    assert.equal((await object()).metadata.annotations['example.com/theirs'], 'stays');
  });

  test('F7: a ConfigMap that is refused with 409 is read and written again, and a foreign key stays', async () => {
    const map = `/api/v1/namespaces/${NAMESPACE}/configmaps/${RECORDS}`;
    const before = (await scene.records())['pms.hosts'];
    const match = { method: ['PATCH', 'PUT'], path: /configmaps\/pms-records$/, nth: 1, times: 2 };
    proxy.faults([{ match, instead: { status: 409, reason: 'Conflict' } }]);
    const byHand = { data: { 'pms.hosts': '# by hand', theirs: 'stays' } };
    await scene.controlPlane.request('PATCH', map, byHand, mergePatch);
    await eventually('our key is back', async () => (await scene.records())['pms.hosts'] === before, PATIENCE);
    assert.equal((await scene.records()).theirs, 'stays');
    assert.deepEqual(proxy.met(), [2]);
  });

  test('F29: events that are refused with 403 fail no pass', async () => {
    proxy.faults([{ match: { path: /\/events/ }, instead: { status: 403, reason: 'Forbidden' } }]);
    const { azure } = scene;
    const workspace = `${azure.group}/providers/Microsoft.OperationalInsights/workspaces/law-plant-a`;
    await edit();
    await converged();
    assert.equal((await azure.call('GET', workspace)).tags.edit, String(edits));
    assert.ok(operator.isRunning());
  });

  test('F3: an API server killed and started again costs no restart, and the next change is acted on', async () => {
    await scene.controlPlane.killApiServer();
    await scene.controlPlane.startApiServer();
    await edit();
    await converged();
    assert.ok(operator.isRunning());
  });
});
