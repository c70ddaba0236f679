/**
 * An object that is only planned writes nothing, whatever the state; what it plans is what is done once it converges; and
 * what others change is told, and put back only where the object says so.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { desire } from '../../src/domain/desire.ts';
import { idKey } from '../../src/domain/names.ts';
import type { PmsObject, Spec } from '../../src/domain/object.ts';
import { asCreated, INSTALLATION, made, pms } from '../model/plant.ts';
import { type Floor, plantFloor } from '../model/plant-floor.ts';
import { propertyRuns } from '../model/property-runs.ts';
import { KEY, lay, scenario } from '../model/scenario.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const stored = (floor: Floor): PmsObject => {
  const object = floor.cluster.stored(KEY);
  assert.ok(object, 'the object is there');
  return object;
};
const conditionOf = (floor: Floor, type: string) =>
  floor.cluster.stored(KEY)?.status.conditions?.find(condition => condition.type === type);
const isReady = (floor: Floor): boolean => {
  const ready = conditionOf(floor, 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === stored(floor).metadata.generation;
};
const untilReady = (floor: Floor) => floor.clock.runUntil('Ready', () => isReady(floor), 3 * HOUR_MS);
const setMode = (floor: Floor, mode: 'Plan' | 'Converge') => floor.cluster.editSpec(KEY, spec => ({ ...spec, mode }));
const eventsOf = (floor: Floor, reason: string): readonly string[] =>
  floor.cluster.events.filter(event => event.reason === reason).map(event => event.note);

/** `create <id>`, as the controller sent them. */
const azureWrites = (journal: readonly string[]): readonly string[] =>
  journal
    .map(line => line.replace(/^\S+ /, ''))
    .filter(line => /^(create|update|remove) /.test(line))
    .map(line => line.toLowerCase());

function fresh(spec: Partial<Spec> = {}): PmsObject {
  return asCreated(pms({ spec }));
}

async function settled(spec: Partial<Spec> = {}): Promise<Floor> {
  const floor = plantFloor({ seed: 7, faults: [] });
  floor.cluster.create(fresh(spec));
  floor.start();
  await untilReady(floor);
  return floor;
}

function change(floor: Floor, id: string, over: object): void {
  const cell = floor.azure.state.cells.get(idKey(id));
  assert.ok(cell);
  cell.body = { ...cell.body, ...over } as typeof cell.body;
}

const workspaceId = () => desire(fresh(), INSTALLATION).workspaces[0]?.id ?? '';
const endpointId = () => desire(fresh(), INSTALLATION).endpoint.id;
const parameters = propertyRuns(60);

