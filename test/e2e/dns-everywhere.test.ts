/**
 * What an object says of its records, and what two objects say of one name, driven by kubectl alone: extra aliases, the
 * storage account's name, the administrator's lists, the ConfigMap of the exports, and who holds a name.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { mergePatch } from '../env/api-client.ts';
import { writesIn } from '../env/audit-log.ts';
import { dnsQuery } from '../env/dns-query.ts';
import { eventually } from '../env/eventually.ts';
import { pms, SHARED, twin } from './objects.ts';
import { NAMESPACE, type Scene, startScene } from './scene.ts';

const PATIENCE = { deadlineMs: 150_000, everyMs: 250 };
const ready = (name: string) => ['wait', '--for=condition=Ready', '--timeout=150s', `pms/${name}`];
const API = 'api.monitor.azure.com';
const BLOB = 'scadvisorcontentpl.blob.core.windows.net';
const EXPORTS = 'plant-a-dns';
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:pms-operator`;
/** At the same DNS server, which does not serve it: what is written is what counts. */
const NARROW = {
  name: 'narrow',
  kind: 'HostsFile',
  namespace: NAMESPACE,
  configMap: 'pms-narrow',
  allowedNamespaces: [NAMESPACE],
  ttlSeconds: 2,
  allowedSuffixes: ['monitor.azure.com', 'opinsights.azure.com', 'example.com'],
};

