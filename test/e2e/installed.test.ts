/**
 * The road with the rights as shipped: the pod that the chart renders, under the service account that the chart names, on
 * an API server with RBAC that records every call. No call may be refused, and no right may be there for nothing.
 */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type ConnectProxy, startConnectProxy } from '../env/connect-proxy.ts';
import { dnsQuery } from '../env/dns-query.ts';
import { eventually } from '../env/eventually.ts';
import { requireContainers, startContainer } from '../env/image.ts';
import type { Pod } from '../env/pod.ts';
import type { AzureSide } from './azure-side.ts';
import {
  cloudOf,
  type Ground,
  identify,
  install,
  type Manifest,
  NAMESPACE,
  prepareGround,
  runInstalled,
  simulated,
  startAzureBeside,
} from './installation.ts';
import { pms } from './objects.ts';
import { rightsOf, usedRights } from './used-rights.ts';

const ACCOUNT = 'pms-operator';
/** Of test/e2e/seed.yaml. */
const subscriptionId = '11111111-1111-4111-8111-111111111111';
const PATIENCE = { deadlineMs: 120_000, everyMs: 250 };

/** A folder that holds the file alone, readable to the image's user. */
async function folderOf(directory: string, file: string): Promise<string> {
  const folder = await mkdtemp(join(directory, 'one-'));
  await writeFile(join(folder, 'file'), await readFile(file, 'utf8'), { mode: 0o644 });
  await chmod(folder, 0o755);
  return folder;
}

/** Rights that this story has no use for, and what has. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'get configmaps private-monitoring/pms-records': 'when a write meets one of somebody else (test/kubernetes/cluster)',
  'get configmaps private-monitoring/pms-records-pods': 'the same',
  'create serviceaccounts/token pms-workload': 'for objects of other namespaces (test/e2e/identity.test.ts)',
  'get serviceaccounts pms-workload': 'the same',
  'patch serviceaccounts pms-workload': 'the same',
  'get secrets pms-credential': 'the same',
  'patch secrets pms-credential': 'the same',
};

suite('installed from the chart', () => {
  let ground: Ground;
  let azure: AzureSide;
  let objects: readonly Manifest[];
  let pod: Pod;
  let proxy: ConnectProxy;

  before(async context => {
    if (!requireContainers(context as never)) return;
    ground = await prepareGround();
    azure = await startAzureBeside(ground);
    const { hostname, port } = new URL(azure.env.AZURE_RESOURCE_MANAGER_ENDPOINT ?? '');
    proxy = await startConnectProxy({ address: hostname, port: Number(port) });
    ground.onStop(proxy.close);
    objects = await install(
      ground,
      `${cloudOf(azure)}
proxy: {https: "${proxy.url}"}
targets:
  - {name: default, kind: HostsFile, configMap: pms-records, servers: ["${ground.coreDns.server}"], ttlSeconds: 2}
  - {name: pods, kind: HostsFile, configMap: pms-records-pods, service: {name: pms-coredns, port: dns}}
`,
    );
    await identify(ground, azure);
    pod = await runInstalled(ground, objects, simulated(azure));
  });
  after(() => ground?.stop());

  const apply = (object: unknown) => ground.kubectl(['apply', '-f', '-'], JSON.stringify(object));
  const ready = (name: string) => ground.kubectl(['wait', `pms/${name}`, '--for=condition=Ready', '--timeout=120s']);
  const callsOfOperator = async () =>
    (await ground.controlPlane.auditEvents()).filter(
      ({ user }) => user.username === `system:serviceaccount:${NAMESPACE}:${ACCOUNT}`,
    );

  test('an object becomes Ready, and its names answer', async () => {
    const workspaces = [{ name: 'law-plant-a', retentionInDays: 60 }];
    await apply(pms({ subscriptionId, name: 'plant-a', workspaces }));
    await ready('plant-a');
    const { answers } = await dnsQuery({ server: ground.coreDns.server, name: 'api.monitor.azure.com', type: 'A' });
    assert.match(answers.join(), /^127\.13\.1\.\d+$/);
  });

  test('a target behind a Service without a pod is told as such', async () => {
    await apply(pms({ subscriptionId, name: 'plant-b', network: 'vnet-plant-b', spec: { dns: { target: 'pods' } } }));
    const reason = '{.status.conditions[?(@.type=="RecordsResolving")].reason}';
    await ground.kubectl(['wait', 'pms/plant-b', `--for=jsonpath=${reason}=NoDnsEndpoint`, '--timeout=120s']);
  });

  test('drift in Azure and a hand edit of the records are repaired, twice', async () => {
    const path = `${azure.group}/providers/Microsoft.OperationalInsights/workspaces/law-plant-a`;
    for (let time = 0; time < 2; time++) {
      await azure.call('PATCH', path, { properties: { retentionInDays: 31 } });
      const text = '192.0.2.66 api.monitor.azure.com\n';
      const patch = ['--type=merge', '-p', JSON.stringify({ data: { 'pms.hosts': text } })];
      await ground.kubectl(['patch', 'configmap', 'pms-records', ...patch]);
      await eventually(
        'both are repaired',
        async () => {
          const records = await ground.kubectl([
            'get',
            'configmap',
            'pms-records',
            '-o',
            'jsonpath={.data.pms\\.hosts}',
          ]);
          return records !== text && (await azure.call('GET', path)).properties.retentionInDays === 60;
        },
        PATIENCE,
      );
    }
  });

  test('the records can be read in the pod, with its rights', async () => {
    let hosts = '';
    const { directory, image, controlPlane } = ground;
    const kubeconfig = await controlPlane.serviceAccountKubeconfig(NAMESPACE, ACCOUNT);
    const reader = await startContainer(image, {
      args: ['records', 'plant-a', '-n', NAMESPACE, '-o', 'hosts'],
      env: { KUBECONFIG: '/etc/kubeconfig/file' },
      mounts: [{ from: await folderOf(directory, kubeconfig), to: '/etc/kubeconfig' }],
      onOutput: (text, stream) => {
        if (stream === 'stdout') hosts += text;
      },
    });
    assert.equal(await reader.ended, 0, reader.output());
    assert.match(hosts, /^127\.13\.1\.\d+\s+api\.monitor\.azure\.com/m);
  });

  test('an object goes again, and the pod ends with 0', async () => {
    await ground.kubectl(['delete', 'pms', 'plant-a', '--timeout=180s']);
    await pod.stop();
    assert.equal(await pod.main.ended, 0);
  });

  test('the calls to Azure went through the proxy, those to the API server and the private endpoints did not', () => {
    const { host } = new URL(azure.env.AZURE_RESOURCE_MANAGER_ENDPOINT ?? '');
    assert.deepEqual([...new Set(proxy.asked())], [host]);
  });

  test('no call was refused', async () => {
    const calls = await callsOfOperator();
    assert.ok(calls.length > 50, String(calls.length));
    const refused = calls.filter(({ responseStatus }) => [401, 403].includes(responseStatus?.code ?? 0));
    assert.deepEqual(
      refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`),
      [],
    );
  });

  test('every right was used, but for those that have their use elsewhere', async () => {
    const used = usedRights(objects, ACCOUNT, await callsOfOperator());
    const unused = rightsOf(objects, ACCOUNT).filter(right => !used.includes(right));
    assert.deepEqual(unused, Object.keys(ELSEWHERE).sort());
  });
});
