/**
 * The shipped manifests as data: every object of the YAML files in deploy/. Used by test/deploy alone.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const deploy = join(import.meta.dirname, '../../deploy');

// biome-ignore lint/suspicious/noExplicitAny: any Kubernetes object; a test reads the fields it knows
export type Manifest = any;

/** The objects of a file in deploy/, in its order. */
export async function manifestsIn(file: string): Promise<readonly Manifest[]> {
  const documents = parseAllDocuments(await readFile(join(deploy, file), 'utf8'));
  return documents.map(document => document.toJS());
}

/** The only object of that kind; throws when there is none or another one. */
export function theOnly(kind: string, manifests: readonly Manifest[]): Manifest {
  const [found, ...others] = manifests.filter(manifest => manifest.kind === kind);
  if (found === undefined || others.length > 0) throw new Error(`${others.length + (found ? 1 : 0)} objects ${kind}`);
  return found;
}
