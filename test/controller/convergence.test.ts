import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Access, accessOf } from '../../src/domain/access.ts';
import { type Desired, desire, wantsOf } from '../../src/domain/desire.ts';
import { differences } from '../../src/domain/diff.ts';
import { onTrial } from '../../src/domain/isolation-pace.ts';
import { idKey } from '../../src/domain/names.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import type { Want } from '../../src/domain/resources.ts';
import { placedRules } from '../model/collection-scenario.ts';
import { customerIdOf } from '../model/made-bodies.ts';
import { INSTALLATION, madeOf } from '../model/plant.ts';
import { type Floor, plantFloor } from '../model/plant-floor.ts';
import { propertyRuns } from '../model/property-runs.ts';
import {
  FOREIGN,
  isTakenOut,
  KEY,
  lay,
  OWNER,
  objectOf,
  recordsNow,
  type Scenario,
  scenario,
  workspaceSpec,
} from '../model/scenario.ts';
import { givenZones, servedZones, wantedZonesOf } from '../model/zone-scenario.ts';

const HOUR_MS = 3_600_000;
const RESYNC_MS = 600_000 * 1.1;

function object(floor: Floor): PmsObject {
  const stored = floor.cluster.stored(KEY);
  assert.ok(stored, 'the object is there');
  return stored;
}

const isReady = (floor: Floor): boolean => {
  const stored = floor.cluster.stored(KEY);
  const ready = stored?.status.conditions?.find(condition => condition.type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === stored?.metadata.generation;
};

/** Runs one scenario; the journal of a failure is in its message. */
async function played(of: Scenario, play: (floor: Floor) => Promise<void>): Promise<void> {
  const floor = plantFloor({ seed: of.seed, faults: of.faults });
  await lay(floor, of);
  floor.start();
  try {
    await play(floor);
  } catch (cause) {
    const conditions = floor.cluster.stored(KEY)?.status.conditions ?? [];
    const told = conditions.map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`);
    const story = [...floor.journal.slice(-80), ...told].join('\n');
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n${story}`, { cause });
  }
}

function edit(floor: Floor, of: Scenario): void {
  if (of.edit === 'touch') floor.cluster.annotate(KEY, { touched: 'yes' });
  if (of.edit === 'add') {
    const added = workspaceSpec(2, 'Retain');
    floor.cluster.editSpec(KEY, spec => ({ ...spec, workspaces: [...spec.workspaces, added] }));
  }
  if (of.zonesTakenOut) {
    floor.cluster.editSpec(KEY, ({ privateEndpoint: { zoneGroup: _, ...privateEndpoint }, ...rest }) => ({
      ...rest,
      privateEndpoint,
    }));
  }
  if (isTakenOut(of)) {
    floor.cluster.editSpec(KEY, ({ dataCollection: _, ...spec }) => ({
      ...spec,
      workspaces: spec.workspaces.slice(0, 1),
    }));
  }
}

/** Everything that is wanted is there as asked, is listed, and is published; and what left the spec went its way. */
function assertAsAsked(floor: Floor, of: Scenario): void {
  const now = object(floor);
  const want = desire(now, INSTALLATION);
  const { state } = floor.azure;
  const rules = placedRules(want);
  for (const item of [...madeOf(want).filter(({ kind }) => kind !== 'dataCollectionRule'), ...rules]) {
    const body = state.get(item.kind, item.id);
    assert.equal(body?.provisioningState, 'Succeeded', item.key);
    assert.ok(body);
    assert.deepEqual(differences(item, body), { changes: [], obstacles: [] });
  }
  const listed = (now.status.resources ?? []).map(entry => entry.key).sort();
  const zones = assertZones(floor, of, want);
  assert.deepEqual(listed, [...wantsOf(want), ...zones].map(item => item.key).sort());
  const lines = floor.dns.lines();
  const mine = lines.filter(line => line.owners.includes(OWNER)).map(({ name, addresses }) => ({ name, addresses }));
  assert.deepEqual(
    mine,
    recordsNow(floor, want).map(({ name, addresses }) => ({ name, addresses })),
  );
  for (const { name } of want.workspaces) {
    const names = mine.filter(line => line.name.startsWith(customerIdOf(name)));
    assert.equal(names.length, 6, `names and twins of ${name}`);
  }
  assert.deepEqual(
    lines.filter(line => !line.owners.includes(OWNER)),
    FOREIGN,
  );
  assertClosedAsAsked(floor, now);
  if (isTakenOut(of)) {
    assert.deepEqual(
      state.bodies().filter(({ kind }) => kind.startsWith('dataCollection')),
      [],
      'what collects nothing any more is gone',
    );
  }
  const gone = isTakenOut(of) ? [customerIdOf('law-plant-b'), 'dce-plant-a'] : [];
  assert.deepEqual(
    floor.dns.lost.filter(name => !gone.some(id => name.startsWith(id))),
    [],
  );
}

