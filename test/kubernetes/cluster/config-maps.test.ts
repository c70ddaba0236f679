import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ConflictError, PortError } from '../../../src/domain/failures.ts';
import { mergePatch } from '../../env/api-client.ts';
import { type ControlPlane, startControlPlane } from '../../env/control-plane.ts';
import { eventually } from '../../env/eventually.ts';
import { connect, soon } from './connected.ts';

let controlPlane: ControlPlane;
before(async () => {
  controlPlane = await startControlPlane({ namespaces: ['dns'], crds: false });
});
after(() => controlPlane.stop());

const OURS = 'private-monitoring-scope';
const path = (name = '') => `/api/v1/namespaces/dns/configmaps${name && `/${name}`}`;
const wanted = (text: string) => ({
  annotations: { 'privatemonitoring.dev/target': 'cluster/default' },
  data: { 'pms.hosts': text },
});
const make = async (name: string, content: Record<string, unknown>) => {
  const reply = await controlPlane.request('POST', path(name).replace(`/${name}`, ''), {
    metadata: { name },
    ...content,
  });
  assert.equal(reply.status, 201);
};
const stored = async (name: string) => (await controlPlane.request('GET', path(name))).body;

/** The CRD is not served here, so `synced` never comes; each ConfigMap counts by itself. */
const connectTo = (t: Parameters<typeof connect>[0], ...names: string[]) =>
  connect(t, {
    kubeconfig: controlPlane.kubeconfig,
    configMaps: names.map(name => ({ namespace: 'dns', name })),
  });

const refused = (kind: string, reason: string, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof PortError, String(error));
  assert.deepEqual([error.failure.kind, error.failure.reason], [kind, reason], error.message);
  assert.match(error.message, words);
  return true;
};

for (const watched of [true, false]) {
  const kind = watched ? 'watched' : 'unwatched';
  test(`a ${kind} ConfigMap is created once, written, and read as written`, async t => {
    const ref = { namespace: 'dns', name: `made-${kind}` };
    const { configMaps, configMapChanges } = connectTo(t, ...(watched ? [ref.name] : []));
    assert.equal(await configMaps.read(ref, soon()), undefined);
    const options = { resourceVersion: '', force: false };
    const made = await configMaps.apply(ref, wanted('one'), options, soon());
    assert.deepEqual(made.data, { 'pms.hosts': 'one' });
    assert.deepEqual(made.dataManagers, { 'pms.hosts': [OURS] });
    assert.equal(made.annotations['privatemonitoring.dev/target'], 'cluster/default');
    assert.equal(made.bytes, 'pms.hosts'.length + 'one'.length);
    await assert.rejects(configMaps.apply(ref, wanted('two'), options, soon()), ConflictError);
    for (const text of ['two', 'three']) {
      const before = await configMaps.read(ref, soon());
      const { resourceVersion = '' } = before ?? {};
      const after = await configMaps.apply(ref, wanted(text), { resourceVersion, force: true }, soon());
      assert.deepEqual(await configMaps.read(ref, soon()), after);
    }
    assert.equal((await stored(ref.name)).data['pms.hosts'], 'three');
    assert.deepEqual(configMapChanges, []);
  });
}

test('a creation that comes too late changes nothing of what is there, our own keys included', async t => {
  const { configMaps } = connectTo(t);
  const ref = { namespace: 'dns', name: 'twice' };
  const options = { resourceVersion: '', force: false };
  await configMaps.apply(ref, wanted('one'), options, soon());
  const { resourceVersion } = (await stored('twice')).metadata;
  await assert.rejects(configMaps.apply(ref, wanted('two'), options, soon()), ConflictError);
  const { data, metadata } = await stored('twice');
  assert.deepEqual([data, metadata.resourceVersion], [{ 'pms.hosts': 'one' }, resourceVersion]);
});

test('what an apply leaves out is taken out, also after a creation', async t => {
  const { configMaps } = connectTo(t);
  const ref = { namespace: 'dns', name: 'shrinking' };
  const two = { annotations: {}, data: { a: '1', b: '2' } };
  const made = await configMaps.apply(ref, two, { resourceVersion: '', force: false }, soon());
  const { resourceVersion } = made;
  await configMaps.apply(ref, { annotations: {}, data: { a: '1' } }, { resourceVersion, force: false }, soon());
  assert.deepEqual((await stored('shrinking')).data, { a: '1' });
});

test('a stale resourceVersion is a conflict, also when the ConfigMap is gone', async t => {
  const { configMaps } = connectTo(t);
  const ref = { namespace: 'dns', name: 'raced' };
  await make('raced', { data: { theirs: 'x' } });
  const { resourceVersion = '' } = (await configMaps.read(ref, soon())) ?? {};
  await controlPlane.request('PATCH', path('raced'), { data: { theirs: 'y' } }, mergePatch);
  const late = () => configMaps.apply(ref, wanted('one'), { resourceVersion, force: true }, soon());
  await assert.rejects(late(), ConflictError);
  await controlPlane.request('DELETE', path('raced'));
  await assert.rejects(late(), ConflictError);
  assert.equal((await controlPlane.request('GET', path('raced'))).status, 404);
});

