/**
 * The whole road through the port `Azure`, against the simulator: what each method answers and what it costs.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, bench, failureOf, quiet } from './bench.ts';
import { changed, endpointWant, ids, linkWant, place, scopeWant, tags, workspaceWant } from './wants.ts';

const id = (text: string | undefined) => text?.toLowerCase();

/** Everything made and settled; the simulator has no latency, so each answer's successor is Succeeded. */
async function made({ azure }: Bench): Promise<void> {
  for (const want of [workspaceWant, scopeWant, linkWant, endpointWant]) await azure.create(want, quiet);
}

test('whoever asks for the identity learns tenant and client, and no call to the Resource Manager is made', async t => {
  const { azure, simulator, counted } = await bench(t);
  const { value, calls } = await counted(azure.identity(quiet));
  assert.deepEqual(value, { tenantId: simulator.tenantId, clientId: simulator.clientId });
  assert.deepEqual(calls, []);
});

test('what is not there is undefined, empty or told as NotFound, for one call each', async t => {
  const { azure, counted } = await bench(t);
  const absent = [
    ['workspace', ids.workspace, 'GET workspaces/law-a 404'],
    ['privateLinkScope', ids.scope, 'GET privateLinkScopes/ampls 404'],
    ['scopedResource', ids.link, 'GET privateLinkScopes/ampls/scopedResources/law-a-0123abcd 404'],
    ['privateEndpoint', ids.endpoint, 'GET privateEndpoints/pe 404'],
  ] as const;
  for (const [kind, resourceId, call] of absent) {
    assert.deepEqual(await counted(azure.get(kind, resourceId, quiet)), { value: undefined, calls: [call] });
  }
  const nic = await counted(azure.networkInterface(ids.networkInterface('nic'), quiet));
  assert.deepEqual(nic, { value: undefined, calls: ['GET networkInterfaces/nic 404'] });
  const subnet = await counted(azure.subnet(ids.subnet.replace('monitoring', 'other'), quiet));
  assert.deepEqual(subnet, { value: undefined, calls: ['GET virtualNetworks/vnet-plant 200'] });
  assert.equal(await azure.subnet(ids.subnet.replace('vnet-plant', 'vnet-other'), quiet), undefined);
  const deleted = await counted(azure.softDeletedWorkspaces(place, quiet));
  assert.deepEqual(deleted, { value: [], calls: ['GET deletedWorkspaces 200'] });
  assert.deepEqual(await azure.zoneGroups(ids.endpoint, quiet), []);
  const { kind, reason, message } = await failureOf(azure.scopeLinks(ids.scope, quiet));
  assert.deepEqual([kind, reason], ['Failed', 'NotFound']);
  assert.match(message, /listing the links of private link scope ampls: the scope is not there/);
});

