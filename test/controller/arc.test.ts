/**
 * The private link scope of Azure Arc on the model of the plant: its names come into DNS only when every machine has been in
 * it for fifteen minutes, stay there whatever machines come, and are out of DNS before its endpoint goes.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Machine } from '../../src/domain/machine-resources.ts';
import { arcPrivateLinkScopeId } from '../../src/domain/names.ts';
import type { Spec } from '../../src/domain/object.ts';
import { ARC_ENTRIES } from '../model/arc-rules.ts';
import { asCreated, pms, SUBNET } from '../model/plant.ts';
import { type Fault, type Floor, plantFloor } from '../model/plant-floor.ts';
import { machine, putMachines } from '../model/plant-machines.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const KEY = { namespace: 'plant', name: 'plant-a' };
const { spec: PLANT } = pms({});
const SCOPE = arcPrivateLinkScopeId(PLANT, 'arc-plant-a');
const ARC_NAMES = ARC_ENTRIES.flatMap(({ fqdns }) => fqdns);
const TWIN = 'gbl.privatelink.his.arc.azure.com';

const collection = (over: Partial<NonNullable<Spec['dataCollection']>> = {}): Partial<Spec> => ({
  workspaces: [{ name: 'law-plant-a', location: 'japaneast', deletionPolicy: 'Delete' }],
  dataCollection: {
    endpoints: [{ name: 'dce-east' }],
    linuxPerformance: { preset: 'Recommended' },
    machines: { selector: { tags: { line: 'a' } } },
    arcPrivateLinkScope: { privateEndpoint: { subnetId: SUBNET } },
    ...over,
  },
});

const inScope = { arcScopeId: SCOPE.toLowerCase() };

function begin(machines: readonly Machine[], faults: readonly Fault[] = [], spec = collection()): Floor {
  const floor = plantFloor({ seed: 5, faults });
  putMachines(floor.azure, ...machines);
  floor.azure.state.expectations = {
    ...floor.azure.state.expectations,
    namesInUse: id => (id.toLowerCase().endsWith('/pe-arc-plant-a') ? arcLines(floor, floor.dns.served()) : []),
  };
  floor.cluster.create(asCreated(pms({ spec })));
  floor.start();
  return floor;
}

const stored = (floor: Floor) => floor.cluster.stored(KEY);
const condition = (floor: Floor, type: string) => stored(floor)?.status.conditions?.find(one => one.type === type);
const arcLines = (floor: Floor, lines = floor.dns.lines()): readonly string[] =>
  lines.map(({ name }) => name).filter(name => ARC_NAMES.includes(name) || name === TWIN);
const isSaid = (floor: Floor, reason: string) => () => condition(floor, 'ArcScopeReady')?.reason === reason;
const isReady = (floor: Floor) => () => condition(floor, 'Ready')?.status === 'True';
const until = (floor: Floor, what: string, holds: () => boolean) => floor.clock.runUntil(what, holds, 6 * HOUR_MS);
const anHour = (floor: Floor) => {
  const end = floor.clock.now() + HOUR_MS;
  return floor.clock.runUntil('an hour is over', () => floor.clock.now() >= end, 2 * HOUR_MS);
};
const kinds = (floor: Floor) => floor.azure.state.bodies().map(({ kind }) => kind);

suite('the private link scope of Azure Arc', () => {
  test('is made with its endpoint, and its names are published fifteen minutes after the last machine joined', async () => {
    const floor = begin([machine('line-1', inScope), machine('line-2')]);
    await until(floor, 'line-2 is told', isSaid(floor, 'ArcMachinesNotJoined'));
    const told = condition(floor, 'ArcScopeReady')?.message ?? '';
    assert.match(told, /1 machine has not joined arc-plant-a: line-2/);
    assert.ok(told.includes(`"privateLinkScopeResourceId":"${SCOPE}"`), told);
    await until(floor, 'the rest is published', () => condition(floor, 'RecordsPublished')?.status === 'True');
    assert.deepEqual(arcLines(floor), []);

    putMachines(floor.azure, machine('line-2', inScope));
    await until(floor, 'both are seen in it', isSaid(floor, 'ArcJoinSettling'));
    const joinedAt = floor.clock.now();
    assert.deepEqual(arcLines(floor), []);
    await until(floor, 'Ready', isReady(floor));
    assert.ok(floor.clock.now() - joinedAt >= 14 * MINUTE_MS, `${floor.clock.now() - joinedAt} ms`);
    assert.deepEqual(arcLines(floor).toSorted(), [...ARC_NAMES, TWIN].toSorted());
    assert.match(condition(floor, 'ArcScopeReady')?.message ?? '', /Microsoft Entra ID.* stay public/);
    assert.deepEqual(floor.azure.state.violations, []);
  });

  test('keeps its names when a machine comes that has not joined, and tells of it', async () => {
    const floor = begin([machine('line-1', inScope)]);
    await until(floor, 'Ready', isReady(floor));
    putMachines(floor.azure, machine('line-2'));
    await until(floor, 'line-2 is told', isSaid(floor, 'ArcMachinesNotJoined'));
    assert.match(condition(floor, 'ArcScopeReady')?.message ?? '', /names are published and stay/);
    await anHour(floor);
    assert.equal(arcLines(floor).length, ARC_NAMES.length + 1);
    assert.deepEqual(floor.dns.lost, []);
  });

  test('publishes nothing while a machine is of another region or in another scope', async () => {
    const elsewhere = machine('line-3', { location: 'westeurope' });
    const floor = begin([machine('line-1', inScope), elsewhere], [], {
      ...collection(),
      dataCollection: {
        ...(collection().dataCollection ?? assert.fail()),
        endpoints: [{ name: 'dce-east' }, { name: 'dce-west', location: 'westeurope' }],
      },
    });
    await until(floor, 'it is told', isSaid(floor, 'ArcMachinesNotInScope'));
    assert.match(condition(floor, 'ArcScopeReady')?.message ?? '', /machine line-3 is in region westeurope/);
    putMachines(floor.azure, machine('line-3', { arcScopeId: `${SCOPE}-2` }));
    const isNamed = () => /line-3 is in .*arc-plant-a-2/.test(condition(floor, 'ArcScopeReady')?.message ?? '');
    await until(floor, 'the other scope is told', isNamed);
    await anHour(floor);
    assert.deepEqual(arcLines(floor), []);
    assert.notEqual(condition(floor, 'Ready')?.status, 'True');
  });

  test('goes when the spec asks for it no more: names first, then endpoint, then scope; the rest stays', async () => {
    const floor = begin([machine('line-1', inScope)]);
    await until(floor, 'Ready', isReady(floor));
    const { arcPrivateLinkScope: _, ...rest } = collection().dataCollection ?? assert.fail();
    floor.cluster.editSpec(KEY, spec => ({ ...spec, dataCollection: rest }));
    const isGone = () => !kinds(floor).some(kind => kind.startsWith('arc'));
    await until(floor, 'scope and endpoint are gone', isGone);
    await until(floor, 'Ready again', isReady(floor));
    assert.deepEqual(arcLines(floor), []);
    assert.equal(condition(floor, 'ArcScopeReady'), undefined);
    assert.ok(kinds(floor).includes('privateEndpoint'));
    assert.deepEqual(floor.azure.state.violations, []);
  });

  test('goes with the object, and nothing of it is left', async () => {
    const floor = begin([machine('line-1', inScope)]);
    await until(floor, 'Ready', isReady(floor));
    floor.cluster.remove(KEY);
    await until(floor, 'gone', () => stored(floor) === undefined);
    assert.deepEqual(floor.azure.state.bodies(), []);
    assert.deepEqual(floor.azure.state.violations, []);
  });

  test('converges though the process dies at every tenth call', async () => {
    const faults = Array.from(
      { length: 30 },
      (_, index): Fault => ({ after: 10, kind: 'crash', when: index % 2 === 0 ? 'before' : 'after' }),
    );
    const floor = begin([machine('line-1', inScope)], faults);
    await until(floor, 'Ready', isReady(floor));
    assert.equal(arcLines(floor).length, ARC_NAMES.length + 1);
    assert.equal(kinds(floor).filter(kind => kind === 'arcPrivateLinkScope').length, 1);
    assert.deepEqual(floor.azure.state.violations, []);
  });
});
