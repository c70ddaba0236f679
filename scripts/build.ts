/**
 * Bundles src/main.ts into dist/pms.mjs, the one file that `bin` names and the image contains; equal sources give equal
 * bytes. The licences of what is bundled stand beside it, as a source map of our own code does.
 */
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from './licences.ts';
import { withSources } from './source-map.ts';

const root = join(import.meta.dirname, '..');

/** Dependencies in CommonJS call `require`, which an ES module does not have. */
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Writes the bundle of `entry` to `outfile` with its source map and licences; throws with esbuild's messages. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  const hasShebang = (await readFile(entry, 'utf8')).startsWith('#!');
  for (const suffix of ['', '.map', '.LICENSES.txt']) await rm(`${outfile}${suffix}`, { force: true });
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.19',
    minify: true,
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    // Beside it as whole texts, from the packages: comments are what some of them happen to repeat.
    legalComments: 'none',
    metafile: true,
    banner: { js: `${hasShebang ? '' : '#!/usr/bin/env node\n'}${requireBanner}` },
    logLevel: 'warning',
  });
  await writeFile(`${outfile}.LICENSES.txt`, await licencesOf(Object.keys(metafile.inputs), root));
  // `--enable-source-maps` reads the map whole at the start: with the dependencies' it would cost 29 MB of memory, so 9.
  const map = await readFile(`${outfile}.map`, 'utf8');
  await writeFile(
    `${outfile}.map`,
    withSources(map, source => !source.includes('node_modules/')),
  );
  await chmod(outfile, 0o755);
}

if (import.meta.main) await bundle(join(root, 'src/main.ts'), join(root, 'dist/pms.mjs'));
