import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire, wantsOf } from '../../src/domain/desire.ts';
import { stalled } from '../../src/domain/failures.ts';
import type { ObjectKey, PmsObject, Spec } from '../../src/domain/object.ts';
import { bodyOf, customerIdOf } from '../model/made-bodies.ts';
import { asCreated, INSTALLATION, made, pms } from '../model/plant.ts';
import { type Floor, plantFloor } from '../model/plant-floor.ts';

const KEY = { namespace: 'plant', name: 'plant-a' };
const HOUR_MS = 3_600_000;

/** An object as `kubectl apply` makes it. */
function fresh(spec: Partial<Spec> = {}, name = 'plant-a'): PmsObject {
  return asCreated(pms({ spec, name }));
}

const conditionOf = (floor: Floor, type: string, key: ObjectKey = KEY) =>
  floor.cluster.stored(key)?.status.conditions?.find(condition => condition.type === type);
const isReady = (floor: Floor, key: ObjectKey = KEY): boolean => conditionOf(floor, 'Ready', key)?.status === 'True';
const isGone = (floor: Floor): boolean => floor.cluster.stored(KEY) === undefined;
const untilReady = (floor: Floor, key?: ObjectKey) => floor.clock.runUntil('Ready', () => isReady(floor, key), HOUR_MS);
const untilGone = (floor: Floor) => floor.clock.runUntil('gone', () => isGone(floor), HOUR_MS);
const idOf = (object: PmsObject, key: string): string =>
  wantsOf(desire(object, INSTALLATION)).find(want => want.key === key)?.id ?? '';
const namesOf = (floor: Floor, owner: string): string[] =>
  floor.dns.lines().flatMap(line => (line.owners.includes(owner) ? [line.name] : []));

/** The wanted workspace as Azure would show it. */
function foundWorkspace() {
  const body = bodyOf(made(desire(fresh(), INSTALLATION).workspaces[0]));
  assert.ok(body.kind === 'workspace');
  return body;
}

function started(object: PmsObject): Floor {
  const floor = plantFloor({ seed: 7, faults: [] });
  floor.cluster.create(object);
  floor.start();
  return floor;
}

async function settled(object: PmsObject): Promise<Floor> {
  const floor = started(object);
  await untilReady(floor);
  return floor;
}

const linesWith = (floor: Floor, ...words: readonly string[]): string[] =>
  floor.journal.filter(line => words.some(word => line.includes(` ${word}`)));

