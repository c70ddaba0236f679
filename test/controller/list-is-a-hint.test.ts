/**
 * What the list of a scope's links does not show: it is asked for by name before anything rests on its absence.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Floor, plantFloor } from '../model/plant-floor.ts';
import { KEY, lay, type Scenario } from '../model/scenario.ts';
import { settledScenario } from '../model/settled-scenario.ts';

/** Somebody's rights hide every link of a scope. */
async function hiding(of: Partial<Scenario>): Promise<Floor> {
  const floor = plantFloor({ seed: 5, faults: [] });
  await lay(floor, { ...settledScenario, ...of });
  Object.assign(floor.azure.port, { scopeLinks: () => floor.clock.sleep(50).then(() => []) });
  floor.start();
  return floor;
}

const isReady = (floor: Floor): boolean =>
  floor.cluster.stored(KEY)?.status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
const linkWrites = (floor: Floor) =>
  floor.journal.filter(line => / (create|remove) /.test(line) && line.includes('/scopedResources/'));

suite('a link that its scope does not list', () => {
  test('is found by its name and taken over by an object that has lost its inventory, not made again', async () => {
    const floor = await hiding({ inventory: 'lost' });
    await floor.clock.runUntil('Ready', () => isReady(floor), 600_000);
    assert.deepEqual(linkWrites(floor), []);
    assert.deepEqual(floor.azure.state.violations, []);
    assert.ok(floor.cluster.stored(KEY)?.status.resources?.some(({ key }) => key === 'scopedResource/law-plant-a'));
  });

  test('stays in the inventory, and its names in DNS', async () => {
    const floor = await hiding({});
    await floor.clock.runFor(1_800_000);
    assert.ok(isReady(floor));
    assert.deepEqual(linkWrites(floor), []);
    assert.deepEqual(floor.dns.lost, []);
    assert.ok(floor.cluster.stored(KEY)?.status.resources?.some(({ key }) => key === 'scopedResource/law-plant-a'));
  });
});