test('each resource is created by one PUT whose first answer is told, and read by one GET', async t => {
  const { azure, counted } = await bench(t);

  const workspace = await counted(azure.create(workspaceWant, quiet));
  assert.deepEqual(workspace.calls, ['PUT workspaces/law-a 201']);
  assert.equal(workspace.value.body?.provisioningState, 'Creating');
  const law = await counted(azure.get('workspace', ids.workspace, quiet));
  assert.deepEqual(law.calls, ['GET workspaces/law-a 200']);
  const { customerId, ...rest } = law.value ?? assert.fail();
  assert.match(customerId ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    kind: 'workspace',
    id: ids.workspace,
    name: 'law-a',
    provisioningState: 'Succeeded',
    location: 'japaneast',
    tags,
    retentionInDays: 60,
    dailyQuotaGb: 5,
    access: { ingestion: 'Enabled', query: 'Enabled' },
  });

  const scope = await counted(azure.create(scopeWant, quiet));
  assert.deepEqual(scope.calls, ['PUT privateLinkScopes/ampls 201']);
  const { value: ampls } = await counted(azure.get('privateLinkScope', ids.scope, quiet));
  assert.deepEqual(
    { ...ampls, id: id(ampls?.id), scopeGuid: 'told' },
    {
      scopeGuid: 'told',
      kind: 'privateLinkScope',
      id: id(ids.scope),
      name: 'ampls',
      provisioningState: 'Succeeded',
      tags,
      accessModes: { ingestion: 'Open', query: 'Open' },
      connections: [],
    },
  );

  const link = await counted(azure.create(linkWant, quiet));
  assert.deepEqual(link.calls, ['PUT privateLinkScopes/ampls/scopedResources/law-a-0123abcd 200']);
  assert.equal(link.value.body?.provisioningState, 'Provisioning');
  const seen = await azure.get('scopedResource', ids.link, quiet);
  assert.deepEqual([seen?.provisioningState, id(seen?.targetId)], ['Succeeded', id(ids.workspace)]);
  const links = await counted(azure.scopeLinks(ids.scope, quiet));
  assert.deepEqual(links.value, [seen]);
  assert.deepEqual(links.calls, ['GET privateLinkScopes/ampls/scopedResources 200']);

  const endpoint = await counted(azure.create(endpointWant, quiet));
  assert.deepEqual(endpoint.calls, ['PUT privateEndpoints/pe 201']);
  assert.equal(endpoint.value.body?.provisioningState, 'Updating');
  assert.match(endpoint.value.operation ?? '', /\/providers\/Microsoft\.Network\/locations\/japaneast\/operations\//);
  const pe = await counted(azure.get('privateEndpoint', ids.endpoint, quiet));
  assert.deepEqual(pe.calls, ['GET privateEndpoints/pe 200']);
  assert.equal(pe.value?.provisioningState, 'Succeeded');
  assert.equal(pe.value?.connectionStatus, 'Approved');
  assert.equal(pe.value?.customDnsConfigs.length, 11);
  assert.deepEqual([id(pe.value?.scopeId), pe.value?.subnetId], [id(ids.scope), ids.subnet]);
  assert.deepEqual(
    (await azure.get('privateLinkScope', ids.scope, quiet))?.connections.map(({ endpointId, status }) => [
      id(endpointId),
      status,
    ]),
    [[id(ids.endpoint), 'Approved']],
  );

  const nic = await counted(azure.networkInterface(pe.value?.networkInterfaceId ?? '', quiet));
  assert.equal(nic.calls.length, 1);
  assert.equal(nic.value?.entries.length, 11);
  const api = nic.value?.entries.find(entry => entry.member === 'api');
  assert.deepEqual(api?.fqdns, ['api.monitor.azure.com']);
  assert.match(api?.address ?? '', /^127\.13\.1\.\d+$/);

  const subnet = await counted(azure.subnet(ids.subnet, quiet));
  const facts = {
    id: ids.subnet,
    location: 'japaneast',
    addressPrefixes: ['127.13.1.0/27'],
    addressesUsed: 11,
    networkEndpointIds: [ids.endpoint],
  };
  assert.deepEqual(subnet, { value: facts, calls: ['GET virtualNetworks/vnet-plant 200'] });

  const operation = await counted(azure.operationFailure(endpoint.value.operation ?? '', quiet));
  assert.deepEqual([operation.value, operation.calls.length], [undefined, 1]);
});

test('the record sets of a zone group are told as Azure lists them', async t => {
  const here = await bench(t);
  await made(here);
  const zoneGroup = `${ids.endpoint}/privateDnsZoneGroups/default`;
  const zoneId = ids.endpoint.replace('privateEndpoints/pe', 'privateDnsZones/privatelink.monitor.azure.com');
  const properties = { privateDnsZoneConfigs: [{ name: 'monitor', properties: { privateDnsZoneId: zoneId } }] };
  await here.raw.call('PUT', zoneId, { body: { location: 'global' } });
  await here.raw.call('PUT', zoneGroup, { body: { properties } });
  const { value, calls } = await here.counted(here.azure.zoneGroups(ids.endpoint, quiet));
  assert.deepEqual(calls, ['GET privateEndpoints/pe/privateDnsZoneGroups 200']);
  const api = value.flatMap(({ records }) => records).find(({ fqdn }) => fqdn === 'api.privatelink.monitor.azure.com');
  assert.match(api?.addresses.join() ?? '', /^127\.13\.1\.\d+$/);
});

