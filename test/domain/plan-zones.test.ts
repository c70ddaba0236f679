import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { withDrift } from '../../src/domain/drift.ts';
import { failed, stalled, waiting } from '../../src/domain/failures.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present, unread } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import type { Plan, StepName } from '../../src/domain/steps.ts';
import { teardown } from '../../src/domain/teardown.ts';
import type { ZoneGroup } from '../../src/domain/zone-resources.ts';
import * as plant from '../model/plant.ts';
import {
  allZones,
  creating,
  given,
  groupOf,
  HUB_ZONES,
  linkOf,
  noZones,
  REQUIRED,
  wantedOf,
  withZones,
  zoned,
  zoneIds,
  zonesInventory,
} from '../model/plant-zones.ts';
import { contents, createZones, deleted, leaving, onlyZones } from '../model/plant-zones-leaving.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/zones/${name}.txt`, import.meta.url).pathname;

const byHand = (configs = groupOf(given).configs): ZoneGroup => {
  const id = groupOf(given).id.replace(/[^/]+$/, 'default');
  return groupOf(given, { id, name: 'default', configs });
};
const firstAt = (id: string) =>
  groupOf(given).configs.map((config, index) => (index === 0 ? { ...config, zoneId: id } : config));
const ELSEWHERE = `${HUB_ZONES.replace('rg-dns', 'rg-old')}/${REQUIRED[0]}`;

const wanted = wantedOf(creating);
const [zone, secondZone] = wanted.zones;
const [link] = wanted.links;
assert.ok(zone && secondZone && link);
const onlyEndpoint = plant.inventoryOf(creating);
const gone = new Map(wanted.links.map(({ key }) => [key, { reading: ABSENT }]));
const foreignRecord = {
  name: 'stg1',
  type: 'A',
  creator: 'created by private endpoint pe-storage with resource guid 1',
};
const ourRecord = { name: 'api', type: 'A', creator: 'created by private endpoint pe-plant-a with resource guid 2' };
const foreignLink = { ...linkOf(link), name: 'to-spoke', tags: {} };

interface Case {
  readonly name: string;
  readonly object?: PmsObject;
  readonly seen: Observed;
}

