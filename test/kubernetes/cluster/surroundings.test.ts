import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { PortError } from '../../../src/domain/failures.ts';
import { mergePatch } from '../../env/api-client.ts';
import { type ControlPlane, startControlPlane } from '../../env/control-plane.ts';
import { eventually } from '../../env/eventually.ts';
import { type Connected, connect, createPms, pmsPath, soon } from './connected.ts';

let controlPlane: ControlPlane;
before(async () => {
  controlPlane = await startControlPlane({ namespaces: ['plants', 'dns'], auditLog: true });
});
after(() => controlPlane.stop());

async function objectIn(kubernetes: Connected, name: string) {
  return eventually(`${name} is in the cache`, () => kubernetes.cluster.object({ namespace: 'plants', name }));
}

const eventsOf = async (name: string) => {
  const reply = await controlPlane.request('GET', '/apis/events.k8s.io/v1/namespaces/plants/events');
  return reply.body.items.filter((one: { regarding: { name: string } }) => one.regarding.name === name);
};

test('an event is seen by kubectl, and a repeat counts up in the same one', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
  await createPms(controlPlane, 'plants', 'told');
  const object = await objectIn(kubernetes, 'told');
  const created = { type: 'Normal', reason: 'Creating', note: 'creating workspace law-told' } as const;
  const warned = { type: 'Warning', reason: 'SubnetFull', note: `${'ü'.repeat(600)}` } as const;
  kubernetes.cluster.emit(object, created);
  kubernetes.cluster.emit(object, warned);
  await kubernetes.flushEvents(soon());
  for (const _ of [1, 2]) kubernetes.cluster.emit(object, created);
  await kubernetes.flushEvents(soon());
  const events = await eventsOf('told');
  assert.equal(events.length, 2);
  const repeated = events.find((one: { reason: string }) => one.reason === 'Creating');
  assert.equal(repeated.series.count, 3);
  assert.equal(repeated.reportingController, 'private-monitoring-scope');
  assert.equal(repeated.reportingInstance, 'test-instance');
  assert.equal(repeated.regarding.uid, object.metadata.uid);
  const cut = events.find((one: { reason: string }) => one.reason === 'SubnetFull');
  assert.equal(cut.note, `${'ü'.repeat(510)}...`);
  const described = await controlPlane.kubectl(['-n', 'plants', 'describe', 'pms', 'told']);
  assert.match(
    described.stdout,
    /Normal +Creating +.*\(x3 over .*private-monitoring-scope.*creating workspace law-told/,
  );
  const listed = await controlPlane.kubectl(['-n', 'plants', 'events', '--for', 'pms/told']);
  assert.match(listed.stdout, /Warning +SubnetFull/);
});

test('an event that was deleted meanwhile is made again', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
  await createPms(controlPlane, 'plants', 'forgotten');
  const object = await objectIn(kubernetes, 'forgotten');
  const event = { type: 'Normal', reason: 'Updating', note: 'updating' } as const;
  kubernetes.cluster.emit(object, event);
  await kubernetes.flushEvents(soon());
  const [first] = await eventsOf('forgotten');
  await controlPlane.request('DELETE', `/apis/events.k8s.io/v1/namespaces/plants/events/${first.metadata.name}`);
  kubernetes.cluster.emit(object, event);
  await kubernetes.flushEvents(soon());
  const again = await eventsOf('forgotten');
  assert.equal(again.length, 1);
  assert.equal(again[0].series.count, 2);
  assert.deepEqual(kubernetes.log.lines, []);
});

/** The API server takes no loopback address here; nothing dials these. */
async function slice(name: string, content: Record<string, unknown>) {
  const reply = await controlPlane.request('POST', '/apis/discovery.k8s.io/v1/namespaces/dns/endpointslices', {
    metadata: { name, labels: { 'kubernetes.io/service-name': 'coredns' } },
    ...content,
  });
  assert.equal(reply.status, 201, reply.body.message);
}

test('the addresses of a Service are those of its endpoints that are ready and not terminating, of both families', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
  const asked = (port?: string) =>
    kubernetes.endpoints.addresses({ namespace: 'dns', service: 'coredns', ...(port ? { port } : {}) }, soon());
  assert.deepEqual(await asked(), []);
  const ports = [
    { name: 'dns-tcp', port: 5353, protocol: 'TCP' },
    { name: 'dns', port: 5354, protocol: 'UDP' },
    { name: 'other', port: 5355, protocol: 'UDP' },
  ];
  const pod = (name: string) => ({ targetRef: { kind: 'Pod', name, namespace: 'dns' } });
  await slice('four', {
    addressType: 'IPv4',
    ports,
    endpoints: [
      { addresses: ['192.0.2.3'], conditions: { ready: true }, ...pod('coredns-b') },
      { addresses: ['192.0.2.2'], conditions: {}, ...pod('coredns-a') },
      { addresses: ['192.0.2.4'], conditions: { ready: false } },
      { addresses: ['192.0.2.5'], conditions: { ready: true, terminating: true } },
    ],
  });
  await slice('moved', { addressType: 'IPv4', ports, endpoints: [{ addresses: ['192.0.2.3'], ...pod('coredns-b') }] });
  await slice('six', {
    addressType: 'IPv6',
    ports,
    endpoints: [{ addresses: ['fd00::2'], conditions: { ready: true } }],
  });
  assert.deepEqual(await asked(), [
    { name: 'coredns-a (192.0.2.2)', address: '192.0.2.2', port: 5354 },
    { name: 'coredns-b (192.0.2.3)', address: '192.0.2.3', port: 5354 },
    { name: 'coredns (fd00::2)', address: 'fd00::2', port: 5354 },
  ]);
  const portsAsked = async (port: string) => [...new Set((await asked(port)).map(server => server.port))];
  assert.deepEqual(await portsAsked('other'), [5355]);
  assert.deepEqual(await portsAsked('5353'), [5353]);
  assert.deepEqual(await portsAsked('none'), []);
});

