/**
 * The CRD on a real API server: each rule accepts and refuses what its fixtures say, with a message that names the field
 * and the remedy; defaults, status, columns, `kubectl explain` and the samples.
 */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { type ControlPlane, startControlPlane } from '../env/control-plane.ts';
import { propertyRuns } from '../model/property-runs.ts';
import { randomObjects } from './arbitrary-object.ts';
import { createCases } from './fixtures/create-cases.ts';
import { type Edits, type Manifest, manifest } from './fixtures/edits.ts';
import { updateCases } from './fixtures/update-cases.ts';
import { type Accepted, type Operated, operate } from './operated-object.ts';
import { largest, type Rule, type Schema, type SchemaNode, walk } from './schema.ts';

const root = join(import.meta.dirname, '../..');
const path = '/apis/privatemonitoring.dev/v1alpha1/namespaces/default/privatemonitoringscopes';
const crd = parse(await readFile(join(root, 'crds/privatemonitoringscopes.yaml'), 'utf8'));
const schema: Schema = crd.spec.versions[0].schema.openAPIV3Schema;

let cluster: ControlPlane;
before(async () => {
  cluster = await startControlPlane();
});
after(() => cluster?.stop());

/** Every message with which a fixture was refused, for the test that no rule is without one. */
const refusals: string[] = [];

const dryRun = (object: Manifest) => cluster.request('POST', `${path}?dryRun=All`, object);

/** Makes the object, runs `use`, and takes the object away again. */
async function withObject(object: Manifest, use: (live: Manifest) => Promise<void>): Promise<void> {
  const { status, body } = await cluster.request('POST', path, object);
  assert.equal(status, 201, body.message);
  try {
    await use(body);
  } finally {
    await cluster.request('DELETE', `${path}/${object.metadata.name}`);
  }
}

/** Replaces the spec of a live object, as a dry run. */
const dryUpdate = (live: Manifest, wanted: Manifest) =>
  cluster.request('PUT', `${path}/${live.metadata.name}?dryRun=All`, { ...wanted, metadata: live.metadata });

function assertRefused(reply: { status: number; body: { message: string } }, message: string, edits: Edits): void {
  const shown = JSON.stringify(edits);
  assert.equal(reply.status, 422, `${shown} was answered with ${reply.status} ${reply.body.message ?? ''}`);
  refusals.push(reply.body.message);
  assert.ok(
    reply.body.message.includes(message),
    `${shown}\n  refused with: ${reply.body.message}\n  expected: ${message}`,
  );
}

for (const { rule, accepted, refused } of createCases) {
  test(`creating: ${rule}`, async () => {
    assert.ok(accepted.length > 0 && refused.length > 0);
    for (const edits of accepted) {
      const { status, body } = await dryRun(manifest(edits));
      assert.equal(status, 201, `${JSON.stringify(edits)} was refused: ${body.message}`);
    }
    for (const [edits, message] of refused) assertRefused(await dryRun(manifest(edits)), message, edits);
  });
}

for (const { rule, before: start = {}, accepted, refused } of updateCases) {
  test(`changing: ${rule}`, async () => {
    assert.ok(accepted.length > 0 && refused.length > 0);
    await withObject(manifest(start), async live => {
      for (const edits of accepted) {
        const { status, body } = await dryUpdate(live, manifest(start, edits));
        assert.equal(status, 200, `${JSON.stringify(edits)} was refused: ${body.message}`);
      }
      for (const [edits, message] of refused) {
        assertRefused(await dryUpdate(live, manifest(start, edits)), message, edits);
      }
    });
  });
}

test('every rule of the schema has refused some fixture with its own message', () => {
  const rules = walk(schema).flatMap(({ node }) => node['x-kubernetes-validations'] ?? []);
  const silent = rules.filter(rule => !refusals.some(refusal => refusal.includes(ownWords(rule))));
  assert.deepEqual(
    silent.map(rule => rule.message),
    [],
  );
});

test('every pattern, and every list of values, of the spec has refused some fixture', () => {
  const narrow = walk(schema).filter(({ path, node }) => path.startsWith('spec.') && (node.pattern || node.enum));
  assert.ok(narrow.length >= 10);
  const isSilent = ({ path, node }: SchemaNode): boolean => {
    const field = path.replaceAll('[]', '\\[\\d+\\]').replaceAll('.', '\\.');
    const refusal = new RegExp(node.pattern ? `${field} in body should match` : `${field}: Unsupported value`);
    return !refusals.some(text => refusal.test(text));
  };
  assert.deepEqual(
    narrow.filter(isSilent).map(({ path }) => path),
    [],
  );
});

/** The part of a rule's message that no other rule's has and that no value fills in: its beginning. */
const ownWords = ({ message, messageExpression }: Rule): string => messageExpression?.split("'")[1] ?? message;