suite('a pass', () => {
  test('sets the finalizer first, and writes down what it is about to make', async () => {
    const floor = started(fresh());
    const { promise: seenFirst, resolve } = Promise.withResolvers<readonly string[]>();
    floor.azure.refuses = () => {
      resolve((floor.cluster.stored(KEY)?.status.resources ?? []).map(entry => entry.key));
      return undefined;
    };
    await untilReady(floor);
    assert.deepEqual(await seenFirst, ['privateLinkScope', 'workspace/law-plant-a']);
    const [first = '', second = ''] = linesWith(floor, 'setFinalizer', 'applyStatus', 'create');
    assert.match(first, /setFinalizer/);
    assert.match(second, /applyStatus/);
  });

  test('follows the one before as soon as there is something to do: Ready within a minute and a half', async () => {
    const floor = started(fresh());
    await floor.clock.runUntil('Ready', () => isReady(floor), 90_000);
    assert.ok(floor.azure.reads() < 45, `${floor.azure.reads()} reads`);
  });

  test('names the records in the status before it publishes them', async () => {
    const floor = started(fresh());
    await floor.clock.runUntil('published', () => floor.dns.writes() > 0, HOUR_MS);
    const recorded = floor.cluster.stored(KEY)?.status.records?.map(record => record.name);
    assert.deepEqual(namesOf(floor, 'plant/plant-a'), recorded);
  });

  test('of a new suspended object touches nothing and takes no finalizer', async () => {
    const floor = started(fresh({ suspend: true }));
    await floor.clock.runFor(600_000);
    assert.equal(floor.azure.reads() + floor.azure.writes(), 0);
    assert.deepEqual(floor.cluster.stored(KEY)?.metadata.finalizers, []);
    assert.equal(conditionOf(floor, 'Ready')?.reason, 'Suspended');
    assert.equal(conditionOf(floor, 'Ready')?.status, 'Unknown');
    assert.equal(floor.cluster.writes(), 1);
  });

  test('of a suspended object leaves its records, and its deletion runs all the same', async () => {
    const floor = await settled(fresh());
    const names = namesOf(floor, 'plant/plant-a');
    floor.cluster.editSpec(KEY, spec => ({ ...spec, suspend: true }));
    await floor.clock.runFor(600_000);
    const reads = floor.azure.reads();
    await floor.clock.runFor(1_800_000);
    assert.equal(floor.azure.reads(), reads);
    assert.deepEqual(namesOf(floor, 'plant/plant-a'), names);
    floor.cluster.remove(KEY);
    await untilGone(floor);
    assert.deepEqual(
      floor.azure.state.bodies().map(body => body.kind),
      ['workspace'],
    );
  });

  test('that cannot reach Azure for minutes says Unknown, keeps every name, and does not hammer', async () => {
    const floor = await settled(fresh());
    const names = namesOf(floor, 'plant/plant-a');
    floor.azure.isDown = true;
    const isBlind = () => conditionOf(floor, 'Ready')?.message.startsWith('not read since ') ?? false;
    await floor.clock.runUntil('a resync fails', isBlind, HOUR_MS);
    assert.equal(conditionOf(floor, 'Ready')?.status, 'True');
    await floor.clock.runFor(660_000);
    assert.equal(conditionOf(floor, 'Ready')?.status, 'Unknown');
    assert.equal(conditionOf(floor, 'EndpointReady')?.status, 'Unknown');
    const [reads, writes] = [floor.azure.reads(), floor.cluster.writes()];
    await floor.clock.runFor(HOUR_MS);
    assert.ok(floor.azure.reads() - reads < 60, `${floor.azure.reads() - reads} calls in an hour`);
    assert.equal(floor.cluster.writes(), writes);
    assert.deepEqual(namesOf(floor, 'plant/plant-a'), names);
    floor.azure.isDown = false;
    await untilReady(floor);
  });

  test('that misses one answer stays Ready and is read again within a minute, without an event', async () => {
    const floor = await settled(fresh());
    await floor.clock.runFor(60_000);
    const events = floor.cluster.events.length;
    floor.azure.isDown = true;
    const isBlind = () => conditionOf(floor, 'Ready')?.message.startsWith('not read since ') ?? false;
    await floor.clock.runUntil('a resync fails', isBlind, HOUR_MS);
    floor.azure.isDown = false;
    await floor.clock.runFor(60_000);
    const ready = conditionOf(floor, 'Ready');
    assert.equal(ready?.status, 'True');
    assert.doesNotMatch(ready.message, /not read since/);
    assert.deepEqual(floor.cluster.events.slice(events), []);
  });

  test('repairs an endpoint that was deleted by hand, and no name leaves DNS meanwhile', async () => {
    const floor = await settled(fresh());
    const before = floor.dns.lines();
    floor.azure.state.cells.delete(idOf(fresh(), 'privateEndpoint').toLowerCase());
    const isBack = () => floor.dns.lines().every((line, index) => line.addresses[0] !== before[index]?.addresses[0]);
    await floor.clock.runUntil('the new addresses', isBack, HOUR_MS);
    await untilReady(floor);
    assert.deepEqual(floor.dns.lost, []);
    assert.deepEqual(
      floor.dns.lines().map(line => line.name),
      before.map(line => line.name),
    );
  });

  test('sends a refused PUT again after an hour, and at once after an edit', async () => {
    const floor = plantFloor({ seed: 7, faults: [] });
    const denied = stalled('PolicyDenied', 'RequestDisallowedByPolicy');
    floor.azure.refuses = id => (id.includes('/workspaces/') ? denied : undefined);
    floor.cluster.create(fresh());
    floor.start();
    const puts = () => linesWith(floor, 'create').filter(line => line.includes('/workspaces/')).length;
    await floor.clock.runFor(3_500_000);
    assert.equal(puts(), 1);
    assert.equal(conditionOf(floor, 'Stalled')?.status, 'True');
    assert.equal(conditionOf(floor, 'Stalled')?.reason, 'PolicyDenied');
    await floor.clock.runFor(700_000);
    assert.equal(puts(), 2);
    floor.cluster.editSpec(KEY, spec => ({ ...spec, tags: { plant: 'a' } }));
    await floor.clock.runFor(5_000);
    assert.equal(puts(), 3);
    const told = floor.cluster.events.filter(
      event => event.reason === 'PolicyDenied' && event.note.includes('workspace/'),
    );
    assert.equal(told.length, 1, 'the same refusal is told once');
  });

  test('does not poll the endpoint for the names of a workspace that Azure refuses', async () => {
    const floor = await settled(fresh());
    floor.azure.refuses = id => (id.endsWith('law-plant-b') ? stalled('PolicyDenied', 'not in japanwest') : undefined);
    floor.cluster.editSpec(KEY, spec => ({ ...spec, workspaces: [...spec.workspaces, { name: 'law-plant-b' }] }));
    await floor.clock.runFor(600_000);
    const reads = floor.azure.reads();
    await floor.clock.runFor(HOUR_MS);
    assert.ok(floor.azure.reads() - reads < 60, `${floor.azure.reads() - reads} reads in an hour`);
    assert.equal(conditionOf(floor, 'Stalled')?.reason, 'PolicyDenied');
    floor.azure.refuses = () => undefined;
    await floor.clock.runUntil('Ready', () => isReady(floor), 2 * HOUR_MS);
  });

  test('does not send an update again and again that Azure accepts and ignores', async () => {
    const floor = await settled(fresh());
    floor.azure.ignoresUpdates = true;
    const writes = floor.azure.writes();
    floor.cluster.editSpec(KEY, spec => ({ ...spec, tags: { plant: 'a' } }));
    await floor.clock.runFor(60_000);
    assert.ok(floor.azure.writes() - writes < 25, `${floor.azure.writes() - writes} writes in a minute`);
    assert.equal(conditionOf(floor, 'WorkspacesReady')?.reason, 'UpdateIgnored');
    floor.azure.ignoresUpdates = false;
    await untilReady(floor);
  });

  test('lowers a retention only when the annotation says so', async () => {
    const floor = await settled(fresh({ workspaces: [{ name: 'law-plant-a', retentionInDays: 90 }] }));
    floor.cluster.editSpec(KEY, spec => ({ ...spec, workspaces: [{ name: 'law-plant-a', retentionInDays: 30 }] }));
    await floor.clock.runFor(HOUR_MS);
    const retention = () => floor.azure.state.get('workspace', idOf(fresh(), 'workspace/law-plant-a'))?.retentionInDays;
    assert.equal(retention(), 90);
    assert.equal(conditionOf(floor, 'WorkspacesReady')?.reason, 'RetentionLowered');
    floor.cluster.annotate(KEY, { 'privatemonitoring.dev/allow-retention-decrease': 'true' });
    await untilReady(floor);
    assert.equal(retention(), 30);
  });

  test('writes nothing to a resource of its name that it does not own', async () => {
    const floor = plantFloor({ seed: 7, faults: [] });
    floor.azure.state.seed({ ...foundWorkspace(), tags: { team: 'x' }, provisioningState: 'Failed' });
    floor.cluster.create(fresh());
    floor.start();
    await floor.clock.runFor(HOUR_MS);
    assert.equal(conditionOf(floor, 'WorkspacesReady')?.reason, 'NotOwned');
    floor.cluster.remove(KEY);
    await untilGone(floor);
    assert.deepEqual(
      linesWith(floor, 'create', 'update', 'remove').filter(line => line.includes('/workspaces/')),
      [],
    );
  });

  test('does not put a workspace whose name a deleted one still holds', async () => {
    const floor = plantFloor({ seed: 7, faults: [] });
    const workspace = foundWorkspace();
    floor.azure.state.softDeleted.set(workspace.id.toLowerCase(), workspace);
    floor.cluster.create(fresh());
    floor.start();
    await floor.clock.runFor(HOUR_MS);
    assert.equal(conditionOf(floor, 'PreflightPassed')?.reason, 'SoftDeleted');
    assert.equal(floor.azure.writes(), 0);
  });

  test('adopts a link that somebody made by hand, and leaves it when the object goes', async () => {
    const floor = await settled(fresh());
    const ours = idOf(fresh(), 'scopedResource/law-plant-a');
    const link = floor.azure.state.get('scopedResource', ours);
    assert.ok(link);
    const byHand = ours.replace(/[^/]+$/, 'by-hand');
    floor.azure.state.cells.delete(ours.toLowerCase());
    floor.azure.state.seed({ ...link, id: byHand, name: 'by-hand' });
    const isAdopted = () =>
      floor.cluster.stored(KEY)?.status.resources?.some(entry => entry.origin === 'Adopted' && entry.id === byHand);
    await floor.clock.runUntil('adopted', () => isAdopted() ?? false, HOUR_MS);
    floor.cluster.remove(KEY);
    await untilGone(floor);
    assert.deepEqual(
      floor.azure.state
        .bodies()
        .map(body => body.name)
        .sort(),
      ['by-hand', 'law-plant-a', 'plant-a'],
      'the scope is left too: the link hangs on it',
    );
  });

  test('of an object that names another DNS target takes its lines along, once the new server answers', async () => {
    const floor = await settled(fresh());
    const names = namesOf(floor, 'plant/plant-a');
    const isLeft = () => floor.dns.lines().length === 0;
    floor.cluster.editSpec(KEY, spec => ({ ...spec, dns: { target: 'lan' } }));
    await floor.clock.runUntil('the former target is left', isLeft, HOUR_MS);
    assert.deepEqual(
      floor.dns.served('lan').map(line => line.name),
      names,
    );
    await untilReady(floor);
    floor.cluster.editSpec(KEY, spec => ({ ...spec, dns: { target: 'default' } }));
    await floor.clock.runFor(2_000);
    floor.cluster.remove(KEY);
    await untilGone(floor);
    assert.deepEqual([...floor.dns.lines(), ...floor.dns.lines('lan')], []);
  });

  test('of a converged object tells nothing twice', async () => {
    const floor = await settled(fresh());
    await floor.clock.runFor(10_000);
    const events = floor.cluster.events.length;
    await floor.clock.runFor(3 * 660_000);
    assert.equal(floor.cluster.events.length, events);
    assert.ok(floor.cluster.events.some(event => event.reason === 'Ready' && event.type === 'Normal'));
  });
});

