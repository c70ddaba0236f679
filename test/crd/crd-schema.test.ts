/**
 * What can be said of the CRD without an API server: descriptions, bounds, defaults, messages, size.
 */
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { largest, type Schema, walk } from './schema.ts';

const file = join(import.meta.dirname, '../../crds/privatemonitoringscopes.yaml');
const crd = parse(await readFile(file, 'utf8'));
const [version] = crd.spec.versions;
const schema: Schema = version.schema.openAPIV3Schema;
const nodes = walk(schema).filter(node => node.path !== 'metadata');

test('there is one version, served and stored, with a status of its own', () => {
  assert.deepEqual(
    crd.spec.versions.map((one: { name: string; served: boolean; storage: boolean }) => [
      one.name,
      one.served,
      one.storage,
    ]),
    [['v1alpha1', true, true]],
  );
  assert.deepEqual(version.subresources, { status: {} });
});

test('the file is small enough for a plain kubectl apply: under 200 KB', async () => {
  assert.ok((await stat(file)).size < 200_000);
});

test('every field is described in a sentence', () => {
  const bare = nodes.filter(({ node }) => !/^[A-Z].+\.$/s.test(node.description ?? ''));
  assert.deepEqual(
    bare.map(({ path }) => path),
    [],
  );
});

test('every leaf of the spec tells its default, or that it is required', () => {
  const silent = nodes
    .filter(({ path, node }) => path.startsWith('spec.') && node.properties === undefined && node.items === undefined)
    .filter(({ path }) => !path.endsWith('.*'))
    .filter(({ node }) => !/Default|no default/.test(node.description ?? ''));
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  );
});

test('every string, list and map has a bound', () => {
  const known = new Set(['apiVersion', 'kind']); // Fixed by the API server.
  const unbounded = nodes.filter(({ path, node }) => !known.has(path) && !isBounded(node));
  assert.deepEqual(
    unbounded.map(({ path }) => path),
    [],
  );
});

function isBounded(node: Schema): boolean {
  if (node.type === 'string') return node.enum !== undefined || node.maxLength !== undefined;
  if (node.type === 'array') return node.maxItems !== undefined && node['x-kubernetes-list-type'] !== undefined;
  return node.additionalProperties === undefined || node.maxProperties !== undefined;
}

test('the schema defaults what concerns the operator alone, and nothing that shapes an Azure resource', () => {
  const defaults = nodes.filter(({ node }) => node.default !== undefined).map(({ path, node }) => [path, node.default]);
  assert.deepEqual(defaults, [
    ['spec.workspaces[].deletionPolicy', 'Retain'],
    ['spec.dns', {}],
    ['spec.dns.target', 'default'],
    ['spec.dns.aliases', 'Enabled'],
    ['spec.dns.blobStorage', 'Enabled'],
    ['spec.verification', {}],
    ['spec.verification.gate', 'Query'],
    ['spec.verification.requireTelemetry', false],
    ['spec.isolation.onLostPath', 'Report'],
    ['spec.dataCollection.machines.installAgent', false],
    ['spec.dataCollection.machines.agent.automaticUpgrade', true],
    ['spec.dataCollection.machines.takeOver', false],
    ['spec.deletionPolicy', 'Delete'],
    ['spec.mode', 'Converge'],
    ['spec.driftPolicy', 'Repair'],
    ['spec.suspend', false],
    ['spec.interval', '10m'],
  ]);
});

test('a default is also told in the description', () => {
  for (const { path, node } of nodes) {
    if (node.default === undefined || typeof node.default === 'object') continue;
    assert.match(node.description ?? '', new RegExp(`Default \`?${node.default}\\b`), path);
  }
});

test('every message names its field and what to do', () => {
  const rules = walk(schema).flatMap(({ node }) => node['x-kubernetes-validations'] ?? []);
  assert.ok(rules.length >= 20);
  for (const { message, messageExpression } of rules) {
    assert.match(message, /^(spec|metadata)\.[a-zA-Z]/);
    assert.match(message, /put it back|choose|keep|take|shorten|use another|put the old|prints it|suits most/, message);
    if (messageExpression !== undefined) assert.match(messageExpression, /^'(spec|metadata)\./);
  }
});

test('the largest status that the bounds allow is a third of what etcd takes', () => {
  const bytes = JSON.stringify(largest(schema.properties?.status as Schema)).length;
  assert.ok(bytes > 256_000 && bytes < 540 * 1024, `${bytes} bytes`);
});
