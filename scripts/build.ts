/**
 * Bundles src/main.ts into dist/pms.mjs, the one file that `bin` names and the image contains; equal sources give equal
 * bytes. The licence comments of what is bundled stand beside it, as a source map does.
 */
import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** Dependencies in CommonJS call `require`, which an ES module does not have. */
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Writes the bundle of `entry` to `outfile` with its source map and licences; throws with esbuild's messages. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  const hasShebang = (await readFile(entry, 'utf8')).startsWith('#!');
  for (const suffix of ['', '.map', '.LEGAL.txt']) await rm(`${outfile}${suffix}`, { force: true });
  await build({
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
    legalComments: 'external',
    banner: { js: `${hasShebang ? '' : '#!/usr/bin/env node\n'}${requireBanner}` },
    logLevel: 'warning',
  });
  await chmod(outfile, 0o755);
}

if (import.meta.main) await bundle(join(root, 'src/main.ts'), join(root, 'dist/pms.mjs'));
