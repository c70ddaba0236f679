/**
 * Data on its way in: what an agent asks and sends, the Logs ingestion API, and the fake agent, each through the private
 * endpoint or from the public side.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { eventually } from '../env/eventually.ts';
import { addressOf, type Dialled, type Plane, plane } from './plane.ts';
import { connectedScope, location, paths, put } from './road.ts';

const machineSeed = () => ({
  ...defaultSeed(),
  dataCollectionEndpoints: [{ resourceGroup: 'rg-monitor', name: 'dce-plant', location, suffix: 'a1b2' }],
  machines: [
    {
      resourceGroup: 'rg-monitor',
      name: 'line-1',
      location,
      extensions: [{ name: 'ama', publisher: 'Microsoft.Azure.Monitor', type: 'AzureMonitorLinuxAgent' }],
    },
  ],
});

const handler = 'dce-plant-a1b2.japaneast-1.handler.control.monitor.azure.com';
const ingest = 'dce-plant-a1b2.japaneast-1.ingest.monitor.azure.com';
const globalHandler = 'global.handler.control.monitor.azure.com';

const code = ({ status, body }: Dialled): string =>
  [status, body?.error?.code].filter(each => each !== undefined).join(' ');

/** A connected scope with `law-a`, a machine with the agent, and where each thing is. */
async function scene(t: TestContext, options: Parameters<typeof plane>[1] = {}) {
  const data = await plane(t, { seed: machineSeed(), ...options });
  const { azure } = data;
  await connectedScope(azure);
  const at = paths(azure.group);
  const machine = `${azure.group}/providers/Microsoft.HybridCompute/machines/line-1`;
  const rule = `${azure.group}/providers/Microsoft.Insights/dataCollectionRules/dcr-linux`;
  const customerId = String((await azure.call('GET', at.workspace('law-a'))).body?.properties.customerId);
  return { data, azure, at, machine, rule, customerId };
}

type Scene = Awaited<ReturnType<typeof scene>>;

const linkEndpoint = ({ azure, at }: Scene) =>
  put(azure, at.link('link-dce'), { properties: { linkedResourceId: at.dataCollectionEndpoint('dce-plant') } });

const associateEndpoint = ({ azure, at, machine }: Scene) =>
  put(azure, `${machine}/providers/Microsoft.Insights/dataCollectionRuleAssociations/configurationAccessEndpoint`, {
    properties: { dataCollectionEndpointId: at.dataCollectionEndpoint('dce-plant') },
  });

async function associateRule({ azure, at, machine, rule }: Scene): Promise<void> {
  await put(azure, rule, {
    location,
    kind: 'Linux',
    properties: {
      dataSources: {
        performanceCounters: [
          {
            name: 'linux',
            streams: ['Microsoft-Perf'],
            samplingFrequencyInSeconds: 60,
            counterSpecifiers: ['Processor(*)\\% Processor Time', 'Memory(*)\\Available MBytes Memory'],
          },
        ],
      },
      destinations: { logAnalytics: [{ name: 'law', workspaceResourceId: at.workspace('law-a') }] },
      dataFlows: [
        { streams: ['Microsoft-Perf'], destinations: ['law'] },
        { streams: ['Custom-Readings'], destinations: ['law'], outputStream: 'Custom-Readings_CL' },
      ],
      streamDeclarations: { 'Custom-Readings': { columns: [{ name: 'TimeGenerated', type: 'datetime' }] } },
    },
  });
  await put(azure, `${machine}/providers/Microsoft.Insights/dataCollectionRuleAssociations/linux`, {
    properties: { dataCollectionRuleId: rule },
  });
}

async function rows({ data, customerId }: Scene, query: string): Promise<readonly unknown[][]> {
  const answer = await data.query(data.publicSide, customerId, { query });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body?.tables[0].rows;
}

test('a configuration is given to the machine itself alone', async t => {
  const place = await scene(t);
  const { data, azure, machine } = place;
  const path = `/locations/japaneast${machine}/agentConfigurations?platform=linux&api-version=2022-06-02`;
  const address = String(await addressOf(azure, globalHandler));
  const ask = (token: string) => data.dial({ address, port: data.port, host: globalHandler, path, token });
  const stranger = await ask(await azure.token('https://monitor.azure.com/.default'));
  assert.equal(code(stranger), '403 Forbidden');
  assert.match(stranger.body?.error.message, /not that of the machine/);
  assert.equal(code(await ask('made up')), '401 InvalidAuthenticationToken');
});

test('the fake agent sends through the private endpoint once link and associations allow it, and says what is missing', async t => {
  const place = await scene(t, { agent: true });
  const { azure } = place;
  const statuses = async () => {
    const page = await azure.raw('GET', '/');
    return /<td>line-1<\/td>.*<td class="[a-z]+">([^<]*)<\/td>/.exec(page.text)?.[1] ?? '';
  };
  const says = (words: RegExp) => eventually(String(words), async () => words.test(await statuses()));
  await says(/Data collection endpoint must be used/);
  await associateEndpoint(place);
  await linkEndpoint(place);
  await says(/no data collection rule/);
  await associateRule(place);
  await says(/^sends$/);
  const beats = await rows(
    place,
    'Heartbeat | where TimeGenerated > ago(15m) | summarize arg_max(TimeGenerated, *) by Computer | project Computer, Category, ComputerIP, _ResourceId',
  );
  assert.deepEqual(beats, [['line-1', 'Azure Monitor Agent', 'fd40:0:0:1::1', place.machine.toLowerCase()]]);
  const counters = await rows(
    place,
    'Perf | summarize count() by ObjectName, CounterName, InstanceName | sort by ObjectName asc | project ObjectName, CounterName, InstanceName',
  );
  assert.deepEqual(counters, [
    ['Memory', 'Available MBytes Memory', '_Total'],
    ['Processor', '% Processor Time', '_Total'],
  ]);
  const calls = azure.simulator.journal.filter(entry => entry.service === 'data-plane');
  const misdirected = calls.find(entry => entry.status === 421);
  assert.equal(misdirected?.host, globalHandler, 'the global handler sends the agent on');
  assert.ok(calls.some(entry => entry.host === handler && entry.status === 200));
});

