/**
 * ArcScopeReady and the names of Azure Arc, from what was seen: goldens of the step, and when names may be published.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { JOIN_SETTLES_MS } from '../../src/domain/arc-records.ts';
import { desire } from '../../src/domain/desire.ts';
import { viewRecords } from '../../src/domain/endpoint.ts';
import { failed } from '../../src/domain/failures.ts';
import { linesOf, mergeClaim } from '../../src/domain/merge.ts';
import { arcPrivateLinkScopeId, privateEndpointId } from '../../src/domain/names.ts';
import { ABSENT, type ArcSight, type Observed, present, unread } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import { addressCount } from '../../src/domain/preflight.ts';
import { ARC_ENTRIES } from '../model/arc-rules.ts';
import * as plant from '../model/plant.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/arc/${name}.txt`, import.meta.url).pathname;

const object = plant.pms({
  spec: {
    dataCollection: {
      endpoints: [],
      machines: { selector: {} },
      arcPrivateLinkScope: { privateEndpoint: { subnetId: plant.SUBNET } },
    },
  },
});
const want = desire(object, plant.INSTALLATION);
const SCOPE = arcPrivateLinkScopeId(object.spec, 'arc-plant-a');
const tags = { 'pms-owner': `${plant.INSTALLATION}/plant/plant-a` };
const WIDE = { id: plant.SUBNET, location: 'japaneast', addressPrefixes: ['10.13.1.0/26'] };
const subnet = present({ ...WIDE, addressesUsed: 0, networkEndpointIds: [] });
const base = { provisioningState: 'Succeeded', location: 'japaneast', tags };
const arcScope = { ...base, kind: 'arcPrivateLinkScope', id: SCOPE, name: 'arc-plant-a', endpointIds: [] } as const;
const arcEndpoint = {
  ...base,
  kind: 'arcPrivateEndpoint',
  id: privateEndpointId(object.spec, 'pe-arc-plant-a'),
  name: 'pe-arc-plant-a',
  subnetId: plant.SUBNET,
  scopeId: SCOPE,
  connectionStatus: 'Approved',
  networkInterfaceId: 'nic',
  customDnsConfigs: [],
} as const;

const there: ArcSight = {
  scope: { reading: present(arcScope) },
  endpoint: { reading: present(arcEndpoint) },
  networkInterface: present({ id: 'nic', entries: ARC_ENTRIES }),
  subnet,
  joinedSince: plant.NOW - JOIN_SETTLES_MS,
};
const nothing: ArcSight = {
  scope: { reading: ABSENT },
  endpoint: { reading: ABSENT },
  networkInterface: ABSENT,
  subnet,
};

const machine = (name: string, arcScopeId: string | undefined = SCOPE.toLowerCase(), location = 'japaneast') => ({
  id: `/subscriptions/s/resourceGroups/rg/providers/Microsoft.HybridCompute/machines/${name}`,
  location,
  tags: {},
  ...(arcScopeId === undefined || arcScopeId === '' ? {} : { arcScopeId }),
});
const chosen = (...machines: readonly ReturnType<typeof machine>[]): Pick<Observed, 'machines'> => ({
  machines: {
    chosen: present(machines),
    missing: [],
    associations: present([]),
    agents: present([]),
    writes: new Map(),
  },
});

const inventory = [
  ...plant.inventoryOf(object),
  ...['arcPrivateLinkScope', 'arcPrivateEndpoint'].map(key => ({
    key,
    id: key === 'arcPrivateLinkScope' ? SCOPE : arcEndpoint.id,
    origin: 'Created' as const,
    policy: 'Delete' as const,
  })),
];
const seen = (arc: ArcSight, over: Partial<Observed> = {}): Observed =>
  plant.fullAzure(object, { arc, inventory, subnet, ...chosen(machine('line-1')), ...over });
const target = (lines: ReturnType<typeof plant.lines>, allowLists = {}) =>
  present({ lines, maxBytes: 900_000, ttlSeconds: 60, allowLists });

const view = (observed: Observed) => viewRecords(want, observed, plant.RULES);
const arcNames = (observed: Observed) => view(observed).set.records.filter(({ name }) => isArc(name));
const isArc = (name: string) => /\.(his\.arc|guestconfiguration|dp\.kubernetesconfiguration)\.azure\.com$/.test(name);
const published = mergeClaim(plant.lines(), { owner: 'plant/plant-a', records: view(seen(there)).set.records }).lines;
const step = (observed: Observed) =>
  planText({
    ...plan(want, observed, plant.RULES),
    steps: plan(want, observed, plant.RULES).steps.filter(({ name }) => name === 'ArcScopeReady'),
  });

const unreadable = unread<never>(failed('AzureUnreachable', 'no answer'));

const cases: readonly { readonly name: string; readonly seen: Observed }[] = [
  { name: 'nothing-exists', seen: seen(nothing, { inventory: plant.inventoryOf(object) }) },
  { name: 'scope-there', seen: seen({ ...nothing, scope: there.scope }) },
  { name: 'endpoint-provisioning', seen: seen({ ...there, networkInterface: ABSENT }) },
  {
    name: 'endpoint-pending',
    seen: seen({ ...there, endpoint: { reading: present({ ...arcEndpoint, connectionStatus: 'Pending' }) } }),
  },
  { name: 'no-machine', seen: seen(there, chosen()) },
  { name: 'machine-not-joined', seen: seen(there, chosen(machine('line-1'), machine('line-2', ''))) },
  { name: 'machine-in-other-region', seen: seen(there, chosen(machine('line-2', '', 'westeurope'))) },
  { name: 'machine-in-other-scope', seen: seen(there, chosen(machine('line-2', `${SCOPE}-2`))) },
  { name: 'settling', seen: seen({ ...there, joinedSince: plant.NOW - 60_000 }) },
  { name: 'due', seen: seen(there) },
  { name: 'published', seen: seen(there, { target: target(published) }) },
  {
    name: 'published-and-a-machine-has-not-joined',
    seen: seen(there, { target: target(published), ...chosen(machine('line-2', '')) }),
  },
  {
    name: 'refused-by-the-target',
    seen: seen(there, { target: target(plant.lines(), { allowedSuffixes: ['monitor.azure.com'] }) }),
  },
  { name: 'machines-unread', seen: seen(there, { machines: { ...chosen().machines, chosen: unreadable } as never }) },
];

suite('the step of Azure Arc', () => {
  for (const { name, seen: observed } of cases) {
    test(`says what is the matter: ${name}`, t => {
      t.assert.fileSnapshot(step(observed), golden(name), textSerializer);
    });
  }
});

suite('the names of Azure Arc', () => {
  test('are all six with their twins, once every machine has been in the scope for fifteen minutes', () => {
    assert.equal(arcNames(seen(there)).length, 12);
    assert.deepEqual(arcNames(seen({ ...there, joinedSince: plant.NOW - JOIN_SETTLES_MS + 1 })), []);
    const { joinedSince: _, ...never } = there;
    assert.deepEqual(arcNames(seen(never)), []);
  });

  test('are none while a machine lacks, whatever was seen before, or one may not be published', () => {
    const open = chosen(machine('line-1'), machine('line-2', ''));
    assert.deepEqual(arcNames(seen(there, open)), []);
    const narrow = target(plant.lines(), { allowedSuffixes: ['his.arc.azure.com', 'monitor.azure.com'] });
    assert.deepEqual(arcNames(seen(there, { target: narrow })), []);
  });

  test('stay when they are published, whoever comes', () => {
    const open = chosen(machine('line-2', ''));
    assert.equal(arcNames(seen(there, { target: target(published), ...open })).length, 12);
  });

  test('stay when they cannot be read: the whole claim waits then, and no claim waits before', () => {
    for (const networkInterface of [unreadable, ABSENT]) {
      const blind = { ...there, networkInterface };
      assert.equal(view(seen(blind, { target: target(published) })).complete, false);
      assert.equal(view(seen(blind)).complete, true);
    }
  });

  test('conflict with those of another Arc scope on the same target: the holder keeps them', () => {
    const [first] = ARC_ENTRIES;
    const theirs = [{ name: first?.fqdns[0] ?? '', addresses: ['10.9.9.9'], owners: ['plant/other'] }];
    const { lines, conflicts } = mergeClaim(theirs, { owner: 'plant/plant-a', records: view(seen(there)).set.records });
    assert.deepEqual(
      conflicts.map(({ name, holders }) => [name, holders]),
      [['gbl.his.arc.azure.com', ['plant/other']]],
    );
    assert.ok(!linesOf(lines, 'plant/plant-a').some(({ name }) => isArc(name)));
  });

  test('cost seven addresses more where the endpoint is made in the same subnet, until it is there', () => {
    const plain = desire(plant.pms(), plant.INSTALLATION);
    const found = { ...WIDE, addressesUsed: 0, networkEndpointIds: [] };
    const needed = (wanted: typeof want, observed: Observed) => addressCount(wanted, observed, found).addressesNeeded;
    const before = seen(nothing);
    assert.equal(needed(want, before) - needed(plain, before), 7);
    assert.equal(needed(want, seen(there)), needed(plain, before));
  });
});
