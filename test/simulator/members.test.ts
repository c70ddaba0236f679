/**
 * Names and addresses of a private endpoint: the formula of eight, three a region and three a data collection endpoint,
 * and how an interface follows its scope.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { arm, settlingOnly } from './arm.ts';
import {
  connectedScope,
  endpointTo,
  interfaceLines,
  linkedScope,
  location,
  openScope,
  paths,
  put,
  recordLines,
} from './road.ts';
import { virtualClock } from './virtual-clock.ts';

const customerId = 'e97e0ed9-0000-4000-8000-2c3dab8054b9';

test('one workspace and one data collection endpoint in japaneast give the fourteen records of a real endpoint', async t => {
  const [network] = defaultSeed().virtualNetworks;
  assert.ok(network);
  const seed = {
    ...defaultSeed(),
    virtualNetworks: [
      { ...network, addressPrefix: '10.13.0.0/16', subnets: [{ name: 'monitoring', addressPrefix: '10.13.1.0/27' }] },
    ],
    workspaces: [{ resourceGroup: 'rg-monitor', name: 'law-a', location, customerId }],
    dataCollectionEndpoints: [{ resourceGroup: 'rg-monitor', name: 'dceforaapls', location, suffix: 'ab12' }],
  };
  const azure = await arm(t, { seed });
  const at = paths(azure.group);
  await put(azure, at.scope, openScope);
  await put(azure, at.link('law'), { properties: { linkedResourceId: at.workspace('law-a') } });
  await put(azure, at.link('dce'), { properties: { linkedResourceId: at.dataCollectionEndpoint('dceforaapls') } });
  await put(azure, at.endpoint, endpointTo(at.scope, at.subnet()));
  assert.deepEqual(await recordLines(azure), [
    `10.13.1.4 ${customerId}.oms.opinsights.azure.com`,
    `10.13.1.5 ${customerId}.ods.opinsights.azure.com`,
    `10.13.1.6 ${customerId}.agentsvc.azure-automation.net`,
    '10.13.1.7 api.monitor.azure.com',
    '10.13.1.8 global.in.ai.monitor.azure.com',
    '10.13.1.9 profiler.monitor.azure.com',
    '10.13.1.10 live.monitor.azure.com',
    '10.13.1.11 diagservices-query.monitor.azure.com',
    '10.13.1.12 snapshot.monitor.azure.com',
    '10.13.1.13 scadvisorcontentpl.blob.core.windows.net',
    '10.13.1.14 global.handler.control.monitor.azure.com',
    '10.13.1.15 dceforaapls-ab12.japaneast-1.handler.control.monitor.azure.com',
    '10.13.1.16 dceforaapls-ab12.japaneast-1.ingest.monitor.azure.com',
    '10.13.1.17 dceforaapls-ab12.japaneast-1.metrics.ingest.monitor.azure.com',
  ]);
  const dce = await azure.call('GET', at.dataCollectionEndpoint('dceforaapls'));
  assert.equal(
    dce.body?.properties.configurationAccess.endpoint,
    'https://dceforaapls-ab12.japaneast-1.handler.control.monitor.azure.com',
  );
  assert.equal(dce.body?.properties.privateLinkScopedResources.length, 1);
});

test('an interface follows links and unlinks by itself, and every address stays with its member', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  const before = await interfaceLines(azure);
  const link = async (name: string, region: string) => {
    await put(azure, at.workspace(name), { location: region });
    await put(azure, at.link(`link-${name}`), { properties: { linkedResourceId: at.workspace(name) } });
  };

  await link('law-b', location);
  const sameRegion = await interfaceLines(azure);
  const addresses = (lines: readonly string[]) => lines.map(line => line.split(' ')[0]);
  assert.deepEqual(addresses(sameRegion), addresses(before));
  assert.equal((await recordLines(azure)).length, 14);
  assert.equal(sameRegion[0]?.split(' ').length, 4);

  await link('law-c', 'japanwest');
  const otherRegion = await interfaceLines(azure);
  assert.deepEqual(otherRegion.slice(0, 11), sameRegion);
  assert.deepEqual(
    otherRegion.slice(11).map(line => line.split(' ').slice(0, 2).join(' ')),
    ['127.13.1.15 oms-japanwest', '127.13.1.16 ods-japanwest', '127.13.1.17 agent-japanwest'],
  );

  await azure.call('DELETE', at.link('link-law-a'));
  await azure.call('DELETE', at.link('link-law-c'));
  const after = await interfaceLines(azure);
  assert.deepEqual(addresses(after), addresses(before));
  assert.equal((await recordLines(azure)).length, 11);
  const puts = azure.simulator.journal.filter(
    entry => entry.method === 'PUT' && entry.path.endsWith('/privateEndpoints/pe'),
  );
  assert.equal(puts.length, 1);
});

test('with latency the interface follows a moment after the link has settled', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock });
  const at = paths(azure.group);
  await connectedScope(azure, () => clock.advance(15_000));
  await put(azure, at.workspace('law-b'), { location });
  await put(azure, at.link('b'), { properties: { linkedResourceId: at.workspace('law-b') } });
  clock.advance(1_500);
  assert.equal((await azure.call('GET', at.link('b'))).body?.properties.provisioningState, 'Succeeded');
  assert.equal((await recordLines(azure)).length, 11);
  clock.advance(2_000);
  assert.equal((await recordLines(azure)).length, 14);
});

test('a subnet that is too full for a later link leaves the interface as it was', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  await put(azure, `${at.endpoint}-2`, endpointTo(at.scope, at.subnet()));
  await put(azure, at.workspace('law-b'), { location: 'japanwest' });
  await put(azure, at.workspace('law-c'), { location: 'eastus' });
  for (const name of ['law-b', 'law-c']) {
    await put(azure, at.link(`link-${name}`), { properties: { linkedResourceId: at.workspace(name) } });
  }
  const members = await azure.call('GET', `${at.scope}/privateLinkResources`);
  assert.equal(members.body?.value[0].properties.requiredMembers.length, 17);
  assert.equal((await interfaceLines(azure)).length, 14);
  const subnet = await azure.call('GET', at.subnet());
  assert.equal(subnet.body?.properties.ipConfigurations.length, 25);
});

test('static addresses must cover every member, and are then the ones it gets', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await linkedScope(azure);
  const resources = await azure.call('GET', `${at.scope}/privateLinkResources/azuremonitor`);
  const members: string[] = resources.body?.properties.requiredMembers;
  const configurations = (names: readonly string[]) =>
    names.map((memberName, index) => ({
      name: `ip-${index}`,
      properties: { groupId: 'azuremonitor', memberName, privateIPAddress: `127.13.1.${20 + index}` },
    }));
  const ask = (ipConfigurations: unknown) =>
    azure.call('PUT', at.endpoint, { body: endpointTo(at.scope, at.subnet(), { ipConfigurations }) });
  const missing = await ask(configurations(members.slice(1)));
  assert.equal(missing.body?.error.code, 'PrivateEndpointIpConfigurationMissingMemberNamesRequiredByFps');
  assert.match(String(missing.body?.error.message), /azuremonitor\/api/);
  const outside = configurations(members).with(0, {
    name: 'x',
    properties: { groupId: 'azuremonitor', memberName: 'api', privateIPAddress: '127.13.1.3' },
  });
  assert.equal((await ask(outside)).body?.error.code, 'PrivateIPAddressNotInSubnet');
  assert.equal((await ask(configurations(members))).status, 201);
  const lines = await interfaceLines(azure);
  assert.ok(lines.some(line => line.startsWith('127.13.1.20 api ')));
});
