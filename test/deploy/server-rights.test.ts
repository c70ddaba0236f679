/**
 * The shipped roles on a real API server: with the service account's token the operator's own adapter does all that it
 * does, and what the operator has no business with is refused.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { momentNow } from '../../src/commands/operator-lead.ts';
import { ConflictError } from '../../src/domain/failures.ts';
import type { PmsObject, Status } from '../../src/domain/object.ts';
import { connectKubernetes, type Kubernetes } from '../../src/kubernetes/kubernetes.ts';
import { CLIENT_GO_TIMING } from '../../src/kubernetes/lease/lease.ts';
import { manifest } from '../crd/fixtures/edits.ts';
import { type ApiClient, apiClient, mergePatch } from '../env/api-client.ts';
import { type ControlPlane, startControlPlane } from '../env/control-plane.ts';
import { eventually } from '../env/eventually.ts';
import { logbook, realClock } from '../kubernetes/logbook.ts';
import { deploy } from './shipped.ts';

const namespace = 'private-monitoring';
const account = `system:serviceaccount:${namespace}:pms-operator`;
const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
const objects = (of: string) => `/apis/privatemonitoring.dev/v1alpha1/namespaces/${of}/privatemonitoringscopes`;
const records = { namespace, name: 'pms-records' };
const { signal } = new AbortController();

describe('the operator with the rights that are shipped', () => {
  const ending = new AbortController();
  const log = logbook();
  let cluster: ControlPlane;
  let kubernetes: Kubernetes;
  /** The same with a lease: nothing of it is written without. */
  let leasing: Kubernetes;
  let running: Promise<void>;
  let raw: ApiClient;

  before(async () => {
    cluster = await startControlPlane({ auditLog: true });
    for (const file of ['coredns/coredns.yaml', 'operator-rbac.yaml']) {
      const { exitCode, stderr } = await cluster.kubectl(['apply', '-f', join(deploy, file)]);
      assert.equal(exitCode, 0, stderr);
    }
    raw = apiClient(cluster.url, cluster.caCertificate, await cluster.serviceAccountToken(namespace, 'pms-operator'));
    const inForce = async () => (await raw.request('GET', objects('default'))).status === 200;
    await eventually('the roles are in force', inForce);
    const made = await cluster.request('POST', objects('default'), manifest());
    assert.equal(made.status, 201);
    kubernetes = connectKubernetes({
      kubeconfig: await cluster.serviceAccountKubeconfig(namespace, 'pms-operator'),
      version: 'test',
      log,
      clock: realClock,
      random: Math.random,
      configMaps: [records],
    });
    leasing = connectKubernetes({
      kubeconfig: await cluster.serviceAccountKubeconfig(namespace, 'pms-operator'),
      version: 'test',
      log,
      clock: realClock,
      random: Math.random,
      configMaps: [],
      leaderElection: { ...CLIENT_GO_TIMING, name: 'pms-operator', namespace, identity: 'test-copy', now: momentNow },
    });
    running = kubernetes.start(ending.signal);
    await kubernetes.synced;
  });
  after(async () => {
    ending.abort();
    await running;
    await kubernetes?.close();
    await leasing?.close();
    raw?.close();
    await cluster?.stop();
  });

  const plantA = (): PmsObject => {
    const found = kubernetes.cluster.object({ namespace: 'default', name: 'plant-a' });
    assert.ok(found);
    return found;
  };

  it('sees objects of every namespace, puts its finalizer on, writes the status and takes the finalizer off', async () => {
    const finalized = await kubernetes.cluster.setFinalizer(plantA(), true, signal);
    const status = { recordCount: 14, conditions: [] } as unknown as Status;
    const settled = await kubernetes.cluster.applyStatus(finalized, status, signal);
    assert.equal(settled.status?.recordCount, 14);
    assert.deepEqual((await kubernetes.cluster.setFinalizer(settled, false, signal)).metadata.finalizers, []);
  });

  it('tells events in the namespace of the object, and that one was repeated', async () => {
    const events = async () => (await cluster.request('GET', '/api/v1/namespaces/default/events')).body.items;
    for (let time = 0; time < 2; time++) {
      kubernetes.cluster.emit(plantA(), { type: 'Normal', reason: 'Ready', note: 'Fourteen records answer.' });
      await kubernetes.flushEvents(signal);
    }
    assert.equal((await events()).length, 1);
    assert.equal((await events())[0].involvedObject.name, 'plant-a');
  });

  it('makes the ConfigMap of the records, writes it again and watches it', async () => {
    const write = (text: string, resourceVersion: string) =>
      kubernetes.configMaps.apply(
        records,
        { annotations: { 'privatemonitoring.dev/target': 'plant/default' }, data: { 'pms.hosts': text } },
        { resourceVersion, force: true },
        signal,
      );
    const first = await write('# none\n', '');
    const second = await write('10.1.2.4 api.monitor.azure.com # default/plant-a\n', first.resourceVersion);
    await assert.rejects(write('# none\n', first.resourceVersion), ConflictError);
    assert.deepEqual(await kubernetes.configMaps.read(records, signal), second);
    await cluster.request('PATCH', `${configMaps}/pms-records`, { data: { 'pms.hosts': '# by hand\n' } }, mergePatch);
    await eventually('the change by hand is seen', async () => {
      const seen = await kubernetes.configMaps.read(records, signal);
      return seen?.data['pms.hosts'] === '# by hand\n';
    });
  });

  it('finds the pods of CoreDNS and the uid of the cluster', async () => {
    const slice = {
      metadata: { name: 'pms-coredns-1', labels: { 'kubernetes.io/service-name': 'pms-coredns' } },
      addressType: 'IPv4',
      ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
      endpoints: [{ addresses: ['10.244.0.7'] }],
    };
    const made = await cluster.request('POST', slices, slice);
    assert.equal(made.status, 201, made.body.message);
    const service = { namespace, service: 'pms-coredns', port: 'dns' };
    const [server] = await kubernetes.endpoints.addresses(service, signal);
    assert.deepEqual([server?.address, server?.port], ['10.244.0.7', 53]);
    assert.match(await kubernetes.installation(signal), /^[-0-9a-f]{36}$/);
  });

  it('with a lease to hold and before it holds it writes nothing', async () => {
    const wanted = { annotations: {}, data: { 'pms.hosts': '# by a follower\n' } };
    const write = leasing.configMaps.apply(records, wanted, { force: true }, signal);
    await assert.rejects(write, /writing ConfigMap .*: not sent: this process does not lead/);
  });

  it('makes the lease, holds it and gives it back', async () => {
    const term = await leasing.lease?.acquire(AbortSignal.timeout(20_000));
    const held = async () => (await cluster.request('GET', `${leases}/pms-operator`)).body.spec;
    const { holderIdentity, renewTime } = await held();
    assert.equal(holderIdentity, 'test-copy');
    await eventually('it is renewed', async () => (await held()).renewTime !== renewTime);
    await term?.release(5_000);
    assert.equal((await held()).holderIdentity, undefined);
  });

  it('was refused nothing in all that', async () => {
    const calls = (await cluster.auditEvents()).filter(({ user }) => user.username === account);
    const refused = calls.filter(call => call.responseStatus?.code === 403);
    assert.deepEqual(
      // Until the roles were in force, we asked for the list ourselves.
      refused.filter(call => call.userAgent !== 'pms-test').map(call => `${call.verb} ${call.requestURI}`),
      [],
    );
    const did = new Set(calls.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`));
    for (const call of [...['patch privatemonitoringscopes', 'create events', 'patch events', 'patch configmaps']]) {
      assert.ok(did.has(call), call);
    }
    assert.deepEqual(
      log.lines.filter(({ level }) => level === 'error' || level === 'warn'),
      [],
    );
  });

  it('lets people read as viewers and write as editors, and neither of them a status', async () => {
    const bind = (role: string, user: string) =>
      cluster.kubectl([
        'create',
        'rolebinding',
        user,
        `--clusterrole=${role}`,
        `--user=${user}`,
        '--namespace=default',
      ]);
    for (const role of ['pms-viewer', 'pms-editor']) assert.equal((await bind(role, `a-${role}`)).exitCode, 0);
    const may = async (user: string, verb: string, subresource = '') => {
      const spec = {
        user,
        resourceAttributes: {
          ...{ namespace: 'default', verb, group: 'privatemonitoring.dev', resource: 'privatemonitoringscopes' },
          ...(subresource === '' ? {} : { subresource }),
        },
      };
      const review = await cluster.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec });
      return review.body.status.allowed;
    };
    const writes = ['create', 'update', 'patch', 'delete'];
    for (const verb of ['get', 'list', 'watch']) {
      await eventually(`viewers may ${verb}`, () => may('a-pms-viewer', verb));
      await eventually(`editors may ${verb}`, () => may('a-pms-editor', verb));
    }
    for (const verb of writes) {
      assert.equal(await may('a-pms-viewer', verb), false, verb);
      await eventually(`editors may ${verb}`, () => may('a-pms-editor', verb));
      assert.equal(await may('a-pms-editor', verb, 'status'), false, verb);
    }
    const roles = (await cluster.request('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles')).body.items;
    const aggregated = roles.filter(
      ({ metadata }: { metadata: { name: string; labels?: object } }) =>
        /^pms-/.test(metadata.name) && Object.keys(metadata.labels ?? {}).some(label => /aggregate-to/.test(label)),
    );
    assert.deepEqual(
      aggregated.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
      ['pms-viewer'],
    );
  });

  const other = { metadata: { name: 'other' }, data: {} };
  const forbidden: readonly (readonly [string, string, string, unknown?, string?])[] = [
    ['make an object', 'POST', objects('default'), manifest({ 'metadata.name': 'plant-b' })],
    ['delete an object', 'DELETE', `${objects('default')}/plant-a`],
    ['replace an object', 'PUT', `${objects('default')}/plant-a`, manifest()],
    ['replace a status', 'PUT', `${objects('default')}/plant-a/status`, manifest()],
    ['list the ConfigMaps', 'GET', configMaps],
    ['read the Corefile', 'GET', `${configMaps}/pms-coredns`],
    ['write the Corefile', 'PATCH', `${configMaps}/pms-coredns`, { data: {} }, mergePatch],
    ['make another ConfigMap', 'POST', configMaps, other],
    ['make a ConfigMap in another namespace', 'POST', '/api/v1/namespaces/default/configmaps', other],
    ['delete the ConfigMap of the records', 'DELETE', `${configMaps}/pms-records`],
    ['read a ConfigMap of kube-system', 'GET', '/api/v1/namespaces/kube-system/configmaps/coredns'],
    ['take another lease', 'PUT', `${leases}/another`, { metadata: { name: 'another' }, spec: {} }],
    ['list the leases', 'GET', leases],
    ['delete the lease', 'DELETE', `${leases}/pms-operator`],
    ['read Secrets', 'GET', `/api/v1/namespaces/${namespace}/secrets`],
    ['read another namespace', 'GET', '/api/v1/namespaces/default'],
    ['list endpoints elsewhere', 'GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'],
    ['get a token', 'POST', `/api/v1/namespaces/${namespace}/serviceaccounts/pms-operator/token`, {}],
    ['list the ServiceAccounts', 'GET', '/api/v1/namespaces/default/serviceaccounts'],
    ['read another ServiceAccount', 'GET', '/api/v1/namespaces/default/serviceaccounts/default'],
    ['write another ServiceAccount', 'PATCH', '/api/v1/namespaces/default/serviceaccounts/default', {}, mergePatch],
    ['make pms-workload', 'POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'pms-workload' } }],
    ['delete pms-workload', 'DELETE', '/api/v1/namespaces/default/serviceaccounts/pms-workload'],
    ['list the Secrets called pms-credential', 'GET', '/api/v1/secrets?fieldSelector=metadata.name%3Dpms-credential'],
    ['read its own Secret', 'GET', `/api/v1/namespaces/${namespace}/secrets/pms-azure`],
    ['make a Secret', 'POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 'pms-credential' } }],
    ['delete pms-credential', 'DELETE', '/api/v1/namespaces/default/secrets/pms-credential'],
    ['read the CRDs', 'GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'],
  ];
  for (const [what, method, path, body, contentType] of forbidden) {
    it(`may not ${what}`, async () => {
      const reply = await raw.request(method, path, body, contentType);
      assert.equal(reply.status, 403, `${method} ${path}: ${reply.body.message}`);
    });
  }
});