const cases: readonly Case[] = [
  // Zones that are there
  { name: 'given-no-endpoint-yet', seen: plant.emptyAzure(given, { zones: noZones(given, { required: ABSENT }) }) },
  { name: 'given-no-group', seen: withZones(given, noZones(given), onlyEndpoint) },
  { name: 'given-settled', seen: withZones(given, allZones(given)) },
  {
    name: 'given-group-updating',
    seen: withZones(
      given,
      allZones(given, { group: { reading: present(groupOf(given, { provisioningState: 'Updating' })) } }),
    ),
  },
  {
    name: 'given-group-failed',
    seen: withZones(
      given,
      allZones(given, { group: { reading: present(groupOf(given, { provisioningState: 'Failed' })) } }),
    ),
  },
  { name: 'given-group-gone', seen: withZones(given, noZones(given)) },
  {
    name: 'given-zone-taken-out-by-hand',
    seen: withZones(
      given,
      allZones(given, { group: { reading: present(groupOf(given, { configs: groupOf(given).configs.slice(1) })) } }),
    ),
  },
  {
    name: 'given-zone-of-the-same-name-elsewhere',
    seen: withZones(
      given,
      allZones(given, { group: { reading: present(groupOf(given, { configs: firstAt(ELSEWHERE) })) } }),
    ),
  },
  {
    name: 'given-zone-elsewhere-not-listed',
    seen: withZones(
      given,
      allZones(given, { group: { reading: present(groupOf(given, { configs: firstAt(ELSEWHERE) })) } }),
      onlyEndpoint,
    ),
  },
  {
    name: 'given-group-by-hand-holds-them',
    seen: withZones(given, noZones(given, { groups: present([byHand()]) }), onlyEndpoint),
  },
  {
    name: 'given-group-by-hand-adopted',
    seen: withZones(given, allZones(given, { group: { reading: present(byHand()) } }), [
      ...onlyEndpoint,
      { key: 'zoneGroup', id: byHand().id, origin: 'Adopted', policy: 'Retain' },
    ]),
  },
  {
    name: 'given-group-by-hand-lacks-one',
    seen: withZones(
      given,
      noZones(given, { groups: present([byHand(groupOf(given).configs.slice(1))]) }),
      onlyEndpoint,
    ),
  },
  {
    name: 'given-adopted-group-gone-though-still-listed',
    seen: withZones(given, noZones(given, { groups: present([byHand()]) }), [
      ...onlyEndpoint,
      { key: 'zoneGroup', id: byHand().id, origin: 'Adopted', policy: 'Retain' },
    ]),
  },
  {
    name: 'given-groups-unreadable',
    seen: withZones(given, noZones(given, { groups: unread(failed('AzureUnreachable', 'no answer')) }), onlyEndpoint),
  },
  {
    name: 'given-zone-refused',
    seen: withZones(
      given,
      noZones(given, {
        group: {
          reading: ABSENT,
          write: {
            is: 'HeldOff',
            retryAt: plant.NOW + 60_000,
            failure: waiting('LinkedAuthorizationFailed', 'no right to join the zone', 60_000),
          },
        },
      }),
      onlyEndpoint,
    ),
  },
  // Zones that are made
  { name: 'made-nothing-yet', seen: withZones(creating, noZones(creating), onlyEndpoint) },
  {
    name: 'made-names-unknown',
    seen: withZones(
      creating,
      noZones(creating, { required: unread(failed('AzureUnreachable', 'no answer')) }),
      onlyEndpoint,
    ),
  },
  {
    name: 'made-azure-names-none',
    seen: withZones(creating, noZones(creating, { required: present([]) }), onlyEndpoint),
  },
  {
    name: 'made-zones-there-no-group',
    seen: withZones(
      creating,
      allZones(creating, { group: { reading: ABSENT }, groups: present([]), links: new Map() }),
    ),
  },
  { name: 'made-group-there-no-links', seen: withZones(creating, allZones(creating, { links: new Map() })) },
  { name: 'made-settled', seen: withZones(creating, allZones(creating)) },
  {
    name: 'made-zone-lost-its-tag',
    seen: withZones(
      creating,
      allZones(creating, {
        zones: new Map([
          ...allZones(creating).zones,
          [
            zone.key,
            {
              reading: present({
                kind: 'dnsZone',
                id: zone.id,
                name: zone.name,
                tags: {},
                provisioningState: 'Succeeded',
              }),
            },
          ],
          [
            secondZone.key,
            {
              reading: present({
                kind: 'dnsZone',
                id: secondZone.id,
                name: secondZone.name,
                tags: { 'pms-owner': 'other/plant/plant-a' },
                provisioningState: 'Succeeded',
              }),
            },
          ],
        ]),
      }),
    ),
  },
  {
    name: 'made-link-drifted',
    seen: withZones(
      creating,
      allZones(creating, {
        links: new Map([
          ...allZones(creating).links,
          [link.key, { reading: present({ ...linkOf(link), registers: true, resolutionPolicy: 'Default' }) }],
        ]),
      }),
    ),
  },
  {
    name: 'made-group-by-hand-in-the-way',
    seen: withZones(creating, noZones(creating, { groups: present([byHand()]) }), onlyEndpoint),
  },
  {
    name: 'made-azure-names-one-more',
    seen: withZones(creating, allZones(creating, { required: present([...REQUIRED, 'adx.monitor.azure.us']) })),
  },
  {
    name: 'made-azure-names-fewer',
    seen: withZones(creating, allZones(creating, { required: present(REQUIRED.slice(0, 1)) })),
  },
  // Taken out of the spec
  {
    name: 'taken-out-links-first',
    object: plant.pms(),
    seen: withZones(plant.pms(), allZones(creating), zonesInventory(plant.pms(), creating)),
  },
  {
    name: 'taken-out-zones-last',
    object: plant.pms(),
    seen: withZones(plant.pms(), allZones(creating, { links: gone, contents: contents({}) }), [
      ...onlyEndpoint,
      ...onlyZones,
    ]),
  },
  {
    name: 'made-then-given',
    object: given,
    seen: withZones(given, allZones(creating), zonesInventory(given, creating)),
  },
  // Being deleted
  {
    name: 'deleted-links-first',
    object: deleted({ createZones }),
    seen: leaving(deleted({ createZones }), allZones(creating)),
  },
  {
    name: 'deleted-group-next',
    object: deleted({ createZones }),
    seen: leaving(
      deleted({ createZones }),
      allZones(creating, { links: gone }),
      zonesInventory(deleted({ createZones })).filter(({ key }) => !key.startsWith('zoneLink/')),
    ),
  },
  {
    name: 'deleted-zones-last',
    object: deleted({ createZones }),
    seen: leaving(deleted({ createZones }), allZones(creating, { contents: contents({}) }), onlyZones),
  },
  {
    name: 'deleted-zones-serve-others',
    object: deleted({ createZones }),
    seen: leaving(
      deleted({ createZones }),
      allZones(creating, {
        contents: new Map([
          ...contents({}),
          [zone.id.toLowerCase(), { links: present([foreignLink]), records: present([]) }],
          [secondZone.id.toLowerCase(), { links: present([]), records: present([foreignRecord]) }],
        ]),
      }),
      onlyZones,
    ),
  },
  {
    name: 'deleted-records-still-leaving',
    object: plant.pms(),
    seen: withZones(plant.pms(), allZones(creating, { contents: contents({ records: present([ourRecord]) }) }), [
      ...onlyEndpoint,
      ...onlyZones.slice(0, 1),
    ]),
  },
  {
    name: 'deleted-zones-unreadable',
    object: deleted({ createZones }),
    seen: leaving(
      deleted({ createZones }),
      allZones(creating, { contents: contents({ records: unread(stalled('Forbidden', 'no right to list')) }) }),
      onlyZones.slice(0, 1),
    ),
  },
  {
    name: 'deleted-adopted-group-stays',
    object: deleted({ zoneIds }),
    seen: leaving(deleted({ zoneIds }), allZones(given, { group: { reading: present(byHand()) } }), [
      { key: 'zoneGroup', id: byHand().id, origin: 'Adopted', policy: 'Retain' },
    ]),
  },
  {
    name: 'deleted-retained',
    object: zoned({ createZones }, { deletedAt: '2026-11-24T11:59:00Z', spec: { deletionPolicy: 'Retain' } }),
    seen: leaving(
      zoned({ createZones }, { deletedAt: '2026-11-24T11:59:00Z', spec: { deletionPolicy: 'Retain' } }),
      allZones(creating),
    ),
  },
];

