/**
 * Machines on the model of the plant: what they are given and lose, who is left alone, and what a thousand of them cost.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { isEndpointAssociation } from '../../src/domain/machine-ownership.ts';
import type { Machine } from '../../src/domain/machine-resources.ts';
import { idKey, shortName } from '../../src/domain/names.ts';
import type { PmsObject, Spec } from '../../src/domain/object.ts';
import { asCreated, pms } from '../model/plant.ts';
import { type Fault, type Floor, plantFloor } from '../model/plant-floor.ts';
import { machine, putMachines } from '../model/plant-machines.ts';
import { propertyRuns } from '../model/property-runs.ts';
import { fault } from '../model/scenario.ts';

const MINUTE_MS = 60_000;
const KEY = { namespace: 'plant', name: 'plant-a' };
const plant = pms({});
const providers = `/subscriptions/${plant.spec.subscriptionId}/resourceGroups/${plant.spec.resourceGroup}/providers`;
const endpointId = (name: string) => `${providers}/Microsoft.Insights/dataCollectionEndpoints/${name}`;

type Selected = NonNullable<NonNullable<Spec['dataCollection']>['machines']>;

const collecting = (machines: Partial<Selected> = {}): Partial<Spec> => ({
  workspaces: [{ name: 'law-plant-a', location: 'japaneast', deletionPolicy: 'Delete' }],
  dataCollection: {
    endpoints: [{ name: 'dce-east' }, { name: 'dce-west', location: 'japanwest' }],
    linuxPerformance: { preset: 'Recommended' },
    machines: { selector: { tags: { line: 'a' } }, installAgent: true, ...machines },
  },
});

const fresh = (spec: Partial<Spec>): PmsObject => asCreated(pms({ spec }));

const stored = (floor: Floor) => floor.cluster.stored(KEY);
const condition = (floor: Floor, type: string) => stored(floor)?.status.conditions?.find(one => one.type === type);
const isReady = (floor: Floor) => () => condition(floor, 'Ready')?.status === 'True';
const runUntilReady = (floor: Floor) => floor.clock.runUntil('Ready', isReady(floor), 120 * MINUTE_MS);

function begin(spec: Partial<Spec>, machines: readonly Machine[], faults: readonly Fault[] = [], seed = 1): Floor {
  const floor = plantFloor({ seed, faults });
  putMachines(floor.azure, ...machines);
  floor.cluster.create(fresh(spec));
  floor.start();
  return floor;
}

/** `line-1: dce-east, pms-linux-..., agent Succeeded` of every machine that has anything. */
const given = ({ azure: { machines } }: Floor): readonly string[] =>
  [...machines.all.values()].map(({ id }) => {
    const mine = [...machines.associations.values()].filter(one => idKey(one.machineId) === idKey(id));
    const names = mine
      .map(one => (isEndpointAssociation(one) ? shortName(one.endpointId ?? '') : shortName(one.id)))
      .map(name => name.replace(/-[0-9a-f]{8}$/, ''))
      .sort();
    const agents = [...machines.agents.values()].filter(one => idKey(one.machineId) === idKey(id));
    return `${shortName(id)}: ${[...names, ...agents.map(agent => `agent ${agent.provisioningState}`)].join(', ')}`;
  });

