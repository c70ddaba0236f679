/**
 * What is only asked: rights, providers, subscription, resource group, room in a subnet, and what a scope requires; each
 * as the simulated Azure answers, and what the answers are worth when it refuses.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { createAzure } from '../../src/azure/azure.ts';
import type { AzureInquiry } from '../../src/ports.ts';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { type Bench, bench, failureOf, quiet } from './bench.ts';
import { endpointWant, group, ids, linkWant, place, scopeWant, workspaceWant } from './wants.ts';

const inquiry = ({ azure }: Bench): AzureInquiry & typeof azure => azure as ReturnType<typeof createAzure>;

async function linked({ azure }: Bench): Promise<void> {
  await azure.create(workspaceWant, quiet);
  await azure.create(scopeWant, quiet);
  await azure.create(linkWant, quiet);
}

function seedWith(over: Partial<ReturnType<typeof defaultSeed>>) {
  return { seed: { ...defaultSeed(), ...over } };
}
const [principal] = defaultSeed().principals;
const clientId = principal?.clientId ?? '';

test('a scope tells its members once something is linked, by one GET; a scope that is not there tells nothing', async t => {
  const here = await bench(t);
  assert.equal(await here.azure.endpointNeed(ids.scope, quiet), undefined);
  await linked(here);
  const { value, calls } = await here.counted(here.azure.endpointNeed(ids.scope, quiet));
  assert.deepEqual(calls, ['GET privateLinkScopes/ampls/privateLinkResources/azuremonitor 200']);
  assert.equal(value?.members.length, 11);
  assert.ok(value?.members.includes('api'));
  assert.equal(value?.zones.length, 5);
});

test('a workspace tells who links it, and a network which endpoints stand on it', async t => {
  const here = await bench(t);
  await linked(here);
  await here.azure.create(endpointWant, quiet);
  const workspace = await here.azure.get('workspace', ids.workspace, quiet);
  assert.deepEqual(
    workspace?.linkedBy?.map(({ linkId }) => linkId.toLowerCase()),
    [ids.link.toLowerCase()],
  );
  const subnet = await here.azure.subnet(ids.subnet, quiet);
  assert.deepEqual(subnet?.networkEndpointIds, [ids.endpoint]);
});

test('permissions are the roles’ actions at a scope, with what is left out', async t => {
  const roleAssignments = [
    { principal: clientId, scope: '/resourceGroups/rg-monitor', role: 'Contributor' },
    { principal: clientId, actions: ['*/read'] },
  ];
  const here = await bench(t, seedWith({ roleAssignments }));
  const held = await here.azure.permissions(group, quiet);
  assert.equal(held?.length, 2);
  assert.equal(await here.azure.permissions(`${group}-gone`, quiet), undefined);
  assert.ok(held?.some(({ actions, notActions }) => actions.includes('*') && notActions.length > 0));
  assert.deepEqual(
    (await here.azure.permissions(ids.subnet, quiet))?.map(({ actions }) => actions),
    held?.map(({ actions }) => actions),
  );
});

test('who may not even ask for permissions is told Forbidden', async t => {
  const roleAssignments = [{ principal: clientId, actions: ['Microsoft.OperationalInsights/*'] }];
  const here = await bench(t, seedWith({ roleAssignments }));
  assert.equal((await failureOf(here.azure.permissions(group, quiet))).reason, 'Forbidden');
});

test('subscription, resource group and registration are told; what is not there is undefined', async t => {
  const here = await bench(t, seedWith({ unregisteredProviders: ['Microsoft.Insights'] }));
  const ask = inquiry(here);
  assert.equal((await ask.subscription(place.subscriptionId, quiet))?.state, 'Enabled');
  assert.equal(await ask.subscription('99999999-9999-4999-8999-999999999999', quiet), undefined);
  assert.deepEqual(await ask.resourceGroup(place, quiet), { location: 'japaneast' });
  assert.equal(await ask.resourceGroup({ ...place, resourceGroup: 'rg-gone' }, quiet), undefined);
  assert.equal(await ask.registration(place.subscriptionId, 'Microsoft.Insights', quiet), 'NotRegistered');
  assert.equal(await ask.registration(place.subscriptionId, 'Microsoft.Network', quiet), 'Registered');
});

test('a subnet’s usage is Azure’s own count, and agrees with what the network shows', async t => {
  const here = await bench(t);
  const ask = inquiry(here);
  assert.deepEqual(await ask.subnetUsage(ids.subnet, quiet), { limit: 27, used: 0 });
  await linked(here);
  await here.azure.create(endpointWant, quiet);
  assert.deepEqual(await ask.subnetUsage(ids.subnet, quiet), { limit: 27, used: 11 });
  assert.equal((await here.azure.subnet(ids.subnet, quiet))?.addressesUsed, 11);
  assert.equal(await ask.subnetUsage(ids.subnet.replace('monitoring', 'none'), quiet), undefined);
  assert.equal(await ask.subnetUsage(ids.subnet.replace('vnet-plant', 'none'), quiet), undefined);
});
