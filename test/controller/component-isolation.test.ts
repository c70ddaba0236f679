/**
 * A component's public access on the model of the plant, through crashes: closed after the workspace, taken back when the
 * path is lost during its trial, opened before a deletion takes the path away; never made, tagged or deleted.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { ADOPTED, adopting, IDS } from '../model/plant-adoption.ts';
import { type Fault, type Floor, plantFloor } from '../model/plant-floor.ts';
import { propertyRuns } from '../model/property-runs.ts';
import { fault } from '../model/scenario.ts';
import { A, layHub } from '../model/sharing.ts';

const MINUTE_MS = 60_000;
const isolation = { query: 'Disabled' } as const;

const condition = (floor: Floor, type: string) =>
  floor.cluster.stored(A)?.status.conditions?.find(one => one.type === type);

const access = (floor: Floor, of: 'workspace' | 'component'): string | undefined =>
  floor.azure.state.get(of, ADOPTED[of].body.id)?.access.query;

async function closed(seed: number, faults: readonly Fault[]): Promise<Floor> {
  const floor = plantFloor({ seed, faults });
  const shape = { topology: 'hub', sharesEndpoint: true, sharesWorkspace: true, hasComponent: true } as const;
  const hub = { ...shape, claims: ['none', 'none'], gate: 'Query' } as const;
  await layHub(floor, { ...hub, seed, policy: 'Delete', lagMs: 0, faults, azureTroubles: 1, pauseMs: 0 });
  const { spec, metadata } = adopting;
  floor.cluster.create({
    ...adopting,
    metadata: { ...metadata, finalizers: [] },
    spec: {
      ...spec,
      workspaces: [{ name: 'existing', resourceId: IDS.workspace, isolation }],
      applicationInsights: [{ name: 'web', resourceId: IDS.component, isolation }],
      isolation: { onDelete: 'Reopen' },
    },
  });
  floor.azure.state.expectations = {
    ...floor.azure.state.expectations,
    // The one object that asks takes its own closing back.
    openedAgainst: () => undefined,
    closedTooEarly: id =>
      id === ADOPTED.component.body.id && access(floor, 'workspace') !== 'Disabled'
        ? ['the component was closed before the workspace']
        : [],
  };
  floor.start();
  await floor.clock.runUntil('Isolated', () => condition(floor, 'Isolated')?.status === 'True', 120 * MINUTE_MS);
  return floor;
}

suite('a component', () => {
  test('is closed last, opened again when the path is lost on trial, and before a deletion', async () => {
    const story = fc.record({ seed: fc.nat(), faults: fc.array(fault, { maxLength: 4 }), isLost: fc.boolean() });
    const property = fc.asyncProperty(story, async ({ seed, faults, isLost }) => {
      const floor = await closed(seed, faults);
      assert.deepEqual([access(floor, 'workspace'), access(floor, 'component')], ['Disabled', 'Disabled']);
      if (isLost) {
        floor.path.down('Broken');
        await floor.clock.runFor(8 * MINUTE_MS);
        assert.equal(condition(floor, 'Isolated')?.reason, 'IsolationRolledBack');
        assert.equal(access(floor, 'component'), 'Enabled');
        floor.path.up();
      }
      floor.cluster.remove(A);
      await floor.clock.runUntil('gone', () => floor.cluster.stored(A) === undefined, 120 * MINUTE_MS);
      assert.deepEqual(floor.azure.state.get('component', IDS.component), ADOPTED.component.body);
      assert.equal(access(floor, 'workspace'), 'Enabled');
      assert.deepEqual(floor.azure.state.violations, []);
    });
    await fc.assert(property, propertyRuns(8));
  });
});
