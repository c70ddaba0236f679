/**
 * What is around a network: read from the network itself, and from Resource Graph in two queries.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strandedMachines } from '../../src/domain/surroundings.ts';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { bench, failureOf, quiet } from './bench.ts';
import { hostileAzure, json, type Responder } from './hostile-server.ts';
import { endpointWant, group, ids, linkWant, place, scopeWant, workspaceWant } from './wants.ts';

const network = ids.subnet.replace(/\/subnets\/.*$/, '');
const AGENT = { publisher: 'Microsoft.Azure.Monitor', type: 'AzureMonitorLinuxAgent' };
const ARC_SCOPE = `${group}/providers/Microsoft.HybridCompute/privateLinkScopes/arc`;
const DCE = `${group}/providers/Microsoft.Insights/dataCollectionEndpoints/dce-a`;
const machineId = (name: string) => `${group}/providers/Microsoft.HybridCompute/machines/${name}`;
const machine = (name: string, over: object = {}) => ({
  resourceGroup: 'rg-monitor',
  name,
  location: 'japaneast',
  extensions: [{ name: 'AzureMonitorLinuxAgent', ...AGENT }],
  ...over,
});
const seed = {
  ...defaultSeed(),
  arcPrivateLinkScopes: [{ resourceGroup: 'rg-monitor', name: 'arc', location: 'japaneast' }],
  machines: [
    machine('press-1', { privateLinkScope: ARC_SCOPE }),
    machine('press-2', { privateLinkScope: ARC_SCOPE }),
    machine('office-1'),
    machine('no-agent', { privateLinkScope: ARC_SCOPE, extensions: [{ name: 'other', publisher: 'p', type: 't' }] }),
  ],
};

test('two queries tell endpoints, agents, Arc scopes and associations, whoever has them', async t => {
  const here = await bench(t, { seed });
  await here.azure.create(workspaceWant, quiet);
  await here.azure.create(scopeWant, quiet);
  await here.azure.create(linkWant, quiet);
  await here.azure.create(endpointWant, quiet);
  const put = async (path: string, body: unknown) => {
    const answer = await here.raw.call('PUT', path, { body });
    assert.ok(answer.status < 300, answer.text);
  };
  await put(`${group}/providers/Microsoft.Network/privateEndpoints/pe-arc`, {
    location: 'japaneast',
    properties: {
      subnet: { id: ids.subnet },
      privateLinkServiceConnections: [
        { name: 'pe-arc', properties: { privateLinkServiceId: ARC_SCOPE, groupIds: ['hybridcompute'] } },
      ],
    },
  });
  await put(DCE, { location: 'japaneast', properties: {} });
  await put(
    `${machineId('press-2')}/providers/Microsoft.Insights/dataCollectionRuleAssociations/configurationAccessEndpoint`,
    {
      properties: { dataCollectionEndpointId: DCE },
    },
  );
  const { value, calls } = await here.counted(here.azure.surroundings([place.subscriptionId], quiet));
  assert.deepEqual(calls, ['POST resources 200', 'POST resources 200']);
  assert.deepEqual(
    value.endpoints.map(({ id, targetId, status }) => [id.split('/').at(-1), targetId.toLowerCase(), status]),
    [
      ['pe', ids.scope.toLowerCase(), 'Approved'],
      ['pe-arc', ARC_SCOPE.toLowerCase(), 'Approved'],
    ],
  );
  assert.equal(value.isCut, false);
  const stranded = (targets: readonly string[]) =>
    strandedMachines(value, network, targets).map(({ name, isOnNetwork }) => `${name} ${isOnNetwork}`);
  assert.deepEqual(stranded([]), ['office-1 false', 'press-1 true', 'press-2 true']);
  assert.deepEqual(stranded([DCE.toUpperCase()]), ['office-1 false', 'press-1 true']);
});

test('who may read nothing sees nothing, and that is no failure', async t => {
  const [principal] = defaultSeed().principals;
  const roleAssignments = [{ principal: principal?.clientId ?? '', actions: ['Microsoft.Network/*'] }];
  const here = await bench(t, { seed: { ...seed, roleAssignments } });
  const { agents, associations } = await here.azure.surroundings([place.subscriptionId], quiet);
  assert.deepEqual([agents, associations], [[], []]);
});

// The simulated Azure has no virtual machines.
test('virtual machines are told by their interfaces, pages are followed three deep, and what cannot be read is left out', async t => {
  const vm = `${group}/providers/Microsoft.Compute/virtualMachines/vm-a`;
  const rows = [
    { id: `${vm}/extensions/AzureMonitorLinuxAgent`, type: 'microsoft.compute/virtualmachines/extensions' },
    {
      id: `${group}/providers/Microsoft.Network/networkInterfaces/vm-a`,
      type: 'microsoft.network/networkinterfaces',
      machine: vm.toLowerCase(),
      configurations: [{ properties: { subnet: { id: ids.subnet } } }, { properties: null }],
    },
    { id: 7, type: 'microsoft.network/privateendpoints' },
    { type: 'microsoft.hybridcompute/machines' },
  ];
  let asked = 0;
  const { simulator: authority } = await bench(t);
  const respond: Responder = (response, request) => {
    const { query, options } = JSON.parse(request.body);
    const isResources = query.startsWith('resources');
    if (isResources) asked++;
    const more = isResources ? { $skipToken: `page-${asked}` } : {};
    assert.equal(options.$skipToken, isResources && asked > 1 ? `page-${asked - 1}` : undefined);
    json(200, { data: isResources && asked === 1 ? rows : [], ...more })(response, request);
  };
  const { azure, received } = await hostileAzure(t, { authority, respond });
  const sight = await azure.surroundings([place.subscriptionId], quiet);
  assert.equal(asked, 3);
  assert.equal(received.length, 4);
  assert.equal(sight.isCut, true);
  assert.deepEqual(
    strandedMachines(sight, network, []).map(({ name, isOnNetwork }) => `${name} ${isOnNetwork}`),
    ['vm-a true'],
  );
});

test('an answer without rows is not taken for an empty one', async t => {
  const { simulator: authority } = await bench(t);
  const { azure } = await hostileAzure(t, { authority, respond: json(200, {}) });
  assert.equal((await failureOf(azure.surroundings([place.subscriptionId], quiet))).reason, 'UnexpectedAnswer');
});