test('another manager’s key is taken only by force, and its other keys stay', async t => {
  const { configMaps } = connectTo(t, 'shared');
  const ref = { namespace: 'dns', name: 'shared' };
  const { stderr, exitCode } = await controlPlane.kubectl(
    ['apply', '--server-side', '--field-manager=helm', '-f', '-'],
    {
      input: JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: ref,
        data: { 'pms.hosts': 'theirs', Corefile: '.:53' },
        binaryData: { blob: Buffer.from('12345').toString('base64') },
      }),
    },
  );
  assert.equal(exitCode, 0, stderr);
  const found = await eventually('the ConfigMap is seen', () => configMaps.read(ref, soon()));
  assert.deepEqual(found.dataManagers, { 'pms.hosts': ['helm'], Corefile: ['helm'] });
  assert.equal(found.bytes, 'pms.hosts'.length + 'theirs'.length + 'Corefile'.length + 4 + 'blob'.length + 5);
  const { resourceVersion } = found;
  await assert.rejects(configMaps.apply(ref, wanted('ours'), { resourceVersion, force: false }, soon()), ConflictError);
  const taken = await configMaps.apply(ref, wanted('ours'), { resourceVersion, force: true }, soon());
  assert.deepEqual(taken.dataManagers['pms.hosts'], [OURS]);
  assert.deepEqual((await stored('shared')).data, { 'pms.hosts': 'ours', Corefile: '.:53' });
});

test('changes of a watched ConfigMap by others are told and seen, its deletion too', async t => {
  await make('watched', { data: { 'pms.hosts': 'one' } });
  const { configMaps, configMapChanges } = connectTo(t, 'watched', 'other');
  const ref = { namespace: 'dns', name: 'watched' };
  await eventually('what is there is told', () => configMapChanges.length === 1);
  await controlPlane.request(
    'PATCH',
    path('watched'),
    { data: { 'pms.hosts': 'edited' }, immutable: true },
    mergePatch,
  );
  await eventually('the edit is told', () => configMapChanges.length === 2);
  const edited = await configMaps.read(ref, soon());
  assert.deepEqual([edited?.data['pms.hosts'], edited?.immutable], ['edited', true]);
  await controlPlane.request('DELETE', path('watched'));
  await eventually('the deletion is told', () => configMapChanges.length === 3);
  assert.equal(await configMaps.read(ref, soon()), undefined);
  assert.deepEqual([...new Set(configMapChanges)], ['dns/watched']);
});

test('an immutable ConfigMap stalls the write', async t => {
  await make('frozen', { data: { 'pms.hosts': 'one' }, immutable: true });
  const { configMaps } = connectTo(t);
  const write = configMaps.apply({ namespace: 'dns', name: 'frozen' }, wanted('two'), { force: true }, soon());
  await assert.rejects(write, refused('Stalled', 'InvalidRequest', /writing ConfigMap dns\/frozen.*immutable/));
});

for (const { size, what } of [
  { size: 1024 * 1024 + 1, what: 'a ConfigMap of 1 MiB and 1 byte' },
  { size: 2 * 1024 * 1024, what: 'one that etcd would not take' },
  { size: 4 * 1024 * 1024, what: 'one that no request may hold' },
]) {
  test(`${what} is TooLarge, and the old content stays`, async t => {
    const { configMaps } = connectTo(t);
    const ref = { namespace: 'dns', name: `large-${size}` };
    const { resourceVersion } = await configMaps.apply(
      ref,
      wanted('good'),
      { resourceVersion: '', force: true },
      soon(),
    );
    const write = configMaps.apply(ref, wanted('x'.repeat(size)), { resourceVersion, force: true }, soon());
    await assert.rejects(write, refused('Stalled', 'TooLarge', /writing ConfigMap dns\/large/));
    assert.equal((await stored(ref.name)).data['pms.hosts'], 'good');
  });
}

test('a ConfigMap in a namespace that is not there waits for it', async t => {
  const { configMaps } = connectTo(t);
  const ref = { namespace: 'nowhere', name: 'hosts' };
  assert.equal(await configMaps.read(ref, soon()), undefined);
  const write = configMaps.apply(ref, wanted('one'), { resourceVersion: '', force: false }, soon());
  await assert.rejects(write, refused('Waiting', 'NotFound', /nowhere/));
});

test('one with an owner goes with it, is taken over with its owner, and is removed only at the version that was read', async t => {
  const { configMaps } = connectTo(t);
  const ref = { namespace: 'dns', name: 'plant-a-dns' };
  const owner = (uid: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: 'plant-a', uid });
  const uids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;
  const made = await configMaps.apply(
    ref,
    { ...wanted('one'), owner: owner(uids[0]) },
    { resourceVersion: '', force: false },
    soon(),
  );
  assert.deepEqual(made.owners, [uids[0]]);
  const { resourceVersion } = made;
  const next = { ...wanted('one'), owner: owner(uids[1]) };
  const taken = await configMaps.apply(ref, next, { resourceVersion, force: true }, soon());
  assert.deepEqual(taken.owners, [uids[1]]);
  await assert.rejects(configMaps.remove(ref, resourceVersion, soon()), ConflictError);
  await configMaps.remove(ref, taken.resourceVersion, soon());
  assert.equal(await configMaps.read(ref, soon()), undefined);
  await configMaps.remove(ref, taken.resourceVersion, soon());
});
