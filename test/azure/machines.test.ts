/**
 * Machines through the port `Azure`, against the simulator: what is listed, what Resource Graph tells, and what each write
 * to an association or an extension costs and answers.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentId, associationId, ENDPOINT_ASSOCIATION, type Machine } from '../../src/domain/machine-resources.ts';
import { idKey, shortName } from '../../src/domain/names.ts';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { type Bench, bench, failureOf, quiet } from './bench.ts';
import { hostileAzure, json, type Responder } from './hostile-server.ts';
import { group, place, tags } from './wants.ts';

const insights = `${group}/providers/Microsoft.Insights`;
const ENDPOINT = `${insights}/dataCollectionEndpoints/dce-a`;
const OTHER = `${insights}/dataCollectionEndpoints/dce-b`;
const RULE = `${insights}/dataCollectionRules/dcr-linux`;
const machineId = (name: string) => `${group}/providers/Microsoft.HybridCompute/machines/${name}`;
const PRESS = machineId('press-1');
const ruleAssociation = associationId(PRESS, 'pms-linux-0123abcd');
const endpointAssociation = associationId(PRESS, ENDPOINT_ASSOCIATION);

const seeded = { resourceGroup: 'rg-monitor', location: 'japaneast' } as const;
const AGENT = { publisher: 'Microsoft.Azure.Monitor', type: 'AzureMonitorWindowsAgent' };
const seed = {
  ...defaultSeed(),
  machines: [
    { ...seeded, name: 'press-1', tags: { plant: 'a' } },
    { ...seeded, name: 'press-2', osName: 'windows' as const, extensions: [{ name: 'ama', ...AGENT }] },
    { ...seeded, name: 'press-3', agent: 'Disconnected' as const },
    { ...seeded, name: 'press-4', agent: 'None' as const },
  ],
  dataCollectionEndpoints: [
    { ...seeded, name: 'dce-a' },
    { ...seeded, name: 'dce-b' },
  ],
  dataCollectionRules: [
    {
      ...seeded,
      name: 'dcr-linux',
      kind: 'Linux',
      properties: {
        dataSources: {},
        destinations: { azureMonitorMetrics: { name: 'metrics' } },
        dataFlows: [{ streams: ['Microsoft-Perf'], destinations: ['metrics'] }],
      },
    },
  ],
};

const told = ({ id, location, system, status }: Machine) =>
  [shortName(id), location, system, status].filter(word => word !== undefined).join(' ');

const associate = ({ azure }: Bench) =>
  Promise.all([
    azure.associate({ id: ruleAssociation, ruleId: RULE }, quiet),
    azure.associate({ id: endpointAssociation, endpointId: ENDPOINT, description: 'pms-owner: a/b/c' }, quiet),
  ]);

test('the machines of a group are one list, and one machine is one GET', async t => {
  const { azure, counted } = await bench(t, { seed });
  const { value = [], calls } = await counted(azure.machines(place, quiet));
  assert.deepEqual(calls, ['GET machines 200']);
  assert.deepEqual(value.map(told), [
    'press-1 japaneast Linux Connected',
    'press-2 japaneast Windows Connected',
    'press-3 japaneast Linux Disconnected',
    'press-4 japaneast Linux',
  ]);
  assert.deepEqual(value[0]?.tags, { plant: 'a' });
  const one = await counted(azure.machine(PRESS, quiet));
  assert.deepEqual(
    [one.value && told(one.value), one.calls],
    [told(value[0] ?? assert.fail()), ['GET machines/press-1 200']],
  );
  assert.equal(await azure.machine(machineId('none'), quiet), undefined);
  assert.equal(await azure.machines({ ...place, resourceGroup: 'rg-none' }, quiet), undefined);
});

test('an association is made by one PUT, listed by what it names, and taken away by one DELETE', async t => {
  const here = await bench(t, { seed });
  const { azure, counted } = here;
  assert.equal(await azure.association(endpointAssociation, quiet), undefined);
  const { calls } = await counted(associate(here));
  assert.deepEqual(
    calls.toSorted().map(call => call.split('/').at(-1)),
    ['configurationAccessEndpoint 200', 'pms-linux-0123abcd 200'],
  );
  const found = await azure.association(endpointAssociation, quiet);
  assert.deepEqual(found, {
    id: endpointAssociation,
    machineId: PRESS,
    endpointId: ENDPOINT,
    description: 'pms-owner: a/b/c',
  });
  const [ofRule, ofEndpoint] = await Promise.all([
    azure.associationsOf(RULE, quiet),
    azure.associationsOf(ENDPOINT, quiet),
  ]);
  assert.deepEqual(
    [ofRule, ofEndpoint].map(list => list?.map(({ id }) => idKey(id))),
    [[idKey(ruleAssociation)], [idKey(endpointAssociation)]],
    'in lower case, as these lists come',
  );
  assert.equal(await azure.associationsOf(`${insights}/dataCollectionRules/none`, quiet), undefined);
  assert.deepEqual(await azure.endpointGraph([place], quiet), [found]);

  const changed = await counted(azure.associate({ id: endpointAssociation, endpointId: OTHER }, quiet));
  assert.equal(changed.calls.length, 1);
  assert.deepEqual(await azure.association(endpointAssociation, quiet), {
    id: endpointAssociation,
    machineId: PRESS,
    endpointId: OTHER,
  });
  const gone = await counted(azure.dissociate(endpointAssociation, quiet));
  assert.deepEqual([gone.value, gone.calls.length], [{}, 1]);
  assert.deepEqual(await azure.dissociate(endpointAssociation, quiet), {}, 'what is not there counts as deleted');
  const ofNobody = associationId(machineId('none'), ENDPOINT_ASSOCIATION);
  assert.equal(await azure.association(ofNobody, quiet), undefined, 'nor on a machine that is not there');
  assert.deepEqual(await azure.dissociate(ofNobody, quiet), {});
});

test('a virtual machine is associated as a machine of Azure Arc is', async t => {
  const { azure } = await bench(t, { seed });
  const virtual = `${group}/providers/Microsoft.Compute/virtualMachines/vm-a`;
  await azure.associate({ id: associationId(virtual, ENDPOINT_ASSOCIATION), endpointId: ENDPOINT }, quiet);
  assert.deepEqual(
    (await azure.associationsOf(ENDPOINT, quiet))?.map(({ machineId: machine }) => machine),
    [idKey(virtual)],
  );
});

test('the agent is put with tags and settings, found whatever its name, and removed', async t => {
  const { azure, counted } = await bench(t, { seed });
  assert.equal(await azure.agent(PRESS, quiet), undefined);
  assert.equal(await azure.agent(machineId('none'), quiet), undefined);
  const id = agentId(PRESS, 'Linux');
  const want = { id, location: 'japaneast', system: 'Linux', tags, automaticUpgrade: true } as const;
  const made = await counted(
    azure.installAgent({ ...want, version: '1.33', proxy: 'http://proxy.example:3128' }, quiet),
  );
  assert.deepEqual(made.calls, ['PUT machines/press-1/extensions/AzureMonitorLinuxAgent 202']);
  assert.notEqual(made.value.operation, undefined);
  const found = await azure.agent(PRESS, quiet);
  assert.deepEqual(found, {
    id,
    machineId: PRESS,
    tags,
    provisioningState: 'Succeeded',
    version: '1.33',
    automaticUpgrade: true,
    proxy: 'http://proxy.example:3128',
  });
  const other = await azure.agent(machineId('press-2'), quiet);
  assert.deepEqual([shortName(other?.id ?? ''), other?.tags], ['ama', {}]);

  const { value: graph, calls } = await counted(azure.machineGraph([place], quiet));
  assert.deepEqual(calls, ['POST resources 200']);
  assert.equal(graph.isCut, false);
  assert.deepEqual(graph.machines.map(told), ((await azure.machines(place, quiet)) ?? []).map(told));
  assert.deepEqual(graph.agents, [found, other]);
  assert.notEqual((await azure.removeAgent(id, quiet)).operation, undefined);
  assert.equal(await azure.agent(PRESS, quiet), undefined);
  assert.deepEqual(await azure.removeAgent(id, quiet), {});
});

test('a machine that is not connected takes the extension, and fails it', async t => {
  const { azure } = await bench(t, { seed });
  const id = agentId(machineId('press-3'), 'Linux');
  const want = { id, location: 'japaneast', system: 'Linux', tags, automaticUpgrade: true } as const;
  const { operation = '' } = await azure.installAgent(want, quiet);
  assert.equal((await azure.agent(machineId('press-3'), quiet))?.provisioningState, 'Failed');
  assert.match((await azure.operationFailure(operation, quiet))?.message ?? '', /not connected/);
});

test('pages are followed to the end, and half a list is no list', async t => {
  const { simulator: authority } = await bench(t);
  const machine = (name: string) => ({ id: machineId(name), location: 'Japan East', properties: { osType: 'LINUX' } });
  let endpoint = '';
  const respond: Responder = (response, request) => {
    const page = /page=(\d)/.exec(request.url)?.[1];
    if (page === undefined) {
      const nextLink = `${endpoint}${request.url}&page=2`;
      return json(200, { value: [machine('press-1')], nextLink })(response, request);
    }
    const isLost = request.url.includes('rg-lost');
    return json(isLost ? 404 : 200, isLost ? {} : { value: [machine('press-2')] })(response, request);
  };
  const { azure, endpoint: at } = await hostileAzure(t, { authority, respond });
  endpoint = at;
  assert.deepEqual(((await azure.machines(place, quiet)) ?? []).map(told), [
    'press-1 japaneast Linux',
    'press-2 japaneast Linux',
  ]);
  const lost = await failureOf(azure.machines({ ...place, resourceGroup: 'rg-lost' }, quiet));
  assert.equal(lost.reason, 'UnexpectedAnswer');
});