suite('a deletion', () => {
  test('of an object that made nothing does not need Azure', async () => {
    const floor = plantFloor({ seed: 7, faults: [] });
    floor.azure.isDown = true;
    floor.cluster.create(fresh());
    floor.start();
    await floor.clock.runFor(60_000);
    assert.equal(conditionOf(floor, 'CredentialsReady')?.reason, 'AzureUnreachable');
    floor.cluster.remove(KEY);
    await floor.clock.runUntil('gone', () => isGone(floor), 120_000);
  });

  test('that keeps everything does not need Azure, nor wait for DNS', async () => {
    const floor = await settled(fresh({ deletionPolicy: 'Retain' }));
    const before = floor.azure.state.bodies().length;
    floor.azure.isDown = true;
    floor.cluster.remove(KEY);
    await floor.clock.runUntil('gone', () => isGone(floor), 30_000);
    assert.deepEqual(floor.dns.lines(), []);
    assert.equal(floor.azure.state.bodies().length, before);
  });

  test('goes by the policies that the spec had at that moment', async () => {
    const floor = await settled(fresh({ workspaces: [{ name: 'law-plant-a', deletionPolicy: 'Delete' }] }));
    floor.cluster.editSpec(KEY, spec => ({
      ...spec,
      workspaces: [{ name: 'law-plant-a', deletionPolicy: 'Retain' }],
    }));
    floor.cluster.remove(KEY);
    await untilGone(floor);
    assert.deepEqual(
      floor.azure.state.bodies().map(body => body.kind),
      ['workspace'],
    );
  });

  test('does not delete what lost our tag since it was last read', async () => {
    const floor = await settled(fresh({ workspaces: [{ name: 'law-plant-a', deletionPolicy: 'Delete' }] }));
    const cell = floor.azure.state.cells.get(idOf(fresh(), 'workspace/law-plant-a').toLowerCase());
    assert.ok(cell?.body.kind === 'workspace');
    cell.body = { ...cell.body, tags: {} };
    floor.cluster.remove(KEY);
    await untilGone(floor);
    assert.deepEqual(
      floor.azure.state.bodies().map(body => body.kind),
      ['workspace'],
    );
    assert.deepEqual(floor.azure.state.violations, []);
  });

  test('waits for DNS after an operator that was down for long', async () => {
    const floor = plantFloor({ seed: 7, faults: [] });
    floor.cluster.create(fresh());
    floor.start();
    await untilReady(floor);
    floor.azure.state.expectations = {
      linksFirst: () => [],
      closedTooEarly: () => [],
      stranded: () => [],
      namesInUse: () => floor.dns.served().map(line => line.name),
    };
    // Deleted an hour before the process sees it.
    const back = floor.clock.now() - HOUR_MS;
    floor.cluster.remove(KEY, back);
    await untilGone(floor);
    assert.deepEqual(floor.azure.state.violations, []);
  });
});