suite('an object in mode Plan', () => {
  test('writes nothing to Azure and DNS from any state and through any crash, and then does what it planned', async () => {
    const property = fc.asyncProperty(scenario, async of => {
      const floor = plantFloor({ seed: of.seed, faults: of.faults });
      await lay(floor, { ...of, edit: 'none' });
      setMode(floor, 'Plan');
      floor.start();
      await floor.clock.runFor(30 * MINUTE_MS);
      floor.calm();
      await floor.clock.runFor(30 * MINUTE_MS);
      assert.deepEqual([floor.azure.writes(), floor.dns.writes()], [0, 0]);
      const { status, metadata } = stored(floor);
      assert.equal(
        metadata.finalizers.length > 0,
        (status.resources ?? []).length > 0,
        'a finalizer only with something owned',
      );
      assert.equal(conditionOf(floor, 'Ready')?.reason, 'PlanOnly');
      assert.ok(status.plan);
      const verbs = { create: 'create', update: 'update', delete: 'remove' } as const;
      const planned = (status.plan.actions ?? []).flatMap(({ verb, id = '' }) =>
        verb in verbs ? [`${verbs[verb as keyof typeof verbs]} ${id}`.toLowerCase()] : [],
      );
      const from = floor.journal.length;
      // What Azure does of itself meanwhile is in nobody's plan.
      floor.azure.state.chances = { failedEndpoint: 0, membersRace: 0 };
      setMode(floor, 'Converge');
      await untilReady(floor);
      assert.deepEqual([...new Set(azureWrites(floor.journal.slice(from)))].sort(), [...new Set(planned)].sort());
      assert.deepEqual(floor.azure.state.violations, []);
      assert.equal(stored(floor).status.plan, undefined);
    });
    await fc.assert(property, parameters);
  });

  test('costs no write at all while nothing changes', async () => {
    const floor = plantFloor({ seed: 3, faults: [] });
    floor.cluster.create(fresh({ mode: 'Plan' }));
    floor.start();
    await floor.clock.runFor(15 * MINUTE_MS);
    const writes = floor.cluster.writes();
    await floor.clock.runFor(2 * HOUR_MS);
    assert.equal(floor.cluster.writes(), writes);
    assert.equal(writes, 1, 'one status');
    assert.deepEqual(stored(floor).metadata.finalizers, []);
    assert.equal(eventsOf(floor, 'Planned').length, 1);
  });

  test('tells what stands in the way as Stalled', async () => {
    const floor = plantFloor({ seed: 3, faults: [] });
    const { privateEndpoint } = fresh().spec;
    const subnetId = (privateEndpoint.subnetId ?? '').replace(/[^/]+$/, 'none');
    floor.cluster.create(fresh({ mode: 'Plan', privateEndpoint: { subnetId } }));
    floor.start();
    await floor.clock.runFor(MINUTE_MS);
    assert.equal(conditionOf(floor, 'Stalled')?.reason, 'SubnetNotFound');
    assert.equal(conditionOf(floor, 'Ready')?.reason, 'PlanOnly');
  });

  test('that is deleted leaves Azure as it is, though it owned all of it, and takes its records out', async () => {
    const floor = await settled({ deletionPolicy: 'Delete' });
    const before = floor.azure.state.bodies();
    setMode(floor, 'Plan');
    await floor.clock.runFor(MINUTE_MS);
    const writes = floor.azure.writes();
    floor.cluster.remove(KEY);
    await floor.clock.runUntil('gone', () => floor.cluster.stored(KEY) === undefined, HOUR_MS);
    assert.equal(floor.azure.writes(), writes);
    assert.deepEqual(floor.azure.state.bodies(), before);
    assert.deepEqual(floor.dns.lines(), []);
  });

  test('keeps the records that were published', async () => {
    const floor = await settled();
    const lines = floor.dns.lines();
    setMode(floor, 'Plan');
    await floor.clock.runFor(2 * HOUR_MS);
    assert.deepEqual(floor.dns.lines(), lines);
    setMode(floor, 'Converge');
    await untilReady(floor);
  });
});

