/**
 * The real SDK packages with nothing of ours between them and the simulator: what they send and what they are answered,
 * for every type that they have, held to the published descriptions.
 */
import { test } from 'node:test';
import { MonitorClient } from '@azure/arm-monitor';
import { NetworkManagementClient } from '@azure/arm-network';
import { OperationalInsightsManagementClient } from '@azure/arm-operationalinsights';
import { ClientSecretCredential } from '@azure/identity';
import { defaultSeed, type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { contractRun } from './held.ts';

const run = contractRun();
const group = 'rg-monitor';
const location = 'japaneast';
const tags = { plant: 'a' };

function clients(simulator: Simulator) {
  const tlsOptions = { ca: simulator.caPem };
  const credential = new ClientSecretCredential(simulator.tenantId, simulator.clientId, simulator.clientSecret, {
    authorityHost: simulator.authority,
    disableInstanceDiscovery: true,
    tlsOptions,
  });
  const options = { endpoint: simulator.endpoint, tlsOptions, retryOptions: { maxRetries: 0 } };
  return {
    base: `/subscriptions/${simulator.subscriptionId}/resourceGroups/${group}/providers`,
    monitor: new MonitorClient(credential, simulator.subscriptionId, options),
    network: new NetworkManagementClient(credential, simulator.subscriptionId, options),
    insights: new OperationalInsightsManagementClient(credential, simulator.subscriptionId, options),
  };
}

type Clients = ReturnType<typeof clients>;

/** Reads every page. */
async function all(pages: AsyncIterable<unknown>): Promise<void> {
  for await (const _each of pages);
}

async function workspaces({ insights }: Clients): Promise<string> {
  const made = await insights.workspaces.createOrUpdate(group, 'law-a', {
    location,
    retentionInDays: 60,
    sku: { name: 'PerGB2018' },
    workspaceCapping: { dailyQuotaGb: 5 },
    publicNetworkAccessForIngestion: 'Enabled',
    publicNetworkAccessForQuery: 'Enabled',
    tags,
  });
  await insights.workspaces.update(group, 'law-a', { publicNetworkAccessForQuery: 'Disabled' });
  await all(insights.workspaces.listByResourceGroup(group));
  await all(insights.workspaces.list());
  await all(insights.usages.list(group, 'law-a'));
  await insights.sharedKeys.getSharedKeys(group, 'law-a');
  return made.id ?? '';
}

async function collection({ monitor, base }: Clients, workspaceResourceId: string): Promise<string> {
  const networkAcls = { publicNetworkAccess: 'Disabled' };
  const endpoint = await monitor.dataCollectionEndpoints.create(group, 'dce', {
    body: { location, networkAcls, tags },
  });
  await monitor.dataCollectionEndpoints.update(group, 'dce', { body: { tags } });
  const counter = {
    name: 'perf',
    streams: ['Microsoft-Perf'],
    samplingFrequencyInSeconds: 60,
    counterSpecifiers: ['\\Processor Information(_Total)\\% Processor Time'],
  };
  const rule = await monitor.dataCollectionRules.create(group, 'dcr', {
    body: {
      location,
      kind: 'Linux',
      dataSources: { performanceCounters: [counter] },
      destinations: { logAnalytics: [{ workspaceResourceId, name: 'law' }] },
      dataFlows: [{ streams: ['Microsoft-Perf'], destinations: ['law'] }],
    },
  });
  await monitor.dataCollectionRules.update(group, 'dcr', { body: { tags } });
  const machine = `${base}/Microsoft.HybridCompute/machines/plant-1`.slice(1);
  const associations = monitor.dataCollectionRuleAssociations;
  const access = 'configurationAccessEndpoint';
  await associations.create(machine, access, { body: { dataCollectionEndpointId: endpoint.id ?? '' } });
  await associations.create(machine, 'rule', { body: { dataCollectionRuleId: rule.id ?? '' } });
  await all(associations.listByResource(machine));
  await all(associations.listByRule(group, 'dcr'));
  await all(associations.listByDataCollectionEndpoint(group, 'dce'));
  await all(monitor.dataCollectionRules.listBySubscription());
  await all(monitor.dataCollectionEndpoints.listByResourceGroup(group));
  await associations.get(machine, access);
  await associations.delete(machine, access);
  return endpoint.id ?? '';
}

async function scopes({ monitor }: Clients, linked: readonly string[]): Promise<string> {
  const accessModeSettings = { queryAccessMode: 'Open', ingestionAccessMode: 'PrivateOnly', exclusions: [] };
  const scope = await monitor.privateLinkScopes.createOrUpdate(group, 'ampls', {
    location: 'global',
    accessModeSettings,
    tags,
  });
  await monitor.privateLinkScopes.updateTags(group, 'ampls', { tags });
  for (const [index, linkedResourceId] of linked.entries()) {
    await monitor.privateLinkScopedResources.createOrUpdate(group, 'ampls', `link-${index}`, { linkedResourceId });
    await monitor.privateLinkScopedResources.get(group, 'ampls', `link-${index}`);
  }
  await all(monitor.privateLinkScopedResources.listByPrivateLinkScope(group, 'ampls'));
  await all(monitor.privateLinkScopes.list());
  await all(monitor.privateLinkScopes.listByResourceGroup(group));
  await monitor.privateLinkResources.listByPrivateLinkScope(group, 'ampls');
  await monitor.privateLinkResources.get(group, 'ampls', 'azuremonitor');
  return scope.id ?? '';
}

async function networks({ network }: Clients): Promise<string> {
  const nsg = await network.networkSecurityGroups.createOrUpdate(group, 'nsg', {
    location,
    securityRules: [
      {
        name: 'https',
        protocol: 'Tcp',
        access: 'Allow',
        direction: 'Inbound',
        priority: 100,
        sourceAddressPrefix: '*',
        sourcePortRange: '*',
        destinationAddressPrefix: '*',
        destinationPortRange: '443',
      },
    ],
  });
  await network.virtualNetworks.createOrUpdate(group, 'vnet', {
    location,
    addressSpace: { addressPrefixes: ['127.30.0.0/16'] },
    subnets: [{ name: 'a', addressPrefix: '127.30.0.0/24' }],
  });
  await network.virtualNetworks.updateTags(group, 'vnet', { tags });
  const subnet = await network.subnets.createOrUpdate(group, 'vnet', 'b', {
    addressPrefix: '127.30.1.0/24',
    networkSecurityGroup: { id: nsg.id ?? '' },
  });
  await all(network.subnets.list(group, 'vnet'));
  await all(network.virtualNetworks.listAll());
  await all(network.virtualNetworks.listUsage(group, 'vnet'));
  await all(network.networkSecurityGroups.listAll());
  return subnet.id ?? '';
}

async function endpoints({ network, monitor, base }: Clients, subnetId: string, scopeId: string): Promise<void> {
  const connection = { name: 'c', privateLinkServiceId: scopeId, groupIds: ['azuremonitor'], requestMessage: 'please' };
  const endpoint = await network.privateEndpoints.createOrUpdate(group, 'pe', {
    location,
    tags,
    subnet: { id: subnetId },
    manualPrivateLinkServiceConnections: [connection],
    customNetworkInterfaceName: 'nic-plant',
  });
  const connections = await monitor.privateEndpointConnections.listByPrivateLinkScope(group, 'ampls');
  const name = connections.value?.[0]?.name ?? '';
  await monitor.privateEndpointConnections.createOrUpdate(group, 'ampls', name, {
    privateLinkServiceConnectionState: { status: 'Approved', description: 'ours' },
  });
  await monitor.privateEndpointConnections.get(group, 'ampls', name);
  await network.networkInterfaces.get(group, 'nic-plant');
  await all(network.networkInterfaces.listAll());
  await all(network.privateEndpoints.listBySubscription());
  await network.privateDnsZoneGroups.createOrUpdate(group, 'pe', 'default', {
    privateDnsZoneConfigs: [
      { name: 'monitor', privateDnsZoneId: `${base}/Microsoft.Network/privateDnsZones/privatelink.monitor.azure.com` },
    ],
  });
  await all(network.privateDnsZoneGroups.list(group, 'pe'));
  await network.privateEndpoints.get(group, endpoint.name ?? '');
  await network.privateDnsZoneGroups.delete(group, 'pe', 'default');
  await monitor.privateEndpointConnections.delete(group, 'ampls', name);
  await network.privateEndpoints.delete(group, 'pe');
}

async function ending({ network, monitor, insights }: Clients): Promise<void> {
  for (const name of ['link-0', 'link-1']) await monitor.privateLinkScopedResources.delete(group, 'ampls', name);
  await monitor.privateLinkScopes.delete(group, 'ampls');
  await monitor.dataCollectionRules.delete(group, 'dcr', { deleteAssociations: true });
  await monitor.dataCollectionEndpoints.delete(group, 'dce');
  await network.virtualNetworks.delete(group, 'vnet');
  await network.networkSecurityGroups.delete(group, 'nsg');
  await insights.workspaces.delete(group, 'law-a');
  await all(insights.deletedWorkspaces.list());
  await all(insights.deletedWorkspaces.listByResourceGroup(group));
}

async function road(simulator: Simulator): Promise<void> {
  const azure = clients(simulator);
  const workspace = await workspaces(azure);
  const collectionEndpoint = await collection(azure, workspace);
  const scope = await scopes(azure, [workspace, collectionEndpoint]);
  const subnet = await networks(azure);
  await endpoints(azure, subnet, scope);
  await ending(azure);
}

const seed = {
  ...defaultSeed(),
  sharedKeys: 'yes' as const,
  machines: [{ resourceGroup: group, name: 'plant-1', location }],
  privateDnsZones: [{ resourceGroup: group, name: 'privatelink.monitor.azure.com' }],
};

test('what the SDK packages send and are answered is as described, page by page', async t => {
  await run.held(t, 'all', async () => {
    const simulator = await startSimulator({ latency: 'none', seed, pageSize: 1 });
    t.after(() => simulator.close());
    await road(simulator);
  });
});
