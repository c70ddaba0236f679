import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const root = join(import.meta.dirname, '../..');

/** A repository of its own with our scripts and one dependency, and an npm that notes its calls and installs that. */
async function repository(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'pms-test-'));
  t.after(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, 'scripts'));
  for (const file of ['setup.mjs', 'lock.mjs']) await cp(join(root, 'scripts', file), join(directory, 'scripts', file));
  const npm = join(directory, 'npm.mjs');
  await writeFile(npm, npmProgram);
  const write = (file: string, content: unknown) => writeFile(join(directory, file), JSON.stringify(content));
  const writeLock = (version: string) =>
    write('package-lock.json', {
      packages: { '': {}, 'node_modules/one': { version, integrity: `sha512-${version}` } },
    });
  await write('package.json', { scripts: {}, dependencies: { one: '1.0.0' } });
  await writeLock('1.0.0');
  const setup = async (failures = '') => {
    const env = { ...process.env, npm_execpath: npm, npm_node_execpath: process.execPath, FAILURES: failures };
    const child = spawn(process.execPath, [join(directory, 'scripts/setup.mjs')], { env });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', chunk => (output.stdout += chunk));
    child.stderr.on('data', chunk => (output.stderr += chunk));
    const [exitCode] = await once(child, 'close');
    return { exitCode, ...output };
  };
  const calls = async () => (await readFile(join(directory, 'calls'), 'utf8').catch(() => '')).trim().split('\n');
  return { directory, write, writeLock, setup, calls };
}

const npmProgram = `
import { appendFileSync, mkdirSync, copyFileSync, readFileSync } from 'node:fs';
appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
console.log('added 1 package');
const call = readFileSync('calls', 'utf8').trim().split('\\n').length;
const failure = process.env.FAILURES.split(',')[call - 1];
if (failure) { console.error('npm error code ' + failure); process.exit(190); }
mkdirSync('node_modules', { recursive: true });
copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;

test('the first set-up runs npm ci with its output on stderr, the second does nothing', async t => {
  const { setup, calls } = await repository(t);
  const first = await setup();
  assert.deepEqual([first.exitCode, first.stdout], [0, '']);
  assert.match(first.stderr, /added 1 package/);
  assert.deepEqual(await setup(), { exitCode: 0, stdout: '', stderr: '' });
  assert.deepEqual(await calls(), ['ci --loglevel=error']);
});

test('a changed lockfile or .npmrc or dependency installs again, a changed script does not', async t => {
  const { setup, calls, write, writeLock } = await repository(t);
  await setup();
  await write('package.json', { scripts: { test: 'true' }, dependencies: { one: '1.0.0' } });
  await setup();
  assert.equal((await calls()).length, 1);
  await writeLock('1.0.1');
  await setup();
  assert.equal((await calls()).length, 2);
});

test('an installation made by npm itself is taken as it is', async t => {
  const { directory, setup, calls } = await repository(t);
  await mkdir(join(directory, 'node_modules'));
  await cp(join(directory, 'package-lock.json'), join(directory, 'node_modules/.package-lock.json'));
  assert.equal((await setup()).exitCode, 0);
  assert.deepEqual(await calls(), ['']);
});

test('two set-ups at once install once', async t => {
  const { setup, calls } = await repository(t);
  const both = await Promise.all([setup(), setup()]);
  assert.deepEqual(
    both.map(result => result.exitCode),
    [0, 0],
  );
  assert.equal((await calls()).length, 1);
});

test('ENOTEMPTY, the mark of an earlier npm still at work, is tried once more', async t => {
  const { setup, calls } = await repository(t);
  assert.equal((await setup('ENOTEMPTY')).exitCode, 0);
  assert.equal((await calls()).length, 2);
});

test('a failed npm ci ends the script with npm’s exit code, and the next call tries again', async t => {
  const { setup, calls } = await repository(t);
  const failed = await setup('E404');
  assert.equal(failed.exitCode, 190);
  assert.match(failed.stderr, /npm error code E404/);
  assert.equal((await setup()).exitCode, 0);
  assert.equal((await calls()).length, 2);
});
