import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { longestFirst, slowest, strangers } from './run-order.ts';

const files = globSync('test/**/*.test.ts', { cwd: join(import.meta.dirname, '..') });

test('the longest files start first, then the slow places, then the rest by name, and none is lost', () => {
  const some = [
    'test/b.test.ts',
    'test/e2e/crash.test.ts',
    'test/slow.test.ts',
    'test/e2e/proof.test.ts',
    'test/a.test.ts',
  ];
  assert.deepEqual(
    longestFirst(some, file => file.includes('slow')),
    ['test/e2e/proof.test.ts', 'test/e2e/crash.test.ts', 'test/slow.test.ts', 'test/a.test.ts', 'test/b.test.ts'],
  );
  assert.deepEqual(longestFirst(files, () => false).sort(), [...files].sort());
});

test('the table of long files names files that there are', () => {
  assert.deepEqual(strangers(files), []);
});

test('the slowest files are told with their seconds, the longest first', () => {
  const ms = new Map([
    ['a', 1_000],
    ['b', 12_345],
    ['c', 500],
  ]);
  assert.deepEqual(slowest(ms, 2), ['   12.3 s  b', '    1.0 s  a']);
});
