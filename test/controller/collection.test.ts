/**
 * Data collection on the model of the plant: Ready with endpoints linked, names published and rules in place; an endpoint
 * that is closed last, taken back and opened; a rule that somebody edits; an endpoint that others share. That it converges
 * from anywhere, and goes, is part of convergence.test.ts.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PmsObject, Spec } from '../../src/domain/object.ts';
import { LINUX_COUNTERS } from '../../src/domain/performance-counters.ts';
import { asCreated, pms } from '../model/plant.ts';
import { collector } from '../model/plant-collection.ts';
import { type Floor, plantFloor } from '../model/plant-floor.ts';

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

/** Of another team, in the region of the workspace. */
const THEIRS = collector({ tags: { team: 'hub' }, id: collector().id.replace('rg-monitor', 'rg-hub') });

const adopting: Partial<Spec> = {
  workspaces: [
    { name: 'law-plant-a', location: 'japaneast', deletionPolicy: 'Delete', isolation: { ingestion: 'Disabled' } },
  ],
  dataCollection: {
    endpoints: [{ name: 'theirs', resourceId: THEIRS.id, publicNetworkAccess: 'Disabled' }],
    linuxPerformance: { counters: [String.raw`Memory(*)\% Used Memory`] },
  },
  isolation: { onDelete: 'Reopen' },
};

const fresh = (spec: Partial<Spec>): PmsObject => asCreated(pms({ spec }));

const condition = (floor: Floor, type: string) =>
  floor.cluster.stored(KEY)?.status.conditions?.find(one => one.type === type);
const until = (floor: Floor, type: string) =>
  floor.clock.runUntil(type, () => condition(floor, type)?.status === 'True', 120 * MINUTE_MS);
const kinds = (floor: Floor, kind: string) =>
  floor.azure.state
    .bodies()
    .filter(body => body.kind === kind)
    .sort((a, b) => (a.name < b.name ? -1 : 1));

function started(spec: Partial<Spec>): Floor {
  const floor = plantFloor({ seed: 1, faults: [] });
  floor.azure.state.seed(THEIRS);
  floor.cluster.create(fresh(spec));
  floor.start();
  return floor;
}

suite('data collection', () => {
  test('becomes Ready with endpoints linked, six names published and rules in place', async () => {
    const floor = started(collecting);
    await until(floor, 'Ready');
    const made = kinds(floor, 'dataCollectionEndpoint').filter(({ id }) => id !== THEIRS.id);
    assert.deepEqual(
      made.map(({ name }) => name),
      ['dce-east', 'dce-west'],
    );
    const rules = kinds(floor, 'dataCollectionRule');
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

  test('closes an adopted endpoint after the workspace, opens it when the path is lost, and leaves it open', async () => {
    const floor = started(adopting);
    const access = () => floor.azure.state.get('dataCollectionEndpoint', THEIRS.id)?.access.ingestion;
    const ofWorkspace = () => {
      const [workspace] = kinds(floor, 'workspace');
      return workspace?.kind === 'workspace' ? workspace.access.ingestion : undefined;
    };
    floor.azure.state.expectations = {
      ...floor.azure.state.expectations,
      closedTooEarly: id => [
        ...(condition(floor, 'DataCollectionReady')?.status === 'True' ? [] : ['closed before the rules were there']),
        ...(id === THEIRS.id && ofWorkspace() !== 'Disabled' ? ['the endpoint was closed before the workspace'] : []),
      ],
    };
    await until(floor, 'Isolated');
    assert.deepEqual([ofWorkspace(), access()], ['Disabled', 'Disabled']);
    floor.path.down('Broken');
    await floor.clock.runUntil('opened again', () => access() === 'Enabled', 60 * MINUTE_MS);
    floor.path.up();
    // Another try: what was taken back waits for a change of the spec.
    floor.cluster.editSpec(KEY, spec => ({ ...spec, tags: { plant: 'a' } }));
    await floor.clock.runUntil('closed again', () => access() === 'Disabled', 60 * MINUTE_MS);
    floor.cluster.remove(KEY);
    await floor.clock.runUntil('gone', () => floor.cluster.stored(KEY) === undefined, 120 * MINUTE_MS);
    assert.deepEqual(
      floor.azure.state.bodies().map(({ id }) => id),
      [THEIRS.id],
    );
    assert.equal(access(), 'Enabled');
    assert.deepEqual(floor.azure.state.get('dataCollectionEndpoint', THEIRS.id)?.tags, { team: 'hub' });
    assert.deepEqual(floor.azure.state.violations, []);
  });

  test('puts a rule back that somebody edits, and tells which counter', async () => {
    const floor = started(collecting);
    await until(floor, 'Ready');
    const [linux] = kinds(floor, 'dataCollectionRule');
    assert.ok(linux?.kind === 'dataCollectionRule' && linux.performance);
    const [lost = '', ...counters] = linux.performance.counters;
    floor.azure.state.seed({ ...linux, performance: { ...linux.performance, counters } });
    const rule = () => floor.azure.state.get('dataCollectionRule', linux.id);
    await floor.clock.runUntil('put back', () => rule()?.performance?.counters.includes(lost) === true, 60 * MINUTE_MS);
    const isTold = () =>
      floor.cluster.events.some(event =>
        JSON.stringify(event).includes(JSON.stringify(`[${lost}] is (none), expected collected`).slice(1, -1)),
      );
    await floor.clock.runUntil('told', isTold, MINUTE_MS);
  });
});
