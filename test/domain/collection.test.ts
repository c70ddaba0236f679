import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { differences } from '../../src/domain/diff.ts';
import { withDrift } from '../../src/domain/drift.ts';
import { failed } from '../../src/domain/failures.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present, unread } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import { estimateAddresses } from '../../src/domain/preflight.ts';
import { teardown } from '../../src/domain/teardown.ts';
import * as plant from '../model/plant.ts';
import {
  collecting,
  collectingWith,
  collectionInventory,
  collectionSight,
  collectionSpec,
  collector,
  NOTHING_COLLECTED,
  rule,
  wantOf,
  withCollection,
} from '../model/plant-collection.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/collection/${name}.txt`, import.meta.url).pathname;

interface Case {
  readonly name: string;
  readonly object?: PmsObject;
  readonly seen: Observed;
}

const gone = { reading: ABSENT };
const closed = { ...collectionSpec, endpoints: [{ name: 'dce-a', publicNetworkAccess: 'Disabled' as const }] };
const inWest = plant.pms({
  spec: { workspaces: [{ name: 'law-plant-a', location: 'japanwest' }], dataCollection: collectionSpec },
});
const closedQuery = plant.pms({
  spec: {
    workspaces: [{ name: 'law-plant-a', isolation: { query: 'Disabled' } }],
    dataCollection: collectionSpec,
    isolation: { onDelete: 'Reopen' },
  },
});
const shut = plant.workspace('law-plant-a', { access: { ingestion: 'Enabled', query: 'Disabled' } });
const adopting = collectingWith({
  ...collectionSpec,
  endpoints: [{ name: 'theirs', resourceId: collector().id.replace('rg-monitor', 'rg-hub') }],
});
const deleted = collectingWith(collectionSpec, { deletedAt: '2026-11-24T11:59:00Z' });
const unpublished = { ...plant.emptyAzure(), formerTargets: [] };
const only = (...starts: readonly string[]) =>
  collectionInventory().filter(({ key }) => starts.some(start => key.startsWith(start)));

const cases: readonly Case[] = [
  {
    name: 'nothing-yet',
    seen: plant.emptyAzure(collecting, { collection: NOTHING_COLLECTED }),
  },
  {
    name: 'endpoint-there-workspace-not',
    seen: plant.emptyAzure(collecting, {
      collection: collectionSight({ linux: gone, windows: gone }),
      inventory: only('dataCollectionEndpoint'),
    }),
  },
  {
    name: 'rules-and-link-next',
    seen: withCollection(collecting, collectionSight({ linux: gone, windows: gone }), {
      links: plant.fullAzure().links,
      scopeLinks: present([plant.link()]),
      networkInterface: present(plant.networkInterface()),
      inventory: collectionInventory().filter(({ key }) => !key.includes('Rule') && !key.includes('dce.')),
    }),
  },
  {
    name: 'names-not-on-the-interface-yet',
    seen: withCollection(collecting, collectionSight(), { networkInterface: present(plant.networkInterface()) }),
  },
  { name: 'settled', seen: withCollection(collecting, collectionSight()) },
  {
    name: 'rule-edited',
    seen: withCollection(
      collecting,
      collectionSight({
        linux: {
          reading: present(
            rule({
              performance: {
                counters: [...(rule().performance?.counters ?? []).slice(2), String.raw`Own(*)\Counter`],
                samplingFrequencyInSeconds: 10,
              },
              syslog: { facilities: ['auth', 'mail'], levels: ['Error'] },
              streams: ['Microsoft-Perf'],
            }),
          ),
        },
      }),
    ),
  },
  {
    name: 'rule-emptied',
    seen: withCollection(
      collecting,
      collectionSight({
        linux: { reading: present(rule({ performance: { counters: [], samplingFrequencyInSeconds: 60 } })) },
      }),
    ),
  },
  {
    name: 'rule-in-another-region',
    seen: withCollection(
      collecting,
      collectionSight({ linux: { reading: present(rule({ location: 'westeurope', system: 'Windows' })) } }),
    ),
  },
  {
    name: 'rule-of-somebody-else',
    seen: withCollection(collecting, collectionSight({ linux: { reading: present(rule({ tags: {} })) } })),
  },
  {
    name: 'rule-failed',
    seen: withCollection(
      collecting,
      collectionSight({ linux: { reading: present(rule({ provisioningState: 'Failed' })) } }),
    ),
  },
  {
    name: 'endpoint-unreadable',
    seen: withCollection(
      collecting,
      collectionSight({ collector: { reading: unread(failed('AzureUnreachable', 'no answer')) } }),
    ),
  },
  {
    name: 'region-without-an-endpoint',
    object: inWest,
    seen: withCollection(inWest, collectionSight({ linux: gone, windows: gone }), {
      workspaces: plant.workspaceSights({
        'law-plant-a': { reading: present(plant.workspace('law-plant-a', { location: 'japanwest' })) },
      }),
    }),
  },
  {
    name: 'adopted-endpoint-not-there',
    object: adopting,
    seen: withCollection(adopting, collectionSight({ linux: gone, windows: gone })),
  },
  {
    name: 'charts-without-queries',
    object: closedQuery,
    seen: withCollection(closedQuery, collectionSight(), {
      workspaces: plant.workspaceSights({ 'law-plant-a': { reading: present(shut) } }),
    }),
  },
  {
    name: 'endpoint-closed-last',
    object: collectingWith(closed),
    seen: withCollection(collectingWith(closed), collectionSight()),
  },
  {
    name: 'endpoint-not-closed-while-a-rule-is-missing',
    object: collectingWith(closed),
    seen: withCollection(collectingWith(closed), collectionSight({ windows: gone })),
  },
  // Taken out of the spec
  {
    name: 'taken-out-links-and-rules-first',
    object: plant.pms(),
    seen: withCollection(plant.pms(), collectionSight()),
  },
  {
    name: 'taken-out-endpoint-last',
    object: plant.pms(),
    seen: withCollection(plant.pms(), collectionSight({ linux: gone, windows: gone }), {
      links: plant.fullAzure().links,
      scopeLinks: present([plant.link()]),
      networkInterface: present(plant.networkInterface()),
      inventory: [...plant.inventoryOf(plant.pms()), ...only('dataCollectionEndpoint')],
    }),
  },
  {
    name: 'only-the-rules-taken-out',
    object: collectingWith({ endpoints: collectionSpec.endpoints }),
    seen: withCollection(collectingWith({ endpoints: collectionSpec.endpoints }), collectionSight(), {
      inventory: collectionInventory(),
    }),
  },
  // Being deleted
  { name: 'deleted', object: deleted, seen: withCollection(deleted, collectionSight()) },
  {
    name: 'deleted-rules-and-link-next',
    object: deleted,
    seen: {
      ...unpublished,
      collection: collectionSight(),
      inventory: only('dataCollection'),
      unpublishedSince: plant.NOW - 600_000,
    },
  },
  {
    name: 'deleted-endpoint-last',
    object: deleted,
    seen: {
      ...unpublished,
      collection: collectionSight({ linux: gone, windows: gone }),
      inventory: only('dataCollectionEndpoint'),
      unpublishedSince: plant.NOW - 600_000,
    },
  },
];

