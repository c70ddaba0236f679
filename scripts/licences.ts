/**
 * The licences of everything that is bundled, as one text that ships beside the program: most of them ask that their text
 * goes with every copy. Reads node_modules, writes nothing; scripts/build.ts alone uses it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** LICENSE, LICENCE.md, license-mit.txt, COPYING, NOTICE, ThirdPartyNotices.txt: what must go with a copy. */
const LICENCE_FILE = /^(licen[cs]e|copying|notice|thirdpartynotices?)([-.].*)?$/i;

const RULE = '-'.repeat(120);

/**
 * One section a package, sorted by name, for the packages that `inputs` (paths of esbuild's metafile, relative to `root`)
 * lie in; equal input gives equal text. Throws for a package that states no licence.
 */
export async function licencesOf(inputs: readonly string[], root: string): Promise<string> {
  const folders = [...new Set(inputs.flatMap(packageFolder))].sort();
  const sections = await Promise.all(folders.map(folder => section(join(root, folder))));
  return sections.join('');
}

/** `node_modules/@azure/identity/dist/x.js` -> `node_modules/@azure/identity`; a nested package is its own. */
function packageFolder(input: string): readonly string[] {
  const match = /^.*node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(input);
  return match ? [match[0]] : [];
}

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
}

async function section(folder: string): Promise<string> {
  const { name, version, license }: PackageJson = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const kind = typeof license === 'string' ? license : license?.type;
  if (!name || !kind) throw new Error(`${folder}: package.json states no licence; it cannot be shipped so`);
  const files = (await readdir(folder)).filter(file => LICENCE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map(async file => (await readFile(join(folder, file), 'utf8')).trim()));
  const body =
    texts.length > 0 ? texts.join('\n\n') : `(The package has no licence file; its package.json says ${kind}.)`;
  return `${RULE}\n${name} ${version} (${kind})\n${RULE}\n\n${body.replaceAll('\r\n', '\n')}\n\n`;
}