async function grant(user: string, rules: readonly unknown[]) {
  await controlPlane.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: user },
    rules,
  });
  await controlPlane.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: user },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
    subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
  });
}

const reads = {
  apiGroups: ['privatemonitoring.dev'],
  resources: ['privatemonitoringscopes'],
  verbs: ['list', 'watch'],
};
const isForbidden = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof PortError, String(error));
  assert.deepEqual([error.failure.kind, error.failure.reason], ['Stalled', 'Forbidden']);
  assert.match(error.message, words);
  return true;
};

async function connectAs(t: TestContext, user: string) {
  const configMaps = [{ namespace: 'dns', name: 'hosts' }];
  return connect(t, { kubeconfig: await controlPlane.userKubeconfig(user), configMaps });
}

test('without rights every write says Forbidden and what was refused; events only log it', async t => {
  await grant('reader', [reads]);
  await createPms(controlPlane, 'plants', 'guarded');
  const kubernetes = await connectAs(t, 'reader');
  await kubernetes.synced;
  const object = await objectIn(kubernetes, 'guarded');
  const { cluster, configMaps } = kubernetes;
  const ref = { namespace: 'dns', name: 'hosts' };
  const wanted = { annotations: {}, data: { a: '1' } };
  await assert.rejects(cluster.setFinalizer(object, true, soon()), isForbidden(/User "reader" cannot patch/));
  await assert.rejects(cluster.applyStatus(object, {}, soon()), isForbidden(/privatemonitoringscopes\/status/));
  await assert.rejects(configMaps.read(ref, soon()), isForbidden(/reading ConfigMap dns\/hosts.*cannot get/));
  await assert.rejects(configMaps.apply(ref, wanted, { force: true }, soon()), isForbidden(/cannot patch/));
  await assert.rejects(kubernetes.installation(soon()), isForbidden(/kube-system/));
  cluster.emit(object, { type: 'Normal', reason: 'Creating', note: 'x' });
  await kubernetes.flushEvents(soon());
  const lost = kubernetes.log.lines.filter(line => line.message === 'an event cannot be recorded');
  assert.equal(lost.length, 1);
  assert.match(String(lost[0]?.fields.error), /403 Forbidden/);
});

test('a right that is granted later is found without a restart', async t => {
  const kubernetes = await connectAs(t, 'late');
  await eventually('the refusal is logged', () =>
    kubernetes.log.lines.some(line => /403/.test(String(line.fields.error))),
  );
  assert.equal(kubernetes.isSynced(), false);
  await grant('late', [reads]);
  await kubernetes.synced;
  assert.equal(kubernetes.cluster.objects().length > 0, true);
});

test('objects made after the API server was killed and started again are seen', async t => {
  const kubernetes = connect(t, { kubeconfig: controlPlane.kubeconfig });
  await kubernetes.synced;
  await createPms(controlPlane, 'plants', 'before');
  const object = await objectIn(kubernetes, 'before');
  await controlPlane.killApiServer();
  await assert.rejects(kubernetes.cluster.applyStatus(object, {}, soon()), (error: unknown) => {
    assert.ok(error instanceof PortError);
    assert.deepEqual([error.failure.kind, error.failure.reason], ['Waiting', 'ClusterUnreachable'], error.message);
    return true;
  });
  await controlPlane.startApiServer();
  await createPms(controlPlane, 'plants', 'after');
  await controlPlane.request('PATCH', pmsPath('plants', 'before'), { spec: { suspend: true } }, mergePatch);
  await objectIn(kubernetes, 'after');
  await eventually('the edit is seen', () => kubernetes.cluster.object(object.metadata)?.spec.suspend === true);
  assert.deepEqual(kubernetes.changes.slice(-3).sort(), [
    'added plants/after',
    'added plants/before',
    'changed plants/before',
  ]);
});

test('the API server knows us by one user agent', async () => {
  const events = await controlPlane.auditEvents();
  const agents = new Set(events.map(event => event.userAgent).filter(agent => agent?.startsWith('private-')));
  assert.deepEqual([...agents], ['private-monitoring-scope/0.0.0-test']);
});
