/**
 * `pms simulator` as a process: its one line, its end, its files, its refusals.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { Agent, fetch } from 'undici';
import { eventually } from '../env/eventually.ts';

const entry = `import(${JSON.stringify(join(import.meta.dirname, '../../src/commands/simulator.ts'))}).then(module => module.simulatorCommand().parseAsync(process.argv.slice(1), { from: 'user' }))`;

function start(t: TestContext, ...flags: readonly string[]) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', entry, '--', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended: ended.then(([code]) => Number(code)), stderr: text(child.stderr) };
}

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pms-command-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('it prints one JSON line, answers, writes its journal, and ends with 0 on SIGTERM', async t => {
  const folder = await folderFor(t);
  const [journal, ca] = [join(folder, 'journal.jsonl'), join(folder, 'ca.pem')];
  const { child, ended, stderr } = start(
    t,
    '--latency',
    'real',
    '--latency-scale',
    '0',
    '--journal',
    journal,
    '--ca-file',
    ca,
  );
  const lines = createInterface(child.stdout);
  const [line] = await once(lines, 'line');
  const printed = JSON.parse(String(line)) as Record<string, string>;
  assert.deepEqual(Object.keys(printed), [
    'endpoint',
    'authority',
    'tenantId',
    'subscriptionId',
    'clientId',
    'clientSecret',
    'caFile',
  ]);
  assert.equal(printed.caFile, ca);
  const dispatcher = new Agent({ connect: { ca: await readFile(ca, 'utf8') } });
  t.after(() => dispatcher.destroy());
  const answer = await fetch(
    `${printed.endpoint}/subscriptions/${printed.subscriptionId}/resourceGroups?api-version=2021-04-01`,
    { dispatcher },
  );
  assert.equal(answer.status, 401);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.equal(await stderr, '');
  const [logged] = (await readFile(journal, 'utf8')).trim().split('\n');
  assert.equal(JSON.parse(String(logged)).status, 401);
});

test('a flag that cannot be used ends it with 2 and its name', async t => {
  const folder = await folderFor(t);
  const seed = join(folder, 'seed.yaml');
  await writeFile(seed, 'tenantId: me\n');
  const faults = join(folder, 'faults.yaml');
  await writeFile(faults, 'faults: [{match: {nth: 0}, before: {reset: true}}]\n');
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--listen', 'nowhere'], /--listen.*ADDRESS:PORT/],
    [['--listen', '127.0.0.1:99999'], /--listen/],
    [['--endpoint', 'http://x'], /--endpoint.*https:/],
    [['--endpoint', 'https://x/path'], /--endpoint.*https:/],
    [['--latency', 'some'], /--latency.*none, real/],
    [['--latency-scale', '-1'], /--latency-scale/],
    [['--seed', seed], /--seed[\s\S]*tenantId must be a GUID/],
    [['--seed', join(folder, 'none.yaml')], /--seed.*cannot be read/],
    [['--journal', join(folder, 'none', 'x')], /--journal.*cannot be written/],
    [['--ca-file', join(folder, 'none', 'x')], /--ca-file.*cannot be written/],
    [['--faults', faults], /--faults[\s\S]*faults\[0\]\.match\.nth must be a whole number/],
    [['--faults', join(folder, 'none.yaml')], /--faults.*cannot be read/],
    [['--state', seed], /--state.*not JSON/],
    [['--state', folder], /--state.*cannot be read/],
    [['--data-plane-port', '0'], /--data-plane-port.*1 to 65535, or 'off'/],
    [['--public-address', '127.0.0.1'], /--public-address.*ADDRESS:PORT/],
    [['--public-address', '192.0.2.1:1'], /--public-address 192\.0\.2\.1:1'.*EADDRNOTAVAIL/],
    [['--admin-token', 'short'], /--admin-token.*8 characters/],
    [['--throttling', 'some'], /--throttling.*none, real/],
    [['--surprise'], /--surprise/],
  ];
  const outcomes = cases.map(([flags, expected]) => ({ flags, expected, ...start(t, ...flags) }));
  for (const { flags, expected, ended, stderr } of outcomes) {
    assert.equal(await ended, 2, flags.join(' '));
    assert.match(await stderr, expected);
  }
});

/** What its line says, and an HTTP client that trusts it. */
async function printedBy(t: TestContext, child: ReturnType<typeof start>['child']) {
  const [line] = await once(createInterface(child.stdout), 'line');
  const printed = JSON.parse(String(line)) as Record<string, string>;
  const dispatcher = new Agent({ connect: { ca: await readFile(String(printed.caFile), 'utf8') } });
  t.after(() => dispatcher.destroy());
  const ask = async (path: string, init: { method?: string; body?: string } = {}) => {
    const answer = await fetch(`${printed.endpoint}${path}`, { dispatcher, ...init });
    return { status: answer.status, text: await answer.text() };
  };
  return { printed, ask };
}

test('the world in its state file outlives even a sudden end, secret and faults file included', async t => {
  const folder = await folderFor(t);
  const [state, faults] = [join(folder, 'state.json'), join(folder, 'faults.yaml')];
  await writeFile(faults, 'faults: [{name: slow, match: {method: GET}, before: {delayMs: 1}}]\n');
  const flags = ['--latency', 'none', '--state', state, '--faults', faults, '--data-plane-port', 'off'];
  const first = start(t, ...flags);
  const before = await printedBy(t, first.child);
  await eventually('the state is written', async () =>
    (await readFile(state, 'utf8')).includes(String(before.printed.clientSecret)),
  );
  first.child.kill('SIGKILL');
  await first.ended;
  const second = start(t, ...flags);
  const after = await printedBy(t, second.child);
  assert.equal(after.printed.clientSecret, before.printed.clientSecret);
  assert.match((await after.ask('/_sim/state')).text, /rg-monitor/);
  assert.match((await after.ask('/_sim/faults')).text, /"name":"slow"/);
  second.child.kill('SIGTERM');
  assert.equal(await second.ended, 0);
});

test('it says where the public side is, and keeps its page for whoever has the token', async t => {
  const { child } = start(
    t,
    '--latency',
    'none',
    '--public-address',
    '127.0.0.1:0',
    '--agent',
    '--admin-token',
    'let-me-in',
    '--data-plane-port',
    'off',
  );
  const { printed, ask } = await printedBy(t, child);
  assert.match(String(printed.publicAddress), /^127\.0\.0\.1:\d+$/);
  assert.equal((await ask('/')).status, 401);
});
