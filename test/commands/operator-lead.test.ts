/**
 * Work and lease: what begins when, what ends when, and what a lost lease does not wait for.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { whileLeading } from '../../src/commands/operator-lead.ts';
import type { Lease } from '../../src/kubernetes/kubernetes.ts';
import { LeaseLostError } from '../../src/kubernetes/lease/lease.ts';

/** A lease that a test grants, and takes away; notes what happens with it. */
function leaseInHand(notes: string[]) {
  const lost = new AbortController();
  const granted = Promise.withResolvers<void>();
  const lease: Lease = {
    guard: () => undefined,
    renewedAgoMs: () => 0,
    async acquire(signal) {
      const stopped = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()));
      await Promise.race([granted.promise, stopped]);
      if (signal.aborted) return undefined;
      return { lost: lost.signal, release: async () => void notes.push('released') };
    },
  };
  return { lease, grant: granted.resolve, lose: () => lost.abort(new LeaseLostError('somebody holds it')) };
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));

suite('work under a lease', () => {
  const begin = (work: (signal: AbortSignal, notes: string[]) => Promise<void>) => {
    const notes: string[] = [];
    const hand = leaseInHand(notes);
    const stop = new AbortController();
    const changed = (leads: boolean) => void notes.push(leads ? 'leads' : 'waits');
    const ended = whileLeading({ lease: hand.lease, changed }, stop.signal, async signal => {
      notes.push('begins');
      await work(signal, notes);
      notes.push('ends');
    });
    return { ...hand, notes, stop, ended };
  };

  test('begins with the term; told to end, it ends before the lease is given back', async () => {
    const { notes, grant, stop, ended } = begin(untilAborted);
    assert.deepEqual(notes, ['waits']);
    grant();
    await new Promise(setImmediate);
    assert.deepEqual(notes, ['waits', 'leads', 'begins']);
    stop.abort();
    await ended;
    assert.deepEqual(notes, ['waits', 'leads', 'begins', 'ends', 'waits', 'released']);
  });

  test('never begins when the process is told to end before', async () => {
    const { notes, stop, ended } = begin(untilAborted);
    stop.abort();
    await ended;
    assert.deepEqual(notes, ['waits']);
  });

  test('that does not end is not waited for when the lease is lost: the reason comes at once', async () => {
    const { notes, grant, lose, ended } = begin(() => new Promise(() => {}));
    grant();
    await new Promise(setImmediate);
    lose();
    await assert.rejects(ended, { name: 'LeaseLostError', message: 'somebody holds it' });
    assert.ok(!notes.includes('ends'));
    assert.equal(notes.filter(note => note === 'waits').length, 2);
  });

  test('hears of a lost lease by its signal', async () => {
    let reason: unknown;
    const { grant, lose, ended } = begin(async signal => {
      await untilAborted(signal);
      reason = signal.reason;
    });
    grant();
    await new Promise(setImmediate);
    lose();
    await assert.rejects(ended, LeaseLostError);
    assert.ok(reason instanceof LeaseLostError);
  });

  test('that throws still gives the lease back', async () => {
    const { notes, grant, ended } = begin(() => Promise.reject(new TypeError('a defect')));
    grant();
    await assert.rejects(ended, /a defect/);
    assert.equal(notes.at(-1), 'released');
  });

  test('without a lease is simply done', async () => {
    const stop = new AbortController();
    let given: AbortSignal | undefined;
    const changed = () => assert.fail('nobody leads');
    await whileLeading({ changed }, stop.signal, async signal => {
      given = signal;
    });
    assert.equal(given, stop.signal);
  });
});
