/**
 * Where the published descriptions of Azure lie. AZURE_SPECS_DIR names the folder; by default it is `azure-specs` in a
 * folder `shared` beside the checkout. Without it a test is skipped, and fails where CI=true.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const folder = process.env.AZURE_SPECS_DIR ?? join(import.meta.dirname, '../../../shared/azure-specs');

/** The folder; undefined when it is not there. */
export const findSpecs = (): string | undefined =>
  existsSync(join(folder, 'bicep-types-az')) && existsSync(join(folder, 'Azure-azure-rest-api-specs'))
    ? folder
    : undefined;

/** The folder; undefined after `t` was skipped for want of it (the test must then return). Throws when CI=true. */
export function specFolder(t: TestContext): string | undefined {
  const found = findSpecs();
  if (found !== undefined) return found;
  if (process.env.CI === 'true') throw new Error(`no descriptions of Azure in ${folder}: set AZURE_SPECS_DIR`);
  t.skip('skipped: no AZURE_SPECS_DIR');
  return undefined;
}

/** A published example: what is sent, and what each status answers. */
export interface Example {
  /** The file's name without `.json`, the folder of its version in front: `2025-05-01/PrivateEndpointGet`. */
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly responses: Readonly<Record<string, { readonly body?: unknown; readonly headers?: Record<string, string> }>>;
}

/** Every example, by name. */
export function examples(specs: string): readonly Example[] {
  const files = globSync('Azure-azure-rest-api-specs/specification/**/examples/*.json', { cwd: specs });
  return files.toSorted().map(file => {
    const parts = file.replaceAll('\\', '/').split('/');
    // The same names lie in an older layout of the repository too: the folder above tells them apart.
    const place =
      parts.includes('Insights') || !file.includes('Microsoft.Insights') ? parts.at(-3) : `old ${parts.at(-3)}`;
    const { parameters, responses } = JSON.parse(readFileSync(join(specs, file), 'utf8')) as Example;
    return { name: `${place}/${parts.at(-1)?.replace(/\.json$/, '')}`, parameters, responses };
  });
}
