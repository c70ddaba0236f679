/**
 * Data collection on the model of the plant, through crashes: from any point to endpoints, links, rules and records, and
 * back to nothing; a rule that somebody edits; an endpoint that is taken out.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { desire } from '../../src/domain/desire.ts';
import type { PmsObject, Spec } from '../../src/domain/object.ts';
import { LINUX_COUNTERS } from '../../src/domain/performance-counters.ts';
import { INSTALLATION, pms } from '../model/plant.ts';
import { type Fault, type Floor, plantFloor } from '../model/plant-floor.ts';
import { propertyRuns } from '../model/property-runs.ts';
import { fault } from '../model/scenario.ts';

const MINUTE_MS = 60_000;
const KEY = { namespace: 'plant', name: 'plant-a' };

const collecting: Partial<Spec> = {
  workspaces: [{ name: 'law-plant-a', location: 'japaneast', deletionPolicy: 'Delete' }],
  dataCollection: {
    endpoints: [{ name: 'dce-east' }, { name: 'dce-west', location: 'japanwest' }],
    linuxPerformance: { preset: 'Recommended' },
    vmInsights: 'Enabled',
  },
};

const fresh = (spec: Partial<Spec>): PmsObject => {
  const object = pms({ spec });
  return { ...object, metadata: { ...object.metadata, finalizers: [] } };
};

const condition = (floor: Floor, type: string) =>
  floor.cluster.stored(KEY)?.status.conditions?.find(one => one.type === type);
const isReady = (floor: Floor) => () => condition(floor, 'Ready')?.status === 'True';
const kinds = (floor: Floor, kind: string) => floor.azure.state.bodies().filter(body => body.kind === kind);

async function converged(spec: Partial<Spec>, seed: number, faults: readonly Fault[] = []): Promise<Floor> {
  const floor = plantFloor({ seed, faults });
  floor.cluster.create(fresh(spec));
  floor.start();
  await floor.clock.runUntil('Ready', isReady(floor), 120 * MINUTE_MS);
  return floor;
}

suite('data collection', () => {
  test('becomes Ready with endpoints linked, six names published and rules in place', async () => {
    const floor = await converged(collecting, 1);
    assert.deepEqual(
      kinds(floor, 'dataCollectionEndpoint')
        .map(({ name }) => name)
        .sort(),
      ['dce-east', 'dce-west'],
    );
    const rules = kinds(floor, 'dataCollectionRule').sort((a, b) => (a.name < b.name ? -1 : 1));
    assert.deepEqual(
      rules.map(({ name }) => name),
      ['dcr-plant-a-linux', 'dcr-plant-a-windows'],
    );
    const [linux] = rules;
    assert.ok(linux?.kind === 'dataCollectionRule');
    assert.deepEqual(linux.performance?.counters, LINUX_COUNTERS);
    const names = floor.dns.lines().map(({ name }) => name);
    const ours = names.filter(name => name.startsWith('dce-') && !name.includes('privatelink'));
    assert.equal(ours.length, 6, ours.join());
    assert.equal(condition(floor, 'DataCollectionReady')?.status, 'True');
    assert.deepEqual(floor.azure.state.violations, []);
  });

  test('converges and goes without a trace through crashes and a stubborn Azure', async () => {
    const story = fc.record({
      seed: fc.nat(),
      faults: fc.array(fault, { maxLength: 5 }),
      troubles: fc.nat({ max: 3 }),
    });
    const property = fc.asyncProperty(story, async ({ seed, faults, troubles }) => {
      const floor = plantFloor({ seed, faults });
      floor.azure.troubles = troubles;
      floor.azure.state.chances = { failedEndpoint: 0.1, membersRace: 0.3 };
      floor.cluster.create(fresh(collecting));
      floor.start();
      await floor.clock.runUntil('Ready', isReady(floor), 120 * MINUTE_MS);
      floor.calm();
      const listed = floor.cluster.stored(KEY)?.status.resources?.map(({ key }) => key) ?? [];
      const want = desire(pms({ spec: collecting }), INSTALLATION);
      for (const { key } of [...(want.collection?.endpoints ?? []), ...(want.collection?.rules ?? [])]) {
        assert.ok(listed.includes(key), key);
      }
      floor.cluster.remove(KEY);
      await floor.clock.runUntil('gone', () => floor.cluster.stored(KEY) === undefined, 120 * MINUTE_MS);
      assert.deepEqual(
        floor.azure.state.bodies().map(({ id }) => id),
        [],
      );
      assert.deepEqual(floor.azure.state.violations, []);
    });
    await fc.assert(property, propertyRuns(20));
  });
});
