/**
 * Virtual networks, subnets, their usages and security groups: shapes, what is refused, what cannot be deleted yet.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arm, settlingOnly } from './arm.ts';
import { connectedScope, endpointTo, location, paths, put, told, toldCode } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

const vnet = (...subnets: readonly (readonly [string, string])[]) => ({
  location,
  properties: {
    addressSpace: { addressPrefixes: ['127.20.0.0/16'] },
    subnets: subnets.map(([name, addressPrefix]) => ({ name, properties: { addressPrefix } })),
  },
});

test('a network is made as an operation, with its subnets, and is Succeeded when that has ended', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { latency: 'real', latencyProfile: settlingOnly, clock });
  const path = `${azure.group}/providers/Microsoft.Network/virtualNetworks/vnet-new`;
  const made = await put(azure, path, vnet(['a', '127.20.0.0/24']));
  const states = (answer: typeof made) => [
    answer.body?.properties.provisioningState,
    answer.body?.properties.subnets[0].properties.provisioningState,
  ];
  assert.deepEqual([made.status, ...states(made)], [201, 'Updating', 'Updating']);
  assert.equal(made.headers.get('retry-after'), '3');
  clock.advance(3_000);
  const operation = await azure.call('GET', String(made.headers.get('azure-asyncoperation')));
  assert.deepEqual(operation.body, { status: 'Succeeded' });
  const read = await azure.call('GET', path);
  assert.deepEqual(states(read), ['Succeeded', 'Succeeded']);
  assert.equal(read.headers.get('etag'), read.body?.etag);
});

test('a subnet must lie in its network and must not overlap another', async t => {
  const azure = await arm(t);
  const path = `${azure.group}/providers/Microsoft.Network/virtualNetworks/vnet-new`;
  const attempt = async (body: unknown, at = path) => toldCode(await azure.call('PUT', at, { body }));
  assert.equal(await attempt(vnet(['a', '127.21.0.0/24'])), '400 NetcfgInvalidSubnet');
  assert.equal(await attempt(vnet(['a', '127.20.0.0/24'], ['b', '127.20.0.128/25'])), '400 NetcfgSubnetRangesOverlap');
  assert.equal(await attempt(vnet(['a', 'nonsense'])), '400 InvalidAddressPrefixFormat');
  assert.equal((await azure.call('GET', path)).status, 404);
  await put(azure, path, vnet(['a', '127.20.0.0/24']));
  const subnet = (addressPrefix: string) => ({ properties: { addressPrefix } });
  assert.equal(await attempt(subnet('127.20.0.0/25'), `${path}/subnets/b`), '400 NetcfgSubnetRangesOverlap');
  assert.equal(await attempt(subnet('127.20.1.0/24'), `${path}-none/subnets/b`), '404 ParentResourceNotFound');
  assert.equal((await put(azure, `${path}/subnets/b`, subnet('127.20.1.0/24'))).status, 201);
  assert.equal((await azure.call('GET', `${path}/subnets`)).body?.value.length, 2);
});

test('a subnet, its network and its prefix stay while an endpoint stands in it', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  const network = at.subnet().split('/subnets/')[0] ?? '';
  assert.match(
    told(await azure.call('DELETE', at.subnet())),
    /^400 InUseSubnetCannotBeDeleted: Subnet monitoring is in use by \//,
  );
  assert.match(told(await azure.call('DELETE', network)), /^400 InUseSubnetCannotBeDeleted/);
  const without = { location, properties: { addressSpace: { addressPrefixes: ['127.13.0.0/16'] }, subnets: [] } };
  assert.match(told(await azure.call('PUT', network, { body: without })), /^400 InUseSubnetCannotBeDeleted/);
  const smaller = { properties: { addressPrefix: '127.13.1.0/28' } };
  assert.match(told(await azure.call('PUT', at.subnet(), { body: smaller })), /^400 InUsePrefixCannotBeDeleted/);
  await azure.call('DELETE', at.endpoint);
  assert.equal((await azure.call('DELETE', at.subnet())).status, 202);
  assert.equal((await azure.call('GET', at.subnet())).status, 404);
  assert.equal((await azure.call('DELETE', network)).status, 202);
  assert.equal((await azure.call('GET', network)).status, 404);
  assert.equal((await azure.call('DELETE', network)).status, 204);
});

test('usages say how many addresses of a subnet there are without the five that Azure keeps, and how many are taken', async t => {
  const azure = await arm(t);
  await connectedScope(azure);
  const network = paths(azure.group).subnet().split('/subnets/')[0];
  const usages = await azure.call('GET', `${network}/usages`);
  const told = usages.body?.value.map(
    ({ id, currentValue, limit }: { id: string; currentValue: number; limit: number }) => [
      id.split('/').at(-1),
      currentValue,
      limit,
    ],
  );
  assert.deepEqual(told, [
    ['monitoring', 11, 27],
    ['monitoring-b', 0, 27],
  ]);
});

test('network policies for endpoints are as the api-version has them, or as asked', async t => {
  const azure = await arm(t);
  const path = `${azure.group}/providers/Microsoft.Network/virtualNetworks/vnet-new`;
  const policies = async (body: unknown, apiVersion: string) => {
    const answer = await azure.call('PUT', path, { body, apiVersion });
    return answer.body?.properties.subnets[0].properties.privateEndpointNetworkPolicies;
  };
  assert.equal(await policies(vnet(['a', '127.20.0.0/24']), '2020-06-01'), 'Enabled');
  assert.equal(await policies(vnet(['a', '127.20.0.0/24']), '2025-05-01'), 'Disabled');
  const asked = { properties: { addressPrefix: '127.20.0.0/24', privateEndpointNetworkPolicies: 'RouteTableEnabled' } };
  const answer = await azure.call('PUT', `${path}/subnets/a`, { body: asked });
  assert.equal(answer.body?.properties.privateEndpointNetworkPolicies, 'RouteTableEnabled');
});

test('a security group is referenced by a subnet, and stays as long as it is', async t => {
  const azure = await arm(t);
  const group = `${azure.group}/providers/Microsoft.Network/networkSecurityGroups/nsg`;
  const subnet = paths(azure.group).subnet('monitoring-b');
  const body = (id: string) => ({ properties: { addressPrefix: '127.13.2.0/27', networkSecurityGroup: { id } } });
  assert.match(told(await azure.call('PUT', subnet, { body: body(group) })), /^400 InvalidResourceReference/);
  const rule = { name: 'out', properties: { priority: 100, direction: 'Outbound', access: 'Deny', protocol: '*' } };
  const made = await put(azure, group, { location, properties: { securityRules: [rule] } });
  assert.equal(made.body?.properties.securityRules[0].properties.priority, 100);
  await put(azure, subnet, body(group));
  assert.equal((await azure.call('GET', subnet)).body?.properties.networkSecurityGroup.id, group);
  assert.match(told(await azure.call('DELETE', group)), /^400 InUseNetworkSecurityGroupCannotBeDeleted/);
  await put(azure, subnet, { properties: { addressPrefix: '127.13.2.0/27' } });
  assert.equal((await azure.call('DELETE', group)).status, 202);
  assert.equal((await azure.call('GET', group)).status, 404);
});

test('tags of a network are patched at once, and nothing else of it', async t => {
  const azure = await arm(t);
  const network = paths(azure.group).subnet().split('/subnets/')[0] ?? '';
  const patched = await azure.call('PATCH', network, { body: { tags: { plant: 'a' } } });
  assert.deepEqual([patched.status, patched.body?.tags], [200, { plant: 'a' }]);
  assert.equal(patched.body?.properties.subnets.length, 2);
});

test('the interface of an endpoint belongs to it and is neither written nor deleted by others', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  const nic = (await azure.call('GET', at.endpoint)).body?.properties.networkInterfaces[0].id;
  assert.match(told(await azure.call('DELETE', nic)), /^400 NicInUseWithPrivateEndpoint/);
  assert.equal(
    toldCode(await azure.call('PUT', nic, { body: { location, properties: {} } })),
    '400 OperationNotAllowed',
  );
  await azure.call('DELETE', at.endpoint);
  assert.equal((await azure.call('DELETE', nic)).status, 204);
});

test('a delegated subnet shows its delegation, takes no private endpoint, and takes one without it', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  const delegations = [{ name: 'apps', properties: { serviceName: 'Microsoft.Web/serverFarms' } }];
  const addressPrefix = '127.13.9.0/26';
  const made = await put(azure, at.subnet('apps'), { properties: { addressPrefix, delegations } });
  assert.deepEqual(
    made.body?.properties.delegations.map(({ name, properties }: Record<string, Record<string, unknown>>) => [
      name,
      properties?.serviceName,
    ]),
    [['apps', 'Microsoft.Web/serverFarms']],
  );
  await connectedScope(azure);
  const ask = () => azure.call('PUT', `${at.endpoint}-apps`, { body: endpointTo(at.scope, at.subnet('apps')) });
  assert.equal(toldCode(await ask()), '400 PrivateEndpointCreationNotAllowedAsSubnetIsDelegated');
  await put(azure, at.subnet('apps'), { properties: { addressPrefix } });
  assert.equal((await ask()).status, 201);
});

test('a peering is Connected once both networks name each other, and stays through a PUT that names none', async t => {
  const azure = await arm(t);
  const path = (name: string) => `${azure.group}/providers/Microsoft.Network/virtualNetworks/${name}`;
  const peered = (prefix: string, other: string) => ({
    location,
    properties: {
      addressSpace: { addressPrefixes: [prefix] },
      virtualNetworkPeerings: [{ name: `to-${other}`, properties: { remoteVirtualNetwork: { id: path(other) } } }],
    },
  });
  const stateOf = async (name: string) => {
    const { body } = await azure.call('GET', path(name));
    return body?.properties.virtualNetworkPeerings.map(
      ({ properties }: { properties: { peeringState: string } }) => properties.peeringState,
    );
  };
  await put(azure, path('one'), peered('127.20.0.0/24', 'two'));
  assert.deepEqual(await stateOf('one'), ['Disconnected']);
  await put(azure, path('two'), vnet());
  assert.deepEqual(await stateOf('one'), ['Initiated']);
  await put(azure, path('two'), peered('127.20.0.0/16', 'one'));
  assert.deepEqual([await stateOf('one'), await stateOf('two')], [['Connected'], ['Connected']]);
  await put(azure, path('two'), vnet());
  assert.deepEqual(await stateOf('one'), ['Connected']);
});
