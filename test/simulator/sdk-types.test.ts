/**
 * Each type made, read, listed, changed and deleted by the real Azure packages, pollers to the end.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MonitorClient } from '@azure/arm-monitor';
import { NetworkManagementClient } from '@azure/arm-network';
import { OperationalInsightsManagementClient } from '@azure/arm-operationalinsights';
import { ClientSecretCredential } from '@azure/identity';
import { defaultSeed, type Seed, type Simulator, startSimulator } from '../../src/simulator/simulator.ts';

const group = 'rg-monitor';
const location = 'japaneast';
const modes = { queryAccessMode: 'Open', ingestionAccessMode: 'Open' };

async function azure(t: TestContext, seed: Partial<Seed> = {}) {
  const simulator: Simulator = await startSimulator({ latency: 'none', seed: { ...defaultSeed(), ...seed } });
  t.after(() => simulator.close());
  const tlsOptions = { ca: simulator.caPem };
  const credential = new ClientSecretCredential(simulator.tenantId, simulator.clientId, simulator.clientSecret, {
    authorityHost: simulator.authority,
    disableInstanceDiscovery: true,
    tlsOptions,
  });
  const options = { endpoint: simulator.endpoint, tlsOptions, retryOptions: { maxRetries: 0 } };
  const base = `/subscriptions/${simulator.subscriptionId}/resourceGroups/${group}/providers`;
  return {
    base,
    monitor: new MonitorClient(credential, simulator.subscriptionId, options),
    network: new NetworkManagementClient(credential, simulator.subscriptionId, options),
    insights: new OperationalInsightsManagementClient(credential, simulator.subscriptionId, options),
  };
}

async function names(pages: AsyncIterable<{ readonly name?: string }>): Promise<readonly (string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const each of pages) found.push(each.name);
  return found;
}

const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: { code?: string; statusCode?: number }) => `${error.statusCode} ${error.code}`,
  );

test('workspaces: made, listed, patched, deleted softly, recovered, deleted for good', async t => {
  const { insights } = await azure(t, { sharedKeys: 'yes' });
  const made = await insights.workspaces.createOrUpdate(group, 'law-a', { location, retentionInDays: 60 });
  assert.deepEqual([made.provisioningState, made.retentionInDays], ['Succeeded', 60]);
  const patched = await insights.workspaces.update(group, 'law-a', { publicNetworkAccessForQuery: 'Disabled' });
  assert.deepEqual([patched.publicNetworkAccessForQuery, patched.retentionInDays], ['Disabled', 60]);
  assert.deepEqual(await names(insights.workspaces.listByResourceGroup(group)), ['law-a']);
  assert.deepEqual(await names(insights.workspaces.list()), ['law-a']);
  assert.ok((await insights.sharedKeys.getSharedKeys(group, 'law-a')).primarySharedKey);
  await insights.workspaces.delete(group, 'law-a');
  assert.equal(await code(insights.workspaces.get(group, 'law-a')), '404 ResourceNotFound');
  assert.deepEqual(await names(insights.deletedWorkspaces.list()), ['law-a']);
  const back = await insights.workspaces.createOrUpdate(group, 'law-a', { location });
  assert.deepEqual([back.customerId, back.retentionInDays], [made.customerId, 60]);
  await insights.workspaces.delete(group, 'law-a', { force: true });
  assert.deepEqual(await names(insights.deletedWorkspaces.list()), []);
});

test('scopes, links and connections: made, listed, tagged, decided on, deleted', async t => {
  const { base, monitor, network, insights } = await azure(t);
  const workspace = await insights.workspaces.createOrUpdate(group, 'law-a', { location });
  const scope = await monitor.privateLinkScopes.createOrUpdate(group, 'ampls', {
    location: 'global',
    accessModeSettings: modes,
  });
  const tagged = await monitor.privateLinkScopes.updateTags(group, 'ampls', { tags: { plant: 'a' } });
  assert.deepEqual(tagged.tags, { plant: 'a' });
  assert.deepEqual(await names(monitor.privateLinkScopes.list()), ['ampls']);
  await monitor.privateLinkScopedResources.createOrUpdate(group, 'ampls', 'law', {
    linkedResourceId: workspace.id ?? '',
  });
  assert.deepEqual(await names(monitor.privateLinkScopedResources.listByPrivateLinkScope(group, 'ampls')), ['law']);

  const subnet = { id: `${base}/Microsoft.Network/virtualNetworks/vnet-plant/subnets/monitoring` };
  const connection = { name: 'c', privateLinkServiceId: scope.id ?? '', groupIds: ['azuremonitor'] };
  await network.privateEndpoints.createOrUpdate(group, 'pe', {
    location,
    subnet,
    manualPrivateLinkServiceConnections: [connection],
  });
  const waiting = await monitor.privateEndpointConnections.listByPrivateLinkScope(group, 'ampls');
  const name = waiting.value?.[0]?.name ?? '';
  const decide = (status: string) =>
    monitor.privateEndpointConnections.createOrUpdate(group, 'ampls', name, {
      privateLinkServiceConnectionState: { status, description: 'ours' },
    });
  const status = async () => {
    const endpoint = await network.privateEndpoints.get(group, 'pe');
    return endpoint.manualPrivateLinkServiceConnections?.[0]?.privateLinkServiceConnectionState?.status;
  };
  assert.equal(await status(), 'Pending');
  await decide('Approved');
  assert.equal(await status(), 'Approved');
  await decide('Rejected');
  assert.equal(await status(), 'Rejected');
  await monitor.privateEndpointConnections.delete(group, 'ampls', name);
  assert.equal(await status(), 'Disconnected');

  await network.privateEndpoints.delete(group, 'pe');
  await monitor.privateLinkScopedResources.delete(group, 'ampls', 'law');
  await monitor.privateLinkScopes.delete(group, 'ampls');
  assert.equal(await code(monitor.privateLinkScopes.get(group, 'ampls')), '404 ResourceNotFound');
});

test('data collection: endpoint, rule and association made, read, listed, changed and deleted', async t => {
  const machines = [{ resourceGroup: group, name: 'plant-1', location }];
  const { base, monitor, insights } = await azure(t, { machines });
  const workspace = await insights.workspaces.createOrUpdate(group, 'law-a', { location });
  const endpoint = await monitor.dataCollectionEndpoints.create(group, 'dce', { body: { location } });
  assert.match(endpoint.configurationAccess?.endpoint ?? '', /\.handler\.control\.monitor\.azure\.com$/);
  const tagged = await monitor.dataCollectionEndpoints.update(group, 'dce', { body: { tags: { a: 'b' } } });
  assert.deepEqual(tagged.tags, { a: 'b' });
  const rule = await monitor.dataCollectionRules.create(group, 'dcr', {
    body: {
      location,
      kind: 'Linux',
      destinations: { logAnalytics: [{ workspaceResourceId: workspace.id ?? '', name: 'law' }] },
      dataFlows: [{ streams: ['Microsoft-Perf'], destinations: ['law'] }],
    },
  });
  assert.equal(rule.destinations?.logAnalytics?.[0]?.workspaceId, workspace.customerId);
  assert.deepEqual(await names(monitor.dataCollectionRules.listByResourceGroup(group)), ['dcr']);
  assert.deepEqual(await names(monitor.dataCollectionEndpoints.listBySubscription()), ['dce']);

  const machine = `${base}/Microsoft.HybridCompute/machines/plant-1`.slice(1);
  const access = 'configurationAccessEndpoint';
  await monitor.dataCollectionRuleAssociations.create(machine, access, {
    body: { dataCollectionEndpointId: endpoint.id ?? '' },
  });
  await monitor.dataCollectionRuleAssociations.create(machine, 'rule', {
    body: { dataCollectionRuleId: rule.id ?? '' },
  });
  assert.deepEqual(await names(monitor.dataCollectionRuleAssociations.listByResource(machine)), [access, 'rule']);
  assert.deepEqual(await names(monitor.dataCollectionRuleAssociations.listByRule(group, 'dcr')), ['rule']);
  await monitor.dataCollectionRuleAssociations.delete(machine, access);
  await monitor.dataCollectionRules.delete(group, 'dcr', { deleteAssociations: true });
  await monitor.dataCollectionEndpoints.delete(group, 'dce');
  assert.deepEqual(await names(monitor.dataCollectionRuleAssociations.listByResource(machine)), []);
  assert.equal(await code(monitor.dataCollectionEndpoints.get(group, 'dce')), '404 ResourceNotFound');
});

test('networks: network, subnet, security group and usages made, read, listed, changed and deleted', async t => {
  const { network } = await azure(t);
  const made = await network.virtualNetworks.createOrUpdate(group, 'vnet', {
    location,
    addressSpace: { addressPrefixes: ['127.30.0.0/16'] },
    subnets: [{ name: 'a', addressPrefix: '127.30.0.0/24' }],
  });
  assert.deepEqual([made.provisioningState, made.subnets?.[0]?.provisioningState], ['Succeeded', 'Succeeded']);
  const nsg = await network.networkSecurityGroups.createOrUpdate(group, 'nsg', { location });
  const subnet = await network.subnets.createOrUpdate(group, 'vnet', 'b', {
    addressPrefix: '127.30.1.0/24',
    networkSecurityGroup: { id: nsg.id ?? '' },
  });
  assert.equal(subnet.provisioningState, 'Succeeded');
  assert.deepEqual(await names(network.subnets.list(group, 'vnet')), ['a', 'b']);
  assert.deepEqual(await names(network.virtualNetworks.list(group)), ['vnet-plant', 'vnet']);
  const usages: unknown[] = [];
  for await (const { currentValue, limit } of network.virtualNetworks.listUsage(group, 'vnet'))
    usages.push([currentValue, limit]);
  assert.deepEqual(usages, [
    [0, 251],
    [0, 251],
  ]);
  await network.subnets.delete(group, 'vnet', 'b');
  await network.networkSecurityGroups.delete(group, 'nsg');
  await network.virtualNetworks.delete(group, 'vnet');
  assert.deepEqual(await names(network.virtualNetworks.listAll()), ['vnet-plant']);
});

test('endpoints and zone groups: made with static addresses and an own interface name, read, listed, deleted', async t => {
  const privateDnsZones = [{ resourceGroup: group, name: 'privatelink.monitor.azure.com' }];
  const { base, monitor, network } = await azure(t, { privateDnsZones });
  const scope = await monitor.privateLinkScopes.createOrUpdate(group, 'ampls', {
    location: 'global',
    accessModeSettings: modes,
  });
  const resources = await monitor.privateLinkResources.get(group, 'ampls', 'azuremonitor');
  const members = resources.properties?.requiredMembers ?? [];
  assert.equal(members.length, 8);
  const ipConfigurations = members.map((memberName, index) => ({
    name: memberName,
    groupId: 'azuremonitor',
    memberName,
    privateIPAddress: `127.13.1.${index + 10}`,
  }));
  const endpoint = await network.privateEndpoints.createOrUpdate(group, 'pe', {
    location,
    subnet: { id: `${base}/Microsoft.Network/virtualNetworks/vnet-plant/subnets/monitoring` },
    privateLinkServiceConnections: [{ name: 'c', privateLinkServiceId: scope.id ?? '', groupIds: ['azuremonitor'] }],
    customNetworkInterfaceName: 'nic-plant',
    ipConfigurations,
  });
  assert.equal(endpoint.customDnsConfigs?.[0]?.ipAddresses?.[0], '127.13.1.10');
  const nic = await network.networkInterfaces.get(group, 'nic-plant');
  assert.equal(nic.ipConfigurations?.[0]?.privateIPAllocationMethod, 'Static');
  assert.deepEqual(await names(network.privateEndpoints.listBySubscription()), ['pe']);
  const zoneId = `${base}/Microsoft.Network/privateDnsZones/privatelink.monitor.azure.com`;
  await network.privateDnsZoneGroups.createOrUpdate(group, 'pe', 'default', {
    privateDnsZoneConfigs: [{ name: 'monitor', privateDnsZoneId: zoneId }],
  });
  assert.deepEqual(await names(network.privateDnsZoneGroups.list(group, 'pe')), ['default']);
  await network.privateDnsZoneGroups.delete(group, 'pe', 'default');
  await network.privateEndpoints.delete(group, 'pe');
  assert.equal(await code(network.networkInterfaces.get(group, 'nic-plant')), '404 ResourceNotFound');
});
