/**
 * docs/walkthrough.md held to the code: its object is one that the API server takes, its conditions are those that there
 * are, and every field that it names stands in the object or the schema.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { STEPS } from '../../src/domain/steps.ts';
import { parseManifest } from '../../src/manifest/manifest.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/walkthrough.md'), 'utf8');

test('the object of the walkthrough is one that the API server takes, and has every step', async () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const { spec } = await parseManifest(yaml);
  assert.equal(spec.dataCollection?.machines?.installAgent, true);
  const steps = [...yaml.matchAll(/# ([\d, ]+)$/gm)].flatMap(([, numbers = '']) => numbers.split(', ').map(Number));
  assert.deepEqual(
    steps.sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
});

test('each row of it names a condition that there is, and all of them that a step by hand has', () => {
  const rows = [...page.matchAll(/^\| (\d+)\. .*\| ([^|]*) \|$/gm)];
  assert.equal(rows.length, 13);
  const named = rows.flatMap(([, , shown = '']) => shown.match(/\b[A-Z][a-z]+[A-Z]\w+\b|\bIsolated\b/g) ?? []);
  assert.deepEqual(
    named.filter(name => !STEPS.some(step => step === name)),
    [],
  );
  const without = ['CredentialsReady', 'ZoneGroupReady', 'RecordsExported', 'ArcScopeReady'];
  assert.deepEqual(
    STEPS.filter(step => !named.includes(step) && !without.includes(step)),
    [],
  );
});