suite('drift', () => {
  test('is told with field, expected and found, put back, and told again when it is', async () => {
    const floor = await settled();
    change(floor, workspaceId(), { retentionInDays: 7 });
    await floor.clock.runUntil('told', () => eventsOf(floor, 'DriftCorrected').length > 0, HOUR_MS);
    assert.deepEqual(eventsOf(floor, 'DriftDetected'), [
      'workspace law-plant-a: retentionInDays is 7, expected 30; it is put back',
    ]);
    assert.equal(floor.azure.state.get('workspace', workspaceId())?.retentionInDays, 30);
    await untilReady(floor);
  });

  test('with driftPolicy Report is told once, left, and makes the object not Ready', async () => {
    const floor = await settled({ driftPolicy: 'Report' });
    const writes = floor.azure.writes();
    change(floor, workspaceId(), { retentionInDays: 7 });
    floor.azure.state.cells.delete(idKey(endpointId()));
    await floor.clock.runFor(2 * HOUR_MS);
    assert.equal(floor.azure.writes(), writes);
    assert.equal(conditionOf(floor, 'Ready')?.reason, 'DriftDetected');
    assert.equal(conditionOf(floor, 'Stalled')?.status, 'True');
    assert.match(
      conditionOf(floor, 'WorkspacesReady')?.message ?? '',
      /retentionInDays is 7, expected 30; spec\.driftPolicy is Report/,
    );
    assert.match(
      conditionOf(floor, 'EndpointReady')?.message ?? '',
      /private endpoint pe-plant-a is absent, expected it to be there/,
    );
    assert.equal(eventsOf(floor, 'DriftDetected').length, 2);
    assert.deepEqual(floor.dns.lost, []);
  });

  test('with driftPolicy Report that somebody puts back by hand is told as corrected', async () => {
    const floor = await settled({ driftPolicy: 'Report' });
    change(floor, workspaceId(), { retentionInDays: 7 });
    await floor.clock.runUntil('told', () => eventsOf(floor, 'DriftDetected').length > 0, HOUR_MS);
    change(floor, workspaceId(), { retentionInDays: 30 });
    await floor.clock.runUntil('told', () => eventsOf(floor, 'DriftCorrected').length > 0, HOUR_MS);
    assert.ok(isReady(floor));
    assert.equal(eventsOf(floor, 'DriftCorrected').length, 1);
  });

  test('with driftPolicy Report does not hold back what the spec asks anew', async () => {
    const floor = await settled({ driftPolicy: 'Report' });
    floor.cluster.editSpec(KEY, spec => ({ ...spec, tags: { plant: 'a' } }));
    await untilReady(floor);
    assert.equal(floor.azure.state.get('workspace', workspaceId())?.tags.plant, 'a');
    assert.deepEqual(eventsOf(floor, 'DriftDetected'), []);
  });

  test('of the published records is put back whatever the driftPolicy, and told', async () => {
    const floor = await settled({ driftPolicy: 'Report' });
    const lines = floor.dns.lines();
    floor.dns.seed(lines.slice(2));
    await floor.clock.runUntil('put back', () => floor.dns.lines().length === lines.length, HOUR_MS);
    await floor.clock.runUntil('told', () => eventsOf(floor, 'DriftCorrected').length > 0, HOUR_MS);
    assert.match(
      eventsOf(floor, 'DriftDetected').join('\n'),
      /records in default: \d+ are as published, expected \d+; they are put back/,
    );
  });

  test('in any form, with driftPolicy Report, is never answered by a write to Azure', async () => {
    const property = fc.asyncProperty(scenario, fc.subarray([0, 1, 2, 3], { minLength: 1 }), async (of, kinds) => {
      const floor = plantFloor({ seed: of.seed, faults: of.faults });
      await lay(floor, { ...of, edit: 'none' });
      floor.cluster.editSpec(KEY, spec => ({ ...spec, driftPolicy: 'Report' }));
      floor.start();
      await untilReady(floor);
      floor.calm();
      const want = desire(stored(floor), INSTALLATION);
      const [workspace] = want.workspaces;
      const [link] = want.links;
      assert.ok(workspace && link);
      if (kinds.includes(0)) change(floor, workspace.id, { retentionInDays: 31 });
      if (kinds.includes(1))
        change(floor, want.scope.id, { tags: { 'pms-owner': made(want.scope).tags['pms-owner'] } });
      if (kinds.includes(2)) floor.azure.state.cells.delete(idKey(want.endpoint.id));
      if (kinds.includes(3)) floor.azure.state.cells.delete(idKey(link.id));
      const writes = floor.azure.writes();
      await floor.clock.runUntil('told', () => eventsOf(floor, 'DriftDetected').length > 0, HOUR_MS);
      await floor.clock.runFor(HOUR_MS);
      assert.equal(floor.azure.writes(), writes);
      assert.notEqual(conditionOf(floor, 'Ready')?.status, 'True');
    });
    await fc.assert(property, parameters);
  });
});

