/**
 * Data collection through the port `Azure`, against the simulator: endpoints and rules; what each call costs, what survives
 * an update or a closing, and what Azure refuses.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences } from '../../src/domain/diff.ts';
import { type Bench, bench, failureOf, quiet } from './bench.ts';
import { changed, collectorWant, ids, ruleWant, tags, workspaceWant } from './wants.ts';

const verbs = (calls: readonly string[]) => calls.map(call => call.split(' ')[0]);

async function made({ azure }: Bench): Promise<void> {
  for (const want of [workspaceWant, collectorWant, ruleWant]) await azure.create(want, quiet);
}

test('endpoint and rule are made by one PUT each that settles at once, read by one GET and removed by one DELETE', async t => {
  const here = await bench(t);
  const { azure, counted } = here;
  await azure.create(workspaceWant, quiet);
  const endpoint = await counted(azure.create(collectorWant, quiet));
  assert.deepEqual(endpoint.calls, ['PUT dataCollectionEndpoints/dce-a 200']);
  const body = endpoint.value.body;
  assert.ok(body?.kind === 'dataCollectionEndpoint');
  assert.deepEqual([body.provisioningState, body.access, body.tags], ['Succeeded', { ingestion: 'Enabled' }, tags]);
  assert.match(body.configurationHost ?? '', /^dce-a-[0-9a-f]{4}\.japaneast-1\.handler\.control\.monitor\.azure\.com$/);
  assert.deepEqual(differences(collectorWant, body), { changes: [], obstacles: [] });

  const rule = await counted(azure.create(ruleWant, quiet));
  assert.deepEqual(rule.calls, ['PUT dataCollectionRules/dcr-plant-a-linux 200']);
  const found = await counted(azure.get('dataCollectionRule', ruleWant.id, quiet));
  assert.deepEqual(verbs(found.calls), ['GET']);
  assert.ok(found.value);
  assert.deepEqual(found.value.streams, ['Microsoft-Perf', 'Microsoft-InsightsMetrics', 'Microsoft-Syslog']);
  assert.deepEqual(differences(ruleWant, found.value), { changes: [], obstacles: [] });

  for (const { kind, id } of [ruleWant, collectorWant]) {
    assert.deepEqual(verbs((await counted(azure.remove(kind, id, quiet))).calls), ['DELETE']);
    assert.equal(await azure.get(kind, id, quiet), undefined);
    assert.deepEqual(await azure.remove(kind, id, quiet), {}, 'what is not there counts as deleted');
  }
});

test('an endpoint that a rule names is not deleted', async t => {
  const here = await bench(t);
  await made(here);
  const { kind, reason } = await failureOf(here.azure.remove('dataCollectionEndpoint', collectorWant.id, quiet));
  assert.deepEqual([kind, reason], ['Waiting', 'Conflict']);
});

test('closing an endpoint is one GET and one PUT, and its tags, its description and its hosts stay', async t => {
  const here = await bench(t);
  const { azure, counted, raw } = here;
  await made(here);
  const body = { location: 'japaneast', tags: { ...tags, team: 'x' }, properties: { description: 'of the plant' } };
  await raw.call('PUT', collectorWant.id, { body });
  const before = await azure.get('dataCollectionEndpoint', collectorWant.id, quiet);
  const closed = await counted(azure.setAccess(collectorWant, { ingestion: 'Disabled' }, quiet));
  assert.deepEqual(verbs(closed.calls), ['GET', 'PUT']);
  const after = await azure.get('dataCollectionEndpoint', collectorWant.id, quiet);
  assert.deepEqual(after, { ...before, access: { ingestion: 'Disabled' } });
  const shown = (await raw.call('GET', collectorWant.id)).body as { properties: { description?: string } };
  assert.equal(shown.properties.description, 'of the plant');
});

test('new tags of an endpoint are a GET and a PATCH, and the tags of others stay', async t => {
  const here = await bench(t);
  const { azure, counted, raw } = here;
  await made(here);
  await raw.call('PATCH', collectorWant.id, { body: { tags: { team: 'x' } } });
  const updated = await counted(azure.update(collectorWant, changed('tags.pms-owner'), quiet));
  assert.deepEqual(verbs(updated.calls), ['GET', 'PATCH']);
  assert.deepEqual((await azure.get('dataCollectionEndpoint', collectorWant.id, quiet))?.tags, { team: 'x', ...tags });
});

interface RuleBody {
  location: string;
  kind: string;
  tags: Record<string, string>;
  properties: {
    dataSources: Record<string, { name: string; streams: string[]; counterSpecifiers?: string[] }[]>;
    destinations: { logAnalytics: { name: string; workspaceResourceId: string; workspaceId?: string }[] };
    dataFlows: { streams: string[]; destinations: string[]; transformKql?: string }[];
  };
}

/** Puts the rule back as Azure shows it, but for what the test bends. */
async function bend({ raw }: Bench, change: (body: RuleBody) => void): Promise<void> {
  const { location, kind, tags: found, properties } = (await raw.call('GET', ruleWant.id)).body as RuleBody;
  const body = { location, kind, tags: found, properties };
  change(body);
  await raw.call('PUT', ruleWant.id, { body });
}

