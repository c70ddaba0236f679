/**
 * Bodies in which one value is of another type: whatever is asked of whatever resource, the answer is the client's fault
 * or a success, never the simulator's failure.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { arm } from './arm.ts';
import { connectedScope, endpointTo, location, openScope, paths } from './road.ts';

const others: readonly unknown[] = [null, 5, -1, 'x', '', true, [], {}, [5], [{}], { a: { b: [] } }];

/** Every copy of a value in which one part, at any depth, is replaced by something else. */
function* mutants(value: unknown): Generator<unknown> {
  yield* others;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    for (const mutant of mutants(item)) {
      yield Array.isArray(value)
        ? value.map((each, index) => (String(index) === key ? mutant : each))
        : { ...value, [key]: mutant };
    }
  }
}

test('a value of a wrong type is refused or ignored by every resource, and breaks none', async t => {
  const machines = [{ resourceGroup: 'rg-monitor', name: 'plant-1', location }];
  const privateDnsZones = [{ resourceGroup: 'rg-monitor', name: 'privatelink.monitor.azure.com' }];
  const azure = await arm(t, { seed: { ...defaultSeed(), machines, privateDnsZones } });
  const at = paths(azure.group);
  await connectedScope(azure);
  const { group } = azure;
  const network = `${group}/providers/Microsoft.Network`;
  const zone = `${network}/privateDnsZones/privatelink.monitor.azure.com`;
  const machine = `${group}/providers/Microsoft.HybridCompute/machines/plant-1`;
  const rule = `${group}/providers/Microsoft.Insights/dataCollectionRules/dcr`;
  const connections = await azure.call('GET', `${at.scope}/privateEndpointConnections`);
  const connection: string = connections.body?.value[0].id;
  const tags = { a: 'b' };
  const state = { status: 'Approved', description: 'd', actionsRequired: 'None' };
  const ip = {
    name: 'api',
    properties: { groupId: 'azuremonitor', memberName: 'api', privateIPAddress: '127.13.1.9' },
  };
  const counter = { name: 'p', streams: ['s'], samplingFrequencyInSeconds: 60, counterSpecifiers: ['c'] };
  const workspace = {
    location,
    tags,
    properties: {
      sku: { name: 'PerGB2018' },
      retentionInDays: 30,
      workspaceCapping: { dailyQuotaGb: 1 },
      features: {},
    },
  };
  const exclusions = [{ privateEndpointConnectionName: 'c', queryAccessMode: 'Open', ingestionAccessMode: 'Open' }];
  const asked: readonly (readonly [string, string, unknown])[] = [
    ['PUT', at.workspace('law-x'), workspace],
    ['PATCH', at.workspace('law-a'), workspace],
    [
      'PUT',
      at.scope,
      {
        ...openScope,
        tags,
        properties: { accessModeSettings: { ...openScope.properties.accessModeSettings, exclusions } },
      },
    ],
    ['PUT', at.link('x'), { properties: { linkedResourceId: at.workspace('law-a'), kind: 'Resource' } }],
    ['PUT', connection, { properties: { privateLinkServiceConnectionState: state } }],
    [
      'PUT',
      `${at.endpoint}-x`,
      endpointTo(at.scope, at.subnet(), { ipConfigurations: [ip], customNetworkInterfaceName: 'n' }),
    ],
    ['PUT', at.endpoint, { ...endpointTo(at.scope, at.subnet()), tags }],
    [
      'PUT',
      at.zoneGroup,
      { properties: { privateDnsZoneConfigs: [{ name: 'z', properties: { privateDnsZoneId: zone } }] } },
    ],
    [
      'PUT',
      `${network}/virtualNetworks/v`,
      {
        location,
        properties: {
          addressSpace: { addressPrefixes: ['127.50.0.0/16'] },
          dhcpOptions: { dnsServers: ['a'] },
          subnets: [{ name: 's', properties: { addressPrefix: '127.50.0.0/24' } }],
        },
      },
    ],
    [
      'PUT',
      at.subnet('monitoring-b'),
      {
        properties: {
          addressPrefix: '127.13.2.0/27',
          privateEndpointNetworkPolicies: 'Enabled',
          networkSecurityGroup: { id: 'x' },
        },
      },
    ],
    [
      'PUT',
      `${network}/networkSecurityGroups/n`,
      { location, properties: { securityRules: [{ name: 'r', properties: { priority: 1 } }] } },
    ],
    ['PUT', `${network}/privateDnsZones/a.b`, { location: 'global', tags }],
    [
      'PUT',
      `${zone}/A/www`,
      { properties: { ttl: 60, metadata: { a: 'b' }, aRecords: [{ ipv4Address: '127.0.0.1' }] } },
    ],
    ['PUT', `${zone}/CNAME/c`, { properties: { ttl: 60, cnameRecord: { cname: 'a.b' } } }],
    [
      'PUT',
      `${zone}/virtualNetworkLinks/l`,
      {
        location: 'global',
        properties: {
          virtualNetwork: { id: `${network}/virtualNetworks/vnet-plant` },
          registrationEnabled: true,
          resolutionPolicy: 'Default',
        },
      },
    ],
    [
      'PUT',
      `${group}/providers/Microsoft.Insights/components/c`,
      { location, kind: 'web', properties: { Application_Type: 'web', RetentionInDays: 90 } },
    ],
    [
      'PUT',
      at.dataCollectionEndpoint('dce'),
      { location, kind: 'Linux', properties: { description: 'd', networkAcls: { publicNetworkAccess: 'Enabled' } } },
    ],
    [
      'PUT',
      rule,
      {
        location,
        kind: 'Linux',
        identity: {},
        properties: {
          dataSources: { performanceCounters: [counter] },
          destinations: { logAnalytics: [{ name: 'l', workspaceResourceId: at.workspace('law-a') }] },
          dataFlows: [{ streams: ['s'], destinations: ['l'] }],
        },
      },
    ],
    [
      'PUT',
      `${machine}/providers/Microsoft.Insights/dataCollectionRuleAssociations/r`,
      { properties: { dataCollectionRuleId: rule, description: 'd' } },
    ],
    ['PATCH', machine, { tags, properties: { privateLinkScopeResourceId: '', osProfile: { a: 1 } } }],
    [
      'PUT',
      `${machine}/extensions/e`,
      { location, properties: { publisher: 'p', type: 't', settings: { a: 1 }, typeHandlerVersion: '1' } },
    ],
    [
      'PUT',
      `${group}/providers/Microsoft.HybridCompute/privateLinkScopes/s`,
      { location, tags, properties: { publicNetworkAccess: 'Enabled' } },
    ],
    [
      'POST',
      '/providers/Microsoft.ResourceGraph/resources',
      { query: 'resources | take 1', subscriptions: ['s'], options: { $top: 1, $skip: 0, resultFormat: 'table' } },
    ],
    ['POST', `${at.workspace('law-a')}/sharedKeys`, {}],
  ];
  let count = 0;
  for (const [method, path, body] of asked) {
    for (const mutant of mutants(body)) {
      const answer = await azure.call(method, path, { body: mutant });
      count += 1;
      assert.ok(answer.status < 500, `${method} ${path} ${JSON.stringify(mutant)}: ${answer.status} ${answer.text}`);
    }
    const read = method === 'POST' ? undefined : await azure.call('GET', path);
    assert.ok((read?.status ?? 200) < 500, `GET ${path}: ${read?.text}`);
  }
  const state2 = await azure.raw('GET', '/_sim/state');
  assert.equal(state2.status, 200);
  t.diagnostic(`${count} bodies`);
});
