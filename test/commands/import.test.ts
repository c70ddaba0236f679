/**
 * `pms import` as a process against a simulated Azure: what was built by hand comes out as an object that the API server
 * takes and that plans no write.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { parseManifest } from '../../src/manifest/manifest.ts';
import { type Arm, arm } from '../simulator/arm.ts';
import { isWrite } from '../simulator/is-write.ts';
import { azureEnvironment, type Ended, pms } from './pms-process.ts';

interface Bench extends Arm {
  run(args: readonly string[], input?: string): Promise<Ended>;
  /** Id of something in a resource group. */
  at(type: string, name: string, group?: string): string;
  put(id: string, body: object): Promise<void>;
}

async function bench(t: TestContext): Promise<Bench> {
  const azure = await arm(t);
  const env = await azureEnvironment(t, azure.simulator);
  const subscription = azure.group.replace(/\/resourceGroups.*/, '');
  const at: Bench['at'] = (type, name, group = 'rg-monitor') =>
    `${subscription}/resourceGroups/${group}/providers/${type}/${name}`;
  const put: Bench['put'] = async (id, body) => {
    const answer = await azure.call('PUT', id, { body });
    assert.ok(answer.status < 300, `${id}: ${answer.status} ${answer.text}`);
  };
  return { ...azure, at, put, run: (args, input = '') => pms(t, { args, env, input }) };
}

const LAW = 'Microsoft.OperationalInsights/workspaces';
const COMPONENT = 'Microsoft.Insights/components';
const SCOPE = 'Microsoft.Insights/privateLinkScopes';
const ENDPOINT = 'Microsoft.Network/privateEndpoints';
const OPEN = { accessModeSettings: { ingestionAccessMode: 'PrivateOnly', queryAccessMode: 'Open' } };

/** An afternoon in the portal: two groups, two workspaces of one name, and things that belong to nobody. */
async function byHand(here: Bench): Promise<void> {
  const { at, put, call, group } = here;
  assert.ok(
    (await call('PUT', group.replace('rg-monitor', 'rg-apps'), { body: { location: 'japaneast' } })).status < 300,
  );
  const workspace = { location: 'japaneast', tags: { team: 'x' }, properties: { sku: { name: 'PerGB2018' } } };
  await put(at(LAW, 'law-plant'), workspace);
  await put(at(LAW, 'law-plant', 'rg-apps'), workspace);
  await put(at(LAW, 'law-alone'), workspace);
  await put(at(COMPONENT, 'web_front'), {
    location: 'japaneast',
    kind: 'web',
    properties: { Application_Type: 'web' },
  });
  await put(at('Microsoft.Insights/dataCollectionEndpoints', 'dce'), { location: 'japaneast', properties: {} });
  const scope = at(SCOPE, 'AMPLS.Plant_1');
  await put(scope, { location: 'global', properties: OPEN });
  const targets = {
    'scoped-law': at(LAW, 'law-plant'),
    'scoped-law-apps': at(LAW, 'law-plant', 'rg-apps'),
    'scoped-web': at(COMPONENT, 'web_front'),
    'scoped-dce': at('Microsoft.Insights/dataCollectionEndpoints', 'dce'),
  };
  for (const [name, linkedResourceId] of Object.entries(targets)) {
    await put(`${scope}/scopedResources/${name}`, { properties: { linkedResourceId } });
  }
  await connect(here, 'pe-plant');
}

/** On the network that the seed has; or, only asking, on one of its own. */
async function connect({ at, put }: Bench, name: string, own?: string): Promise<void> {
  const network = at('Microsoft.Network/virtualNetworks', own ?? 'vnet-plant');
  if (own !== undefined) {
    const subnets = [{ name: 'monitoring', properties: { addressPrefix: '127.20.1.0/27' } }];
    const addressSpace = { addressPrefixes: ['127.20.0.0/16'] };
    await put(network, { location: 'japaneast', properties: { addressSpace, subnets } });
  }
  const scope = at(SCOPE, 'AMPLS.Plant_1');
  const connection = { name, properties: { privateLinkServiceId: scope, groupIds: ['azuremonitor'] } };
  const asked = own === undefined ? 'privateLinkServiceConnections' : 'manualPrivateLinkServiceConnections';
  const subnet = { id: `${network}/subnets/monitoring` };
  await put(at(ENDPOINT, name), { location: 'japaneast', properties: { subnet, [asked]: [connection] } });
}

