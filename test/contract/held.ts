/**
 * Runs what a contract test does with every call recorded, and asserts that nothing in it is against the descriptions.
 * Counts over all tests of a file, and prints the count at its end.
 */
import assert from 'node:assert/strict';
import { after, type TestContext } from 'node:test';
import type { Exchange } from '../../src/simulator/exchange.ts';
import { type Checker, type Complaint, complaintLine, createChecker } from './checker.ts';
import { recorded } from './recorder.ts';
import { specFolder } from './spec-data.ts';

/** Which requests are held: all, those that were taken (a road may mean to be refused), none (they are somebody else's). */
export type Requests = 'all' | 'taken' | 'none';

export interface Run {
  /** `road` with its calls checked; skips `t` without the descriptions. Resolves with what was recorded. */
  held(t: TestContext, requests: Requests, road: () => Promise<void>): Promise<readonly Exchange[]>;
  /** The checker, once something was held. */
  checker(): Checker | undefined;
}

/** What is wrong with exchanges, each once. Calls that a fault rule touched, and those to other services, are left out. */
export async function complaintsOf(
  checker: Checker,
  exchanges: readonly Exchange[],
  requests: Requests,
): Promise<readonly string[]> {
  const found: string[] = [];
  const counts = (complaint: Complaint, { status }: Exchange): boolean =>
    complaint.about === 'answer' || requests === 'all' || (requests === 'taken' && status < 400);
  for (const exchange of exchanges) {
    if (exchange.service !== 'arm' || exchange.fault !== undefined) continue;
    const complaints = await checker.check(exchange);
    found.push(...complaints.filter(each => counts(each, exchange)).map(complaintLine));
  }
  return [...new Set(found)];
}

function report({ counts }: Checker): string {
  const rows = [...counts].toSorted(([one], [other]) => one.localeCompare(other));
  const sum = (pick: 'requests' | 'requestBodies' | 'answers' | 'answerBodies') =>
    rows.reduce((total, [, count]) => total + count[pick], 0);
  const total = `contract: ${sum('requests')} requests (${sum('requestBodies')} described bodies) and ${sum('answers')} answers (${sum('answerBodies')} described bodies) checked`;
  const lines = rows.map(
    ([type, each]) =>
      `  ${type.padEnd(76)} ${each.requests} requests (${each.requestBodies}), ${each.answers} answers (${each.answerBodies})`,
  );
  return [total, ...lines, ''].join('\n');
}

/** Call at the top of a test file. */
export function contractRun(): Run {
  let checker: Checker | undefined;
  after(() => {
    if (checker === undefined) return;
    checker.close();
    process.stdout.write(report(checker));
  });
  return {
    checker: () => checker,
    held: async (t, requests, road) => {
      const specs = specFolder(t);
      if (specs === undefined) return [];
      checker ??= await createChecker(specs);
      const heard = recorded(t);
      await road();
      assert.ok(heard.length > 0, 'nothing was recorded');
      assert.deepEqual(await complaintsOf(checker, heard, requests), []);
      return heard;
    },
  };
}