/** Private DNS is as asked, or gone from where it was; nothing of somebody else's is touched. */
function assertZones(floor: Floor, of: Scenario, want: Desired): readonly Want[] {
  const { state } = floor.azure;
  for (const id of givenZones(of)) assert.deepEqual(state.get('dnsZone', id)?.tags, {}, id);
  const wanted = wantedZonesOf(want);
  const items = wanted === undefined ? [] : [...wanted.zones, wanted.group, ...wanted.links];
  for (const item of items) {
    const body = state.get(item.kind, item.id);
    assert.equal(body?.provisioningState, 'Succeeded', item.key);
    assert.ok(body);
    assert.deepEqual(differences(item, body), { changes: [], obstacles: [] });
  }
  const kinds = ['zoneGroup', 'dnsZone', 'zoneLink'];
  const left = state.bodies().filter(({ kind, id }) => kinds.includes(kind) && !givenZones(of).includes(idKey(id)));
  const before = desire(objectOf(of), INSTALLATION);
  const mayStay = [
    ...items.map(({ id }) => idKey(id)),
    ...servedZones(of, before),
    // A lost inventory does not know of them any more; a zone that is to be kept is kept.
    ...left
      .filter(({ kind }) => of.inventory === 'lost' || (kind === 'dnsZone' && of.deletionPolicy === 'Retain'))
      .map(({ id }) => idKey(id)),
  ];
  assert.deepEqual(
    left.map(({ id }) => idKey(id)).filter(id => !mayStay.includes(id)),
    [],
  );
  return items;
}

/** What is asked to be closed is closed and has passed its trial; nothing else is. */
function assertClosedAsAsked(floor: Floor, now: PmsObject): void {
  const { access } = desire(now, INSTALLATION);
  for (const { kind, key, id, access: asked } of access) {
    const body = floor.azure.state.get(kind, id);
    assert.ok(body);
    const found = accessOf(body);
    for (const [name, value] of Object.entries(asked)) assert.equal(found[name as Access], value, `${key} ${name}`);
    const entry = now.status.resources?.find(one => one.key === key);
    assert.deepEqual(entry === undefined ? [] : onTrial(entry), [], `${key} on trial`);
  }
}

async function assertAtRest(floor: Floor, of: Scenario): Promise<void> {
  floor.calm();
  // Names of what was taken out leave the endpoint some time after it; each closing is on trial for ten minutes.
  await floor.clock.runFor(of.isolation === 'none' ? 120_000 : 1_500_000);
  const count = () => [floor.azure.writes(), floor.cluster.writes(), floor.dns.writes()];
  const [before, reads] = [count(), floor.azure.reads()];
  await floor.clock.runFor(3 * RESYNC_MS);
  assert.deepEqual(count(), before, 'writes to Azure, to the object and to DNS in three resyncs');
  assert.ok(floor.azure.reads() > reads, 'Azure was read again');
  assert.ok(isReady(floor));
}

/** RUNS=2000 for a night of it. */
const parameters = propertyRuns(120);

suite('a PrivateMonitoringScope', () => {
  test('converges from any state, through any crash, and then costs no write', async () => {
    const property = fc.asyncProperty(scenario, of =>
      played(of, async floor => {
        await floor.clock.runFor(of.editAt);
        edit(floor, of);
        await floor.clock.runFor(1_000);
        await floor.clock.runUntil('Ready', () => isReady(floor), 3 * HOUR_MS);
        await assertAtRest(floor, of);
        assertAsAsked(floor, of);
        assert.deepEqual(floor.azure.state.violations, []);
        assert.deepEqual(floor.dns.doubled, []);
      }),
    );
    await fc.assert(property, parameters);
  });

  test('that is deleted in any state leaves what the policies say, and takes its names away first', async () => {
    const listed = scenario.filter(of => of.inventory !== 'lost');
    const property = fc.asyncProperty(listed, of =>
      played(of, async floor => {
        await floor.clock.runFor(of.editAt);
        const want = desire(object(floor), INSTALLATION);
        const before = new Set(floor.azure.state.bodies().map(body => idKey(body.id)));
        floor.cluster.remove(KEY);
        await floor.clock.runUntil('gone', () => floor.cluster.stored(KEY) === undefined, 3 * HOUR_MS);
        const zones = wantedZonesOf(want);
        const all = [...wantsOf(want), ...(zones ? [zones.group, ...zones.zones, ...zones.links] : [])];
        const retained = new Set([
          ...all.filter(item => item.policy === 'Retain').map(item => idKey(item.id)),
          ...givenZones(of),
          ...servedZones(of, want),
        ]);
        const left = floor.azure.state.bodies().map(body => idKey(body.id));
        assert.deepEqual(
          left.filter(id => !retained.has(id)),
          [],
          'left although the policy is Delete',
        );
        assert.deepEqual(
          [...retained].filter(id => before.has(id) && !left.includes(id)),
          [],
          'gone although Retain',
        );
        for (const item of want.workspaces.filter((_, index) => !(of.foundClosed && index === 0))) {
          const { query } = floor.azure.state.get('workspace', item.id)?.access ?? {};
          if (of.onDelete === 'Reopen') assert.notEqual(query, 'Disabled', `${item.key} was opened`);
        }
        assert.deepEqual(floor.dns.lines(), FOREIGN);
        assert.deepEqual(floor.azure.state.violations, []);
        assert.deepEqual(floor.dns.doubled, []);
      }),
    );
    await fc.assert(property, parameters);
  });
});
