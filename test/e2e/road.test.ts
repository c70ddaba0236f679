/**
 * The whole road, driven by kubectl alone: an object becomes workspace, scope, link and endpoint in Azure, its records
 * answer in CoreDNS, drift is repaired, and all of it goes again. One scene; each test goes on where the last one ended.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { writesIn } from '../env/audit-log.ts';
import type { OwnedProcess } from '../env/child-process.ts';
import { dnsQuery } from '../env/dns-query.ts';
import { eventually } from '../env/eventually.ts';
import { isWrite } from '../simulator/is-write.ts';
import { ALIASES, namesOf, pms, SHARED, twin } from './objects.ts';
import { NAMESPACE, RECORDS, type Scene, startScene } from './scene.ts';

/** Every wait is for something that takes seconds; the deadline is for a machine that is busy with other things. */
const PATIENCE = { deadlineMs: 120_000, everyMs: 250 };
const READY = ['wait', '--for=condition=Ready', '--timeout=120s'];

interface InterfaceEntry {
  readonly properties: {
    readonly privateIPAddress: string;
    readonly privateLinkConnectionProperties: { readonly fqdns: readonly string[] };
  };
}

suite('one PrivateMonitoringScope, end to end', () => {
  let scene: Scene;
  let operator: OwnedProcess;
  before(async () => {
    scene = await startScene({ latencyScale: 0.1 });
    operator = await scene.startOperator();
  });
  after(async () => scene?.stop());

  const ask = (name: string, type: 'A' | 'AAAA' = 'A') => dnsQuery({ server: scene.coreDns.server, name, type });
  const plantA = (workspaces?: readonly Record<string, unknown>[]) =>
    pms({ subscriptionId: scene.azure.subscriptionId, name: 'plant-a', ...(workspaces ? { workspaces } : {}) });
  const status = async (name: string) => JSON.parse(await scene.kubectl('get', 'pms', name, '-o', 'json')).status;
  const customerIdOf = async (workspace: string) =>
    String(
      (
        await scene.azure.call(
          'GET',
          `${scene.azure.group}/providers/Microsoft.OperationalInsights/workspaces/${workspace}`,
        )
      ).properties.customerId,
    );
  /** Public name to address, as the simulated network interface of the endpoint holds it. */
  const addresses = async (endpoint: string): Promise<Map<string, string>> => {
    const network = `${scene.azure.group}/providers/Microsoft.Network`;
    const body = await scene.azure.call('GET', `${network}/privateEndpoints/${endpoint}`);
    const nic = await scene.azure.call('GET', body.properties.networkInterfaces[0].id);
    const entries: readonly InterfaceEntry[] = nic.properties.ipConfigurations;
    return new Map(
      entries.flatMap(({ properties }) =>
        properties.privateLinkConnectionProperties.fqdns.map(fqdn => [fqdn, properties.privateIPAddress]),
      ),
    );
  };
  const putsOf = async (type: string) =>
    (await scene.azure.calls()).filter(
      call => call.method === 'PUT' && call.path.toLowerCase().includes(`/${type.toLowerCase()}/`),
    );
  const answersEverywhere = async (names: ReadonlyMap<string, string>) => {
    for (const [name, address] of names) {
      for (const asked of [name, twin(name)]) {
        for (const [type, answers] of [
          ['A', [address]],
          ['AAAA', []],
        ] as const) {
          const reply = await ask(asked, type);
          assert.deepEqual([reply.code, reply.answers], ['NOERROR', answers], `${asked} ${type}`);
        }
      }
    }
  };

  test('a created object becomes Ready', async () => {
    await scene.apply(plantA());
    await scene.kubectl(...READY, 'pms/plant-a');
    const { observedGeneration, conditions, recordCount } = await status('plant-a');
    assert.equal(observedGeneration, 1);
    assert.ok(recordCount >= 2 * 11 + Object.keys(ALIASES).length);
    for (const { type, status: held } of conditions) {
      assert.equal(held, type === 'Reconciling' || type === 'Stalled' ? 'False' : 'True', type);
    }
  });

  test('CoreDNS answers every name, twin and alias with the interface’s address, and AAAA with nothing', async () => {
    const names = await addresses('pe-plant-a');
    const expected = [...SHARED, ...namesOf(await customerIdOf('law-plant-a'))].sort();
    assert.deepEqual([...names.keys()].sort(), expected);
    await answersEverywhere(names);
    for (const [alias, name] of Object.entries(ALIASES)) {
      assert.deepEqual((await ask(alias)).answers, [names.get(name)], alias);
    }
  });

  test('another name still goes to the upstream', async () => {
    assert.deepEqual((await ask('www.example.com')).answers, ['192.0.2.80']);
    assert.ok(scene.upstream.queries().includes('www.example.com A'));
  });

  test('kubectl shows the state in its columns and the story in its events', async () => {
    const table = await scene.kubectl('get', 'pms');
    assert.match(table, /^NAME\s+READY\s+REASON\s+RECORDS\s+ISOLATED\s+AGE/);
    assert.match(table, /^plant-a\s+True\s+Ready\s+\d+\s/m);
    const events = await scene.kubectl('events', '--for', 'pms/plant-a');
    assert.match(events, /Creating/);
    assert.match(events, /Ready/);
  });

  test('a settled object costs no Kubernetes write and no Azure write in three resyncs', async () => {
    const { controlPlane, azure } = scene;
    const readsBefore = (await azure.calls()).length;
    const kubernetesWrites = async () =>
      writesIn(await controlPlane.auditEvents(), { username: `system:serviceaccount:${NAMESPACE}:pms-operator` });
    const azureWrites = async () => (await azure.calls()).filter(isWrite);
    const [before, azureBefore] = [await kubernetesWrites(), await azureWrites()];
    // A resync reads the endpoint once.
    const looks = async () =>
      (await azure.calls()).slice(readsBefore).filter(call => /privateendpoints\/[^/]+$/i.test(call.path)).length;
    await eventually('three resyncs have passed', async () => (await looks()) >= 3, PATIENCE);
    assert.deepEqual((await kubernetesWrites()).slice(before.length), []);
    assert.deepEqual((await azureWrites()).slice(azureBefore.length), []);
  });

  test('a second workspace adds its three names, and the endpoint is not put again', async () => {
    const before = (await putsOf('privateEndpoints')).length;
    await scene.apply(plantA([{ name: 'law-plant-a', retentionInDays: 30 }, { name: 'law-second' }]));
    await scene.kubectl('wait', '--for=jsonpath={.status.observedGeneration}=2', 'pms/plant-a', '--timeout=120s');
    await scene.kubectl(...READY, 'pms/plant-a');
    const names = await addresses('pe-plant-a');
    for (const name of namesOf(await customerIdOf('law-second'))) assert.ok(names.has(name), name);
    await answersEverywhere(names);
    assert.equal((await putsOf('privateEndpoints')).length, before);
  });

  test('an endpoint deleted behind our back is made again', async () => {
    const path = `${scene.azure.group}/providers/Microsoft.Network/privateEndpoints/pe-plant-a`;
    await scene.azure.call('DELETE', path);
    await eventually(
      'the endpoint is back',
      async () => (await scene.azure.call('GET', path)).properties.provisioningState === 'Succeeded',
      PATIENCE,
    );
    await eventually(
      'the names answer again',
      async () => answersEverywhere(await addresses('pe-plant-a')).then(() => true),
      PATIENCE,
    );
    await scene.kubectl(...READY, 'pms/plant-a');
  });

  test('a hand edit of our key in the ConfigMap is taken back, another key is left', async () => {
    const text = (await scene.records())['pms.hosts'];
    const data = { 'pms.hosts': '192.0.2.66 api.monitor.azure.com\n', 'other.hosts': '192.0.2.67 intranet.example\n' };
    await scene.kubectl('patch', 'configmap', RECORDS, '--type=merge', '-p', JSON.stringify({ data }));
    await eventually('our key is as it was', async () => (await scene.records())['pms.hosts'] === text, PATIENCE);
    assert.equal((await scene.records())['other.hosts'], data['other.hosts']);
  });

  test('an edit of an immutable field is refused by the API server with our words', async () => {
    const moved = plantA();
    moved.spec.location = 'westeurope';
    await assert.rejects(scene.apply(moved), /spec\.location is immutable \(it is japaneast\): put it back/);
  });

  test('with Azure out of reach and one object edited, a restarted operator loses not one published name', async () => {
    const { subscriptionId } = scene.azure;
    const plantB = (interval: string) =>
      pms({ subscriptionId, name: 'plant-b', network: 'vnet-plant-b', spec: { interval } });
    await scene.apply(plantB('10s'));
    // One scope per DNS: the second one gets no shared name, and says who holds them.
    await scene.kubectl(
      'wait',
      '--for=jsonpath={.status.conditions[?(@.type=="RecordsPublished")].reason}=NameConflict',
      'pms/plant-b',
      '--timeout=120s',
    );
    const text = (await scene.records())['pms.hosts'] ?? '';
    assert.match(text, new RegExp(`# ${NAMESPACE}/plant-b`));
    await operator.stop('SIGTERM');
    await scene.azure.unreachable(true);
    operator = await scene.startOperator();
    await scene.apply(plantB('20s'));
    await scene.kubectl('wait', '--for=jsonpath={.status.observedGeneration}=2', 'pms/plant-b', '--timeout=120s');
    assert.equal((await scene.records())['pms.hosts'], text);
    await scene.azure.unreachable(false);
    await scene.kubectl(...READY, 'pms/plant-a');
    assert.equal((await scene.records())['pms.hosts'], text);
  });

  test('a deleted object leaves in Azure what its policies say, and nothing in DNS', async () => {
    await scene.kubectl('delete', 'pms', 'plant-b', '--timeout=180s');
    await scene.kubectl('delete', 'pms', 'plant-a', '--timeout=180s');
    const left = (await scene.azure.ids()).filter(id => !/virtualnetworks|resourcegroups\/[^/]+$/.test(id));
    assert.deepEqual(
      left.map(id => id.split('/').slice(-2).join('/')),
      ['workspaces/law-plant-a', 'workspaces/law-plant-b', 'workspaces/law-second'],
    );
    assert.doesNotMatch((await scene.records())['pms.hosts'] ?? '', /plant-/);
    await eventually(
      'api.monitor.azure.com is public again',
      async () => (await ask('api.monitor.azure.com')).answers[0] === '192.0.2.10',
      PATIENCE,
    );
    assert.equal(await scene.kubectl('get', 'pms', '-o', 'name'), '');
  });

  test('the operator ends with exit code 0 on SIGTERM', async () => {
    await operator.stop('SIGTERM', 25_000);
    assert.equal(await operator.ended, 0);
  });
});
