/**
 * Writes what is generated from the CRD: the TypeScript types and the reference page.
 *
 *   node scripts/generate.ts            writes the files
 *   node scripts/generate.ts --check    exits 1 and names the first difference of each committed file that is stale
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateReference } from './generate-reference.ts';
import { generateTypes } from './generate-types.ts';

const root = join(import.meta.dirname, '..');
const crdPath = 'crds/privatemonitoringscopes.yaml';

const outputs = [
  { path: 'src/domain/generated/private-monitoring-scope.ts', generate: generateTypes },
  { path: 'docs/reference.md', generate: generateReference },
] as const;

/** The first line in which the two texts differ, for a person; undefined when they are equal. */
export function firstDifference(committed: string, generated: string): string | undefined {
  if (committed === generated) return undefined;
  const [before, after] = [committed.split('\n'), generated.split('\n')];
  const index = after.findIndex((line, at) => line !== before[at]);
  const at = index === -1 ? after.length : index;
  return `line ${at + 1}:\n  - ${before[at] ?? '(end of file)'}\n  + ${after[at] ?? '(end of file)'}`;
}

async function main(check: boolean): Promise<number> {
  const crdText = await readFile(join(root, crdPath), 'utf8');
  let stale = 0;
  for (const { path, generate } of outputs) {
    const generated = await generate(crdText);
    const file = join(root, path);
    if (!check) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, generated);
      continue;
    }
    const difference = firstDifference(await readFile(file, 'utf8').catch(() => ''), generated);
    if (difference === undefined) continue;
    process.stderr.write(`${path} is not what ${crdPath} generates; run \`npm run generate\`. ${difference}\n`);
    stale++;
  }
  return stale > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.includes('--check'));