suite('machines', () => {
  test('that the selector chooses are given endpoint, rule and agent; others nothing', async () => {
    const others = [machine('line-2', { location: 'japanwest' }), machine('office', { tags: {} })];
    const floor = begin(collecting(), [machine('line-1'), ...others]);
    await runUntilReady(floor);
    assert.deepEqual(given(floor), [
      'line-1: dce-east, pms-linux, agent Succeeded',
      'line-2: dce-west, pms-linux, agent Succeeded',
      'office: ',
    ]);
    assert.deepEqual(stored(floor)?.status.machineCount, { selected: 2, associated: 2, reporting: 0, private: 0 });
    assert.match(condition(floor, 'DataCollectionReady')?.message ?? '', /2 of 2 machines are associated/);
  });

  test('that are chosen no longer lose what is ours, and so do all when the object goes', async () => {
    const floor = begin(collecting(), [machine('line-1'), machine('line-2')]);
    await runUntilReady(floor);
    putMachines(floor.azure, machine('line-2', { tags: {} }));
    await floor.clock.runUntil('line-2 is bare', () => given(floor)[1] === 'line-2: ', 60 * MINUTE_MS);
    assert.equal(given(floor)[0], 'line-1: dce-east, pms-linux, agent Succeeded');
    floor.cluster.remove(KEY);
    await floor.clock.runUntil('gone', () => stored(floor) === undefined, 120 * MINUTE_MS);
    assert.deepEqual(given(floor), ['line-1: ', 'line-2: ']);
    assert.deepEqual(floor.azure.state.bodies(), []);
  });

  test('with another endpoint are left alone and named, until takeOver; then what they had is put back', async () => {
    const floor = begin(collecting(), [machine('line-1'), machine('line-2')]);
    const association = `${machine('line-2').id}/providers/Microsoft.Insights/dataCollectionRuleAssociations/configurationAccessEndpoint`;
    const theirs = { id: association, machineId: machine('line-2').id, endpointId: endpointId('dce-other') };
    floor.azure.machines.associations.set(idKey(association), theirs);
    const stalled = () => condition(floor, 'DataCollectionReady')?.reason === 'MachineHasOtherEndpoint';
    await floor.clock.runUntil('it is told', stalled, 60 * MINUTE_MS);
    assert.match(condition(floor, 'DataCollectionReady')?.message ?? '', /machine line-2 .*dce-other/);
    await floor.clock.runUntil(
      'the other one has all',
      () => given(floor)[0] === 'line-1: dce-east, pms-linux, agent Succeeded',
      60 * MINUTE_MS,
    );
    assert.equal(given(floor)[1], 'line-2: dce-other');
    assert.equal(condition(floor, 'RecordsPublished')?.status, 'True', 'it does not hold the records back');

    floor.cluster.editSpec(KEY, spec => ({ ...spec, ...collecting({ takeOver: true }) }));
    await runUntilReady(floor);
    assert.equal(given(floor)[1], 'line-2: dce-east, pms-linux, agent Succeeded');
    putMachines(floor.azure, machine('line-2', { tags: {} }));
    await floor.clock.runUntil('it is put back', () => given(floor)[1] === 'line-2: dce-other', 60 * MINUTE_MS);
  });

  test('in a region without an endpoint stall with the line to add', async () => {
    const floor = begin(collecting(), [machine('line-1'), machine('far', { location: 'westeurope' })]);
    const stalled = () => condition(floor, 'DataCollectionReady')?.reason === 'RegionWithoutEndpoint';
    await floor.clock.runUntil('it is told', stalled, 60 * MINUTE_MS);
    assert.match(condition(floor, 'DataCollectionReady')?.message ?? '', /name: dce-westeurope, location: westeurope/);
  });

  test('are associated before the first records are published', async () => {
    const floor = begin(collecting(), [machine('line-1')]);
    await floor.clock.runUntil('published', () => floor.dns.lines().length > 0, 60 * MINUTE_MS);
    assert.match(given(floor)[0] ?? '', /^line-1: dce-east, pms-linux/);
  });

  test('that are not connected are associated, and given the agent once they are', async () => {
    const floor = begin(collecting(), [machine('line-1', { status: 'Disconnected' })]);
    await runUntilReady(floor);
    assert.deepEqual(given(floor), ['line-1: dce-east, pms-linux']);
    assert.match(stored(floor)?.status.machines?.[0]?.problem ?? '', /^MachineNotConnected/);
    putMachines(floor.azure, machine('line-1'));
    await floor.clock.runUntil(
      'the agent is there',
      () => given(floor)[0] === 'line-1: dce-east, pms-linux, agent Succeeded',
      60 * MINUTE_MS,
    );
  });

  test('have what they should, and lose it, through crashes and a stubborn Azure', async () => {
    const story = fc.record({
      seed: fc.nat(),
      faults: fc.array(fault, { maxLength: 5 }),
      troubles: fc.nat({ max: 3 }),
      count: fc.integer({ min: 1, max: 5 }),
    });
    const property = fc.asyncProperty(story, async ({ seed, faults, troubles, count }) => {
      const machines = Array.from({ length: count }, (_, at) => machine(`line-${at}`));
      const floor = begin(collecting(), machines, faults, seed);
      floor.azure.troubles = troubles;
      await runUntilReady(floor);
      const agents = () => given(floor).filter(line => line.endsWith(': dce-east, pms-linux, agent Succeeded')).length;
      await floor.clock.runUntil('all have the agent', () => agents() === count, 60 * MINUTE_MS);
      floor.calm();
      floor.cluster.remove(KEY);
      await floor.clock.runUntil('gone', () => stored(floor) === undefined, 120 * MINUTE_MS);
      assert.deepEqual(new Set(given(floor).map(line => line.replace(/^.*: /, ''))), new Set(['']));
      assert.deepEqual(floor.azure.state.violations, []);
    });
    await fc.assert(property, propertyRuns(15));
  });
});

test('a thousand machines cost a resync at most twelve reads, no write, and a status of less than 64 KiB', async t => {
  const machines = Array.from({ length: 1_000 }, (_, at) => machine(`line-${String(at).padStart(4, '0')}`));
  const broken = machines.map((one, at) => (at % 10 === 0 ? { ...one, location: 'westeurope' } : one));
  const floor = begin(collecting(), broken);
  const told = () => stored(floor)?.status.machineCount?.associated === 900;
  await floor.clock.runUntil('all are associated that can be', told, 240 * MINUTE_MS);
  const agents = () => [...floor.azure.machines.agents.values()].filter(one => one.provisioningState === 'Succeeded');
  await floor.clock.runUntil('all have the agent', () => agents().length === 900, 240 * MINUTE_MS);
  const bytes = Buffer.byteLength(JSON.stringify(stored(floor)?.status));
  t.diagnostic(`status with 1,000 machines, 100 of them with a problem: ${bytes} bytes`);
  assert.ok(bytes < 64 * 1024, `${bytes} bytes`);
  await floor.clock.runFor(30 * MINUTE_MS);
  const [reads, writes] = [floor.azure.reads(), floor.azure.writes()];
  await floor.clock.runFor(60 * MINUTE_MS);
  const perResync = (floor.azure.reads() - reads) / 6;
  const bare = begin({ workspaces: collecting().workspaces ?? [] }, []);
  await runUntilReady(bare);
  await bare.clock.runFor(30 * MINUTE_MS);
  const readsBare = bare.azure.reads();
  await bare.clock.runFor(60 * MINUTE_MS);
  const rest = (bare.azure.reads() - readsBare) / 6;
  t.diagnostic(`reads a resync: ${perResync}, of which ${rest} without data collection`);
  assert.equal(floor.azure.writes() - writes, 0);
  // The hour may hold the beginning of one more.
  assert.ok(Math.floor(perResync - rest) <= 12, `${perResync - rest} reads for the machines`);
});
