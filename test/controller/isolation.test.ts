/**
 * Isolation on the model of the plant: what is closed is on trial, taken back when the path is lost meanwhile, left and
 * told when it is lost later; through crashes, for fast-check.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { accessOf } from '../../src/domain/access.ts';
import { desire } from '../../src/domain/desire.ts';
import type { PathOutcome } from '../../src/domain/path-proof.ts';
import { INSTALLATION } from '../model/plant.ts';
import { type Fault, type Floor, plantFloor } from '../model/plant-floor.ts';
import { propertyRuns } from '../model/property-runs.ts';
import { fault, KEY, lay, type Scenario } from '../model/scenario.ts';
import { settledScenario } from '../model/settled-scenario.ts';

const MINUTE_MS = 60_000;

interface Loss {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly isolation: 'query' | 'both';
  readonly gate: 'TLS' | 'Query';
  readonly onLostPath: 'Report' | 'Reopen';
  /** Minutes after the closing was seen at which the path is lost for good. */
  readonly after: number;
  readonly as: PathOutcome;
}

const loss: fc.Arbitrary<Loss> = fc.record({
  seed: fc.nat(),
  faults: fc.array(fault, { maxLength: 6 }),
  isolation: fc.constantFrom('query', 'both'),
  gate: fc.constantFrom('TLS', 'Query'),
  onLostPath: fc.constantFrom('Report', 'Reopen'),
  // Not at the very end of the trial: whether the last proof was before or after it is a matter of seconds.
  after: fc.constantFrom(0, 1, 3, 7, 14, 30),
  as: fc.constantFrom('Broken', 'Unreachable', 'Untrusted'),
});

const scenarioOf = ({ seed, faults, isolation, gate }: Loss): Scenario => ({
  ...settledScenario,
  seed,
  faults,
  isolation,
  gate,
});

const condition = (floor: Floor, type: string) =>
  floor.cluster.stored(KEY)?.status.conditions?.find(one => one.type === type);

/** Query access of the one workspace, as Azure has it. */
function query(floor: Floor): string {
  const stored = floor.cluster.stored(KEY);
  assert.ok(stored);
  const body = floor.azure.state.get('workspace', desire(stored, INSTALLATION).workspaces[0]?.id ?? '');
  assert.ok(body);
  return accessOf(body).query;
}

async function isolated(of: Loss): Promise<Floor> {
  const floor = plantFloor({ seed: of.seed, faults: of.faults });
  await lay(floor, scenarioOf(of));
  floor.cluster.editSpec(KEY, spec => ({ ...spec, isolation: { ...spec.isolation, onLostPath: of.onLostPath } }));
  floor.start();
  const isClosed = () => condition(floor, 'Isolated')?.status === 'True';
  await floor.clock.runUntil('Isolated', isClosed, 60 * MINUTE_MS);
  return floor;
}

suite('a closing', () => {
  test('is taken back when the path is lost during its trial, and not for a later loss unless that is asked', async () => {
    const property = fc.asyncProperty(loss, async of => {
      const floor = await isolated(of);
      await floor.clock.runFor(of.after * MINUTE_MS);
      assert.equal(query(floor), 'Disabled');
      floor.path.down(of.as);
      await floor.clock.runFor(15 * MINUTE_MS);
      const onTrial = of.after < 10;
      const isOpened = onTrial || (of.onLostPath === 'Reopen' && of.as !== 'Unreachable');
      const story = `${floor.journal.slice(-40).join('\n')}\n${JSON.stringify(floor.cluster.stored(KEY)?.status.resources)}`;
      assert.equal(query(floor), isOpened ? 'Enabled' : 'Disabled', story);
      const told = condition(floor, 'Isolated');
      assert.deepEqual(
        [told?.status, told?.reason],
        isOpened ? ['False', 'IsolationRolledBack'] : ['True', 'Isolated'],
        story,
      );
      assert.equal(condition(floor, 'PathVerified')?.status, of.as === 'Unreachable' ? 'Unknown' : 'False');

      floor.path.up();
      await floor.clock.runFor(30 * MINUTE_MS);
      assert.equal(query(floor), isOpened ? 'Enabled' : 'Disabled', 'it stays so until the spec changes');
      floor.cluster.editSpec(KEY, spec => ({ ...spec, interval: '5m' }));
      await floor.clock.runFor(30 * MINUTE_MS);
      assert.equal(query(floor), 'Disabled', 'a changed spec is tried again');
      assert.equal(condition(floor, 'Ready')?.status, 'True');
      assert.deepEqual(floor.azure.state.violations, []);
    });
    await fc.assert(property, propertyRuns(25));
  });

  test('is told in events once: the closing, the loss, and that it was taken back', async () => {
    const quiet = { seed: 1, faults: [], isolation: 'query', gate: 'Query', onLostPath: 'Report' } as const;
    const floor = await isolated({ ...quiet, after: 1, as: 'Broken' });
    await floor.clock.runFor(MINUTE_MS);
    floor.path.down('Broken');
    await floor.clock.runFor(10 * MINUTE_MS);
    const told = floor.cluster.events.map(event => event.reason);
    for (const reason of ['Isolating', 'NotPathVerified', 'IsolationRolledBack', 'NotIsolated']) {
      assert.equal(told.filter(one => one === reason).length, 1, `${reason} in ${told.join()}`);
    }
  });

  test('waits for as long as nothing can be measured, and Ready says why', async () => {
    const quiet = { seed: 2, faults: [], isolation: 'query', gate: 'Query', onLostPath: 'Report' } as const;
    const floor = plantFloor({ seed: 2, faults: [] });
    await lay(floor, scenarioOf({ ...quiet, after: 0, as: 'Broken' }));
    floor.path.down('Unreachable');
    floor.start();
    await floor.clock.runFor(30 * MINUTE_MS);
    assert.equal(query(floor), 'Enabled');
    const ready = condition(floor, 'Ready');
    assert.deepEqual([ready?.status, ready?.reason], ['False', 'NoVantage']);
    floor.path.up();
    await floor.clock.runUntil('Ready', () => condition(floor, 'Ready')?.status === 'True', 20 * MINUTE_MS);
    assert.equal(query(floor), 'Disabled');
  });
});
