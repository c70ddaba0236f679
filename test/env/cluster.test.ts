import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { readAuditLog } from './audit-log.ts';
import { eventually } from './eventually.ts';
import { processesWith } from './processes.ts';

const cluster = join(import.meta.dirname, 'cluster.ts');

/** What the command run inside tells about its surroundings, as JSON on one line, before it does as it is told. */
const inside = (then: string) => `
  const { execFileSync } = require('node:child_process');
  const objects = execFileSync('kubectl', ['get', 'pms', '-A', '-o', 'name']).toString();
  const { KUBECONFIG, PMS_DNS_SERVER } = process.env;
  console.log(JSON.stringify({ objects, KUBECONFIG, PMS_DNS_SERVER, pid: process.pid }));
  ${then}`;

interface Told {
  readonly KUBECONFIG: string;
  readonly PMS_DNS_SERVER: string;
  readonly objects: string;
  readonly pid: number;
}

/** Runs cluster.ts with its own folder for temporary files, so that what it leaves there can be seen, and is removed. */
async function start(t: TestContext, ...args: string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'pms-test-'));
  t.after(() => rm(directory, { recursive: true }));
  const env = { ...process.env, TMPDIR: directory };
  const child = spawn(process.execPath, [cluster, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exit = once(child, 'close').then(([code]) => code as number);
  const told = () => stdout.includes('\n') && (JSON.parse(stdout) as Told);
  const leftovers = async () => [...(await readdir(directory)), ...(await processesWith(directory))];
  return { directory, child, exit, told, stderr: () => stderr, leftovers };
}

test('the command finds the cluster and its DNS server, its exit code is passed on, and nothing stays', async t => {
  const run = await start(t, process.execPath, '-e', inside('process.exit(7)'));
  assert.equal(await run.exit, 7, run.stderr());
  const told = run.told();
  assert.ok(told);
  assert.match(told.PMS_DNS_SERVER, /^127\.0\.0\.1:\d+$/);
  assert.equal(told.objects, '');
  assert.ok(told.KUBECONFIG.startsWith(run.directory));
  assert.deepEqual(await run.leftovers(), []);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends the command first, then the cluster`, async t => {
    const run = await start(t, process.execPath, '-e', inside('setInterval(() => {}, 1000)'));
    const told = await eventually('the command runs', run.told, { deadlineMs: 120_000 });
    assert.equal((await processesWith(run.directory)).length, 3);
    run.child.kill(signal);
    assert.equal(await run.exit, signal === 'SIGINT' ? 130 : 143, run.stderr());
    assert.throws(() => process.kill(told.pid, 0), { code: 'ESRCH' });
    assert.deepEqual(await run.leftovers(), []);
  });
}

test('Ctrl-C before the command runs: it never does, and nothing stays', async t => {
  const run = await start(t, process.execPath, '-e', inside(''));
  await eventually('the servers are being started', () => run.stderr().includes('starting etcd'));
  run.child.kill('SIGINT');
  assert.equal(await run.exit, 130, run.stderr());
  assert.equal(run.told(), false);
  assert.deepEqual(await run.leftovers(), []);
});

test('CoreDNS answers from the ConfigMap that deploy/operator.yaml names, and the public names otherwise', async t => {
  const [target] = parse(await readFile(join(import.meta.dirname, '../../deploy/operator.yaml'), 'utf8')).targets;
  const object = `create configmap ${target.configMap} -n ${target.namespace} --from-literal=pms.hosts`;
  const script = `
    const { execFileSync } = require('node:child_process');
    execFileSync('kubectl', ['${object.split(' ').join("', '")}=127.13.1.4 api.monitor.azure.com']);
    const resolver = new (require('node:dns/promises').Resolver)();
    resolver.setServers([process.env.PMS_DNS_SERVER]);
    (async () => {
      const other = await resolver.resolve4('management.azure.com');
      for (;;) {
        const found = await resolver.resolve4('api.monitor.azure.com');
        if (found[0] !== '192.0.2.10') return console.log(JSON.stringify({ found, other }));
      }
    })();`;
  const run = await start(t, process.execPath, '-e', script);
  assert.equal(await run.exit, 0, run.stderr());
  assert.deepEqual(run.told(), { found: ['127.13.1.4'], other: ['192.0.2.12'] });
});

test('SIGKILL, which nobody can catch, still takes the servers along where setpriv is there', async t => {
  if (!existsSync('/usr/bin/setpriv')) return t.skip('no setpriv');
  const run = await start(t, process.execPath, '-e', inside('setInterval(() => {}, 1000)'));
  const told = await eventually('the command runs', run.told, { deadlineMs: 120_000 });
  run.child.kill('SIGKILL');
  process.kill(told.pid, 'SIGKILL');
  await run.exit;
  await eventually('the servers have ended', async () => (await processesWith(run.directory)).length === 0);
});

test('the audit log of the run is kept where it was asked for', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'pms-test-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, 'audit.log');
  const run = await start(t, '--audit-log', file, 'kubectl', 'create', 'configmap', 'mine');
  assert.equal(await run.exit, 0, run.stderr());
  const events = await readAuditLog(file);
  assert.ok(events.some(event => event.verb === 'create' && event.objectRef?.name === 'mine'));
});

for (const args of [[], ['--no-such-option', 'true'], ['--records', 'a/b/c', 'true']]) {
  test(`wrong usage (${args.join(' ') || 'no command'}) ends with 2 and the usage, before anything is started`, async t => {
    const run = await start(t, ...args);
    assert.equal(await run.exit, 2);
    assert.match(run.stderr(), /usage: npm run cluster/);
  });
}
