/**
 * `pms records` and `pms tree` as processes, against the real control plane, as a user who may do nothing but read the one object.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EXPORT_FORMATS, exportRecords } from '../../src/domain/exports/exports.ts';
import { RECORDS } from '../domain/exports/sample.ts';
import { applyPatch } from '../env/api-client.ts';
import { removeAtExit } from '../env/child-process.ts';
import { type ControlPlane, startControlPlane } from '../env/control-plane.ts';
import { createPms, pmsPath } from '../kubernetes/cluster/connected.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const PUBLISHED_AT = '2026-09-01T10:00:00Z';

let controlPlane: ControlPlane;
let reader: string;
before(async () => {
  controlPlane = await startControlPlane({ namespaces: ['plant'], auditLog: true });
  for (const name of ['plant-a', 'fresh', 'many']) await createPms(controlPlane, 'plant', name);
  await setStatus('plant-a', { records: RECORDS, recordCount: RECORDS.length });
  await setStatus('many', { records: RECORDS, recordCount: 300 });
  reader = await controlPlane.userKubeconfig('reader');
  const rules = { apiGroups: ['privatemonitoring.dev'], resources: ['privatemonitoringscopes'], verbs: ['get'] };
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/plant';
  await controlPlane.request('POST', `${rbac}/roles`, { metadata: { name: 'reader' }, rules: [rules] });
  await controlPlane.request('POST', `${rbac}/rolebindings`, {
    metadata: { name: 'reader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'User', name: 'reader' }],
  });
});
after(() => controlPlane.stop());

async function setStatus(name: string, status: Record<string, unknown>): Promise<void> {
  const condition = { status: 'True', reason: 'Published', message: 'published', lastTransitionTime: PUBLISHED_AT };
  const conditions = [{ ...condition, type: 'RecordsPublished' }];
  const body = {
    apiVersion: 'privatemonitoring.dev/v1alpha1',
    kind: 'PrivateMonitoringScope',
    metadata: { namespace: 'plant', name },
    status: { ...status, conditions },
  };
  const path = `${pmsPath('plant', name)}/status?fieldManager=test`;
  const reply = await controlPlane.request('PATCH', path, body, applyPatch);
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const pms = (...args: readonly string[]) =>
  new Promise<Ended>((resolve, reject) => {
    const env = { PATH: process.env.PATH, HOME: controlPlane.directory };
    execFile(process.execPath, [main, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
const records = (...args: readonly string[]) => pms('records', ...args);
const ofPlant = (...args: readonly string[]) => records(...args, '-n', 'plant', '--kubeconfig', reader);

for (const format of EXPORT_FORMATS) {
  test(`-o ${format} prints the records of the status and nothing else`, async () => {
    const context = {
      owner: { namespace: 'plant', name: 'plant-a' },
      serial: Date.parse(PUBLISHED_AT) / 1_000,
    };
    const files = exportRecords(format, RECORDS, context);
    const expected = files.map(({ file, text }) => (files.length === 1 ? text : `==> ${file} <==\n${text}\n`)).join('');
    assert.deepEqual(await ofPlant('plant-a', '-o', format), { code: 0, stdout: expected, stderr: '' });
  });
}

test('without -o it is a part of /etc/hosts', async () => {
  const { code, stdout } = await ofPlant('plant-a');
  assert.equal(code, 0);
  assert.match(stdout, /^# BEGIN pms plant\/plant-a\n(\S+ \S+\n)+# END pms plant\/plant-a\n$/);
});

test('-d writes the files by their names, and prints nothing', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'pms-records-'));
  t.after(removeAtExit(directory));
  const folder = join(directory, 'dns');
  assert.deepEqual(await ofPlant('plant-a', '-o', 'bind', '-d', folder), { code: 0, stdout: '', stderr: '' });
  const conf = await readFile(join(folder, 'pms.named.conf'), 'utf8');
  const named = new Set([...conf.matchAll(/file "(.+?)"/g)].map(([, file]) => file));
  assert.deepEqual((await readdir(folder)).sort(), [...named, 'pms.named.conf'].sort());
});

test('an object that is not there is told, with exit 1', async () => {
  const { code, stdout, stderr } = await ofPlant('nobody');
  assert.deepEqual([code, stdout], [1, '']);
  assert.equal(stderr, 'error: there is no PrivateMonitoringScope plant/nobody\n');
});

test('an object without records yet is told, with exit 1', async () => {
  const { code, stdout, stderr } = await ofPlant('fresh');
  assert.deepEqual([code, stdout], [1, '']);
  assert.equal(stderr, 'error: plant/fresh has no records yet: the operator has not looked at it\n');
});

test('half of the records are none: a status that lists not all of them is told, with exit 1', async () => {
  const { code, stdout, stderr } = await ofPlant('many');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /lists 6 of 300 records: take them from the ConfigMap of its DNS target/);
});

test('a right that is missing is told in the words of the API server, with exit 1', async () => {
  const { code, stdout, stderr } = await records('plant-a', '-n', 'default', '--kubeconfig', reader);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^error: reading default\/plant-a: .*forbidden: User "reader" cannot get resource/);
});

test('a kubeconfig that is not there is told, with exit 1', async () => {
  const { code, stdout, stderr } = await records('plant-a', '--kubeconfig', '/nowhere/config');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^error: the kubeconfig cannot be read: /);
});

test('wrong usage is exit 2', async () => {
  const wrong = [
    [],
    ['plant-a', '-o', 'yaml'],
    ['../../nodes'],
    ['plant-a', '-n', 'a/b'],
    ['plant-a', '--all'],
    ['a', 'b'],
  ];
  for (const args of wrong) {
    const { code, stdout } = await records(...args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
  }
});

test('pms tree prints the way of the telemetry in three forms, and nothing else', async () => {
  const tree = (...args: readonly string[]) => pms('tree', ...args, '-n', 'plant', '--kubeconfig', reader);
  const text = await tree('plant-a');
  assert.deepEqual([text.code, text.stderr], [0, '']);
  assert.match(text.stdout, /^· pms plant\/plant-a\n└─ · machines \(yours\)[^\n]*\n {3}└─ ✔ records 6 names at /);
  assert.match((await tree('plant-a', '-o', 'mermaid')).stdout, /^flowchart LR\n/);
  const json = JSON.parse((await tree('fresh', '-o', 'json')).stdout);
  assert.deepEqual([json.kind, json.name, json.state], ['PrivateMonitoringScope', 'plant/fresh', 'absent']);
  assert.deepEqual((await tree('nobody')).code, 1);
  assert.deepEqual((await tree('plant-a', '-o', 'yaml')).code, 2);
});

test('all that they ever asked the API server for is the one object', async () => {
  const asked = (await controlPlane.auditEvents()).filter(event => event.user.username === 'reader');
  assert.ok(asked.length > EXPORT_FORMATS.length);
  for (const { verb, requestURI } of asked) {
    assert.equal(verb, 'get');
    assert.match(requestURI, /\/namespaces\/(plant|default)\/privatemonitoringscopes\/[-a-z]+$/);
  }
});