test('the server fills in the defaults of what concerns the operator, and nothing else', async () => {
  const wanted = manifest();
  const { body } = await dryRun(wanted);
  assert.deepEqual(body.spec, {
    ...wanted.spec,
    workspaces: [{ name: 'law-plant-a', deletionPolicy: 'Retain' }],
    dns: { target: 'default', aliases: 'Enabled', blobStorage: 'Enabled' },
    verification: { gate: 'Query', requireTelemetry: false },
    deletionPolicy: 'Delete',
    mode: 'Converge',
    driftPolicy: 'Repair',
    suspend: false,
    interval: '10m',
  });
});

test('a default inside dns stands beside a value that is given', async () => {
  const { body } = await dryRun(manifest({ 'spec.dns.aliases': 'Disabled' }));
  assert.deepEqual(body.spec.dns, { target: 'default', aliases: 'Disabled', blobStorage: 'Enabled' });
});

test('a misspelt field is named when kubectl applies it', async () => {
  const input = JSON.stringify(manifest({ 'spec.workspace': 'law' }));
  const { exitCode, stderr } = await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input });
  assert.equal(exitCode, 1);
  assert.match(stderr, /unknown field "spec.workspace"/);
});

test('status is written through its own door alone, and a spec sent there changes nothing', async () => {
  await withObject(manifest(), async live => {
    const one = `${path}/${live.metadata.name}`;
    const status = { recordCount: 14 };
    assert.equal((await cluster.request('PUT', one, { ...live, status })).body.status, undefined);
    const spec = { ...live.spec, suspend: true };
    const { body } = await cluster.request('PUT', `${one}/status`, { ...live, spec, status });
    assert.deepEqual(body.status, status);
    assert.equal(body.spec.suspend, false);
    assert.equal(body.metadata.generation, 1);
  });
});

test('the largest status that the bounds allow is stored', async () => {
  await withObject(manifest(), async live => {
    const status = largest(schema.properties?.status as Schema);
    const reply = await cluster.request('PUT', `${path}/${live.metadata.name}/status`, { ...live, status });
    assert.equal(reply.status, 200, reply.body.message);
    assert.equal(reply.body.status.resources.length, 256);
    assert.equal(reply.body.status.records.length, 256);
  });
});

/** Asks one after another would take long, all at once would drown the server. */
async function inTurns<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return results;
}

test('random objects, and each field at its limits, are refused or handled: no pass ever throws', async t => {
  const { numRuns, seed } = propertyRuns(1_000);
  const { spec, status } = schema.properties as { readonly spec: Schema; readonly status: Schema };
  const objects = randomObjects(spec, { count: numRuns, seed });
  const replies = await inTurns(objects, dryRun);
  const accepted = replies.flatMap(reply => (reply.status === 201 ? [reply.body as Accepted] : []));
  for (const { status: code, body } of replies) {
    assert.ok([201, 400, 422].includes(code), `answered with ${code} ${body.message}`);
  }
  const handled: Operated[] = [];
  for (const [index, object] of accepted.entries()) {
    // A defect shows in the first passes, as a rule: few go all the way.
    const eachMs = index % 16 === 0 ? 120_000 : 5_000;
    const outcome = await operate(object, { status, isThere: index % 2 === 0, seed: seed + index, eachMs });
    assert.deepEqual(outcome.wrong, [], JSON.stringify(object));
    handled.push(outcome);
  }
  const ready = handled.filter(({ reasons }) => reasons.includes('Ready')).length;
  const bytes = Math.max(...handled.map(({ statusBytes }) => statusBytes));
  const refused = objects.length - accepted.length;
  t.diagnostic(
    `of ${objects.length} objects ${refused} were refused and ${accepted.length} accepted; ${ready} were Ready; largest status ${bytes} bytes`,
  );
  assert.ok(accepted.length > objects.length / 3 && refused > objects.length / 20 && ready > accepted.length / 100);
  assert.ok(bytes < 256 * 1024, `${bytes} bytes`);
});

const id = (type: string, name: string) => `/subscriptions/s/resourceGroups/rg/providers/${type}/${name}`;

const settledStatus = {
  recordCount: 14,
  conditions: [
    { type: 'Stalled', status: 'False', reason: 'Ready', message: '' },
    { type: 'Ready', status: 'True', reason: 'AllReady', message: 'Fourteen records answer.' },
    { type: 'Isolated', status: 'True', reason: 'Isolated', message: '' },
  ].map(condition => ({ ...condition, lastTransitionTime: '2026-11-24T16:00:00Z' })),
  resources: [
    { key: 'privateEndpoint', id: id('Microsoft.Network/privateEndpoints', 'pe-a') },
    { key: 'privateLinkScope', id: id('Microsoft.Insights/privateLinkScopes', 'ampls-a') },
  ].map(resource => ({ ...resource, origin: 'Created', policy: 'Delete' })),
};

