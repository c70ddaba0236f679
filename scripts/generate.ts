/**
 * Writes what is generated from the CRD: the TypeScript types, the reference page and the chart's template of it; then
 * what is generated from the chart: the plain YAML of deploy/.
 *
 *   node scripts/generate.ts            writes the files; helm is built when it is not there (a minute, once)
 *   node scripts/generate.ts --check    exits 1 and names the first difference of each committed file that is stale; of
 *                                       those from the CRD alone, the others are compared by test/deploy
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rendered } from '../test/env/helm.ts';
import { generateConfig, generateCrdTemplate, generateManifest, RENDERINGS } from './generate-chart.ts';
import { generateReference } from './generate-reference.ts';
import { generateTypes } from './generate-types.ts';

const root = join(import.meta.dirname, '..');
const crdPath = 'crds/privatemonitoringscopes.yaml';

const outputs = [
  { path: 'src/domain/generated/private-monitoring-scope.ts', generate: generateTypes },
  { path: 'docs/reference.md', generate: generateReference },
  { path: 'deploy/chart/templates/crd.yaml', generate: generateCrdTemplate },
] as const;

/** Path -> text of every file that is a rendering of the chart. Runs helm. */
export async function renderDeploy(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const { file, head, args } of RENDERINGS) {
    files.set(`deploy/${file}`, generateManifest(await rendered(args), head));
  }
  return files.set('deploy/operator.yaml', generateConfig(files.get('deploy/install.yaml') ?? ''));
}

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
  if (!check) for (const [path, text] of await renderDeploy()) await writeFile(join(root, path), text);
  return stale > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.includes('--check'));
