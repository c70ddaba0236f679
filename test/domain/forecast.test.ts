import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { failed } from '../../src/domain/failures.ts';
import { type Forecast, forecast, hasChanges } from '../../src/domain/forecast.ts';
import { forecastLines } from '../../src/domain/forecast-text.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present, unread } from '../../src/domain/observed.ts';
import * as plant from '../model/plant.ts';
import { adopting, hub, joining } from '../model/plant-adoption.ts';
import {
  collecting,
  collectingWith,
  collectionSight,
  collectionSpec,
  NOTHING_COLLECTED,
  withCollection,
} from '../model/plant-collection.ts';
import { allZones, creating, given, noZones, withZones, zonesInventory } from '../model/plant-zones.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/forecast/${name}.txt`, import.meta.url).pathname;

const ahead = (object: PmsObject, seen: Observed): Forecast =>
  forecast(desire(object, plant.INSTALLATION), seen, plant.RULES);
const writes = ({ actions }: Forecast): readonly string[] =>
  actions.map(({ action }) => `${action.verb} ${action.key}`);
const numbersOf = ({ actions }: Forecast, key: string): readonly number[] =>
  actions.find(({ action }) => action.key === key)?.after ?? [];

const two = plant.pms({ spec: plant.twoWorkspaces('Delete') });
const emptyTwo = plant.emptyAzure(two);
const bothThere = plant.fullAzure(two, {
  workspaces: plant.bothWorkspaces,
  links: plant.linkSights(),
  scopeLinks: present(plant.bothLinks.map(name => plant.link(name))),
  networkInterface: present(plant.networkInterface([plant.GUID_A, 'aaaa0ed9-0000-4000-8000-2c3dab8054b9'])),
});
const takenOut = plant.pms({ spec: { workspaces: [{ name: 'law-plant-a', deletionPolicy: 'Delete' }] } });
const there = plant.fullAzure();

const closing = collectingWith({
  ...collectionSpec,
  endpoints: [{ name: 'dce-a', publicNetworkAccess: 'Disabled' }],
});

interface Case {
  readonly name: string;
  readonly object?: PmsObject;
  readonly seen: Observed;
}

const cases: readonly Case[] = [
  { name: 'nothing-exists', seen: plant.emptyAzure() },
  { name: 'two-workspaces-asked', object: two, seen: emptyTwo },
  {
    name: 'zones-given-nothing-exists',
    object: given,
    seen: plant.emptyAzure(given, { zones: noZones(given, { required: ABSENT }) }),
  },
  {
    name: 'zones-made-nothing-exists',
    object: creating,
    seen: plant.emptyAzure(creating, { zones: noZones(creating, { required: ABSENT }) }),
  },
  {
    name: 'zones-made-endpoint-there',
    object: creating,
    seen: withZones(creating, noZones(creating), plant.inventoryOf(creating)),
  },
  { name: 'zones-taken-out', seen: withZones(plant.pms(), allZones(creating), zonesInventory(plant.pms(), creating)) },
  {
    name: 'collection-nothing-exists',
    object: collecting,
    seen: plant.emptyAzure(collecting, { collection: NOTHING_COLLECTED }),
  },
  {
    name: 'collection-added',
    object: collecting,
    seen: plant.fullAzure(collecting, { collection: NOTHING_COLLECTED, inventory: plant.inventoryOf(plant.pms()) }),
  },
  { name: 'collection-taken-out', object: plant.pms(), seen: withCollection(plant.pms(), collectionSight()) },
  {
    name: 'collection-endpoint-to-be-closed',
    object: closing,
    seen: withCollection(closing, collectionSight()),
  },
  { name: 'all-there', seen: there },
  { name: 'all-adopted', object: adopting, seen: hub(adopting, { inventory: [], links: new Map() }) },
  { name: 'scope-joined', object: joining, seen: hub(joining, { inventory: [], endpoint: { reading: ABSENT } }) },
  {
    name: 'half-done',
    seen: plant.emptyAzure(plant.pms(), {
      workspaces: there.workspaces,
      scope: there.scope,
      scopeLinks: there.scopeLinks,
      links: there.links,
      inventory: plant.inventoryOf(plant.pms()).slice(0, 3),
    }),
  },
  {
    name: 'endpoint-updating',
    seen: plant.fullAzure(plant.pms(), {
      endpoint: { reading: present(plant.endpoint({ provisioningState: 'Updating' })) },
      networkInterface: ABSENT,
      target: plant.emptyAzure().target,
      resolution: ABSENT,
    }),
  },
  {
    name: 'drift-retention',
    seen: plant.fullAzure(plant.pms(), {
      workspaces: new Map([
        ['workspace/law-plant-a', { reading: present(plant.workspace('law-plant-a', { retentionInDays: 7 })) }],
      ]),
    }),
  },
  {
    name: 'drift-endpoint-gone',
    seen: plant.fullAzure(plant.pms(), { endpoint: { reading: ABSENT }, networkInterface: ABSENT }),
  },
  { name: 'second-workspace-asked', object: two, seen: plant.fullAzure(two) },
  {
    name: 'workspace-taken-out',
    object: takenOut,
    seen: {
      ...bothThere,
      target: present({
        lines: plant.lines([plant.GUID_A, 'aaaa0ed9-0000-4000-8000-2c3dab8054b9']),
        maxBytes: 9e5,
        ttlSeconds: 60,
      }),
    },
  },
  { name: 'status-was-lost', seen: plant.fullAzure(plant.pms(), { inventory: [] }) },
  { name: 'subnet-missing', seen: plant.emptyAzure(plant.pms(), { subnet: ABSENT }) },
  {
    name: 'not-ours',
    seen: plant.fullAzure(plant.pms(), { scope: { reading: present(plant.scope({ tags: {} })) } }),
  },
  {
    name: 'target-not-read',
    seen: plant.emptyAzure(plant.pms(), { target: unread(failed('ClusterUnreachable', 'not read')) }),
  },
];