test('kubectl get pms shows READY, REASON, RECORDS, ISOLATED and AGE, and with -o wide what it is about', async () => {
  await withObject(manifest(), async live => {
    await cluster.request('PUT', `${path}/${live.metadata.name}/status`, { ...live, status: settledStatus });
    const narrow = await cluster.kubectl(['get', 'pms', 'plant-a']);
    assert.match(
      narrow.stdout,
      /^NAME +READY +REASON +RECORDS +ISOLATED +AGE *\nplant-a +True +AllReady +14 +True +\d+s *\n$/,
    );
    const wide = await cluster.kubectl(['get', 'azure', '-o', 'wide']);
    const [head = '', row = ''] = wide.stdout.split('\n');
    assert.equal(
      head.replaceAll(/ +/g, ' ').trim(),
      'NAME READY REASON RECORDS ISOLATED AGE SUSPENDED SCOPE ENDPOINT MESSAGE',
    );
    assert.match(row, / false .*\/privateLinkScopes\/ampls-a .*\/privateEndpoints\/pe-a +Fourteen records answer\.$/);
  });
});

test('kubectl get pms works before the first status is written', async () => {
  await withObject(manifest(), async () => {
    const { stdout, exitCode } = await cluster.kubectl(['get', 'pms', 'plant-a', '-o', 'wide']);
    assert.equal(exitCode, 0);
    assert.match(stdout, /plant-a/);
  });
});

test('kubectl explain tells of a field what it is, its default and its constraint', async () => {
  const { stdout } = await cluster.kubectl(['explain', 'pms.spec.privateEndpoint.subnetId']);
  const text = stdout.replaceAll(/\s+/g, ' ');
  assert.match(text, /FIELD: subnetId <string>/);
  assert.match(text, /Azure id of the subnet that gives the endpoint its addresses/);
  assert.match(text, /\/virtualNetworks\/<network>\/subnets\/<subnet>\./);
  assert.match(text, /so a \/27 at least\. Required unless there is a resourceId, no default, immutable\./);
});

test('kubectl explain --recursive lists every field of the spec', async () => {
  const { stdout } = await cluster.kubectl(['explain', 'pms', '--recursive']);
  const fields = walk(schema).map(node => node.path.split('.').at(-1) ?? '');
  for (const field of fields.filter(name => /^[a-zA-Z]+$/.test(name))) {
    assert.match(stdout, new RegExp(`^ +${field}\\s+<`, 'm'), field);
  }
});

const samples = join(root, 'deploy/samples');
const sampleFiles = (await readdir(samples)).filter(name => name.endsWith('.yaml')).sort();

test('kubectl apply accepts every sample', async () => {
  assert.deepEqual(sampleFiles, [
    'adopt.yaml',
    'closed.yaml',
    'collect.yaml',
    'gitops.yaml',
    'hub-network.yaml',
    'isolated.yaml',
    'join-hub.yaml',
    'look-first.yaml',
    'machines.yaml',
    'other-resolvers.yaml',
    'own-counters.yaml',
    'plant-a.yaml',
    'trial.yaml',
    'two-regions.yaml',
    'zones.yaml',
  ]);
  for (const name of sampleFiles) {
    const { exitCode, stderr } = await cluster.kubectl(['apply', '--dry-run=server', '-f', join(samples, name)]);
    // A field that the CRD does not know would be a warning.
    assert.deepEqual([exitCode, stderr], [0, ''], name);
  }
});

test('the samples show every field of the spec', async () => {
  const texts = await Promise.all(sampleFiles.map(name => readFile(join(samples, name), 'utf8')));
  const shown = texts.map(text => parse(text).spec);
  const leaves = walk(schema).filter(({ path, node }) => path.startsWith('spec.') && !node.properties && !node.items);
  const missing = leaves.filter(({ path }) => !path.endsWith('.*') && !shown.some(spec => has({ spec }, path)));
  assert.deepEqual(
    missing.map(leaf => leaf.path),
    [],
  );
});

/** Whether something stands at `spec.workspaces[].name`; for a list, in any of its items. */
function has(value: unknown, path: string): boolean {
  const [key = '', ...rest] = path.split('.');
  const next = (value as Readonly<Record<string, unknown>> | undefined)?.[key.replace('[]', '')];
  const items: readonly unknown[] = key.endsWith('[]') && Array.isArray(next) ? next : [next];
  return items.some(item => item !== undefined && (rest.length === 0 || has(item, rest.join('.'))));
}
