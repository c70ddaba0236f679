/**
 * F1 and F2 of the catalogue, all of it, on the model and its clock: the process dies before, after, and after the answer
 * of every single write that a creation, a change and a deletion make (of Azure, of the object and of the ConfigMaps),
 * with one object and with two on one scope. None is sampled. The real program goes through the creation in
 * sweep-program.test.ts.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type End, LIVES, type Life, OPERATIONS, type Operation, type Run, runLife } from '../model/sweep.ts';
import { type SweepLine, sweepTable } from './sweep-table.ts';

const MOMENTS = ['before', 'after', 'answered'] as const;
/** A process that was killed cannot tell the next one what it had just sent for one object: Azure refuses the other's. */
const EXCUSED = /^two links at a time/;

const leaksOf = (end: End, expected: End): readonly string[] =>
  Object.keys(end.azure).filter(id => !(id in expected.azure));

async function swept(life: Life, operation: Operation): Promise<SweepLine> {
  const golden = await runLife(life, operation);
  assert.deepEqual([golden.starts, golden.writesAtRest, golden.violations, golden.doubled], [1, 0, [], []]);
  assert.ok(golden.writes > 10, 'an act that hardly writes proves nothing');
  let line = { life: life.name, operation, writes: golden.writes, runs: 0, converged: 0, duplicates: 0, leaks: 0 };
  const wrong: string[] = [];
  for (let write = 1; write <= golden.writes; write++) {
    for (const when of MOMENTS) {
      const run = await runLife(life, operation, { write, when });
      assert.equal(run.starts, 2, `the process died ${when} write ${write}`);
      const duplicates = run.violations.filter(text => text.startsWith('a second PUT'));
      const leaks = leaksOf(run.end, golden.end);
      const found = [...complaintsOf(run, golden), ...leaks.map(id => `left: ${id}`)];
      line = {
        ...line,
        runs: line.runs + 1,
        converged: line.converged + Number(found.length === 0),
        duplicates: line.duplicates + duplicates.length,
        leaks: line.leaks + leaks.length,
      };
      if (found.length > 0)
        wrong.push(`${when} write ${write}: ${found.join('; ')}\n${run.journal.slice(-40).join('\n')}`);
    }
  }
  assert.deepEqual(wrong, []);
  return line;
}

/** Why a run did not end as the one in which nobody died. */
function complaintsOf(run: Run, golden: Run): readonly string[] {
  const rules = [...run.violations, ...run.doubled].filter(text => !EXCUSED.test(text));
  const differs = (['azure', 'lines', 'objects'] as const).filter(
    part => !isDeepStrictEqual(run.end[part], golden.end[part]),
  );
  return [
    ...rules,
    ...differs.map(part => `${part} ended as ${JSON.stringify(run.end[part])}`),
    ...(run.writesAtRest > 0 ? [`${run.writesAtRest} writes at rest`] : []),
  ];
}

suite('a process that is killed around any of its writes', () => {
  const lines: SweepLine[] = [];
  for (const life of LIVES) {
    for (const operation of OPERATIONS) {
      test(`F1 F2: in a ${operation} of ${life.name} costs nothing: the next one ends as if nobody had died`, async () => {
        lines.push(await swept(life, operation));
      });
    }
  }

  test('F1 F2: the table of the sweep', t => {
    t.diagnostic(`\n${sweepTable(lines)}`);
    assert.equal(lines.length, LIVES.length * OPERATIONS.length);
    for (const { writes, runs, converged, duplicates, leaks } of lines) {
      assert.deepEqual(
        { runs, converged, duplicates, leaks },
        { runs: 3 * writes, converged: runs, duplicates: 0, leaks: 0 },
      );
    }
  });
});
