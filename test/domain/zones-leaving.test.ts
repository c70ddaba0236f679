import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { ABSENT, type Observed, present } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import type { Plan, StepName } from '../../src/domain/steps.ts';
import { teardown } from '../../src/domain/teardown.ts';
import * as plant from '../model/plant.ts';
import {
  allZones,
  creating,
  given,
  groupOf,
  HUB_NETWORK,
  noZones,
  REQUIRED,
  wantedOf,
  withZones,
  zoned,
  zoneIds,
  zonesInventory,
} from '../model/plant-zones.ts';
import { contents, createZones, deleted, leaving, onlyZones } from '../model/plant-zones-leaving.ts';

const [zone] = wantedOf(creating).zones;
assert.ok(zone);
const onlyEndpoint = plant.inventoryOf(creating);
const verdictOf = ({ steps }: Plan, step: StepName) => steps.find(({ name }) => name === step)?.verdict;

const gone = new Map(wantedOf(creating).links.map(({ key }) => [key, { reading: ABSENT }]));
const actionsOf = ({ steps }: Plan) =>
  steps.flatMap(({ verdict }) => verdict.actions.map(action => `${action.verb} ${action.key.split('/')[0]}`));

suite('what leaves the spec of private DNS', () => {
  test('unlinks a network that left the spec, and nothing else, whatever the deletionPolicy', () => {
    const elsewhere = HUB_NETWORK.replace('vnet-hub', 'vnet-spoke');
    const two = zoned({ createZones: { resourceGroup: 'rg-dns', linkTo: [HUB_NETWORK, elsewhere] } });
    for (const deletionPolicy of ['Delete', 'Retain'] as const) {
      const one = zoned({ createZones }, { spec: { deletionPolicy } });
      const seen = withZones(one, allZones(two), zonesInventory(one, two));
      const done = actionsOf(plan(desire(one, plant.INSTALLATION), seen, plant.RULES));
      assert.deepEqual(
        done,
        REQUIRED.map(() => 'delete zoneLink'),
      );
    }
  });

  test('keeps the zones with deletionPolicy Retain when the zone group leaves the spec, and takes links and group away', () => {
    const left = plant.pms({ spec: { deletionPolicy: 'Retain' } });
    const retained = (inventory: Observed['inventory']) =>
      inventory.map(entry => ({ ...entry, policy: 'Retain' as const }));
    const linked = withZones(left, allZones(creating), retained(zonesInventory(left, creating)));
    assert.deepEqual(
      actionsOf(plan(desire(left, plant.INSTALLATION), linked, plant.RULES)),
      REQUIRED.map(() => 'delete zoneLink'),
    );
    const unlinked = withZones(left, allZones(creating, { links: gone }), retained([...onlyEndpoint, ...onlyZones]));
    assert.deepEqual(
      actionsOf(plan(desire(left, plant.INSTALLATION), unlinked, plant.RULES)),
      REQUIRED.map(() => 'forget dnsZone'),
    );
  });
});

suite('a zone group that two objects need', () => {
  const other = { installation: plant.INSTALLATION, namespace: 'plant', name: 'line-2' };
  const theirs = groupOf(given, { id: groupOf(given).id.replace(/[^/]+$/, 'pms-0000aaaa'), name: 'pms-0000aaaa' });
  const neighbour = {
    name: 'plant/line-2',
    owner: other,
    isLeaving: false,
    uses: new Set([theirs.id.toLowerCase()]),
    links: new Set<string>(),
    keptLinks: new Set<string>(),
    access: new Map<string, string>(),
    closed: new Map<string, string>(),
  };

  test('and that the other made goes with the last of them; one that it keeps is only used', () => {
    for (const [mortal, origin] of [
      [true, 'Created'],
      [false, 'Adopted'],
    ] as const) {
      const one = { ...neighbour, ...(mortal ? { mortalGroup: theirs.id.toLowerCase() } : {}) };
      const seen = {
        ...withZones(given, noZones(given, { groups: present([theirs]) }), onlyEndpoint),
        neighbours: [one],
      };
      const [action] =
        verdictOf(plan(desire(given, plant.INSTALLATION), seen, plant.RULES), 'ZoneGroupReady')?.actions ?? [];
      assert.ok(action?.verb === 'adopt');
      assert.deepEqual([action.id, action.origin], [theirs.id, origin]);
    }
  });

  test('is released by the one that goes while the other lives', () => {
    const object = deleted({ zoneIds });
    const uses = new Set([groupOf(given).id.toLowerCase()]);
    const seen = { ...leaving(object, allZones(given)), neighbours: [{ ...neighbour, uses }] };
    const { message, actions = [] } =
      verdictOf(teardown(desire(object, plant.INSTALLATION), seen), 'ZoneGroupReady') ?? {};
    assert.match(message ?? '', /is left in Azure: in use by plant\/line-2/);
    assert.deepEqual(
      actions.map(({ verb, key }) => [verb, key]),
      [['forget', 'zoneGroup']],
    );
  });

  test('and zones that another object publishes into stay when we go', () => {
    const object = deleted({ createZones });
    const uses = new Set([zone.id.toLowerCase()]);
    const seen = {
      ...leaving(object, allZones(creating, { contents: contents({}) }), onlyZones.slice(0, 2)),
      neighbours: [{ ...neighbour, uses }],
    };
    const { actions = [] } = verdictOf(teardown(desire(object, plant.INSTALLATION), seen), 'ZoneGroupReady') ?? {};
    const told = new Map(actions.map(action => [action.key, action.verb]));
    assert.equal(told.get(zone.key), 'forget');
    assert.equal([...told.values()].filter(verb => verb === 'delete').length, 1);
  });
});

test('a network is linked by a name that tells networks of one name apart', () => {
  const elsewhere = HUB_NETWORK.replace('rg-hub', 'rg-other');
  const two = zoned({ createZones: { resourceGroup: 'rg-dns', linkTo: [HUB_NETWORK, elsewhere] } });
  const names = wantedOf(two, [REQUIRED[0]]).links.map(({ name }) => name);
  assert.equal(new Set(names).size, 2);
  assert.ok(names.every(name => /^privatelink\.monitor\.azure\.com\/vnet-hub-[0-9a-f]{8}$/.test(name)));
});
