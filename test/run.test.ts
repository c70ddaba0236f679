import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const runner = join(import.meta.dirname, 'run.ts');

/** Runs the test runner on one file with this text. */
async function runFile(t: TestContext, text: string, ci: boolean) {
  const directory = await mkdtemp(join(tmpdir(), 'pms-test-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, 'some.test.ts');
  await writeFile(file, `import { describe, it, test } from 'node:test';\n${text}\n`);
  const { NODE_TEST_CONTEXT: _inner, ...env } = process.env;
  const child = spawn(process.execPath, [runner, file], { env: { ...env, CI: String(ci) } });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  child.stderr.on('data', chunk => (output += chunk));
  const [exitCode] = await once(child, 'close');
  return { exitCode, output };
}

const passes = "test('passes', () => {});";

const cases = [
  { name: 'a test that passes is green', text: passes, ci: true, exitCode: 0, says: /1 tests in 1 files: 1 passed/ },
  {
    name: 'a test that fails is red',
    text: "test('f', () => { throw 1 });",
    ci: false,
    exitCode: 1,
    says: /1 of 1 tests/,
  },
  { name: 'a file without tests is red', text: '', ci: false, exitCode: 1, says: /some\.test\.ts: no test of it ran/ },
  { name: 'an empty suite is red', text: "describe('s', () => {});", ci: false, exitCode: 1, says: /no test ran/ },
  { name: 'a file that does not load is red', text: 'throw 1;', ci: false, exitCode: 1, says: /FAILED/ },
  {
    name: 'a skipped test beside others is green for a developer',
    text: `${passes} test('s', { skip: 'no dig' }, () => {});`,
    ci: false,
    exitCode: 0,
    says: /1 skipped/,
  },
  {
    name: 'a skipped test is red where CI=true, with its reason',
    text: `${passes} test('s', { skip: 'no dig' }, () => {});`,
    ci: true,
    exitCode: 1,
    says: /skipped, and CI=true: .*some\.test\.ts: s \(no dig\)/,
  },
  {
    name: 'a skipped suite is red where CI=true',
    text: `${passes} describe.skip('s', () => { it('inner', () => {}); });`,
    ci: true,
    exitCode: 1,
    says: /skipped, and CI=true/,
  },
  {
    name: 'a todo, which node:test lets fail, is red where CI=true',
    text: `${passes} test.todo('t', () => { throw 1 });`,
    ci: true,
    exitCode: 1,
    says: /todo, and CI=true/,
  },
];

for (const { name, text, ci, exitCode, says } of cases) {
  test(name, async t => {
    const result = await runFile(t, text, ci);
    assert.equal(result.exitCode, exitCode, result.output);
    assert.match(result.output, says);
  });
}
