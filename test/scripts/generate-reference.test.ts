import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { CrdSchema } from '../../scripts/crd.ts';
import { firstDifference } from '../../scripts/generate.ts';
import { generateReference } from '../../scripts/generate-reference.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFile(join(root, file), 'utf8');

/** Dotted paths of all fields, walked apart from the generator. */
const paths = (schema: CrdSchema, path: string): readonly string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = `${path}${name}`;
    return [at, ...paths(field, `${at}.`), ...paths(field.items ?? {}, `${at}[].`)];
  });

test('the committed reference is what the CRD generates, and has every field of spec and status', async () => {
  const crdText = await read('crds/privatemonitoringscopes.yaml');
  const committed = await read('docs/reference.md');
  assert.equal(firstDifference(committed, generateReference(crdText)), undefined);
  const { spec, status } = parse(crdText).spec.versions[0].schema.openAPIV3Schema.properties;
  const fields = [...paths(spec, ''), ...paths(status, '')];
  assert.ok(fields.length > 40);
  for (const field of fields) assert.ok(committed.includes(`- **\`${field}\`** (`), field);
});
