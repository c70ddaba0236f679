/**
 * Holds every answer that keep-answers.ts kept in a test run to the published descriptions, and says how many there were.
 * A stage of test/run.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createChecker } from './checker.ts';
import { complaintsOf } from './held.ts';
import type { Kept } from './keep-answers.ts';
import { findSpecs } from './spec-data.ts';

const exchangesIn = (folder: string, file: string) =>
  readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map(line => {
      const kept = JSON.parse(line) as Kept;
      const [requestHeaders, responseHeaders] = [new Headers(kept.requestHeaders), new Headers(kept.responseHeaders)];
      return { ...kept, requestHeaders, responseHeaders };
    });

/** Checks the answers of a folder; a word on the result, or throws with every complaint. Without descriptions: skipped. */
export async function checkKept(folder: string): Promise<string> {
  const specs = findSpecs();
  if (specs === undefined) {
    if (process.env.CI === 'true') throw new Error('no descriptions of Azure: set AZURE_SPECS_DIR');
    return 'skipped: no AZURE_SPECS_DIR';
  }
  const checker = await createChecker(specs);
  try {
    const complaints: string[] = [];
    for (const file of readdirSync(folder)) {
      complaints.push(...(await complaintsOf(checker, exchangesIn(folder, file), 'none')));
    }
    const total = [...checker.counts.values()].reduce((sum, { answers }) => sum + answers, 0);
    const bodies = [...checker.counts.values()].reduce((sum, { answerBodies }) => sum + answerBodies, 0);
    const result = `${total} answers (${bodies} described bodies) of the whole run checked`;
    const wrong = [...new Set(complaints)];
    if (wrong.length > 0) throw new Error(`${result}\n${wrong.map(line => `  ${line}`).join('\n')}`);
    return result;
  } finally {
    checker.close();
  }
}
