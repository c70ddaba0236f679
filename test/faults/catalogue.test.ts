/**
 * The catalogue of faults (catalogue.ts) against the tests that exist: nothing it names is missing, and no test of a fault
 * is missing in it. After a change of the catalogue, `node test/faults/catalogue.test.ts --update` writes the table anew.
 */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CATALOGUE, catalogueTable } from './catalogue.ts';

const root = join(import.meta.dirname, '..');
const readme = join(import.meta.dirname, 'README.md');
const textOf = (file: string): Promise<string> => readFile(join(root, file), 'utf8');
/** The table is the end of the page. */
const START = '| # |';

if (process.argv.includes('--update')) {
  const text = await readFile(readme, 'utf8');
  await writeFile(readme, `${text.slice(0, text.indexOf(START))}${catalogueTable()}\n`);
}

test('the catalogue has F1 to F30, each with its tests or with what is missing', () => {
  const expected = Array.from({ length: 30 }, (_, index) => `F${index + 1}`);
  assert.deepEqual(
    CATALOGUE.map(({ fault }) => fault),
    expected,
  );
  for (const { fault, proofs, open } of CATALOGUE) assert.ok(proofs.length > 0 || open !== undefined, fault);
});

test('every test that the catalogue names is in the file it names', async () => {
  for (const { fault, proofs } of CATALOGUE) {
    for (const { file, name } of proofs) {
      assert.ok((await textOf(file)).includes(name), `${fault}: ${file} has no test "${name}"`);
    }
  }
});

test('every test that bears the number of a fault is in the catalogue', async () => {
  for (const path of globSync('faults/*.test.ts', { cwd: root })) {
    for (const [, numbers = '', rest = ''] of (await textOf(path)).matchAll(/test\(['`]((?:F\d+ ?)+): (.*?)['`],/g)) {
      // It judges the tests above it.
      if (rest === 'the table of the sweep') continue;
      for (const fault of numbers.split(' ')) {
        const proofs = CATALOGUE.find(entry => entry.fault === fault)?.proofs ?? [];
        const isNamed = proofs.some(({ file, name }) => file === path && `${numbers}: ${rest}`.includes(name));
        assert.ok(isNamed, `${path}: "${numbers}: ${rest}" is not in the catalogue under ${fault}`);
      }
    }
  }
});

test('the page shows the catalogue as it is', async () => {
  const text = await readFile(readme, 'utf8');
  assert.equal(text.slice(text.indexOf(START)), `${catalogueTable()}\n`);
});