suite('data collection', () => {
  for (const { name, object = collecting, seen } of cases) {
    test(`plan of ${name.replaceAll('-', ' ')}`, t => {
      const want = wantOf(object);
      const isDeleted = object.metadata.deletionTimestamp !== undefined;
      const text = planText(isDeleted ? teardown(want, seen) : plan(want, seen, plant.RULES));
      t.assert.fileSnapshot(text, golden(name), textSerializer);
    });
  }

  test('a rule that somebody edited is told as drift, and left where the object reports only', () => {
    const status = { convergedGeneration: 1 };
    const edited = present(rule({ performance: { counters: [], samplingFrequencyInSeconds: 60 } }));
    const seen = withCollection(collecting, collectionSight({ linux: { reading: edited } }));
    const told = (driftPolicy: 'Repair' | 'Report') => {
      const object = collectingWith(collectionSpec, { status, spec: { driftPolicy } });
      const steps = withDrift(plan(wantOf(object), seen, plant.RULES), object, wantOf(object), seen).steps;
      const verdict = steps.find(({ name }) => name === 'DataCollectionReady')?.verdict;
      return [verdict?.reason, verdict?.state, verdict?.actions.map(({ verb }) => verb).join()];
    };
    assert.deepEqual(told('Repair'), ['DriftDetected', 'Waiting', 'update']);
    assert.deepEqual(told('Report'), ['DriftDetected', 'Stalled', '']);
  });

  test('each endpoint takes three addresses, wherever it is', () => {
    const seen = plant.fullAzure(collecting);
    const needed = (...names: readonly string[]) =>
      estimateAddresses(wantOf(collectingWith({ endpoints: names.map(name => ({ name })) })), seen);
    assert.deepEqual(
      [estimateAddresses(wantOf(plant.pms()), seen), needed('dce-a'), needed('dce-a', 'dce-b')],
      [11, 14, 17],
    );
  });

  test('an object without data collection has no step, no condition and no look for it', () => {
    const names = plan(wantOf(plant.pms()), plant.fullAzure(), plant.RULES).steps.map(({ name }) => name);
    assert.ok(!names.includes('DataCollectionReady'));
  });

  test('a workspace and an endpoint of one name have links of two names', () => {
    const { links } = wantOf(collectingWith({ endpoints: [{ name: 'law-plant-a' }] }));
    assert.deepEqual(
      links.map(({ key }) => key),
      ['scopedResource/law-plant-a', 'scopedResource/dce.law-plant-a'],
    );
    assert.notEqual(links[0]?.id, links[1]?.id);
  });

  test('a rule is named by the object and its system, and a long name ends in digits that stand for it', () => {
    const namesOf = (name: string) =>
      desire(collectingWith(collectionSpec, { name }), plant.INSTALLATION).collection?.rules.map(one => one.name) ?? [];
    assert.deepEqual(namesOf('line-2'), ['dcr-line-2-linux', 'dcr-line-2-windows']);
    const [one, other] = ['a', 'b'].map(end => namesOf(`${'x'.repeat(62)}${end}`));
    assert.ok([...(one ?? []), ...(other ?? [])].every(name => name.length <= 64));
    assert.equal(new Set([...(one ?? []), ...(other ?? [])]).size, 4);
  });

  test('no part of a rule that we own can differ unseen, and nothing is told of what is as asked', () => {
    const want = {
      ...(wantOf().collection?.rules[0] ?? assert.fail()),
      place: { location: 'japaneast', endpointId: collector().id },
    };
    assert.deepEqual(differences(want, rule()), { changes: [], obstacles: [] });
    const other = rule({
      tags: {},
      location: 'westeurope',
      system: 'Windows',
      endpointId: '/other',
      workspaceId: '/other',
      performance: { counters: [], samplingFrequencyInSeconds: 1 },
      vmInsights: { counters: [], samplingFrequencyInSeconds: 1 },
      syslog: { facilities: [], levels: [] },
      streams: [],
    });
    for (const field of Object.keys(other)) {
      if (['kind', 'id', 'name', 'provisioningState'].includes(field)) continue;
      const bent = { ...rule(), [field]: other[field as keyof typeof other] };
      const { changes, obstacles } = differences(want, bent);
      assert.ok(changes.length + obstacles.length > 0, field);
    }
  });
});
