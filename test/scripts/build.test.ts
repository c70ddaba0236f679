import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { bundle } from '../../scripts/build.ts';

const root = join(import.meta.dirname, '../..');

/** A command that needs a CommonJS dependency (prom-client calls `require`) and its own class names. */
const program = `
import { Registry } from 'prom-client';
class OwnError extends Error {}
console.log(new OwnError('').constructor.name, typeof new Registry().metrics, process.argv[2]);
`;

test('the bundle is one executable file, starts alone, and is the same each time', async t => {
  await mkdir(join(root, '.tmp'), { recursive: true });
  const sources = await mkdtemp(join(root, '.tmp/build-'));
  const elsewhere = await mkdtemp(join(tmpdir(), 'pms-test-'));
  t.after(() => Promise.all([sources, elsewhere].map(directory => rm(directory, { recursive: true }))));
  const entry = join(sources, 'main.ts');
  await writeFile(entry, program);
  const built = join(sources, 'out', 'pms.mjs');

  await bundle(entry, built);
  const [text, map] = await Promise.all([readFile(built), readFile(`${built}.map`)]);
  await bundle(entry, built);
  assert.ok(text.equals(await readFile(built)) && map.equals(await readFile(`${built}.map`)));
  assert.ok(text.toString().startsWith('#!/usr/bin/env node\n'));

  const alone = join(elsewhere, 'pms.mjs');
  await copyFile(built, alone);
  assert.equal((await stat(alone)).mode & 0o111, 0o111);
  const { stdout } = await promisify(execFile)(alone, ['argument']);
  assert.equal(stdout, 'OwnError function argument\n');
});

test('the licences of what is bundled stand beside it, and the map tells of our own code alone', async t => {
  await mkdir(join(root, '.tmp'), { recursive: true });
  const sources = await mkdtemp(join(root, '.tmp/build-'));
  t.after(() => rm(sources, { recursive: true }));
  const entry = join(sources, 'main.ts');
  await writeFile(entry, program);
  const built = join(sources, 'pms.mjs');
  await bundle(entry, built);

  const licences = await readFile(`${built}.LICENSES.txt`, 'utf8');
  const packages = [...licences.matchAll(/^(\S+) (\d+\.\d+\.\d+\S*) \((.+)\)$/gm)].map(([, name]) => name);
  assert.ok(packages.includes('prom-client') && packages.includes('bintrees'), packages.join());
  assert.deepEqual(packages, [...packages].sort());
  // The words of the MIT and Apache licences, not only their names.
  assert.match(licences, /Permission is hereby granted|Apache License\s+Version 2\.0/);

  const { sources: mapped } = JSON.parse(await readFile(`${built}.map`, 'utf8'));
  assert.deepEqual(mapped, ['main.ts']);
  // A failure of ours is told by its line in the source.
  await writeFile(entry, `${program}\nfunction fails(): never { throw new Error('planted'); }\nfails();\n`);
  await bundle(entry, built);
  const failed = await promisify(execFile)(process.execPath, ['--enable-source-maps', built]).catch(error => error);
  assert.match(failed.stderr, /fails \(.*main\.ts:\d+:\d+\)/);
});
