import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ConflictError, PortError } from '../../../src/domain/failures.ts';
import { FINALIZER } from '../../../src/domain/names.ts';
import type { PmsObject, Status } from '../../../src/domain/object.ts';
import { mergePatch } from '../../env/api-client.ts';
import { type ControlPlane, startControlPlane } from '../../env/control-plane.ts';
import { eventually } from '../../env/eventually.ts';
import { type Connected, connect, createPms, pmsPath, soon } from './connected.ts';

let controlPlane: ControlPlane;
before(async () => {
  controlPlane = await startControlPlane({ namespaces: ['plants', 'others'] });
});
after(() => controlPlane.stop());

const status = (text: string, conditions: readonly string[] = ['Ready']): Status => ({
  observedGeneration: 1,
  conditions: conditions.map(type => ({
    type,
    status: 'False',
    reason: 'Creating',
    message: text,
    observedGeneration: 1,
    lastTransitionTime: '2026-11-24T12:00:00Z',
  })) as NonNullable<Status['conditions']>,
});

const stored = async (name: string) => (await controlPlane.request('GET', pmsPath('plants', name))).body;

async function seen(kubernetes: Connected, name: string): Promise<PmsObject> {
  return eventually(`${name} is in the cache`, () => kubernetes.cluster.object({ namespace: 'plants', name }));
}

const edit = (name: string, body: unknown) => controlPlane.request('PATCH', pmsPath('plants', name), body, mergePatch);

test('the status is applied whole: what the next one leaves out is gone, and the cache has it at once', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
  await createPms(controlPlane, 'plants', 'status');
  const first = await kubernetes.cluster.applyStatus(
    await seen(kubernetes, 'status'),
    status('one', ['Ready', 'Reconciling']),
    soon(),
  );
  assert.deepEqual(kubernetes.cluster.object(first.metadata), first);
  const second = await kubernetes.cluster.applyStatus(first, status('two'), soon());
  assert.deepEqual(kubernetes.cluster.object(first.metadata), second);
  const { metadata, status: written } = await stored('status');
  assert.deepEqual(written, status('two'));
  assert.equal(metadata.resourceVersion, second.metadata.resourceVersion);
  const [entry] = metadata.managedFields.filter((one: { subresource?: string }) => one.subresource === 'status');
  assert.deepEqual([entry.manager, entry.operation], ['pms-controller', 'Apply']);
});

test('a status from a stale copy is refused as a conflict and changes nothing', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
  await createPms(controlPlane, 'plants', 'stale');
  const stale = await seen(kubernetes, 'stale');
  await edit('stale', { metadata: { annotations: { edited: 'yes' } } });
  await assert.rejects(kubernetes.cluster.applyStatus(stale, status('late'), soon()), ConflictError);
  await assert.rejects(kubernetes.cluster.setFinalizer(stale, true, soon()), ConflictError);
  assert.equal((await stored('stale')).status, undefined);
});

for (const { what, wrong } of [
  { what: 'the wrong type', wrong: { observedGeneration: 'one' } as unknown as Status },
  { what: 'a value out of bounds', wrong: { observedGeneration: -1 } },
]) {
  test(`a status with ${what} stalls with the words of the API server`, async t => {
    const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
    const name = what.replaceAll(' ', '-');
    await createPms(controlPlane, 'plants', name);
    const object = await seen(kubernetes, name);
    await assert.rejects(kubernetes.cluster.applyStatus(object, wrong, soon()), (error: unknown) => {
      assert.ok(error instanceof PortError);
      assert.deepEqual([error.failure.kind, error.failure.reason], ['Stalled', 'InvalidRequest'], error.message);
      assert.match(error.message, /writing the status of plants\/.*observedGeneration/);
      return true;
    });
  });
}

test('our own writes are not told as news, others’ are, once', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig, namespace: 'plants' });
  await kubernetes.synced;
  await createPms(controlPlane, 'plants', 'news');
  let object = await seen(kubernetes, 'news');
  object = await kubernetes.cluster.setFinalizer(object, true, soon());
  for (const text of ['one', 'two', 'three'])
    object = await kubernetes.cluster.applyStatus(object, status(text), soon());
  await edit('news', { spec: { suspend: true } });
  const suspended = await eventually('the edit is in the cache', () => {
    const now = kubernetes.cluster.object(object.metadata);
    return now?.spec.suspend ? now : undefined;
  });
  assert.deepEqual(suspended.status, status('three'));
  const news = kubernetes.changes.filter(change => change.endsWith('/news'));
  assert.deepEqual(news, ['added plants/news', 'changed plants/news']);
});