suite('two objects that publish one name', () => {
  const other = { namespace: 'plant', name: 'plant-b' };
  const second = () =>
    fresh({ resourceGroup: 'rg-other', workspaces: [{ name: 'law-plant-b' }], deletionPolicy: 'Retain' }, 'plant-b');

  test('never flap: the holder keeps it, the other publishes no shared name and says so', async () => {
    const floor = await settled(fresh());
    const held = floor.dns.lines();
    floor.cluster.create(second());
    await floor.clock.runFor(HOUR_MS);
    assert.equal(conditionOf(floor, 'RecordsPublished', other)?.reason, 'NameConflict');
    assert.equal(conditionOf(floor, 'Ready', other)?.status, 'False');
    assert.ok(isReady(floor));
    const own = namesOf(floor, 'plant/plant-b');
    assert.equal(own.length, 6);
    assert.ok(own.every(name => name.startsWith(customerIdOf('law-plant-b'))));
    assert.deepEqual(
      floor.dns.lines().filter(line => !line.owners.includes('plant/plant-b')),
      held,
    );
    const writes = floor.dns.writes();
    await floor.clock.runFor(HOUR_MS);
    assert.equal(floor.dns.writes(), writes);
  });

  test('are one after the other: when the holder is gone, the other takes over', async () => {
    const floor = await settled(fresh());
    floor.cluster.create(second());
    await floor.clock.runFor(600_000);
    floor.cluster.remove(KEY);
    await untilGone(floor);
    await untilReady(floor, other);
    assert.ok(namesOf(floor, 'plant/plant-b').includes('api.monitor.azure.com'));
  });
});
