import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstDifference } from '../../scripts/generate.ts';
import { generateTypes } from '../../scripts/generate-types.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFile(join(root, file), 'utf8');

test('the committed types are those that the CRD generates, and import nothing', async () => {
  const committed = await read('src/domain/generated/private-monitoring-scope.ts');
  assert.equal(
    firstDifference(committed, await generateTypes(await read('crds/privatemonitoringscopes.yaml'))),
    undefined,
  );
  assert.doesNotMatch(committed, /\bimport\b.*\bfrom\b/);
});

const crd = (spec: string) => `
spec:
  names: {kind: Thing}
  versions:
    - name: v1
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, required: [name], properties: {name: {type: string}, ${spec}}}
            status: {type: object}
`;

const cases = [
  { name: 'a defaulted field is optional in what is sent', spec: 'a: {type: string, default: x}', type: 'a?: string;' },
  { name: 'an enum is a union', spec: 'a: {type: string, enum: [On, Off]}', type: "a?: 'On' | 'Off';" },
  {
    name: 'a bounded list is a list',
    spec: 'a: {type: array, maxItems: 3, items: {type: string}}',
    type: 'a?: string[];',
  },
  { name: 'int-or-string is both', spec: 'a: {x-kubernetes-int-or-string: true}', type: 'a?: number | string;' },
  { name: 'a nullable field may be null', spec: 'a: {type: string, nullable: true}', type: 'a?: string | null;' },
  { name: 'a title names no type', spec: 'a: {type: string, title: Other}', type: 'a?: string;' },
];

for (const { name, spec, type } of cases) {
  test(name, async () => {
    const text = await generateTypes(crd(spec));
    assert.ok(text.includes(`  ${type}\n`), text);
    assert.deepEqual(text.match(/export \S+ \S+/g), ['export interface ThingSpec', 'export interface ThingStatus']);
  });
}

test('the first difference names its line and both texts', () => {
  assert.equal(firstDifference('a\nb\n', 'a\nb\n'), undefined);
  assert.equal(firstDifference('a\nb\n', 'a\nc\n'), 'line 2:\n  - b\n  + c');
  assert.equal(firstDifference('a\nb', 'a'), 'line 2:\n  - b\n  + (end of file)');
});