const inGroup = (here: Bench, ...args: readonly string[]) =>
  here.run(['import', '--resource-group', 'rg-monitor', '--subscription', here.simulator.subscriptionId, ...args]);

test('a scope with all that hangs on it becomes one object, and each resource is told', async t => {
  const here = await bench(t);
  await byHand(here);
  await connect(here, 'pe-second', 'vnet-second');
  const { code, stdout, stderr } = await inGroup(here, '-n', 'monitoring');
  assert.equal(code, 0, stderr);
  const { metadata, spec } = parse(stdout);
  assert.deepEqual(metadata, { name: 'ampls-plant-1', namespace: 'monitoring' });
  const ids = [
    ...spec.workspaces,
    ...spec.applicationInsights,
    { name: 'scope', ...spec.privateLinkScope },
    { name: 'endpoint', ...spec.privateEndpoint },
    ...spec.dataCollection.endpoints,
  ].map(({ name, resourceId }) => [name, resourceId.toLowerCase()]);
  assert.deepEqual(
    ids,
    [
      ['law-plant', here.at(LAW, 'law-plant')],
      ['law-plant-2', here.at(LAW, 'law-plant', 'rg-apps')],
      ['web-front', here.at(COMPONENT, 'web_front')],
      ['scope', here.at(SCOPE, 'AMPLS.Plant_1')],
      ['endpoint', here.at(ENDPOINT, 'pe-plant')],
      ['dce', here.at('Microsoft.Insights/dataCollectionEndpoints', 'dce')],
    ].map(([name, id = '']) => [name, id.toLowerCase()]),
  );
  assert.match(spec.privateLinkScope.resourceId, /\/providers\/Microsoft\.Insights\/privateLinkScopes\/ampls/i);
  assert.deepEqual([spec.location, spec.resourceGroup.toLowerCase()], ['japaneast', 'rg-monitor']);
  assert.deepEqual(
    stderr
      .trim()
      .split('\n')
      .map(line => line.replace(/ \(\/subscriptions[^)]*\)/, ''))
      .sort(),
    [
      'Imported Application Insights component web_front',
      'Imported data collection endpoint dce',
      'Imported private endpoint pe-plant',
      'Imported private link scope AMPLS.Plant_1',
      'Imported workspace law-plant',
      'Imported workspace law-plant',
      'Skipped private endpoint pe-second because its connection is Pending',
      'Skipped workspace law-alone because it is not linked to a private link scope that was read',
    ],
  );
});

test('the object is one that the API server takes, and applying it plans no write', async t => {
  const here = await bench(t);
  await byHand(here);
  const { stdout } = await inGroup(here);
  await parseManifest(stdout);
  const before = here.simulator.journal.length;
  const plan = await here.run(['plan', '-f', '-', '--simulated-azure', '--detailed-exitcode'], stdout);
  assert.equal(plan.code, 0, plan.stdout + plan.stderr);
  assert.doesNotMatch(plan.stdout, /^ *\d+\. [-+~]/m);
  const made = here.simulator.journal.slice(before).filter(({ service }) => service === 'arm');
  assert.ok(made.length > 0);
  assert.deepEqual(made.filter(isWrite), []);
});