const objectOf = (name: string, object?: PmsObject): PmsObject =>
  object ?? (name.startsWith('made') ? creating : given);

function planned({ name, object, seen }: Case): Plan {
  const want = desire(objectOf(name, object), plant.INSTALLATION);
  return want.deletedAt === undefined ? plan(want, seen, plant.RULES) : teardown(want, seen);
}

const verdictOf = ({ steps }: Plan, step: StepName) => steps.find(({ name }) => name === step)?.verdict;
const byName = (name: string): Plan => planned(cases.find(one => one.name === name) ?? assert.fail(name));
const actionsOf = (of: Plan) =>
  of.steps.flatMap(({ verdict }) => verdict.actions.map(action => `${action.verb} ${action.key.split('/')[0]}`));

suite('the plan for private DNS', () => {
  for (const one of cases) {
    test(`when ${one.name.replaceAll('-', ' ')}`, t =>
      t.assert.fileSnapshot(planText(planned(one)), golden(one.name), textSerializer));
  }

  test('asks for nothing and has no condition when the spec has no zone group', () => {
    assert.equal(
      verdictOf(plan(desire(plant.pms(), plant.INSTALLATION), plant.fullAzure(), plant.RULES), 'ZoneGroupReady'),
      undefined,
    );
  });

  test('never makes a second group, whatever the one that is there holds', () => {
    for (const name of [
      'given-group-by-hand-holds-them',
      'given-group-by-hand-lacks-one',
      'made-group-by-hand-in-the-way',
    ]) {
      assert.ok(!actionsOf(byName(name)).some(action => action.startsWith('create')), name);
    }
  });

  test('makes each zone in the spelling that holds records, once', () => {
    const names = ['monitor.azure.com', 'privatelink.monitor.azure.com', 'PRIVATELINK.ods.opinsights.azure.com.'];
    const seen = withZones(creating, noZones(creating, { required: present(names) }), onlyEndpoint);
    const actions = verdictOf(plan(desire(creating, plant.INSTALLATION), seen, plant.RULES), 'ZoneGroupReady')?.actions;
    assert.deepEqual(
      actions?.map(action => (action.verb === 'create' ? action.want.name : action.verb)),
      ['privatelink.monitor.azure.com', 'privatelink.ods.opinsights.azure.com'],
    );
  });

  test('with driftPolicy Report tells a changed zone and touches nothing', () => {
    const object: PmsObject = {
      ...given,
      spec: { ...given.spec, driftPolicy: 'Report' },
      status: { convergedGeneration: 1 },
    };
    const want = desire(object, plant.INSTALLATION);
    const found = groupOf(given, { configs: firstAt(ELSEWHERE) });
    const seen = withZones(object, allZones(object, { group: { reading: present(found) } }));
    const told = withDrift(plan(want, seen, plant.RULES), object, want, seen);
    const verdict = verdictOf(told, 'ZoneGroupReady');
    assert.deepEqual([verdict?.state, verdict?.reason, verdict?.actions], ['Stalled', 'DriftDetected', []]);
    assert.match(verdict?.message ?? '', /zones\.privatelink-monitor-azure-com is .*rg-old.*, expected .*rg-dns/);
  });
});