test('the finalizer holds the object, leaves others’ alone, and its removal lets the object go', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
  await createPms(controlPlane, 'plants', 'held');
  await edit('held', { metadata: { finalizers: ['example.com/other'] } });
  const found = await eventually('the other finalizer is in the cache', () => {
    const now = kubernetes.cluster.object({ namespace: 'plants', name: 'held' });
    return now?.metadata.finalizers.length === 1 ? now : undefined;
  });
  const guarded = await kubernetes.cluster.setFinalizer(found, true, soon());
  assert.deepEqual((await stored('held')).metadata.finalizers, ['example.com/other', FINALIZER]);
  assert.equal(await kubernetes.cluster.setFinalizer(guarded, true, soon()), guarded);
  await controlPlane.request('DELETE', pmsPath('plants', 'held'));
  const deleting = await eventually('the deletion is in the cache', () => {
    const now = kubernetes.cluster.object(guarded.metadata);
    return now?.metadata.deletionTimestamp ? now : undefined;
  });
  const released = await kubernetes.cluster.setFinalizer(deleting, false, soon());
  assert.deepEqual((await stored('held')).metadata.finalizers, ['example.com/other']);
  assert.deepEqual(kubernetes.cluster.object(released.metadata), released);
  await edit('held', { metadata: { finalizers: null } });
  await eventually('the end is told', () => kubernetes.changes.includes('deleted plants/held'));
  assert.equal(kubernetes.cluster.object(released.metadata), undefined);
});

test('the last finalizer taken off takes the object out of the cache at once; taking it off again is done already', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
  await createPms(controlPlane, 'plants', 'going');
  const guarded = await kubernetes.cluster.setFinalizer(await seen(kubernetes, 'going'), true, soon());
  await controlPlane.request('DELETE', pmsPath('plants', 'going'));
  const deleting = await eventually('the deletion is in the cache', () => {
    const now = kubernetes.cluster.object(guarded.metadata);
    return now?.metadata.deletionTimestamp ? now : undefined;
  });
  await kubernetes.cluster.setFinalizer(deleting, false, soon());
  assert.equal(kubernetes.cluster.object(deleting.metadata), undefined);
  assert.equal((await controlPlane.request('GET', pmsPath('plants', 'going'))).status, 404);
  const again = await kubernetes.cluster.setFinalizer(deleting, false, soon());
  assert.deepEqual(again.metadata.finalizers, []);
  await assert.rejects(kubernetes.cluster.applyStatus(deleting, status('late'), soon()), ConflictError);
  await eventually('the end is told', () => kubernetes.changes.includes('deleted plants/going'));
  assert.equal(kubernetes.cluster.object(deleting.metadata), undefined);
});

test('an object that is deleted and made again is another one', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
  await createPms(controlPlane, 'plants', 'again');
  const first = await seen(kubernetes, 'again');
  await controlPlane.request('DELETE', pmsPath('plants', 'again'));
  await createPms(controlPlane, 'plants', 'again');
  await eventually('the new uid is in the cache', () => {
    const now = kubernetes.cluster.object(first.metadata);
    return now !== undefined && now.metadata.uid !== first.metadata.uid;
  });
  const told = kubernetes.changes.filter(change => change.endsWith('/again')).map(change => change.split(' ')[0]);
  assert.deepEqual(told.slice(-2), ['deleted', 'added']);
});

test('with a namespace given only its objects are seen; what was there before is told as listed', async t => {
  await createPms(controlPlane, 'plants', 'here');
  await createPms(controlPlane, 'others', 'there');
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig, namespace: 'others' });
  assert.equal(kubernetes.isSynced(), false);
  await kubernetes.synced;
  assert.equal(kubernetes.isSynced(), true);
  assert.deepEqual(
    kubernetes.cluster.objects().map(({ metadata }) => metadata.name),
    ['there'],
  );
  assert.deepEqual(kubernetes.changes, ['listed others/there']);
});

test('the installation is the uid of kube-system, and each request is counted', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
  const namespace = await controlPlane.request('GET', '/api/v1/namespaces/kube-system');
  assert.equal(await kubernetes.installation(soon()), namespace.body.metadata.uid);
  const { host } = new URL(controlPlane.url);
  assert.ok(kubernetes.requests.some(one => one.method === 'GET' && one.code === '200' && one.host === host));
  assert.equal(kubernetes.namespace, 'default');
});