test('the zone group of the endpoint comes along, and applying it plans no write', async t => {
  const here = await bench(t);
  await byHand(here);
  const zones = ['monitor.azure.com', 'oms.opinsights.azure.com'].map(zone =>
    here.at('Microsoft.Network/privateDnsZones', `privatelink.${zone}`),
  );
  for (const zone of zones) await here.put(zone, { location: 'global' });
  const privateDnsZoneConfigs = zones.map((privateDnsZoneId, index) => ({
    name: `zone-${index}`,
    properties: { privateDnsZoneId },
  }));
  await here.put(`${here.at(ENDPOINT, 'pe-plant')}/privateDnsZoneGroups/default`, {
    properties: { privateDnsZoneConfigs },
  });
  const { stdout, stderr } = await inGroup(here);
  assert.match(stderr, /^Imported private DNS zone group default /m);
  assert.deepEqual(parse(stdout).spec.privateEndpoint.zoneGroup, { zoneIds: zones });
  await parseManifest(stdout);
  const plan = await here.run(['plan', '-f', '-', '--simulated-azure', '--detailed-exitcode'], stdout);
  assert.equal(plan.code, 0, plan.stdout + plan.stderr);
  assert.match(plan.stdout, /= default is adopted as zoneGroup/);
  assert.doesNotMatch(plan.stdout, /^ *\d+\. [-+~]/m);
});

test('an import reads only', async t => {
  const here = await bench(t);
  await byHand(here);
  const before = here.simulator.journal.length;
  await inGroup(here);
  const made = here.simulator.journal.slice(before).filter(({ service }) => service === 'arm');
  assert.deepEqual([...new Set(made.map(({ method }) => method))], ['GET']);
});

test('one scope is imported by its id, under the name that was asked for', async t => {
  const here = await bench(t);
  await byHand(here);
  const id = here.at(SCOPE, 'AMPLS.Plant_1').toLowerCase();
  const { code, stdout, stderr } = await here.run(['import', '--scope-id', id, '--name', 'plant']);
  assert.equal(code, 0, stderr);
  assert.equal(parse(stdout).metadata.name, 'plant');
  assert.doesNotMatch(stderr, /law-alone/);
});

test('two scopes are two objects, and one that lacks an endpoint or a workspace is skipped with the reason', async t => {
  const here = await bench(t);
  await byHand(here);
  await here.put(here.at(SCOPE, 'ampls-bare'), { location: 'global', properties: OPEN });
  await here.put(`${here.at(SCOPE, 'ampls-bare')}/scopedResources/law`, {
    properties: { linkedResourceId: here.at(LAW, 'law-alone') },
  });
  const { code, stdout, stderr } = await inGroup(here);
  assert.equal(code, 0);
  assert.equal(parseAllDocuments(stdout).length, 1);
  assert.match(
    stderr,
    /^Skipped private link scope ampls-bare \(\S+\) because no private endpoint .* is connected to it/m,
  );
  assert.match(stderr, /^Skipped workspace law-alone \(\S+\) because private link scope ampls-bare was skipped$/m);
});

test('where there is nothing, or not what was named, it ends with 1 and prints no object', async t => {
  const here = await bench(t);
  const nothing = await inGroup(here);
  assert.deepEqual([nothing.code, nothing.stdout, nothing.stderr], [1, '', 'error: there is nothing to import\n']);
  const { subscriptionId } = here.simulator;
  const group = await here.run(['import', '--resource-group', 'rg-none', '--subscription', subscriptionId]);
  assert.deepEqual([group.code, group.stdout], [1, '']);
  assert.match(group.stderr, /there is no resource group rg-none in subscription/);
  const scope = await here.run(['import', '--scope-id', here.at(SCOPE, 'none')]);
  assert.equal(scope.code, 1);
  assert.match(scope.stderr, /there is no private link scope \/subscriptions/);
});

test('wrong usage ends with 2 and names every flag that is wrong', async t => {
  const here = await bench(t);
  const both = await here.run(['import', '--resource-group', 'rg', '--scope-id', 'ampls', '-n', 'Not A Name']);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /--resource-group RG or --scope-id ID is needed, and not both/);
  assert.match(both.stderr, /--scope-id is "ampls"/);
  assert.match(both.stderr, /--namespace is "Not A Name"/);
  const none = await here.run(['import', '--resource-group', 'rg']);
  assert.deepEqual([none.code, none.stdout], [2, '']);
  assert.match(none.stderr, /--subscription \(AZURE_SUBSCRIPTION_ID\) is needed/);
});
