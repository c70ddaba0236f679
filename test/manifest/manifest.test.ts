/**
 * The demo takes and refuses a file as the API server does: the CRD's own fixtures, which test/crd runs against a real
 * one, and what Kubernetes asks of every object.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { ManifestError, parseManifest } from '../../src/manifest/manifest.ts';
import { createCases } from '../crd/fixtures/create-cases.ts';
import { manifest } from '../crd/fixtures/edits.ts';

const samples = join(import.meta.dirname, '../../deploy/samples');

async function refusal(text: string): Promise<string> {
  try {
    await parseManifest(text);
  } catch (thrown) {
    assert.ok(thrown instanceof ManifestError, String(thrown));
    return thrown.message;
  }
  return 'nothing was refused';
}

for (const { rule, accepted, refused } of createCases) {
  test(`as the API server: ${rule}`, async () => {
    for (const edits of accepted) await parseManifest(stringify(manifest(edits)));
    for (const [edits, message] of refused) {
      const said = await refusal(stringify(manifest(edits)));
      assert.ok(said.includes(message), `${JSON.stringify(edits)}\n  refused with: ${said}\n  expected: ${message}`);
    }
  });
}

test('the defaults of what concerns the operator are filled in, and nothing else', async () => {
  const wanted = manifest({ 'spec.dns.aliases': 'Disabled', 'spec.tags': null });
  const { metadata, spec } = await parseManifest(stringify(wanted));
  assert.deepEqual(metadata, { name: 'plant-a', namespace: 'default', annotations: {} });
  const { tags: _, ...stated } = wanted.spec;
  assert.deepEqual(spec, {
    ...stated,
    workspaces: [{ name: 'law-plant-a', deletionPolicy: 'Retain' }],
    dns: { target: 'default', aliases: 'Disabled', blobStorage: 'Enabled' },
    verification: { gate: 'Query', requireTelemetry: false },
    deletionPolicy: 'Delete',
    mode: 'Converge',
    driftPolicy: 'Repair',
    suspend: false,
    interval: '10m',
  });
});

test('namespace and annotations are kept, and a status in the file is not', async () => {
  const text = stringify(
    manifest({ 'metadata.namespace': 'plant', 'metadata.annotations': { why: 'me' }, status: { recordCount: 3 } }),
  );
  const object = await parseManifest(text);
  assert.deepEqual(object.metadata, { name: 'plant-a', namespace: 'plant', annotations: { why: 'me' } });
  assert.deepEqual(Object.keys(object), ['metadata', 'spec']);
});

for (const file of ['plant-a.yaml', 'two-regions.yaml']) {
  test(`the sample ${file} is taken`, async () => {
    const { metadata } = await parseManifest(await readFile(join(samples, file), 'utf8'));
    assert.equal(`${metadata.name}.yaml`, file);
  });
}

const refusedTexts: readonly { readonly name: string; readonly text: string; readonly message: RegExp }[] = [
  { name: 'no YAML', text: 'spec: [', message: /^not YAML: .*line 1/ },
  { name: 'nothing', text: '# empty\n', message: /one PrivateMonitoringScope is expected, there are 0 objects/ },
  { name: 'a text', text: 'plant', message: /this is not a map/ },
  {
    name: 'two objects',
    text: `${stringify(manifest())}---\n${stringify(manifest())}`,
    message: /there are 2 objects/,
  },
  {
    name: 'another kind',
    text: stringify(manifest({ kind: 'ConfigMap' })),
    message: /^kind: must be PrivateMonitoringScope, not "ConfigMap"$/,
  },
  {
    name: 'another version',
    text: stringify(manifest({ apiVersion: 'privatemonitoring.dev/v9' })),
    message: /^apiVersion: must be privatemonitoring.dev\/v1alpha1/,
  },
  {
    name: 'an unknown field',
    text: stringify(manifest({ 'spec.workspace': 'law' })),
    message: /^unknown field "spec.workspace"; known here: .*workspaces/,
  },
  {
    name: 'an unknown field in a list',
    text: stringify(manifest({ 'spec.workspaces.0.retention': 30 })),
    message: /^unknown field "spec.workspaces\[0\].retention"/,
  },
  {
    name: 'a wrong type',
    text: stringify(manifest({ 'spec.suspend': 'yes' })),
    message: /^spec.suspend in body must be of type boolean: it is "yes"$/,
  },
  {
    name: 'a fraction of a day',
    text: stringify(manifest({ 'spec.workspaces.0.retentionInDays': 30.5 })),
    message: /^spec.workspaces\[0\].retentionInDays in body must be of type integer: it is 30.5$/,
  },
  {
    name: 'no name',
    text: stringify(manifest({ 'metadata.name': undefined })),
    message: /metadata.name: Required value/,
  },
  {
    name: 'a name in capitals',
    text: stringify(manifest({ 'metadata.name': 'Plant' })),
    message: /metadata.name: must be lower-case/,
  },
  {
    name: 'a namespace with a dot',
    text: stringify(manifest({ 'metadata.namespace': 'a.b' })),
    message: /metadata.namespace: must be lower-case/,
  },
  {
    name: 'an annotation that is a number',
    text: stringify(manifest({ 'metadata.annotations': { n: 1 } })),
    message: /metadata.annotations.n: must be a text, not 1/,
  },
];

for (const { name, text, message } of refusedTexts) {
  test(`refused with its field: ${name}`, async () => {
    assert.match(await refusal(text), message);
  });
}

test('every problem of a file is told at once', async () => {
  const said = await refusal(stringify(manifest({ 'spec.location': 'Japan East', 'spec.interval': '9s' })));
  assert.deepEqual(
    said.split('\n').map(line => line.trim().split(' ')[0]),
    ['spec.location', 'spec.interval'],
  );
});
