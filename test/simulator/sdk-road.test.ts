/**
 * The whole road with the real Azure packages, nothing of ours between them and the simulator.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { MonitorClient } from '@azure/arm-monitor';
import { NetworkManagementClient } from '@azure/arm-network';
import { OperationalInsightsManagementClient } from '@azure/arm-operationalinsights';
import type { TokenCredential } from '@azure/core-auth';
import { ClientSecretCredential, WorkloadIdentityCredential } from '@azure/identity';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { defaultSeed, type Simulator, startSimulator } from '../../src/simulator/simulator.ts';

const group = 'rg-monitor';
const location = 'japaneast';

function clients(simulator: Simulator, credential: TokenCredential) {
  const options = {
    endpoint: simulator.endpoint,
    tlsOptions: { ca: simulator.caPem },
    retryOptions: { maxRetries: 0 },
  };
  return {
    monitor: new MonitorClient(credential, simulator.subscriptionId, options),
    network: new NetworkManagementClient(credential, simulator.subscriptionId, options),
    insights: new OperationalInsightsManagementClient(credential, simulator.subscriptionId, options),
  };
}

const identityOptions = (simulator: Simulator) => ({
  authorityHost: simulator.authority,
  disableInstanceDiscovery: true,
  tlsOptions: { ca: simulator.caPem },
});

const secretCredential = (simulator: Simulator): TokenCredential =>
  new ClientSecretCredential(
    simulator.tenantId,
    simulator.clientId,
    simulator.clientSecret,
    identityOptions(simulator),
  );

async function started(
  t: TestContext,
  options: Partial<Parameters<typeof startSimulator>[0]> = {},
): Promise<Simulator> {
  const simulator = await startSimulator({ latency: 'none', ...options });
  t.after(() => simulator.close());
  return simulator;
}

async function names(pages: AsyncIterable<{ readonly name?: string }>): Promise<readonly (string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const each of pages) found.push(each.name);
  return found;
}

const base = (simulator: Simulator) => `/subscriptions/${simulator.subscriptionId}/resourceGroups/${group}/providers`;

test('the Azure packages walk from nothing to eleven records and back to nothing', async t => {
  const simulator = await started(t);
  const { monitor, network, insights } = clients(simulator, secretCredential(simulator));

  const workspace = await insights.workspaces.createOrUpdate(group, 'law-a', { location, sku: { name: 'PerGB2018' } });
  assert.equal(workspace.provisioningState, 'Succeeded');
  const modes = { queryAccessMode: 'Open', ingestionAccessMode: 'Open' };
  const scope = await monitor.privateLinkScopes.createOrUpdate(group, 'ampls', {
    location: 'global',
    accessModeSettings: modes,
  });
  assert.equal(scope.accessModeSettings.queryAccessMode, 'Open');

  const linkBody = { linkedResourceId: workspace.id ?? '' };
  await monitor.privateLinkScopedResources.createOrUpdate(group, 'ampls', 'link-a', linkBody);
  const link = await monitor.privateLinkScopedResources.get(group, 'ampls', 'link-a');
  assert.equal(link.provisioningState, 'Succeeded');
  const resources = await monitor.privateLinkResources.listByPrivateLinkScope(group, 'ampls');
  assert.equal(resources.value?.[0]?.properties?.requiredMembers?.length, 11);

  const subnetId = `${base(simulator)}/Microsoft.Network/virtualNetworks/vnet-plant/subnets/monitoring`;
  const endpoint = await network.privateEndpoints.createOrUpdate(group, 'pe', {
    location,
    subnet: { id: subnetId },
    privateLinkServiceConnections: [
      { name: 'connection', privateLinkServiceId: scope.id ?? '', groupIds: ['azuremonitor'] },
    ],
  });
  assert.equal(endpoint.provisioningState, 'Succeeded');
  assert.equal(endpoint.customDnsConfigs?.length, 11);
  const nicName = endpoint.networkInterfaces?.[0]?.id?.split('/').at(-1) ?? '';
  const nic = await network.networkInterfaces.get(group, nicName);
  const api = nic.ipConfigurations?.find(each => each.privateLinkConnectionProperties?.requiredMemberName === 'api');
  assert.deepEqual(api?.privateLinkConnectionProperties?.fqdns, ['api.monitor.azure.com']);
  const subnet = await network.subnets.get(group, 'vnet-plant', 'monitoring');
  assert.equal(subnet.ipConfigurations?.length, 11);

  const closed = await insights.workspaces.update(group, 'law-a', { publicNetworkAccessForQuery: 'Disabled' });
  assert.equal(closed.publicNetworkAccessForQuery, 'Disabled');
  assert.equal(closed.privateLinkScopedResources?.length, 1);

  await network.privateEndpoints.delete(group, 'pe');
  await monitor.privateLinkScopedResources.delete(group, 'ampls', 'link-a');
  await monitor.privateLinkScopes.delete(group, 'ampls');
  await insights.workspaces.delete(group, 'law-a');
  assert.deepEqual(await names(network.privateEndpoints.list(group)), []);
  assert.deepEqual(await names(monitor.privateLinkScopes.listByResourceGroup(group)), []);
  assert.deepEqual(await names(insights.deletedWorkspaces.listByResourceGroup(group)), ['law-a']);

  const services = new Set(simulator.journal.map(entry => entry.service));
  assert.deepEqual([...services].toSorted(), ['arm', 'entra']);
  const arm = simulator.journal.filter(entry => entry.service === 'arm');
  assert.ok(arm.every(entry => entry.status < 300 && entry.principal === simulator.clientId));
});

test('the pollers of the Azure packages come to their end when Azure takes its time', async t => {
  const simulator = await started(t, { latency: 'real', latencyScale: 0.02 });
  const { monitor, network, insights } = clients(simulator, secretCredential(simulator));
  const workspace = await insights.workspaces.createOrUpdate(group, 'law-a', { location });
  const modes = { queryAccessMode: 'Open', ingestionAccessMode: 'Open' };
  const scope = await monitor.privateLinkScopes.createOrUpdate(group, 'ampls', {
    location: 'global',
    accessModeSettings: modes,
  });
  const linkBody = { linkedResourceId: workspace.id ?? '' };
  const link = await monitor.privateLinkScopedResources.createOrUpdate(group, 'ampls', 'link-a', linkBody);
  assert.equal(link.provisioningState, 'Succeeded');
  const endpoint = await network.privateEndpoints.createOrUpdate(group, 'pe', {
    location,
    subnet: { id: `${base(simulator)}/Microsoft.Network/virtualNetworks/vnet-plant/subnets/monitoring` },
    privateLinkServiceConnections: [{ name: 'c', privateLinkServiceId: scope.id ?? '', groupIds: ['azuremonitor'] }],
  });
  assert.deepEqual([endpoint.provisioningState, endpoint.customDnsConfigs?.length], ['Succeeded', 11]);
  await network.privateEndpoints.delete(group, 'pe');
  await monitor.privateLinkScopes.delete(group, 'ampls');
  assert.deepEqual(await names(monitor.privateLinkScopes.listByResourceGroup(group)), []);
});

test('a DNS zone group takes the records over and gives them back, through the Azure packages', async t => {
  const privateDnsZones = [{ resourceGroup: group, name: 'privatelink.monitor.azure.com' }];
  const simulator = await started(t, { seed: { ...defaultSeed(), privateDnsZones } });
  const { monitor, network } = clients(simulator, secretCredential(simulator));
  const modes = { queryAccessMode: 'Open', ingestionAccessMode: 'Open' };
  const scope = await monitor.privateLinkScopes.createOrUpdate(group, 'ampls', {
    location: 'global',
    accessModeSettings: modes,
  });
  await network.privateEndpoints.createOrUpdate(group, 'pe', {
    location,
    subnet: { id: `${base(simulator)}/Microsoft.Network/virtualNetworks/vnet-plant/subnets/monitoring` },
    privateLinkServiceConnections: [{ name: 'c', privateLinkServiceId: scope.id ?? '', groupIds: ['azuremonitor'] }],
  });
  const zoneId = `${base(simulator)}/Microsoft.Network/privateDnsZones/privatelink.monitor.azure.com`;
  const zoneGroup = await network.privateDnsZoneGroups.createOrUpdate(group, 'pe', 'default', {
    privateDnsZoneConfigs: [{ name: 'monitor', privateDnsZoneId: zoneId }],
  });
  assert.equal(zoneGroup.privateDnsZoneConfigs?.[0]?.recordSets?.[0]?.fqdn, 'api.privatelink.monitor.azure.com');
  assert.deepEqual((await network.privateEndpoints.get(group, 'pe')).customDnsConfigs, []);
  await network.privateDnsZoneGroups.delete(group, 'pe', 'default');
  assert.equal((await network.privateEndpoints.get(group, 'pe')).customDnsConfigs?.length, 8);
});

test('a workload identity logs in with a token of a trusted issuer, and with no other', async t => {
  const issuer = 'https://kubernetes.default.svc';
  const subject = 'system:serviceaccount:monitoring:pms';
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const seed = defaultSeed();
  const [client] = seed.principals;
  assert.ok(client);
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] };
  const federated = { ...client, federated: { issuer, subject, jwks } };
  const simulator = await started(t, { seed: { ...seed, principals: [federated] } });
  const folder = await mkdtemp(join(tmpdir(), 'pms-token-'));
  t.after(() => rm(folder, { recursive: true }));

  const login = async (claims: { sub: string; expires: string }): Promise<unknown> => {
    const tokenFilePath = join(folder, `${claims.sub}-${claims.expires}`.replaceAll(/\W/g, '_'));
    const signed = new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer)
      .setSubject(claims.sub);
    const assertion = await signed
      .setAudience('api://AzureADTokenExchange')
      .setIssuedAt('-2h')
      .setExpirationTime(claims.expires)
      .sign(privateKey);
    await writeFile(tokenFilePath, assertion);
    const { tenantId, clientId } = simulator;
    const credential = new WorkloadIdentityCredential({
      ...identityOptions(simulator),
      tenantId,
      clientId,
      tokenFilePath,
    });
    const { network } = clients(simulator, credential);
    return network.virtualNetworks.get(group, 'vnet-plant').then(
      found => found.name,
      (error: Error) => /AADSTS\d+/.exec(error.message)?.[0] ?? error.message,
    );
  };

  assert.equal(await login({ sub: subject, expires: '1h' }), 'vnet-plant');
  assert.equal(await login({ sub: 'system:serviceaccount:other:pms', expires: '1h' }), 'AADSTS700213');
  assert.equal(await login({ sub: subject, expires: '-1h' }), 'AADSTS700024');
});

test('a wrong secret reaches the caller as AADSTS7000215', async t => {
  const simulator = await started(t);
  const { tenantId, clientId } = simulator;
  const credential = new ClientSecretCredential(tenantId, clientId, 'not the secret', identityOptions(simulator));
  await assert.rejects(credential.getToken('https://management.azure.com/.default'), /AADSTS7000215/);
});