const bends: readonly {
  readonly name: string;
  readonly change: (body: RuleBody) => void;
  readonly told: readonly string[];
}[] = [
  {
    name: 'a counter less and another one more',
    change: ({ properties: { dataSources } }) => {
      const [counters] = dataSources.performanceCounters ?? [];
      assert.ok(counters?.counterSpecifiers);
      counters.counterSpecifiers = [...counters.counterSpecifiers.slice(1), String.raw`Own(*)\Counter`];
    },
    told: [
      String.raw`performanceCounters[Processor(*)\% Processor Time] (none) -> collected`,
      String.raw`performanceCounters[Own(*)\Counter] collected -> (none)`,
    ],
  },
  {
    name: 'syslog taken out, with its flow',
    change: ({ properties }) => {
      delete properties.dataSources.syslog;
      properties.dataFlows = properties.dataFlows.filter(({ streams }) => !streams.includes('Microsoft-Syslog'));
    },
    told: [
      'syslog.facilityNames[auth] (none) -> collected',
      'syslog.facilityNames[daemon] (none) -> collected',
      'syslog.logLevels[Warning] (none) -> collected',
      'syslog.logLevels[Error] (none) -> collected',
      'dataFlows[Microsoft-Syslog] (none) -> collected',
    ],
  },
  {
    name: 'a filter on a flow of ours',
    change: ({ properties: { dataFlows } }) => {
      const [flow] = dataFlows;
      assert.ok(flow);
      flow.transformKql = 'source | where false';
    },
    told: ['dataFlows[Microsoft-Perf] (none) -> collected'],
  },
  {
    name: 'all counters sent to another table',
    change: ({ properties: { dataSources } }) => {
      const [counters] = dataSources.performanceCounters ?? [];
      assert.ok(counters);
      counters.streams = ['Microsoft-InsightsMetrics'];
    },
    told: ['performanceCounters 0 of 48 -> 48'],
  },
];

for (const { name, change, told } of bends) {
  test(`a rule with ${name} differs in that and is brought back by one GET and one PUT`, async t => {
    const here = await bench(t);
    const { azure, counted } = here;
    await made(here);
    await bend(here, change);
    const found = (await azure.get('dataCollectionRule', ruleWant.id, quiet)) ?? assert.fail();
    const { changes } = differences(ruleWant, found);
    assert.deepEqual(
      changes.map(({ field, found: was, wanted }) => `${field} ${was} -> ${wanted}`),
      told,
    );
    const updated = await counted(azure.update(ruleWant, changes, quiet));
    assert.deepEqual(verbs(updated.calls), ['GET', 'PUT']);
    const after = (await azure.get('dataCollectionRule', ruleWant.id, quiet)) ?? assert.fail();
    assert.deepEqual(differences(ruleWant, after).changes, []);
  });
}

test('what somebody else added to the rule survives its repair', async t => {
  const here = await bench(t);
  const { azure, raw } = here;
  await made(here);
  await bend(here, ({ tags: found, properties }) => {
    found.team = 'x';
    properties.dataSources.windowsEventLogs = [{ name: 'theirs', streams: ['Microsoft-Event'] }];
    properties.dataSources.performanceCounters = [
      {
        ...(properties.dataSources.performanceCounters?.[0] ?? assert.fail()),
        name: 'their-counters',
        streams: ['Microsoft-Perf'],
        counterSpecifiers: [String.raw`Own(*)\Counter`],
      },
    ];
    properties.destinations.logAnalytics.push({ name: 'theirs', workspaceResourceId: ids.workspace });
    properties.dataFlows.push({ streams: ['Microsoft-Event'], destinations: ['theirs'] });
  });
  const found = (await azure.get('dataCollectionRule', ruleWant.id, quiet)) ?? assert.fail();
  await azure.update(ruleWant, differences(ruleWant, found).changes, quiet);
  const { tags: kept, properties } = (await raw.call('GET', ruleWant.id)).body as RuleBody;
  assert.equal(kept.team, 'x');
  const names = Object.values(properties.dataSources).flatMap(sources => sources.map(({ name }) => name));
  assert.deepEqual(names.sort(), ['pms-performance', 'pms-syslog', 'pms-vm-insights', 'their-counters', 'theirs']);
  assert.deepEqual(
    properties.destinations.logAnalytics.map(({ name }) => name),
    ['theirs', 'pms-workspace'],
  );
  assert.deepEqual(
    properties.dataFlows.map(({ streams }) => streams.join()),
    ['Microsoft-Event', 'Microsoft-Perf', 'Microsoft-InsightsMetrics', 'Microsoft-Syslog'],
  );
});

test('a rule loses our tag by a GET and a PATCH', async t => {
  const here = await bench(t);
  await made(here);
  const { calls } = await here.counted(here.azure.untag('dataCollectionRule', ruleWant.id, 'pms-owner', quiet));
  assert.deepEqual(verbs(calls), ['GET', 'PATCH']);
  assert.deepEqual((await here.azure.get('dataCollectionRule', ruleWant.id, quiet))?.tags, {});
});