suite('a forecast', () => {
  for (const { name, object, seen } of cases) {
    test(`of ${name.replaceAll('-', ' ')} gives the text on file`, t => {
      t.assert.fileSnapshot(
        `${forecastLines(ahead(object ?? plant.pms(), seen)).join('\n')}\n`,
        golden(name),
        textSerializer,
      );
    });
  }

  test('names every write of every wave, links one by one, and what each waits for', () => {
    const told = ahead(two, emptyTwo);
    assert.deepEqual(writes(told), [
      'create workspace/law-plant-a',
      'create workspace/law-plant-b',
      'create privateLinkScope',
      'create scopedResource/law-plant-a',
      'create scopedResource/law-plant-b',
      'create privateEndpoint',
    ]);
    assert.deepEqual(numbersOf(told, 'scopedResource/law-plant-a'), [1, 2, 3]);
    assert.deepEqual(numbersOf(told, 'scopedResource/law-plant-b'), [4]);
    assert.deepEqual(numbersOf(told, 'privateEndpoint'), [4, 5]);
    assert.deepEqual(told.recordsAfter, [6]);
  });

  test('of a converged object has no change and no obstacle', () => {
    const told = ahead(plant.pms(), there);
    assert.equal(hasChanges(told), false);
    assert.deepEqual([told.actions, told.records.changes, told.obstacles], [[], [], []]);
  });

  test('calls what is only taken into the inventory no change', () => {
    const told = ahead(plant.pms(), plant.fullAzure(plant.pms(), { inventory: [] }));
    assert.ok(told.actions.length > 0);
    assert.equal(hasChanges(told), false);
  });

  test('makes up no address and no customerId', () => {
    const { records } = ahead(plant.pms(), plant.emptyAzure());
    assert.ok(records.changes.every(({ mark, addresses }) => mark === '+' && addresses.length === 0));
    assert.ok(records.changes.some(({ name }) => name === '<customerId of law-plant-a>.ods.opinsights.azure.com'));
  });

  test('takes out no name while nobody knows what there will be', () => {
    const seen = plant.emptyAzure(plant.pms(), { subnet: ABSENT, target: there.target });
    const told = ahead(plant.pms(), seen);
    assert.deepEqual(told.records.changes, []);
    assert.equal(told.obstacles[0]?.verdict.reason, 'SubnetNotFound');
  });

  test('comes to an end whatever can be made and however much of it', () => {
    const workspaces = Array.from({ length: 50 }, (_, index) => ({ name: `law-${1_000 + index}` }));
    const object = plant.pms({ spec: { workspaces } });
    const told = ahead(
      object,
      plant.emptyAzure(object, { subnet: present({ ...subnet(), addressPrefixes: ['10.13.0.0/16'] }) }),
    );
    assert.equal(told.actions.length, 50 + 1 + 50 + 1);
  });
});

function subnet() {
  const reading = plant.emptyAzure().subnet;
  assert.ok(reading.is === 'present');
  return reading.body;
}

test('the names of another cloud are not guessed: they are known when Azure shows them', () => {
  const rules = { ...plant.RULES, isOtherCloud: true };
  const look = (seen: Observed) => forecast(desire(plant.pms(), plant.INSTALLATION), seen, rules);
  const before = look(plant.emptyAzure());
  assert.deepEqual([before.records.changes, before.records.isOpen], [[], true]);
  assert.ok(
    forecastLines(before).includes(
      '~ records in default: Azure tells the names of this cloud when they are there  after 4',
    ),
  );
  const after = look(there);
  assert.deepEqual([after.records.total, after.records.isOpen], [27, undefined]);
});
