/**
 * Holds the shipped roles to everything that the operator asked of API servers in a test run: no call was refused but those
 * that a test had refused on purpose, and no right was there for nothing. A stage of test/run.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kept } from './keep-calls.ts';

/** What keep-calls.ts kept in a folder. */
export const keptIn = (folder: string): readonly Kept[] =>
  readdirSync(folder).map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Kept);

/**
 * A word on the result, or throws with every complaint. That a right was never used shows only in a whole run: `partly`
 * says why this is none.
 */
export function checkRights(kept: readonly Kept[], partly: string | undefined): string {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const [granted, used] = [new Set(kept.flatMap(one => one.granted)), new Set(kept.flatMap(one => one.used))];
  const unused = [...granted].filter(right => !used.has(right)).sort();
  const wrong = kept.flatMap(({ file, refused, unmet, notShipped }) => [
    ...refused.map(call => `${file}: refused: ${call}`),
    ...unmet.map(why => `${file}: was to be refused and was not: ${why}`),
    ...notShipped.map(role => `${file}: the operator has a role that the chart does not render so: ${role}`),
  ]);
  if (partly === undefined) {
    if (kept.length === 0) wrong.push('no installation ran');
    wrong.push(...unused.map(right => `never used: ${right}`));
  }
  const counts = [
    `${sum(kept.map(({ calls }) => calls))} calls of ${kept.length} installations`,
    `${sum(kept.map(({ refused }) => refused.length))} refused, ${sum(kept.map(({ planted }) => planted))} on purpose`,
    partly === undefined
      ? `${granted.size - unused.length} of ${granted.size} rights used`
      : `${used.size} of ${granted.size} rights used, not judged: ${partly}`,
  ];
  const result = counts.join(', ');
  if (wrong.length > 0) throw new Error(`${result}\n${[...new Set(wrong)].map(line => `  ${line}`).join('\n')}`);
  return result;
}