interface ConditionView {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

suite('the records of an object, end to end', () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1, targets: [NARROW] });
    await scene.startOperator();
  });
  after(async () => scene?.stop());

  const plant = (name: string, dns: unknown, more: Readonly<Record<string, unknown>> = {}) => {
    const network = name === 'plant-b' ? 'vnet-plant-b' : 'vnet-plant';
    return pms({ subscriptionId: scene.azure.subscriptionId, name, network, spec: { dns, ...more } });
  };
  const statusOf = async (name: string) => JSON.parse(await scene.kubectl('get', 'pms', name, '-o', 'json')).status;
  /** Of the spec as it is now: the same may have been said of the one before. */
  const told = (name: string, type: string, reason: string): Promise<ConditionView> =>
    eventually(
      `${type} of ${name} says ${reason}`,
      async () => {
        const { metadata, status } = JSON.parse(await scene.kubectl('get', 'pms', name, '-o', 'json'));
        return status?.conditions?.find(
          (one: ConditionView) =>
            one.type === type && one.reason === reason && one.observedGeneration === metadata.generation,
        );
      },
      PATIENCE,
    );
  const mapOf = async (name: string) =>
    (await scene.controlPlane.request('GET', `/api/v1/namespaces/${NAMESPACE}/configmaps/${name}`)).body;
  const answerOf = async (name: string) => (await dnsQuery({ server: scene.coreDns.server, name })).answers.join();
  const exportsSay = (what: string, holds: (data: Readonly<Record<string, string>>) => boolean) =>
    eventually(`the exports ${what}`, async () => holds((await mapOf(EXPORTS)).data ?? {}), PATIENCE);

  test('an extra alias answers like its sameAs; with aliases and blobStorage Disabled these names are left to others', async () => {
    const extraAliases = [{ name: 'query.monitor.azure.com', sameAs: API }];
    await scene.apply(plant('plant-a', { extraAliases, blobStorage: 'Disabled', aliases: 'Disabled' }));
    await scene.kubectl(...ready('plant-a'));
    assert.match(await answerOf(API), /^127\.13\.1\./);
    assert.equal(await answerOf('query.monitor.azure.com'), await answerOf(API));
    const hosts = (await scene.records())['pms.hosts'] ?? '';
    for (const name of [BLOB, twin(BLOB), 'api.loganalytics.io']) assert.ok(!hosts.includes(` ${name} `), name);
    const { records } = await statusOf('plant-a');
    assert.ok(!records.some(({ name }: { name: string }) => name.includes('blob')));
  });

  test('an extra alias that nobody let in is named in the condition, and stops no other record', async () => {
    const extraAliases = ['login.example.com', 'query.monitor.azure.com'].map(name => ({ name, sameAs: API }));
    await scene.apply(plant('plant-a', { extraAliases }));
    const { message, status } = await told('plant-a', 'RecordsPublished', 'RecordsRefused');
    assert.equal(status, 'False');
    assert.match(message, /^1 records of the endpoint are not published: login\.example\.com: not a name of Azure/);
    const hosts = (await scene.records())['pms.hosts'] ?? '';
    assert.ok(!hosts.includes('login.example.com'));
    for (const name of [...SHARED, 'query.monitor.azure.com', 'api.loganalytics.io'])
      assert.ok(hosts.includes(name), name);
  });

  test('a target’s lists refuse records by their own name, primary and derived, and let the others in', async () => {
    const extraAliases = [{ name: 'login.example.com', sameAs: API }];
    await scene.apply(plant('plant-a', { target: 'narrow', extraAliases }));
    const { message } = await told('plant-a', 'RecordsPublished', 'RecordsRefused');
    assert.match(message, /api\.loganalytics\.azure\.com: not under monitor\.azure\.com, opinsights\.azure\.com/);
    const hosts: string = (await mapOf('pms-narrow')).data['pms.hosts'];
    assert.match(hosts, /^127\.13\.1\.\d+ login\.example\.com #/m);
    assert.ok(hosts.includes(API) && hosts.includes(twin(API)));
    assert.doesNotMatch(hosts, /blob\.core|loganalytics|agentsvc/);
  });

  test('pms check, as the operator, has every right that its targets need, and reads both', async () => {
    const { stdout } = await scene.pms(['check', '--simulated-azure']);
    assert.match(stdout, /✓ rights in the cluster +all \d+ that the operator needs are held$/m);
    for (const target of ['default', 'narrow'])
      assert.match(stdout, new RegExp(`✓ dns target ${target} +\\d+ records in`));
  });

  test('exports without the right say which right is missing, and hold nothing else up', async () => {
    scene.willBeRefused(new RegExp(`^get configmaps ${NAMESPACE}/${EXPORTS}$`), 'exports that nobody let in');
    await scene.apply(plant('plant-a', { exports: ['rpz', 'hosts'] }));
    const { message } = await told('plant-a', 'RecordsExported', 'Forbidden');
    assert.match(message, /let the operator get, create, patch and delete ConfigMap private-monitoring\/plant-a-dns/);
    assert.equal((await told('plant-a', 'RecordsPublished', 'Published')).status, 'True');
  });

  test('a ConfigMap of that name that somebody else made is refused, and left as it is', async () => {
    const bound = ['--clusterrole=pms-exports', `--serviceaccount=${NAMESPACE}:pms-operator`];
    await scene.kubectl('create', 'rolebinding', 'pms-exports', ...bound);
    await scene.kubectl('create', 'configmap', EXPORTS, '--from-literal=hosts=theirs');
    const { message } = await told('plant-a', 'RecordsExported', 'ExportNotOurs');
    assert.match(message, /plant-a-dns is not ours: delete or rename it/);
    assert.deepEqual((await mapOf(EXPORTS)).data, { hosts: 'theirs' });
  });

  test('exports are what pms records prints, in a ConfigMap that goes with the object', async () => {
    await scene.kubectl('delete', 'configmap', EXPORTS);
    await scene.kubectl(...ready('plant-a'));
    const { metadata, data } = await mapOf(EXPORTS);
    assert.deepEqual(Object.keys(data).sort(), ['hosts', 'pms.rpz.db']);
    const [owner] = metadata.ownerReferences;
    assert.deepEqual([owner.kind, owner.name], ['PrivateMonitoringScope', 'plant-a']);
    const printed = await scene.pms(['records', 'plant-a', '-n', NAMESPACE, '-o', 'hosts']);
    assert.equal(data.hosts, printed.stdout);
    const zone = await scene.pms(['records', 'plant-a', '-n', NAMESPACE, '-o', 'rpz']);
    const bare = (text: string) => text.replace(/invalid\. \d+/, 'invalid. SERIAL');
    assert.equal(bare(data['pms.rpz.db']), bare(zone.stdout));
  });

  test('exports are written no more at rest, and brought back when somebody edits them, other keys left', async () => {
    const before = await mapOf(EXPORTS);
    const writes = async () => writesIn(await scene.controlPlane.auditEvents(), { username: ACCOUNT }).length;
    const count = await writes();
    const looks = async () =>
      (await scene.controlPlane.auditEvents()).filter(
        ({ user, verb, objectRef }) => user.username === ACCOUNT && verb === 'get' && objectRef?.name === EXPORTS,
      ).length;
    const seen = await looks();
    await eventually('it was looked at twice more', async () => (await looks()) >= seen + 2, PATIENCE);
    assert.equal(await writes(), count);
    const patch = JSON.stringify({ data: { hosts: 'by hand', theirs: 'kept' } });
    await scene.kubectl('patch', 'configmap', EXPORTS, '--type=merge', '-p', patch);
    await exportsSay('are as before', data => data.hosts === before.data.hosts);
    assert.equal((await mapOf(EXPORTS)).data.theirs, 'kept');
  });

  test('exports lose the form that is not asked for, and the ConfigMap with the last one', async () => {
    await scene.apply(plant('plant-a', { exports: ['dnsmasq'] }));
    await exportsSay('are dnsmasq alone', data => Object.keys(data).sort().join() === 'dnsmasq.conf,theirs');
    await scene.apply(plant('plant-a', {}));
    await eventually('it is gone', async () => (await mapOf(EXPORTS)).code === 404, PATIENCE);
    const { conditions } = await statusOf('plant-a');
    assert.ok(!conditions.some(({ type }: ConditionView) => type === 'RecordsExported'));
  });

  test('the second object of a name is told who holds it, publishes no shared name, and is never closed', async () => {
    const isolation = { isolation: { onDelete: 'Reopen' } };
    const workspaces = [{ name: 'law-plant-b', isolation: { query: 'Disabled' } }];
    await scene.apply(plant('plant-b', {}, { workspaces, ...isolation }));
    const { message } = await told('plant-b', 'RecordsPublished', 'NameConflict');
    assert.match(message, / are held by private-monitoring\/plant-a \(127\.13\.1\.\d+\)/);
    const hosts = (await scene.records())['pms.hosts'] ?? '';
    const own = hosts.split('\n').filter(line => line.endsWith(`# ${NAMESPACE}/plant-b`));
    assert.equal(own.length, 6);
    assert.match(await answerOf(API), /^127\.13\.1\./);
    const isolated = await told('plant-b', 'Isolated', 'WaitingForStep');
    assert.match(isolated.message, /RecordsPublished/);
    assert.equal(await accessOf('law-plant-b'), 'Enabled');
  });

  const accessOf = async (workspace: string) => {
    const path = `${scene.azure.group}/providers/Microsoft.OperationalInsights/workspaces/${workspace}`;
    return (await scene.azure.call('GET', path)).properties.publicNetworkAccessForQuery;
  };

  test('the holder keeps its names when the ConfigMap is deleted, whoever looks first', async () => {
    await scene.kubectl('delete', 'configmap', 'pms-records');
    const hosts = () => scene.records().then(data => data['pms.hosts'] ?? '');
    await eventually(
      'both have their lines again',
      async () => (await hosts()).includes(`${API} # ${NAMESPACE}/plant-a`) && (await hosts()).includes('/plant-b'),
      PATIENCE,
    );
    await told('plant-b', 'RecordsPublished', 'NameConflict');
    assert.doesNotMatch(await hosts(), new RegExp(`${API} # ${NAMESPACE}/plant-b`));
  });

  test('the second object takes over, and is closed, once the first is gone', async () => {
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=180s');
    await scene.kubectl(...ready('plant-b'));
    await eventually('it answers', async () => (await answerOf(API)).startsWith('127.14.1.'), PATIENCE);
    assert.equal(await accessOf('law-plant-b'), 'Disabled');
  });

  const second = (...aliases: readonly string[]) => {
    const extraAliases = aliases.map(name => ({ name, sameAs: API }));
    return plant('plant-b', { target: 'narrow', extraAliases }, { isolation: { onDelete: 'Reopen' } });
  };
  const patchNarrow = (patch: unknown) =>
    scene.kubectl('patch', 'configmap', 'pms-narrow', '--type=merge', '-p', JSON.stringify(patch));
  const narrowHas = (text: string) =>
    eventually(
      `${text} is in it`,
      async () => (await mapOf('pms-narrow')).data?.['pms.hosts']?.includes(text),
      PATIENCE,
    );

  test('a ConfigMap without room is told and left, and written once there is room', async () => {
    const filler = 'x'.repeat(900 * 1024);
    const path = `/api/v1/namespaces/${NAMESPACE}/configmaps/pms-narrow`;
    const filled = await scene.controlPlane.request('PATCH', path, { data: { filler } }, mergePatch);
    assert.equal(filled.status, 200);
    await scene.apply(second());
    const { message } = await told('plant-b', 'RecordsPublished', 'TooLarge');
    assert.match(message, /ConfigMap private-monitoring\/pms-narrow stays as it is: it would have \d+ KiB, of 900 KiB/);
    assert.doesNotMatch((await mapOf('pms-narrow')).data['pms.hosts'], /plant-b/);
    await patchNarrow({ data: { filler: null } });
    await narrowHas(`${API} # ${NAMESPACE}/plant-b`);
  });

  test('an immutable ConfigMap is told, and made again once somebody deleted it', async () => {
    await patchNarrow({ immutable: true });
    await scene.apply(second('query.monitor.azure.com'));
    const { message } = await told('plant-b', 'RecordsPublished', 'TargetNotOurs');
    assert.match(message, /pms-narrow is immutable: delete it, it is made again/);
    await scene.kubectl('delete', 'configmap', 'pms-narrow');
    await narrowHas(`query.monitor.azure.com # ${NAMESPACE}/plant-b`);
  });
});
