/**
 * The demo's cluster in memory behaves as an API server where the controller can tell the difference.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryCluster, type ObjectChange } from '../../src/commands/demo/cluster.ts';
import { createMemoryConfigMaps } from '../../src/commands/demo/config-maps.ts';
import { ConflictError, PortError } from '../../src/domain/failures.ts';
import type { PmsObject, Status } from '../../src/domain/object.ts';
import { NOW, spec } from '../model/plant.ts';

const signal = new AbortController().signal;
const key = { namespace: 'plant', name: 'plant-a' };
const status = (recordCount: number): Status => ({ recordCount });
const manifest = { metadata: { ...key, annotations: { note: 'x' } }, spec: spec() };

function plant() {
  let uids = 0;
  const clock = { now: () => NOW, after: () => () => {} };
  const cluster = createMemoryCluster({ clock, uid: () => `uid-${++uids}` });
  return { cluster, object: cluster.create(manifest) };
}

test('a new object has generation 1, a time of creation, no finalizer and no status', () => {
  const { cluster, object } = plant();
  const { uid, generation, finalizers, creationTimestamp, annotations } = object.metadata;
  assert.deepEqual([uid, generation, finalizers, annotations], ['uid-1', 1, [], { note: 'x' }]);
  assert.equal(creationTimestamp, '2026-11-24T12:00:00Z');
  assert.deepEqual(object.status, {});
  assert.equal(cluster.object(key), object);
  assert.deepEqual(cluster.objects(), [object]);
  assert.throws(() => cluster.create(manifest), ConflictError);
});

test('what was written is read at once, and the object that was read before stays as it was', async () => {
  const { cluster, object } = plant();
  const written = await cluster.applyStatus(object, status(11), signal);
  assert.equal(cluster.object(key), written);
  assert.deepEqual([written.status.recordCount, object.status.recordCount], [11, undefined]);
  assert.notEqual(written.metadata.resourceVersion, object.metadata.resourceVersion);
});

test('a write on top of an older reading is a conflict and changes nothing', async () => {
  const { cluster, object } = plant();
  const written = await cluster.applyStatus(object, status(11), signal);
  await assert.rejects(cluster.applyStatus(object, status(12), signal), ConflictError);
  await assert.rejects(cluster.setFinalizer(object, true, signal), ConflictError);
  assert.equal(cluster.object(key), written);
});

test('the generation follows the spec alone', async () => {
  const { cluster, object } = plant();
  const guarded = await cluster.setFinalizer(object, true, signal);
  const told = await cluster.applyStatus(guarded, status(11), signal);
  assert.equal(told.metadata.generation, 1);
  const edited = cluster.edit(key, before => ({ ...before, suspend: true }));
  assert.deepEqual([edited.metadata.generation, edited.spec.suspend, edited.status.recordCount], [2, true, 11]);
});

test('an annotation is added or replaced, beside the others and without a new generation', () => {
  const { cluster } = plant();
  cluster.annotate(key, { asked: 'once' });
  const { metadata } = cluster.annotate(key, { asked: 'again' });
  assert.deepEqual([metadata.annotations, metadata.generation], [{ note: 'x', asked: 'again' }, 1]);
  assert.throws(() => cluster.annotate({ ...key, name: 'other' }, {}), PortError);
});

test('a write that changes nothing is no new version and wakes nobody', async () => {
  const { cluster, object } = plant();
  const written = await cluster.applyStatus(object, status(11), signal);
  const seen: ObjectChange[] = [];
  cluster.watch(change => seen.push(change));
  assert.equal(await cluster.applyStatus(written, status(11), signal), written);
  assert.equal(await cluster.setFinalizer(written, false, signal), written);
  assert.equal(
    cluster.edit(key, before => ({ ...before })),
    written,
  );
  assert.deepEqual(seen, []);
});

test('a deletion waits for the finalizer, then the object is gone', async () => {
  const { cluster, object } = plant();
  await cluster.setFinalizer(object, true, signal);
  cluster.remove(key);
  const deleting = cluster.object(key);
  assert.ok(deleting);
  assert.deepEqual([deleting.metadata.deletionTimestamp, deleting.metadata.generation], ['2026-11-24T12:00:00Z', 2]);
  await cluster.setFinalizer(deleting, false, signal);
  assert.equal(cluster.object(key), undefined);
  await assert.rejects(cluster.applyStatus(deleting, status(1), signal), ConflictError);
});

test('an object without finalizer is gone at once, and its successor is another object', async () => {
  const { cluster, object } = plant();
  cluster.remove(key);
  assert.equal(cluster.object(key), undefined);
  const next = cluster.create(manifest);
  assert.equal(next.metadata.uid, 'uid-2');
  await assert.rejects(cluster.applyStatus(object, status(1), signal), ConflictError);
});

test('watchers get each change with what was before, until they end it', async () => {
  const { cluster, object } = plant();
  const seen: (readonly [number | undefined, number | undefined])[] = [];
  const unwatch = cluster.watch(({ before, after }) =>
    seen.push([before?.metadata.generation, after?.metadata.generation]),
  );
  await cluster.setFinalizer(object, true, signal);
  cluster.edit(key, before => ({ ...before, interval: '5m' }));
  cluster.remove(key);
  await cluster.setFinalizer(cluster.object(key) as PmsObject, false, signal);
  unwatch();
  cluster.create(manifest);
  assert.deepEqual(seen, [
    [1, 1],
    [1, 2],
    [2, 3],
    [3, undefined],
  ]);
});

test('what is handed out cannot be changed in place', () => {
  const { object } = plant();
  assert.throws(() => {
    object.spec.workspaces[0] = { name: 'law-other' };
  }, TypeError);
});

test('an aborted write is not made', async () => {
  const { cluster, object } = plant();
  const aborted = AbortSignal.abort(new Error('stopped'));
  await assert.rejects(cluster.applyStatus(object, status(1), aborted), /stopped/);
  await assert.rejects(cluster.setFinalizer(object, true, aborted), /stopped/);
  assert.equal(cluster.object(key), object);
});

test('an edit of what is not there says so', () => {
  const { cluster } = plant();
  const nobody = { namespace: 'plant', name: 'nobody' };
  assert.throws(() => cluster.edit(nobody, before => before), PortError);
  assert.throws(() => cluster.remove(nobody), PortError);
});

test('an event that is told again is counted, not repeated', () => {
  const { cluster, object } = plant();
  const event = { type: 'Normal', reason: 'Creating', note: 'a' } as const;
  cluster.emit(object, event);
  cluster.emit(object, { ...event, note: 'b' });
  cluster.emit(object, event);
  assert.deepEqual(
    cluster.events(key).map(({ note, count }) => [note, count]),
    [
      ['b', 1],
      ['a', 2],
    ],
  );
});

const ref = { namespace: 'dns', name: 'pms-hosts' };
const data = { 'pms.hosts': '127.13.1.4 api.monitor.azure.com\n' };

test('a ConfigMap is made when it must not exist, and replaced on the version that was read', async () => {
  const store = createMemoryConfigMaps();
  const seen: string[] = [];
  store.watch((_, view) => seen.push(view.resourceVersion));
  assert.equal(await store.read(ref, signal), undefined);
  const made = await store.apply(ref, { annotations: { a: '1' }, data }, { resourceVersion: '', force: false }, signal);
  assert.deepEqual([made.data, made.bytes], [data, 42]);
  const wanted = { annotations: { a: '1' }, data: { other: '' } };
  await assert.rejects(store.apply(ref, wanted, { resourceVersion: '', force: true }, signal), ConflictError);
  const { resourceVersion } = made;
  const next = await store.apply(ref, wanted, { resourceVersion, force: true }, signal);
  assert.deepEqual([next.data, await store.read(ref, signal)], [{ other: '' }, next]);
  await assert.rejects(store.apply(ref, wanted, { resourceVersion, force: true }, signal), ConflictError);
  assert.equal(await store.apply(ref, wanted, { force: true }, signal), next);
  assert.deepEqual(seen, [made.resourceVersion, next.resourceVersion]);
});
