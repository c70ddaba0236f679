import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createWriteQueue } from '../../src/coredns/write-queue.ts';

const { signal: never } = new AbortController();

/** A writer that is told when it may go on. Its result for an item is the item in capitals; `bad` fails alone. */
function heldWriter() {
  const batches: (readonly string[])[] = [];
  const signals: AbortSignal[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const write = async (batch: readonly string[], signal: AbortSignal) => {
    const gate = Promise.withResolvers<void>();
    batches.push(batch);
    signals.push(signal);
    gates.push(gate);
    await gate.promise;
    return batch.map(
      (item): PromiseSettledResult<string> =>
        item === 'bad'
          ? { status: 'rejected', reason: new Error('bad item') }
          : { status: 'fulfilled', value: item.toUpperCase() },
    );
  };
  return {
    batches,
    signals,
    submit: createWriteQueue<string, string>(write),
    /** Lets the nth write end, and what follows from that happen. */
    finish: async (nth: number, failure?: Error) => {
      if (failure) gates[nth]?.reject(failure);
      else gates[nth]?.resolve();
      await setImmediate();
    },
  };
}

test('what is submitted during a write is written together by the next one, each with its own result', async () => {
  const { batches, submit, finish } = heldWriter();
  const first = submit('a', never);
  const later = [submit('b', never), submit('bad', never), submit('c', never)];
  const settled = Promise.allSettled(later);
  assert.deepEqual(batches, [['a']]);
  await finish(0);
  assert.equal(await first, 'A');
  assert.deepEqual(batches, [['a'], ['b', 'bad', 'c']]);
  await finish(1);
  const results = (await settled).map(result => (result.status === 'fulfilled' ? result.value : result.reason.message));
  assert.deepEqual(results, ['B', 'bad item', 'C']);
});

test('a write that throws fails all of its batch and none of the next', async () => {
  const { submit, finish } = heldWriter();
  const failed = Promise.allSettled([submit('a', never)]);
  const next = submit('b', never);
  await finish(0, new Error('no way to the API server'));
  assert.deepEqual(
    (await failed).map(({ status }) => status),
    ['rejected'],
  );
  await finish(1);
  assert.equal(await next, 'B');
});

test('who gives up while waiting is not written, and learns it at once', async () => {
  const { batches, submit, finish } = heldWriter();
  const giveUp = new AbortController();
  const first = submit('a', never);
  const waiting = submit('b', giveUp.signal);
  const other = submit('c', never);
  giveUp.abort(new Error('shutting down'));
  await assert.rejects(waiting, /shutting down/);
  await finish(0);
  await finish(1);
  assert.deepEqual([await first, await other], ['A', 'C']);
  assert.deepEqual(batches, [['a'], ['c']]);
});

test('one who gives up does not take the write from the others of the batch; all together do', async () => {
  const { signals, submit, finish } = heldWriter();
  const opening = submit('a', never);
  const [one, two] = [new AbortController(), new AbortController()];
  const both = Promise.allSettled([submit('b', one.signal), submit('c', two.signal)]);
  await finish(0);
  await opening;
  one.abort(new Error('one'));
  assert.equal(signals[1]?.aborted, false);
  two.abort(new Error('two'));
  assert.equal(signals[1]?.aborted, true);
  const reasons = (await both).map(result => result.status === 'rejected' && result.reason.message);
  assert.deepEqual(reasons, ['one', 'two']);
  await finish(1);
});

test('an aborted signal submits nothing', async () => {
  const { batches, submit } = heldWriter();
  await assert.rejects(submit('a', AbortSignal.abort(new Error('too late'))), /too late/);
  assert.deepEqual(batches, []);
});

test('a writer that forgets an item is told on, and its submitter does not wait for ever', async () => {
  const submit = createWriteQueue<string, string>(async () => []);
  await assert.rejects(submit('a', never), /the batch left an item out/);
});

test('the queue starts again after it was empty', async () => {
  const { batches, submit, finish } = heldWriter();
  for (const nth of [0, 1, 2]) {
    const written = submit(`item ${nth}`, never);
    await finish(nth);
    assert.equal(await written, `ITEM ${nth}`);
  }
  assert.equal(batches.length, 3);
});
