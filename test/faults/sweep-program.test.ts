/**
 * F1 and F2 with the packed program: `pms operator` killed by SIGKILL before, after, and after the answer of every write
 * of a creation, of Azure and of the API server (but events), and another one started. None is sampled. What follows a
 * change and a deletion, and two objects, is swept on the model: sweep-model.test.ts.
 *
 * A killed process leaves a resource that it may have asked for: the next one waits for the creation grace of 30 s. So
 * several lanes go side by side, each with a control plane and an Azure of its own.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type Kill, type Lane, MOMENTS, type ProgramRun, SIDES, startLane } from './program-sweep.ts';
import { type SweepLine, sweepTable } from './sweep-table.ts';

const LANES = 3;

interface Outcome {
  readonly kill: Kill;
  readonly lane: Lane;
  readonly run: ProgramRun;
}

suite('the operator as a process, killed around any of its writes', () => {
  const lanes: Lane[] = [];
  before(async () => {
    for (let index = 0; index < LANES; index++) lanes.push(await startLane());
  });
  after(async () => {
    for (const lane of lanes) await lane.stop();
  });

  /** A run in which nobody dies, of each lane: names hold hashes of ids that are the lane's own. */
  const goldenRuns = async (): Promise<ReadonlyMap<Lane, ProgramRun>> =>
    new Map(await Promise.all(lanes.map(async lane => [lane, await lane.run()] as const)));

  const all = async (kills: readonly Kill[]): Promise<readonly Outcome[]> => {
    const left = [...kills];
    const outcomes: Outcome[] = [];
    const work = async (lane: Lane) => {
      for (let kill = left.shift(); kill !== undefined; kill = left.shift()) {
        outcomes.push({ kill, lane, run: await lane.run(kill) });
      }
    };
    await Promise.all(lanes.map(work));
    return outcomes;
  };

  test('F1 F2: in a creation costs nothing: the next one ends as if nobody had died', { timeout: 840_000 }, async t => {
    const golds = await goldenRuns();
    const [golden] = golds.values();
    assert.ok(golden);
    const expected = ({ lane }: Outcome) => golds.get(lane)?.end;
    assert.equal(golden.writes.azure, 4);
    assert.ok(golden.writes.kubernetes >= 5, 'finalizer, ConfigMap and some states of the inventory');
    const [azureKills, kubernetesKills] = SIDES.map(side =>
      Array.from({ length: golden.writes[side] }, (_, index) => index + 1).flatMap(write =>
        MOMENTS.map((when): Kill => ({ side, write, when })),
      ),
    );
    const kills = [...(azureKills ?? []), ...(kubernetesKills ?? [])];
    const last = kills.pop();
    assert.ok(last);
    const outcomes = await all([...kills, { ...last, rests: true }]);
    const isAsGolden = (outcome: Outcome) =>
      isDeepStrictEqual(outcome.run.end, expected(outcome)) && outcome.run.writesAtRest === 0;
    const lines = SIDES.map((side): SweepLine => {
      const own = outcomes.filter(({ kill }) => kill.side === side);
      const leaks = own.map(({ run }) => Math.max(0, run.end.azure.length - golden.end.azure.length));
      return {
        life: `one object, ${side}`,
        operation: 'create',
        writes: golden.writes[side],
        runs: own.length,
        converged: own.filter(isAsGolden).length,
        duplicates: own.reduce((sum, { run }) => sum + run.duplicates.length, 0),
        leaks: leaks.reduce((sum, count) => sum + count, 0),
      };
    });
    t.diagnostic(`\n${sweepTable(lines)}`);
    for (const outcome of outcomes) {
      assert.deepEqual(outcome.run.end, expected(outcome), JSON.stringify(outcome.kill));
      assert.equal(outcome.run.writesAtRest, 0, JSON.stringify(outcome.kill));
    }
    for (const { runs, writes, converged, duplicates, leaks } of lines) {
      assert.deepEqual(
        { runs, converged, duplicates, leaks },
        { runs: 3 * writes, converged: runs, duplicates: 0, leaks: 0 },
      );
    }
  });
});
