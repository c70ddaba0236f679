/**
 * The deletion of an abandoned object on the model of the plant: what leaves DNS, what stays in Azure, what is told.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { asCreated, pms } from '../model/plant.ts';
import { type Floor, plantFloor } from '../model/plant-floor.ts';

const KEY = { namespace: 'plant', name: 'plant-a' };
const HOUR_MS = 3_600_000;

const conditionOf = (floor: Floor, type: string) =>
  floor.cluster.stored(KEY)?.status.conditions?.find(condition => condition.type === type);
const isGone = (floor: Floor): boolean => floor.cluster.stored(KEY) === undefined;

async function settled(): Promise<Floor> {
  const floor = plantFloor({ seed: 7, faults: [] });
  const object = pms();
  floor.cluster.create(asCreated(object));
  floor.start();
  await floor.clock.runUntil('Ready', () => conditionOf(floor, 'Ready')?.status === 'True', HOUR_MS);
  return floor;
}

suite('the deletion of an abandoned object', () => {
  test('lets it go, takes its names away and tells what stays', async () => {
    const floor = await settled();
    floor.azure.isDown = true;
    floor.cluster.remove(KEY);
    await floor.clock.runFor(600_000);
    assert.ok(!isGone(floor));
    floor.cluster.annotate(KEY, { 'privatemonitoring.dev/abandon': 'uid-plant-a' });
    await floor.clock.runUntil('gone', () => isGone(floor), 400_000);
    const { note = '' } = floor.cluster.events.findLast(event => event.reason === 'Released') ?? {};
    assert.match(
      note,
      /^stay in Azure: private endpoint pe-plant-a, private link scope plant-a, link law-plant-a-\w{8}, /,
    );
    assert.match(note, /, workspace law-plant-a in rg-monitor$/);
    assert.equal(floor.cluster.events.at(-1)?.note, note, 'it is the last event');
    assert.deepEqual(floor.dns.lines(), []);
  });

  test('waits five minutes for its names to leave DNS, and then goes without', async () => {
    const floor = await settled();
    floor.dns.refusesWrites = true;
    floor.cluster.remove(KEY);
    floor.cluster.annotate(KEY, { 'privatemonitoring.dev/abandon': 'uid-plant-a' });
    await floor.clock.runFor(200_000);
    assert.ok(!isGone(floor));
    assert.equal(conditionOf(floor, 'RecordsPublished')?.reason, 'Forbidden');
    await floor.clock.runUntil('gone', () => isGone(floor), HOUR_MS);
    assert.notDeepEqual(floor.dns.lines(), []);
  });
});
