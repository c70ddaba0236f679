/**
 * The simulator, led to the same state, answers as the real Azure did when it was recorded: status, headers, fields,
 * letter case, next state. Every deliberate difference is a line in replay-differences.ts.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { recordings } from './recordings.ts';
import { replay } from './replay.ts';
import { blocks } from './replay-blocks.ts';
import { deliberate } from './replay-differences.ts';

/** Recorded calls of the resource manager; the nine log queries go to another service and are asked in its tests. */
const recordedCalls: Readonly<Record<string, number>> = {
  'private-link-scope': 120,
  'private-endpoints': 63,
  workspaces: 45,
  'data-collection': 78,
  'hybrid-compute': 60,
};

const tally = { same: 0, different: 0, left: 0 };

after(() => {
  const { same, different, left } = tally;
  if (same + different === 0) return;
  process.stdout.write(
    `recordings: ${same + different} of ${same + different + left} calls to the resource manager replayed: ${same} alike, ${different} with differences that have a reason; ${left} left out with a reason\n`,
  );
});

const expectedFor = (file: string, n: number): readonly string[] =>
  [
    ...new Set(
      deliberate.filter(each => each.file === file && each.lines.includes(n)).flatMap(({ differs }) => differs),
    ),
  ].toSorted();

for (const block of blocks) {
  test(`recorded: ${block.name}`, async t => {
    const lines = recordings(t, block.file);
    if (lines === undefined) return;
    const replayed = await replay(t, block, lines);
    for (const { call, differences } of replayed) {
      const line = `${block.file} line ${call.n}: ${call.method} ${call.url}`;
      assert.deepEqual(differences, expectedFor(block.file, call.n), line);
      if (differences.length === 0) tally.same += 1;
      else tally.different += 1;
    }
    tally.left += Object.keys(block.left ?? {}).length;
  });
}

test('every recorded call belongs to one block, and every difference to a call that is replayed', () => {
  for (const [file, count] of Object.entries(recordedCalls)) {
    const covered = blocks
      .filter(block => block.file === file)
      .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_item, index) => from + index));
    assert.deepEqual(
      covered.toSorted((one, other) => one - other),
      Array.from({ length: count }, (_item, index) => index + 1),
      file,
    );
  }
  const left = new Set(blocks.flatMap(({ file, left: lines = {} }) => Object.keys(lines).map(n => `${file} ${n}`)));
  for (const { file, lines } of deliberate) for (const n of lines) assert.ok(!left.has(`${file} ${n}`), `${file} ${n}`);
});