suite('the annotation requestedAt', () => {
  const request = (floor: Floor, value: string) =>
    floor.cluster.annotate(KEY, { 'privatemonitoring.dev/requestedAt': value });

  test('has everything read again at once, whatever is known, and is answered in the status', async () => {
    const floor = await settled({ interval: '24h' });
    change(floor, workspaceId(), { retentionInDays: 7 });
    await floor.clock.runFor(HOUR_MS);
    assert.equal(floor.azure.state.get('workspace', workspaceId())?.retentionInDays, 7, 'nobody has looked');
    const reads = floor.azure.reads();
    request(floor, 'now');
    await floor.clock.runUntil(
      'put back',
      () => floor.azure.state.get('workspace', workspaceId())?.retentionInDays === 30,
      MINUTE_MS,
    );
    assert.ok(floor.azure.reads() - reads >= 6, 'workspace, scope, links, link, endpoint, interface, subnet');
    await floor.clock.runUntil('told', () => stored(floor).status.lastHandledRequest === 'now', MINUTE_MS);
    await untilReady(floor);
  });

  test('is handled once for each value', async () => {
    const floor = await settled({ interval: '24h' });
    request(floor, 'one');
    await floor.clock.runFor(MINUTE_MS);
    const [reads, writes] = [floor.azure.reads(), floor.cluster.writes()];
    await floor.clock.runFor(HOUR_MS);
    assert.deepEqual([floor.azure.reads(), floor.cluster.writes()], [reads, writes]);
    request(floor, 'two');
    await floor.clock.runFor(MINUTE_MS);
    assert.ok(floor.azure.reads() > reads);
  });
});

suite('records that change by themselves', () => {
  test('are an event that counts what came and what went', async () => {
    const floor = await settled();
    floor.cluster.editSpec(KEY, spec => ({ ...spec, workspaces: [...spec.workspaces, { name: 'law-plant-b' }] }));
    await untilReady(floor);
    // The names of a workspace reach the endpoint one by one.
    const told = eventsOf(floor, 'RecordsChanged');
    const added = told.map(note => Number(/^\+(\d+) -0: /.exec(note)?.[1]));
    assert.equal(
      added.reduce((sum, count) => sum + count, 0),
      6,
      told.join('\n'),
    );
  });
});

suite('the annotation release', () => {
  const tagsOf = (floor: Floor) => floor.azure.state.bodies().map(body => ('tags' in body ? body.tags : {}));

  test('takes our tag off what a deletion leaves, and nothing else', async () => {
    const floor = await settled({ deletionPolicy: 'Retain', tags: { plant: 'a' } });
    const ids = floor.azure.state.bodies().map(body => body.id);
    floor.cluster.annotate(KEY, { 'privatemonitoring.dev/release': 'true' });
    floor.cluster.remove(KEY);
    await floor.clock.runUntil('gone', () => floor.cluster.stored(KEY) === undefined, HOUR_MS);
    assert.deepEqual(
      floor.azure.state.bodies().map(body => body.id),
      ids,
    );
    assert.deepEqual(
      tagsOf(floor).filter(tags => 'pms-owner' in tags),
      [],
    );
    assert.equal(tagsOf(floor).filter(tags => tags.plant === 'a').length, 3);
  });

  test('is not needed to keep: without it the object applied again finds its own', async () => {
    const floor = await settled({ deletionPolicy: 'Retain' });
    floor.cluster.remove(KEY);
    await floor.clock.runUntil('gone', () => floor.cluster.stored(KEY) === undefined, HOUR_MS);
    assert.equal(tagsOf(floor).filter(tags => 'pms-owner' in tags).length, 3);
    const creations = () => azureWrites(floor.journal).filter(line => line.startsWith('create ')).length;
    const before = creations();
    floor.cluster.create(fresh({ deletionPolicy: 'Retain' }));
    await untilReady(floor);
    assert.equal(creations(), before);
  });
});