test('an agent without a data collection endpoint works from the public side, until the workspace is closed', async t => {
  const place = await scene(t, { agent: true, listens: false });
  const { azure, at } = place;
  await associateRule(place);
  await eventually('a heartbeat', async () => (await rows(place, 'Heartbeat | take 1')).length === 1);
  assert.match(String((await rows(place, 'Heartbeat | take 1 | project ComputerIP'))[0]?.[0]), /^127\./);
  await azure.call('PATCH', at.workspace('law-a'), {
    body: { properties: { publicNetworkAccessForIngestion: 'Disabled' } },
  });
  await eventually('a refused heartbeat', () =>
    azure.simulator.journal.some(
      entry => entry.host?.endsWith('.ods.opinsights.azure.com') === true && entry.status === 403,
    ),
  );
});

test('a machine that resolves publicly comes by no private endpoint, and is told so by an address of its own', async t => {
  const place = await scene(t, { agent: true });
  const { azure, machine } = place;
  await associateEndpoint(place);
  await linkEndpoint(place);
  const resolve = (body: unknown) => azure.raw('POST', '/_sim/machines', { body: JSON.stringify(body) });
  assert.equal((await resolve({ id: machine, resolves: 'Public' })).status, 200);
  await associateRule(place);
  const newest =
    'Heartbeat | extend At = ingestion_time() | summarize arg_max(TimeGenerated, At, ComputerIP) by _ResourceId';
  await eventually('a heartbeat by the public side', async () =>
    (await rows(place, newest)).some(row => String(row[3]).startsWith('127.')),
  );
  assert.ok(Date.parse(String((await rows(place, newest))[0]?.[2])) > 0, 'it is known when it came in');
  assert.equal((await resolve({ id: machine, resolves: 'Private' })).status, 200);
  await eventually('a heartbeat by the endpoint', async () =>
    (await rows(place, newest)).some(row => String(row[3]).startsWith('fd40:')),
  );
  assert.equal((await resolve({ id: machine, resolves: 'Sometimes' })).status, 400);
  assert.equal((await resolve({ id: `${machine}-none`, resolves: 'Public' })).status, 404);
});

test('the Logs ingestion API writes rows of a rule through its endpoint, and refuses what the rule does not have', async t => {
  const place = await scene(t);
  const { data, azure, rule } = place;
  await associateRule(place);
  await linkEndpoint(place);
  const immutableId = String((await azure.call('GET', rule)).body?.properties.immutableId);
  const token = await azure.token('https://monitor.azure.com/.default');
  const address = String(await addressOf(azure, ingest));
  const send = (
    stream: string,
    body: unknown,
    options: { id?: string; way?: 'public'; token?: string; deflate?: boolean } = {},
  ) =>
    data.dial({
      address: options.way === undefined ? address : data.publicSide.address,
      port: options.way === undefined ? data.port : data.publicSide.port,
      host: ingest,
      path: `/dataCollectionRules/${options.id ?? immutableId}/streams/${stream}?api-version=2023-01-01`,
      token: options.token ?? token,
      body,
      deflate: options.deflate ?? false,
    });
  const row = { TimeGenerated: new Date().toISOString(), Line: 4, Reading: 1.5 };
  assert.equal(code(await send('Custom-Readings', [row])), '204');
  assert.equal(code(await send('Custom-Readings', [row], { way: 'public', deflate: true })), '204');
  assert.deepEqual(await rows(place, 'Readings_CL | summarize count() by Line, Reading'), [[4, 1.5, 2]]);
  assert.equal(code(await send('Custom-Other', [row])), '400 InvalidStream');
  assert.equal(code(await send('Custom-Readings', { row })), '400 InvalidRequestBody');
  assert.equal(code(await send('Custom-Readings', [row], { id: 'dcr-none' })), '404 NotFound');
  assert.equal(
    code(await send('Custom-Readings', [row], { token: await azure.token() })),
    '401 InvalidAuthenticationToken',
  );
  await azure.call('PUT', place.at.dataCollectionEndpoint('dce-plant'), {
    body: { location, properties: { networkAcls: { publicNetworkAccess: 'Disabled' } } },
  });
  assert.equal(code(await send('Custom-Readings', [row], { way: 'public' })), '403 Forbidden');
  assert.equal(code(await send('Custom-Readings', [row])), '204');
});

test('a body that blows up when it is unpacked is refused', async t => {
  const place = await scene(t);
  const { data, azure, rule }: { data: Plane; azure: Scene['azure']; rule: string } = place;
  await associateRule(place);
  const immutableId = String((await azure.call('GET', rule)).body?.properties.immutableId);
  const bomb = await data.dial({
    ...data.publicSide,
    host: ingest,
    path: `/dataCollectionRules/${immutableId}/streams/Custom-Readings?api-version=2023-01-01`,
    token: await azure.token('https://monitor.azure.com/.default'),
    body: [{ Filler: 'x'.repeat(40_000_000) }],
    deflate: true,
  });
  assert.equal(code(bomb), '400 InvalidRequestBody');
});
