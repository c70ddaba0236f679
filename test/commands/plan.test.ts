/**
 * `pms plan` as a process against a simulated Azure: what it prints, what it never does, and how it ends. Against a
 * cluster: test/e2e/plan-mode.test.ts.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { linkName } from '../../src/domain/names.ts';
import { defaultSeed, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import { type Edits, manifest } from '../crd/fixtures/edits.ts';
import { type Arm, arm } from '../simulator/arm.ts';
import { azureEnvironment, type Ended, pms } from './pms-process.ts';

const sample = join(import.meta.dirname, '../../deploy/samples/plant-a.yaml');
const INSTALLATION = 'test-installation';
const OWNER = { installation: INSTALLATION, namespace: 'default', name: 'plant-a' };

interface Bench extends Arm {
  plan(args: readonly string[], edits?: Edits): Promise<Ended>;
}

async function bench(t: TestContext, options: Partial<SimulatorOptions> = {}): Promise<Bench> {
  const azure = await arm(t, options);
  const env = await azureEnvironment(t, azure.simulator);
  const plan: Bench['plan'] = (args, edits = {}) =>
    pms(t, {
      args: ['plan', '-f', '-', '--installation-id', INSTALLATION, '--simulated-azure', ...args],
      env,
      input: stringify(manifest(edits)),
    });
  return { ...azure, plan };
}

/** All that the sample comes to, as the operator of this installation would have made it. */
async function make({ call, group }: Arm): Promise<void> {
  const tags = { 'pms-owner': `${INSTALLATION}/default/plant-a` };
  const at = (type: string, name: string) => `${group}/providers/${type}/${name}`;
  const workspace = at('Microsoft.OperationalInsights/workspaces', 'law-plant-a');
  const scope = at('Microsoft.Insights/privateLinkScopes', 'plant-a');
  const endpoint = at('Microsoft.Network/privateEndpoints', 'pe-plant-a');
  const subnet = { id: `${at('Microsoft.Network/virtualNetworks', 'vnet-plant')}/subnets/monitoring` };
  const modes = { ingestionAccessMode: 'Open', queryAccessMode: 'Open' };
  const bodies: readonly (readonly [string, object])[] = [
    [workspace, { location: 'japaneast', tags, properties: { sku: { name: 'PerGB2018' } } }],
    [scope, { location: 'global', tags, properties: { accessModeSettings: modes } }],
    [`${scope}/scopedResources/${linkName('law-plant-a', OWNER)}`, { properties: { linkedResourceId: workspace } }],
    [
      endpoint,
      {
        location: 'japaneast',
        tags,
        properties: {
          subnet,
          privateLinkServiceConnections: [
            { name: 'pe-plant-a', properties: { privateLinkServiceId: scope, groupIds: ['azuremonitor'] } },
          ],
        },
      },
    ],
  ];
  for (const [path, body] of bodies) {
    const answer = await call('PUT', path, { body });
    assert.ok(answer.status < 300, answer.text);
  }
}

test('the plan of a new object tells each action in order, with what it waits for, and every record', async t => {
  const { plan } = await bench(t);
  const { code, stdout } = await plan([]);
  assert.equal(code, 0);
  assert.match(stdout, /^PrivateMonitoringScope default\/plant-a\n\n {2}1\. \+ workspace law-plant-a \(absent\)\n/);
  assert.match(stdout, /^ {2}3\. \+ link law-plant-a-[0-9a-f]{8} \(absent\) +after 1, 2$/m);
  assert.match(stdout, /^ {2}4\. \+ private endpoint pe-plant-a \(absent\) +after 3$/m);
  assert.match(stdout, /^~ records in default \(27 all together, .*\) {2}after 4$/m);
  assert.match(
    stdout,
    /^ {4}\+ <customerId of law-plant-a>\.ods\.opinsights\.azure\.com +<address of the private endpoint>$/m,
  );
  assert.match(stdout, /\nPlan: 4 to create, 0 to change, 0 to delete in Azure; 27 records to add, .*\.\n$/);
});

test('nothing but GETs, token calls and queries to Resource Graph are made, whatever is planned', async t => {
  const { plan, simulator } = await bench(t);
  await plan([]);
  const sent = simulator.journal.map(({ service, method, path }) => ({ service, method, path }));
  assert.ok(sent.length > 4);
  const others = sent.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/oauth2/v2.0/token'));
  assert.deepEqual(
    others.map(({ method, path }) => `${method} ${path}`),
    ['POST /providers/Microsoft.ResourceGraph/resources', 'POST /providers/Microsoft.ResourceGraph/resources'],
  );
});

test('what is there as asked is nothing to do: exit 0, with --detailed-exitcode too', async t => {
  const made = await bench(t);
  await make(made);
  const { code, stdout } = await made.plan(['--detailed-exitcode']);
  assert.match(stdout, /\nPlan: nothing to do\./);
  assert.equal(code, 0);
});

