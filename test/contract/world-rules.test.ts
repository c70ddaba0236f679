/**
 * The rules that the property test holds the world to are broken by what breaks them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenAbsences, brokenMoves, brokenRules, type Resource, unended, type WorldState } from './world-rules.ts';

const group = '/subscriptions/s/resourceGroups/g';
const network = `${group}/providers/Microsoft.Network`;
const subnetId = `${network}/virtualNetworks/v/subnets/a`;

const resource = (id: string, type: string, properties: Resource['properties'] = {}): Resource => ({
  id,
  type,
  properties,
});

const base: readonly Resource[] = [
  resource(group, 'Microsoft.Resources/resourceGroups'),
  resource(`${network}/virtualNetworks/v`, 'Microsoft.Network/virtualNetworks'),
  resource(subnetId, 'Microsoft.Network/virtualNetworks/subnets', { addressPrefix: '10.0.0.0/28' }),
  resource(`${network}/privateEndpoints/pe`, 'Microsoft.Network/privateEndpoints', {
    subnet: { id: subnetId },
    networkInterfaces: [{ id: `${network}/networkInterfaces/nic` }],
  }),
];

const nic = (name: string, ...addresses: readonly string[]): Resource =>
  resource(`${network}/networkInterfaces/${name}`, 'Microsoft.Network/networkInterfaces', {
    privateEndpoint: { id: `${network}/privateEndpoints/pe` },
    ipConfigurations: addresses.map(privateIPAddress => ({
      properties: { privateIPAddress, subnet: { id: subnetId } },
    })),
  });

const world = (...more: readonly Resource[]): WorldState => ({ resources: [...base, ...more], operations: [] });

const scope = `${group}/providers/Microsoft.Insights/privateLinkScopes/s`;
const link = (name: string): Resource =>
  resource(`${scope}/scopedResources/${name}`, 'Microsoft.Insights/privateLinkScopes/scopedResources', {
    linkedResourceId: group,
  });

const cases: readonly (readonly [string, WorldState, RegExp | undefined])[] = [
  ['a world in order', world(nic('nic', '10.0.0.4', '10.0.0.5')), undefined],
  [
    'one address twice',
    world(nic('nic', '10.0.0.4'), nic('other', '10.0.0.4')),
    /10\.0\.0\.4 is given to .*other and to .*nic$/,
  ],
  ['an address that Azure keeps', world(nic('nic', '10.0.0.3')), /none that 10\.0\.0\.0\/28 can give/],
  ['the last address of a subnet', world(nic('nic', '10.0.0.15')), /none that/],
  ['an address of another subnet', world(nic('nic', '10.0.1.4')), /none that/],
  ['an endpoint without its interface', world(), /pe points to .*networkInterfaces\/nic, which is not there/],
  ['a link below no scope', world(nic('nic'), link('a')), /stands below what is not there/],
  [
    'a target linked twice',
    world(nic('nic'), resource(scope, 'Microsoft.Insights/privateLinkScopes'), link('a'), link('b')),
    /^twice: link/,
  ],
  ['one id twice', world(nic('nic'), nic('nic')), /^twice: id/],
];

for (const [name, state, expected] of cases) {
  test(`${name}: ${expected === undefined ? 'nothing is said' : 'it is said'}`, () => {
    const problems = brokenRules(state);
    if (expected === undefined) assert.deepEqual(problems, []);
    else
      assert.ok(
        problems.some(problem => expected.test(problem)),
        problems.join('\n'),
      );
  });
}

const endpointIn = (provisioningState: string): WorldState => ({
  resources: [
    resource(group, 'Microsoft.Resources/resourceGroups'),
    resource(`${network}/privateEndpoints/pe`, 'Microsoft.Network/privateEndpoints', { provisioningState }),
  ],
  operations: [],
});
const nobody: WorldState = { resources: [resource(group, 'Microsoft.Resources/resourceGroups')], operations: [] };

test('what is being deleted does not come back, and nothing else goes by itself', () => {
  assert.equal(brokenMoves(endpointIn('Deleting'), endpointIn('Succeeded')).length, 1);
  assert.equal(brokenMoves(endpointIn('Updating'), endpointIn('Succeeded')).length, 0);
  assert.equal(brokenMoves(endpointIn('Succeeded'), endpointIn('Finished')).length, 1);
  assert.equal(brokenAbsences(endpointIn('Succeeded'), nobody).length, 1);
  assert.equal(brokenAbsences(endpointIn('Deleting'), nobody).length, 0);
});

test('what stays on its way has no end', () => {
  assert.equal(unended(endpointIn('Updating')).length, 1);
  assert.equal(unended(endpointIn('Failed')).length, 0);
  const operations = [{ id: 'o', resourceId: 'r', status: 'InProgress' }];
  assert.deepEqual(unended({ ...nobody, operations }), ['operation o on r has no end']);
});
