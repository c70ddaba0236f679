/**
 * Who leads when: takeover, renewal, loss, the clocks, and what stands in the Lease.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LeaseLostError } from '../../../src/kubernetes/lease/lease.ts';
import { recordAt } from '../../../src/kubernetes/raw-object.ts';
import { randomness } from '../../model/randomness.ts';
import { steppingClock } from '../../model/stepping-clock.ts';
import { type Candidate, candidate, leaseStore } from './candidates.ts';

function scene() {
  const clock = steppingClock();
  const store = leaseStore();
  const random = randomness(7);
  const start = (name: string): Candidate => candidate({ name, clock, store, random, delayMs: 20 });
  return { clock, store, start };
}

const mayWrite = ({ lease }: Candidate): boolean => lease.guard() === undefined;

suite('a lease', () => {
  test('is made by the first who comes, and held in the form that client-go writes', async () => {
    const { clock, store, start } = scene();
    const a = start('a');
    assert.equal(a.lease.guard(), 'this process does not lead');
    await clock.runFor(1_000);
    assert.ok(mayWrite(a));
    const { acquireTime, renewTime, ...rest } = store.spec();
    assert.deepEqual(rest, { holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    for (const time of [acquireTime, renewTime]) assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    await clock.runFor(60_000);
    const later = store.spec();
    assert.equal(later.acquireTime, acquireTime);
    assert.ok(Date.parse(String(later.renewTime)) > Date.parse(String(renewTime)));
    assert.ok(store.writes >= 29 && store.writes <= 32, `${store.writes} writes in a minute, one in 2 s`);
  });

  test('is left to its holder as long as that renews it; a follower says so once', async () => {
    const { clock, start } = scene();
    const a = start('a');
    await clock.runFor(1_000);
    const b = start('b');
    await clock.runFor(600_000);
    assert.deepEqual([mayWrite(a), mayWrite(b)], [true, false]);
    assert.deepEqual(
      b.log.lines.map(({ level, message, fields }) => [level, message, fields.holder]),
      [['info', 'another process leads', 'a']],
    );
  });

  test('is taken over 15 s after its holder fell silent, and counts that', async () => {
    const { clock, store, start } = scene();
    const a = start('a');
    await clock.runFor(1_000);
    const b = start('b');
    await clock.runFor(10_000);
    a.stop();
    await clock.runFor(12_000);
    assert.equal(b.term(), undefined);
    await clock.runFor(8_000);
    assert.ok(mayWrite(b));
    assert.equal(store.spec().holderIdentity, 'b');
    assert.equal(store.spec().leaseTransitions, 1);
  });

  test('that is given back is another’s within 3 s, whose fence opens after ours has closed', async () => {
    const { clock, store, start } = scene();
    const a = start('a');
    await clock.runFor(1_000);
    const b = start('b');
    await clock.runFor(10_000);
    const released = a.release();
    assert.equal(a.lease.guard(), 'the lease was given back');
    await clock.runFor(100);
    await released;
    assert.equal(store.spec().holderIdentity, undefined);
    await clock.runFor(2_900);
    assert.ok(mayWrite(b));
    assert.equal(a.term()?.lost.aborted, false);
  });

  test('that cannot be given back is not waited for longer than the limit', async () => {
    const { clock, start } = scene();
    const a = start('a');
    await clock.runFor(1_000);
    a.cut(60_000);
    let ended = false;
    const released = a.release().then(() => {
      ended = true;
    });
    await clock.runFor(4_900);
    assert.equal(ended, false);
    await clock.runFor(200);
    await released;
    assert.match(JSON.stringify(a.log.lines.at(-1)), /runs out by itself/);
  });

  test('is kept when the API server is away for less than the deadline', async () => {
    const { clock, start } = scene();
    const a = start('a');
    await clock.runFor(11_000);
    a.cut(7_500);
    await clock.runFor(30_000);
    assert.ok(mayWrite(a));
    assert.ok(a.log.lines.some(({ level }) => level === 'warn'));
  });

  test('is lost 10 s after the last renewal began, with the reason, and never asked for again', async () => {
    const { clock, store, start } = scene();
    const a = start('a');
    await clock.runFor(11_000);
    a.cut(30_000);
    const last = Date.parse(String(store.spec().renewTime));
    await clock.runUntil('it is lost', () => a.term()?.lost.aborted === true, 20_000);
    assert.ok(clock.now() - last >= 10_000 && clock.now() - last <= 10_050);
    const reason = a.term()?.lost.reason;
    assert.ok(reason instanceof LeaseLostError);
    assert.equal(reason.message, 'it was not renewed within 10 s');
    assert.equal(a.lease.guard(), 'it was not renewed within 10 s');
    const { writes } = store;
    await clock.runFor(120_000);
    assert.equal(store.writes, writes);
  });

  test('is lost at once when another is seen to hold it', async () => {
    const { clock, store, start } = scene();
    const a = start('a');
    await clock.runFor(1_000);
    store.put({ spec: { ...store.spec(), holderIdentity: 'somebody' } });
    await clock.runFor(2_100);
    assert.equal(a.term()?.lost.reason.message, 'somebody holds it');
  });

  test('that is deleted or written to by a third is held on, labels and all', async () => {
    const { clock, store, start } = scene();
    const a = start('a');
    await clock.runFor(1_000);
    store.put({ metadata: { labels: { team: 'dns' } } });
    await clock.runFor(4_500);
    assert.deepEqual(recordAt(store.lease ?? {}, 'metadata').labels, { team: 'dns' });
    assert.ok(mayWrite(a));
    store.lease = undefined;
    await clock.runFor(4_500);
    assert.equal(store.spec().holderIdentity, 'a');
    assert.ok(mayWrite(a));
  });

  test('of a dead holder is timed by what we see, not by the times in it', async () => {
    for (const renewTime of ['1970-01-01T00:00:00.000000Z', '2126-01-01T00:00:00.000000Z']) {
      const { clock, store, start } = scene();
      const spec = { holderIdentity: 'dead', leaseDurationSeconds: 40, renewTime, acquireTime: renewTime };
      store.put({ spec: { ...spec, leaseTransitions: 4 } });
      const a = start('a');
      await clock.runFor(39_000);
      assert.equal(a.term(), undefined, 'its holder said 40 s');
      await clock.runFor(5_000);
      assert.ok(mayWrite(a));
      assert.equal(store.spec().leaseTransitions, 5);
    }
  });

  test('that is got by one who slept through the answer is asked for again', async () => {
    const { clock, start } = scene();
    const a = start('a');
    a.stop(25_000);
    await clock.runFor(25_010);
    assert.ok(!mayWrite(a) || (a.lease.renewedAgoMs() ?? 0) < 100);
    await clock.runFor(5_000);
    assert.ok(mayWrite(a));
  });
});

suite('the fence of a leader', () => {
  test('is closed when it wakes up late, before anything else of it has run', async () => {
    const { clock, start } = scene();
    const a = start('a');
    await clock.runFor(11_000);
    a.stop(20_000);
    await clock.runFor(19_999);
    assert.match(a.lease.guard() ?? '', /^the lease was last renewed 2\d s ago; 10 s are allowed$/);
    await clock.runFor(3_000);
    assert.equal(a.term()?.lost.aborted, true);
  });

  test('closes when the wall clock is set forward, until the next renewal; the lease is kept', async () => {
    const { clock, start } = scene();
    const a = start('a');
    await clock.runFor(11_000);
    a.setWall(3_600_000);
    assert.match(a.lease.guard() ?? '', /last renewed 360\d s ago/);
    await clock.runFor(2_100);
    assert.ok(mayWrite(a));
    assert.equal(a.term()?.lost.aborted, false);
  });

  test('is not held open by a wall clock that is set back', async () => {
    const { clock, start } = scene();
    const a = start('a');
    await clock.runFor(11_000);
    a.setWall(-3_600_000);
    a.stop(20_000);
    await clock.runFor(10_001);
    assert.match(a.lease.guard() ?? '', /last renewed 1\d s ago/);
  });
});
