import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { withLock } from '../../scripts/lock.mjs';

async function lockFile(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pms-test-'));
  t.after(() => rm(directory, { recursive: true }));
  return join(directory, 'deep', 'lock');
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'close');
  return child.pid ?? 0;
}

test('only one holds the lock at a time; the one who waits learns who holds it', async t => {
  const file = await lockFile(t);
  let inside = 0;
  const waitedFor: number[] = [];
  const work = async () => {
    inside++;
    assert.equal(inside, 1);
    assert.equal(await readFile(file, 'utf8'), `${process.pid}\n`);
    inside--;
  };
  await Promise.all([1, 2, 3].map(() => withLock(file, work, pid => waitedFor.push(pid))));
  assert.deepEqual(new Set(waitedFor), new Set([process.pid]));
  assert.equal(existsSync(file), false);
});

test('the lock is given back when the work fails', async t => {
  const file = await lockFile(t);
  await assert.rejects(
    withLock(file, async () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.equal(await withLock(file, async () => 'free'), 'free');
});

test('the lock of an owner that died is taken over, by one of two who find it', async t => {
  const file = await lockFile(t);
  await withLock(file, async () => {});
  await writeFile(file, `${await deadPid()}\n`);
  let inside = 0;
  const work = async () => {
    assert.equal(++inside, 1);
    await new Promise(setImmediate);
    inside--;
  };
  await Promise.all([withLock(file, work), withLock(file, work)]);
});

test('a lock that nobody has touched for a minute is taken over, whoever has its pid now', async t => {
  const file = await lockFile(t);
  await withLock(file, async () => {});
  await writeFile(file, `${process.pid}\n`);
  const twoMinutesAgo = new Date(Date.now() - 120_000);
  await utimes(file, twoMinutesAgo, twoMinutesAgo);
  assert.equal(await withLock(file, async () => 'taken'), 'taken');
});