test('an update is a GET and a PATCH or PUT, or a PATCH alone where it replaces nothing', async t => {
  const here = await bench(t);
  const { azure, counted } = here;
  await made(here);

  const retention = { ...workspaceWant, retentionInDays: 90 };
  const longer = await counted(azure.update(retention, changed('retentionInDays'), quiet));
  assert.deepEqual(longer.calls, ['PATCH workspaces/law-a 200']);
  const tagged = await counted(azure.update({ ...retention, tags: { plant: 'a' } }, changed('tags.plant'), quiet));
  assert.deepEqual(tagged.calls, ['GET workspaces/law-a 200', 'PATCH workspaces/law-a 200']);
  const workspace = await azure.get('workspace', ids.workspace, quiet);
  assert.deepEqual([workspace?.retentionInDays, workspace?.tags], [90, { ...tags, plant: 'a' }]);

  const closed = await counted(
    azure.setAccess({ kind: 'workspace', id: ids.workspace }, { ingestion: 'Disabled', query: 'Disabled' }, quiet),
  );
  assert.deepEqual(closed.calls, ['PATCH workspaces/law-a 200']);
  const isolated = await azure.get('workspace', ids.workspace, quiet);
  assert.deepEqual(isolated?.access, { ingestion: 'Disabled', query: 'Disabled' });
  assert.deepEqual([isolated?.retentionInDays, isolated?.tags], [90, { ...tags, plant: 'a' }]);
  const shown = await azure.get('privateLinkScope', ids.scope, quiet);
  assert.deepEqual(isolated?.linkedBy, [{ linkId: ids.link.toLowerCase(), scopeGuid: shown?.scopeGuid }]);

  const scopeTags = await counted(azure.update({ ...scopeWant, tags: { plant: 'a' } }, changed('tags.plant'), quiet));
  assert.deepEqual(scopeTags.calls, ['GET privateLinkScopes/ampls 200', 'PATCH privateLinkScopes/ampls 200']);
  const modes = await counted(
    azure.setAccess({ kind: 'privateLinkScope', id: ids.scope }, { query: 'PrivateOnly' }, quiet),
  );
  assert.deepEqual(modes.calls, ['GET privateLinkScopes/ampls 200', 'PUT privateLinkScopes/ampls 200']);
  const scope = await azure.get('privateLinkScope', ids.scope, quiet);
  assert.deepEqual(scope?.accessModes, { ingestion: 'Open', query: 'PrivateOnly' });
  assert.deepEqual(scope?.tags, { ...tags, plant: 'a' });
  assert.equal(scope?.connections.length, 1);

  const retagged = { ...endpointWant, tags: { plant: 'a' } };
  const endpointTags = await counted(azure.update(retagged, changed('tags.plant'), quiet));
  assert.deepEqual(endpointTags.calls, ['GET privateEndpoints/pe 200', 'PUT privateEndpoints/pe 200']);
  const endpoint = await azure.get('privateEndpoint', ids.endpoint, quiet);
  assert.deepEqual([endpoint?.tags, endpoint?.customDnsConfigs.length], [{ ...tags, plant: 'a' }, 11]);

  const { kind, reason } = await failureOf(azure.update(linkWant, changed('linkedResourceId'), quiet));
  assert.deepEqual([kind, reason], ['Stalled', 'ImmutableDifference']);
});

test('each resource is removed by one DELETE, again and again, and a workspace is held as soft-deleted', async t => {
  const here = await bench(t);
  const { azure, counted } = here;
  await made(here);
  const removals = [
    ['privateEndpoint', ids.endpoint, 'privateEndpoints/pe'],
    ['scopedResource', ids.link, 'privateLinkScopes/ampls/scopedResources/law-a-0123abcd'],
    ['privateLinkScope', ids.scope, 'privateLinkScopes/ampls'],
    ['workspace', ids.workspace, 'workspaces/law-a'],
  ] as const;
  for (const [kind, resourceId, path] of removals) {
    const { value, calls } = await counted(azure.remove(kind, resourceId, quiet));
    assert.equal(value.body, undefined);
    assert.match(calls.join(), new RegExp(`^DELETE ${path} 20[0-4]$`));
    assert.equal(await azure.get(kind, resourceId, quiet), undefined);
    await azure.remove(kind, resourceId, quiet);
  }
  const deleted = await azure.softDeletedWorkspaces(place, quiet);
  assert.deepEqual(deleted, [{ id: ids.workspace, name: 'law-a', location: 'japaneast' }]);
});

test('one workspace comes from nothing to its records in fourteen requests, one for each method', async t => {
  const { azure, counted } = await bench(t);
  const { calls } = await counted(
    (async () => {
      await azure.identity(quiet);
      await azure.get('workspace', ids.workspace, quiet);
      await azure.get('privateLinkScope', ids.scope, quiet);
      await azure.subnet(ids.subnet, quiet);
      await azure.softDeletedWorkspaces(place, quiet);
      await azure.get('privateEndpoint', ids.endpoint, quiet);
      await azure.create(workspaceWant, quiet);
      await azure.create(scopeWant, quiet);
      await azure.get('workspace', ids.workspace, quiet);
      await azure.scopeLinks(ids.scope, quiet);
      await azure.create(linkWant, quiet);
      await azure.get('scopedResource', ids.link, quiet);
      await azure.create(endpointWant, quiet);
      const endpoint = await azure.get('privateEndpoint', ids.endpoint, quiet);
      await azure.networkInterface(endpoint?.networkInterfaceId ?? '', quiet);
    })(),
  );
  assert.equal(calls.length, 14);
});
