/**
 * `pms check` as a process against a simulated Azure: a tick for what holds, the reason and the cure for what does not.
 * Against a cluster: test/e2e/check.test.ts.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { defaultSeed, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import { type Edits, manifest, subscription } from '../crd/fixtures/edits.ts';
import { type Arm, arm } from '../simulator/arm.ts';
import { isWrite } from '../simulator/is-write.ts';
import { azureEnvironment, type Ended, pms } from './pms-process.ts';

interface Bench extends Arm {
  check(edits?: Edits, args?: readonly string[]): Promise<Ended>;
}

async function bench(t: TestContext, options: Partial<SimulatorOptions> = {}): Promise<Bench> {
  const azure = await arm(t, options);
  const env = await azureEnvironment(t, azure.simulator);
  const check: Bench['check'] = (edits = {}, args = []) =>
    pms(t, { args: ['check', '-f', '-', ...args], env, input: stringify(manifest(edits)) });
  return { ...azure, check };
}

const [principal] = defaultSeed().principals;
const clientId = principal?.clientId ?? '';
const seed = (over: Partial<ReturnType<typeof defaultSeed>>) => ({ seed: { ...defaultSeed(), ...over } });
const line = (check: string, mark: string, message: RegExp): RegExp =>
  new RegExp(`^ {2}${mark === '?' ? '\\?' : mark} ${check} +${message.source}`, 'm');

test('everything that an object needs of Azure gets a tick, and the exit code is 0', async t => {
  const { check, simulator } = await bench(t);
  const { code, stdout } = await check();
  assert.equal(code, 0, stdout);
  for (const name of [
    'token',
    'resource manager',
    'subscription',
    'resource group',
    'subnet',
    'free addresses',
    'rights',
    'preflight',
  ]) {
    assert.match(stdout, line(name, '✓', /\S/));
  }
  assert.match(stdout, /\n11 passed, 3 skipped\n$/);
  const writes = simulator.journal.filter(call => call.service === 'arm' && isWrite(call));
  assert.deepEqual(writes, []);
});

test('without a file, what needs one is skipped, and says so', async t => {
  const azure = await arm(t);
  const { code, stdout } = await pms(t, { args: ['check'], env: await azureEnvironment(t, azure.simulator) });
  assert.equal(code, 0);
  assert.match(stdout, line('prerequisites of an object', '-', /give -f FILE/));
  assert.match(stdout, line('api server', '-', /set KUBECONFIG/));
});

test('a missing resource group is told with the command that makes it, and its rights are not judged', async t => {
  const { check } = await bench(t);
  const { code, stdout } = await check({ 'spec.resourceGroup': 'rg-none' });
  assert.equal(code, 1);
  assert.match(stdout, line('resource group', '✗', /there is no resource group rg-none$/));
  assert.match(stdout, /^ {6}→ az group create --name rg-none --location japaneast$/m);
  assert.match(stdout, line('rights', '✓', /all 2 that are needed/));
});

test('an unregistered provider is told with the command that registers it', async t => {
  const { check } = await bench(t, seed({ unregisteredProviders: ['Microsoft.Insights'] }));
  const { code, stdout } = await check();
  assert.equal(code, 1);
  assert.match(
    stdout,
    line('provider Microsoft.Insights', '✗', /the subscription is not registered for it \(NotRegistered\)$/),
  );
  assert.ok(
    stdout.includes(`→ az provider register --namespace Microsoft.Insights --subscription ${subscription} --wait`),
  );
});

test('a subnet that is missing, elsewhere or too small is told with what to do', async t => {
  const { check, call, group } = await bench(t);
  const network = `${group}/providers/Microsoft.Network/virtualNetworks`;
  const missing = await check({ 'spec.privateEndpoint.subnetId': `${network}/vnet-plant/subnets/none` });
  assert.match(missing.stdout, line('subnet', '✗', /there is no subnet/));
  const elsewhere = await check({ 'spec.privateEndpoint.location': 'japanwest' });
  assert.match(
    elsewhere.stdout,
    line('subnet', '✗', /vnet-plant\/monitoring is in japaneast, the endpoint would be in japanwest$/),
  );
  assert.match(elsewhere.stdout, /→ set spec\.privateEndpoint\.location to japaneast/);
  await call('PUT', `${network}/vnet-plant/subnets/small`, {
    body: { properties: { addressPrefix: '127.13.9.0/28' } },
  });
  const regions = [{ name: 'law-east' }, { name: 'law-west', location: 'japanwest' }];
  const small = { 'spec.privateEndpoint.subnetId': `${network}/vnet-plant/subnets/small`, 'spec.workspaces': regions };
  const { stdout, code } = await check(small);
  assert.equal(code, 1);
  assert.match(stdout, line('free addresses', '✗', /14 are needed, 11 of 11 are free$/));
  assert.match(stdout, /→ take a subnet of at least \/27/);
});

test('rights that are missing are all told, each with its scope', async t => {
  const roleAssignments = [
    { principal: clientId, role: 'Monitoring Contributor' },
    { principal: clientId, actions: ['Microsoft.Network/privateEndpoints/*', 'Microsoft.OperationalInsights/*'] },
  ];
  const { check } = await bench(t, seed({ roleAssignments }));
  const { code, stdout } = await check();
  assert.equal(code, 1);
  assert.match(
    stdout,
    line(
      'rights',
      '✗',
      /the identity lacks Microsoft\.Network\/virtualNetworks\/subnets\/join\/action on subnet vnet-plant\/monitoring$/,
    ),
  );
});

test('rights that may not be asked for are unknown, which is not good enough', async t => {
  const actions = ['Microsoft.OperationalInsights/*', 'Microsoft.Insights/*', 'Microsoft.Network/*'];
  const roleAssignments = [{ principal: clientId, actions: [...actions, 'Microsoft.Resources/*'] }];
  const { check } = await bench(t, seed({ roleAssignments }));
  const { code, stdout } = await check();
  assert.equal(code, 1);
  assert.match(stdout, line('rights', '?', /reading our permissions on .*AuthorizationFailed/));
});

test('a subscription without any right in it is told', async t => {
  const { check } = await bench(t);
  const { code, stdout } = await check({ 'spec.subscriptionId': '99999999-9999-4999-8999-999999999999' });
  assert.equal(code, 1);
  assert.match(
    stdout,
    line('subscription', '✗', /subscription 9999\S+ is not there, or the identity has no right in it$/),
  );
});

test('another scope on the network is found by the preflight', async t => {
  const { check, call, group } = await bench(t);
  const scope = `${group}/providers/Microsoft.Insights/privateLinkScopes/other`;
  const network = `${group}/providers/Microsoft.Network`;
  const accessModeSettings = { ingestionAccessMode: 'Open', queryAccessMode: 'Open' };
  await call('PUT', scope, { body: { location: 'global', properties: { accessModeSettings } } });
  const connection = { privateLinkServiceId: scope, groupIds: ['azuremonitor'] };
  const properties = {
    subnet: { id: `${network}/virtualNetworks/vnet-plant/subnets/monitoring-b` },
    privateLinkServiceConnections: [{ name: 'pe-other', properties: connection }],
  };
  const made = await call('PUT', `${network}/privateEndpoints/pe-other`, {
    body: { location: 'japaneast', properties },
  });
  assert.equal(made.status, 201, made.text);
  const { code, stdout } = await check();
  assert.equal(code, 1);
  assert.match(
    stdout,
    line('preflight', '✗', /OtherScopeOnNetwork: .*network vnet-plant is connected to private link scope .*\/other/),
  );
  assert.match(stdout, /→ docs\/troubleshooting\.md#otherscopeonnetwork$/m);
});

test('a wrong secret ends the questions to Azure, with the reason and no secret', async t => {
  const azure = await arm(t);
  const env = { ...(await azureEnvironment(t, azure.simulator)), AZURE_CLIENT_SECRET: 'not-the-secret' };
  const { code, stdout } = await pms(t, { args: ['check', '-f', '-'], env, input: stringify(manifest()) });
  assert.equal(code, 1);
  assert.match(stdout, line('token', '✗', /.*AADSTS7000215/));
  assert.ok(!stdout.includes('not-the-secret'));
  assert.ok(!stdout.includes('resource group'));
});

test('no credentials at all are a finding, since the cluster can be looked at without', async t => {
  const { code, stdout } = await pms(t, { args: ['check'] });
  assert.equal(code, 1);
  assert.match(stdout, line('token', '✗', /AZURE_FEDERATED_TOKEN_FILE/));
});

test('-o json has the same as data', async t => {
  const { check } = await bench(t, seed({ unregisteredProviders: ['Microsoft.Insights'] }));
  const { code, stdout } = await check({}, ['-o', 'json']);
  const told = JSON.parse(stdout);
  assert.equal(code, 1);
  assert.equal(told.passed, false);
  const found = told.checks.find((finding: { check: string }) => finding.check === 'provider Microsoft.Insights');
  assert.deepEqual([found.group, found.state], ['Azure', 'failed']);
  assert.match(found.cure, /^az provider register/);
});

test('a file that the API server would refuse ends with 2', async t => {
  const { check } = await bench(t);
  assert.equal((await check({ 'spec.location': 'Japan East' })).code, 2);
});

test('a Resource Manager that does not answer is told, with the proxy that lies on the way and no password', async t => {
  const { simulator } = await arm(t);
  const env = {
    ...(await azureEnvironment(t, simulator)),
    AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://127.0.0.9:1',
    AZURE_RESOURCE_MANAGER_AUDIENCE: simulator.endpoint,
    HTTPS_PROXY: 'http://somebody:their-password@127.0.0.9:2',
    NO_PROXY: '127.0.0.1',
  };
  const { code, stdout } = await pms(t, { args: ['check', '-f', '-'], env, input: stringify(manifest()) });
  assert.equal(code, 1);
  assert.match(
    stdout,
    line('resource manager', '✗', /https:\/\/127\.0\.0\.9:1 does not answer, asked through proxy 127\.0\.0\.9:2: /),
  );
  assert.ok(!stdout.includes('their-password'));
});

test('a machine of Azure Arc that may ask the same DNS is named, and holds nobody back', async t => {
  const extensions = [
    { name: 'AzureMonitorLinuxAgent', publisher: 'Microsoft.Azure.Monitor', type: 'AzureMonitorLinuxAgent' },
  ];
  const machines = [{ resourceGroup: 'rg-monitor', name: 'press-1', location: 'japaneast', extensions }];
  const { check } = await bench(t, seed({ machines }));
  const { code, stdout } = await check();
  assert.equal(code, 0, stdout);
  assert.match(
    stdout,
    line(
      'machines',
      '!',
      /1 machine of Azure Arc on no network that Azure knows of \(press-1\) sends through the Azure Monitor Agent/,
    ),
  );
  assert.match(stdout, /→ if they ask DNS target default/);
});
