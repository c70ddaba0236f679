/**
 * The road with the pod that the chart renders, under the service account that the chart names. What it was refused, and
 * which of its rights it used, is judged with every other installation (test/rights).
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
  NAMESPACE,
  prepareGround,
  runInstalled,
  simulated,
  startAzureBeside,
} from './installation.ts';
import { pms } from './objects.ts';

const ACCOUNT = 'pms-operator';
/** Of test/e2e/seed.yaml. */
const subscriptionId = '11111111-1111-4111-8111-111111111111';
const PATIENCE = { deadlineMs: 120_000, everyMs: 250 };

/** A folder that holds these files, readable to the image's user. */
async function folderOf(directory: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(directory, 'some-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o644 });
  await chmod(folder, 0o755);
  return folder;
}

suite('installed from the chart', () => {
  let ground: Ground;
  let azure: AzureSide;
  let pod: Pod;
  let proxy: ConnectProxy;

  before(async context => {
    if (!requireContainers(context as never)) return;
    ground = await prepareGround();
    azure = await startAzureBeside(ground);
    const { hostname, port } = new URL(azure.env.AZURE_RESOURCE_MANAGER_ENDPOINT ?? '');
    proxy = await startConnectProxy({ address: hostname, port: Number(port) });
    ground.onStop(proxy.close);
    const objects = await install(
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

  test('drift in Azure and a hand edit of the records are repaired', async () => {
    const path = `${azure.group}/providers/Microsoft.OperationalInsights/workspaces/law-plant-a`;
    await azure.call('PATCH', path, { properties: { retentionInDays: 31 } });
    const text = '192.0.2.66 api.monitor.azure.com\n';
    const patch = ['--type=merge', '-p', JSON.stringify({ data: { 'pms.hosts': text } })];
    await ground.kubectl(['patch', 'configmap', 'pms-records', ...patch]);
    const hosts = () => ground.kubectl(['get', 'configmap', 'pms-records', '-o', 'jsonpath={.data.pms\\.hosts}']);
    await eventually(
      'both are repaired',
      async () => (await hosts()) !== text && (await azure.call('GET', path)).properties.retentionInDays === 60,
      PATIENCE,
    );
  });

  /** Runs a command in the pod, with its rights and its configuration. */
  const inPod = async (...args: readonly string[]) => {
    let stdout = '';
    const { directory, image, controlPlane, installed } = ground;
    const kubeconfig = await readFile(await controlPlane.serviceAccountKubeconfig(NAMESPACE, ACCOUNT), 'utf8');
    const { data } = installed.find(({ kind, data }) => kind === 'ConfigMap' && data['operator.yaml']);
    const container = await startContainer(image, {
      args,
      env: { KUBECONFIG: '/etc/desk/kubeconfig', PMS_CONFIG: '/etc/desk/operator.yaml' },
      mounts: [{ from: await folderOf(directory, { ...data, kubeconfig }), to: '/etc/desk' }],
      onOutput: (text, stream) => {
        if (stream === 'stdout') stdout += text;
      },
    });
    return { exitCode: await container.ended, stdout, output: container.output() };
  };

  test('the records can be read in the pod, with its rights', async () => {
    const { exitCode, stdout, output } = await inPod('records', 'plant-a', '-n', NAMESPACE, '-o', 'hosts');
    assert.equal(exitCode, 0, output);
    assert.match(stdout, /^127\.13\.1\.\d+\s+api\.monitor\.azure\.com/m);
  });

  test('pms check in the pod finds every right there that the configured targets need', async () => {
    ground.planted.push({ calls: /^get customresourcedefinitions /, why: 'pms check looks at the CRD' });
    const { stdout, output } = await inPod('check');
    assert.match(stdout, /✓ rights in the cluster +all \d+ that the operator needs are held$/m, output);
    assert.match(stdout, /✓ dns target default +\d+ records in it/, output);
    assert.match(stdout, /✗ dns target pods +.* no ready/, output);
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
});
