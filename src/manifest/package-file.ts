/**
 * Files that ship beside the program: the CRD and the samples. Works from the sources and from the bundle, which lie at
 * different depths of the package. The commands import it.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The CRD; the folder that has it is the package's. */
export const CRD_FILE = 'crds/privatemonitoringscopes.yaml';

/** The text of a file of the package, by its path inside it. Throws when the package is not whole. */
export async function readPackageFile(path: string): Promise<string> {
  return readFile(join(packageRoot(), path), 'utf8');
}

/** Whether this process runs from the package's sources, with the development tools beside them. */
export const isFromSources = (): boolean => import.meta.filename.endsWith('.ts');

function packageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, CRD_FILE))) return folder;
    if (folder === dirname(folder)) throw new Error(`${CRD_FILE} is not beside the program: install the whole package`);
  }
}