test('a difference is told with what was found, and ends with 2 when asked', async t => {
  const made = await bench(t);
  await make(made);
  const edits = { 'spec.workspaces.0.retentionInDays': 90 };
  const { code, stdout } = await made.plan(['--detailed-exitcode'], edits);
  assert.match(stdout, /^ {2}\d\. ~ workspace law-plant-a\n +retentionInDays: 30 -> 90$/m);
  assert.equal(code, 2);
  assert.equal((await made.plan([], edits)).code, 0);
});

test('a second workspace is told with the three names that it will have', async t => {
  const made = await bench(t);
  await make(made);
  const { stdout } = await made.plan([], { 'spec.workspaces.1': { name: 'law-second' } });
  const added = stdout.split('\n').filter(line => line.includes('<customerId of law-second>'));
  assert.equal(added.length, 6, 'three names and their twins');
});

test('-o json is the same as data', async t => {
  const { plan } = await bench(t);
  const { stdout, code } = await plan(['-o', 'json', '--detailed-exitcode']);
  const told = JSON.parse(stdout);
  assert.equal(code, 2);
  assert.deepEqual([told.object, told.changes, told.possible], ['default/plant-a', true, true]);
  assert.deepEqual(
    told.actions.map(({ number, verb, key, after }: Record<string, unknown>) => [number, verb, key, after]),
    [
      [1, 'create', 'workspace/law-plant-a', []],
      [2, 'create', 'privateLinkScope', []],
      [3, 'create', 'scopedResource/law-plant-a', [1, 2]],
      [4, 'create', 'privateEndpoint', [3]],
    ],
  );
  assert.deepEqual([told.records.total, told.records.isTargetRead, told.records.after], [27, false, [4]]);
});

test('what cannot be carried out ends with 1 and says why', async t => {
  const { plan, group } = await bench(t);
  const subnetId = `${group}/providers/Microsoft.Network/virtualNetworks/vnet-plant/subnets/none`;
  const { code, stdout } = await plan([], { 'spec.privateEndpoint.subnetId': subnetId });
  assert.equal(code, 1);
  assert.match(stdout, /^! PreflightPassed SubnetNotFound: spec\.privateEndpoint\.subnetId: there is no subnet/m);
});

test('what the object needs beforehand and is not there is told with its cure, and ends with 1', async t => {
  const { plan } = await bench(t, { seed: { ...defaultSeed(), unregisteredProviders: ['Microsoft.Insights'] } });
  const { code, stdout } = await plan([]);
  assert.equal(code, 1);
  assert.match(stdout, /\nPreflight\n {2}✗ provider Microsoft\.Insights {2}the subscription is not registered/);
  assert.match(stdout, /→ az provider register --namespace Microsoft\.Insights/);
  assert.ok(!stdout.includes('✓'), 'what holds is not told');
});

test('a warning of the preflight is told and holds nothing back', async t => {
  const planned = await bench(t);
  const network = `${planned.group}/providers/Microsoft.Network`;
  await planned.call('PUT', `${network}/networkSecurityGroups/nsg`, { body: { location: 'japaneast' } });
  const properties = {
    addressPrefix: '127.13.1.0/27',
    privateEndpointNetworkPolicies: 'Enabled',
    networkSecurityGroup: { id: `${network}/networkSecurityGroups/nsg` },
  };
  const made = await planned.call('PUT', `${network}/virtualNetworks/vnet-plant/subnets/monitoring`, {
    body: { properties },
  });
  assert.ok(made.status < 300, made.text);
  const { code, stdout } = await planned.plan([]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /\nPreflight\n {2}! preflight .*network security group nsg holds for the private endpoint too/);
  const told = JSON.parse((await planned.plan(['-o', 'json'])).stdout);
  assert.deepEqual(
    told.findings.flatMap(({ check, state }: Record<string, string>) => (state === 'passed' ? [] : [[check, state]])),
    [['preflight', 'warning']],
  );
});

test('without a cluster it says what it could not know', async t => {
  const azure = await arm(t);
  const env = await azureEnvironment(t, azure.simulator);
  const { code, stderr } = await pms(t, { args: ['plan', '-f', sample], env });
  assert.equal(code, 0);
  assert.match(stderr, /^note: the cluster was not asked: .*set KUBECONFIG, or give --installation-id/m);
  assert.match(stderr, /^note: the DNS target was not read: set KUBECONFIG and give --config FILE/m);
});

test('a file that the API server would refuse ends with 2 and names the field', async t => {
  const { plan } = await bench(t);
  const { code, stderr } = await plan([], { 'spec.location': 'Japan East' });
  assert.equal(code, 2);
  assert.match(stderr, /standard input is not valid:\n {2}spec\.location in body should match/);
});

test('missing credentials end with 2 and name the variables; wrong ones end with 1', async t => {
  const none = await pms(t, { args: ['plan', '-f', sample] });
  assert.equal(none.code, 2);
  assert.match(none.stderr, /AZURE_TENANT_ID/);
  const azure = await arm(t);
  const env = { ...(await azureEnvironment(t, azure.simulator)), AZURE_CLIENT_SECRET: 'wrong' };
  const wrong = await pms(t, { args: ['plan', '-f', sample], env });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stdout, /^! CredentialsReady AuthenticationFailed: /m);
});
