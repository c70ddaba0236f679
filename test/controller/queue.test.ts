import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { WorkQueue } from '../../src/controller/queue.ts';
import type { QueueMetrics } from '../../src/ports.ts';
import { randomness } from '../model/randomness.ts';
import { steppingClock } from '../model/stepping-clock.ts';

const nothing = (): void => {};
const noMetrics: QueueMetrics = { depth: nothing, added: nothing, retried: nothing, waited: nothing, worked: nothing };

interface Bench {
  readonly clock: ReturnType<typeof steppingClock>;
  readonly queue: WorkQueue;
  /** Keys in the order in which they were taken, with the second. */
  readonly taken: string[];
  readonly errors: string[];
  /** Starts workers; each handler takes `workMs`. */
  start(options?: { workers?: number; workMs?: number; handle?: (key: string) => void }): Promise<void>;
  stop(): void;
}

function bench(options: { metrics?: QueueMetrics; random?: () => number } = {}): Bench {
  const clock = steppingClock(0);
  const errors: string[] = [];
  const log = { debug: nothing, info: nothing, warn: nothing, error: (message: string) => void errors.push(message) };
  const queue = new WorkQueue({
    clock,
    random: options.random ?? (() => 0.5),
    metrics: options.metrics ?? noMetrics,
    log,
  });
  const taken: string[] = [];
  const stop = new AbortController();
  return {
    clock,
    queue,
    taken,
    errors,
    start: ({ workers = 1, workMs = 10, handle = nothing } = {}) =>
      queue.run({
        workers,
        signal: stop.signal,
        handle: async key => {
          taken.push(`${key}@${clock.now() / 1_000}`);
          await clock.sleep(workMs);
          handle(key);
        },
      }),
    stop: () => stop.abort(),
  };
}

const keys = (taken: readonly string[]): string => taken.map(text => text.split('@')[0]).join(' ');

suite('the work queue', () => {
  test('handles keys first in, first out, high before low', async () => {
    const { queue, clock, taken, start } = bench();
    for (const key of ['a', 'b', 'c']) queue.add(key, 'low');
    for (const key of ['x', 'y']) queue.add(key, 'high');
    void start();
    await clock.runFor(1_000);
    assert.equal(keys(taken), 'x y a b c');
  });

  test('handles a key once however often it is added before its turn', async () => {
    const { queue, clock, taken, start } = bench();
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key, 'low');
    void start();
    await clock.runFor(1_000);
    assert.equal(keys(taken), 'a b');
  });

  test('moves a waiting key up when it is added again with a higher priority, and never down', async () => {
    const { queue, clock, taken, start } = bench();
    for (const key of ['a', 'b', 'c']) queue.add(key, 'low');
    queue.add('c', 'high');
    queue.add('c', 'low');
    void start();
    await clock.runFor(1_000);
    assert.equal(keys(taken), 'c a b');
  });

  test('runs a key that is added while a worker has it exactly once more, and only after that', async () => {
    const { queue, clock, taken, start } = bench();
    void start({ workers: 3, workMs: 1_000 });
    queue.add('a', 'high');
    await clock.runFor(100);
    queue.add('a', 'low');
    queue.add('a', 'high');
    await clock.runFor(10_000);
    assert.deepEqual(taken, ['a@0', 'a@1']);
  });

  test('works on as many keys at a time as there are workers', async () => {
    const { queue, clock, taken, start } = bench();
    void start({ workers: 2, workMs: 1_000 });
    for (const key of ['a', 'b', 'c']) queue.add(key, 'high');
    await clock.runFor(5_000);
    assert.deepEqual(taken, ['a@0', 'b@0', 'c@1']);
  });

  test('of several times for a key keeps the earliest', async () => {
    const { queue, clock, taken, start } = bench();
    void start();
    queue.addAfter('a', 5_000);
    queue.addAfter('a', 60_000);
    queue.addAfter('b', 60_000);
    queue.addAfter('b', 5_000);
    await clock.runFor(120_000);
    assert.deepEqual(taken, ['a@5', 'b@5.01']);
  });

  test('forgets a later time when the key is added now', async () => {
    const { queue, clock, taken, start } = bench();
    void start();
    queue.addAfter('a', 5_000);
    queue.add('a', 'low');
    await clock.runFor(60_000);
    assert.deepEqual(taken, ['a@0']);
  });

  test('takes no time at all as now', async () => {
    const { queue, clock, taken, start } = bench();
    void start();
    queue.addAfter('a', 0);
    await clock.runFor(1_000);
    assert.deepEqual(taken, ['a@0']);
  });

  test('keeps a low priority that was given with a time', async () => {
    const { queue, clock, taken, start } = bench();
    queue.addAfter('resync', 10, 'low');
    await clock.runFor(20);
    queue.add('edit', 'high');
    void start();
    await clock.runFor(1_000);
    assert.equal(keys(taken), 'edit resync');
  });

  test('backs off from one second, doubling up to five minutes, until the key is forgotten', async () => {
    const { queue, clock, taken, start } = bench();
    void start({ workMs: 0, handle: key => queue.addRateLimited(key) });
    queue.add('a', 'high');
    await clock.runFor(4_000_000);
    const times = taken.map(text => Number(text.split('@')[1]));
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.deepEqual(gaps.slice(0, 11), [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    queue.forget('a');
    const before = taken.length;
    await clock.runFor(310_000);
    const later = taken.slice(before).map(text => Number(text.split('@')[1]));
    assert.equal((later[1] ?? 0) - (later[0] ?? 0), 1, 'the failure after forgetting is the first again');
  });

  test('keeps a back-off within a tenth of what it would be', async () => {
    for (const [random, expected] of [
      [0, 0.9],
      [0.999_999, 1.1],
    ] as const) {
      const { queue, clock, taken, start } = bench({ random: () => random });
      void start();
      queue.addRateLimited('a');
      await clock.runFor(60_000);
      assert.deepEqual(taken, [`a@${expected}`]);
    }
  });

  test('tells how long each worker has been at its key', async () => {
    const { queue, clock, start } = bench();
    queue.add('a', 'low');
    void start({ workMs: 60_000 });
    await clock.runFor(1_000);
    queue.add('b', 'low');
    await clock.runFor(2_000);
    assert.deepEqual(queue.workingMs(), [3_000]);
    await clock.runFor(58_000);
    assert.deepEqual(queue.workingMs(), [1_000]);
    await clock.runFor(60_000);
    assert.deepEqual(queue.workingMs(), []);
  });

  test('gives a key whose handler threw a back-off, and goes on with the others', async () => {
    const { queue, clock, taken, errors, start } = bench();
    void start({
      handle: key => {
        if (key === 'bad') throw new Error('a defect');
      },
    });
    for (const key of ['bad', 'good']) queue.add(key, 'high');
    await clock.runFor(2_000);
    assert.equal(keys(taken), 'bad good bad');
    assert.deepEqual(errors, ['a handler threw', 'a handler threw']);
  });

  test('lets running handlers end when it is stopped, and starts nothing new', async () => {
    const { queue, clock, taken, start, stop } = bench();
    let ended = false;
    const running = start({ workers: 2, workMs: 1_000 }).then(() => {
      ended = true;
    });
    for (const key of ['a', 'b', 'c']) queue.add(key, 'high');
    queue.addAfter('d', 100);
    await clock.runFor(50);
    stop();
    queue.add('e', 'high');
    queue.addAfter('f', 10);
    await clock.runFor(500);
    assert.equal(ended, false, 'handlers are still running');
    await clock.runFor(10_000);
    await running;
    assert.equal(keys(taken), 'a b');
    assert.equal(clock.pending(), 0, 'no timer is left');
  });

  test('that is stopped before it runs ends at once', async () => {
    const { queue, taken, start, stop } = bench();
    queue.add('a', 'high');
    stop();
    await start();
    assert.deepEqual(taken, []);
  });

  test('ends when it is stopped while all workers are idle', async () => {
    const { clock, start, stop } = bench();
    const running = start({ workers: 3 });
    await clock.runFor(10);
    stop();
    await running;
  });

  test('counts depth, additions, retries, and the seconds of waiting and working', async () => {
    const told: string[] = [];
    const metrics: QueueMetrics = {
      depth: count => told.push(`depth ${count}`),
      added: () => told.push('added'),
      retried: () => told.push('retried'),
      waited: seconds => told.push(`waited ${seconds}`),
      worked: seconds => told.push(`worked ${seconds}`),
    };
    const { queue, clock, start } = bench({ metrics });
    queue.add('a', 'low');
    queue.add('a', 'low');
    await clock.runFor(3_000);
    void start({ workMs: 2_000 });
    await clock.runFor(5_000);
    queue.addRateLimited('a');
    assert.deepEqual(told, ['added', 'depth 1', 'waited 3', 'depth 0', 'worked 2', 'retried']);
  });

  test('never gives a key to two workers, and handles each key after it was last added', async () => {
    const property = fc.asyncProperty(fc.array(operation, { maxLength: 40 }), fc.nat(), playOperations);
    await fc.assert(property, { numRuns: 60 });
  });
});

interface Operation {
  readonly key: string;
  readonly how: 'high' | 'low' | 'after' | 'failed';
  readonly ms: number;
  readonly pauseMs: number;
}

const operation: fc.Arbitrary<Operation> = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  how: fc.constantFrom('high', 'low', 'after', 'failed'),
  ms: fc.nat({ max: 3_000 }),
  pauseMs: fc.nat({ max: 500 }),
});

async function playOperations(operations: readonly Operation[], seed: number): Promise<void> {
  const random = randomness(seed);
  const { queue, clock, errors } = bench({ random: random.next });
  const working = new Set<string>();
  const wanted = new Map<string, number>();
  const startedAt = new Map<string, number>();
  const handle = async (key: string): Promise<void> => {
    assert.ok(!working.has(key), 'one worker for each key');
    working.add(key);
    startedAt.set(key, clock.now());
    await clock.sleep(random.between(0, 800));
    working.delete(key);
  };
  void queue.run({ workers: 2, signal: new AbortController().signal, handle });
  for (const { key, how, ms, pauseMs } of operations) {
    if (how === 'after') queue.addAfter(key, ms);
    else if (how === 'failed') queue.addRateLimited(key);
    else queue.add(key, how);
    wanted.set(key, clock.now());
    await clock.runFor(pauseMs);
  }
  await clock.runFor(3_600_000);
  assert.deepEqual(errors, []);
  for (const [key, at] of wanted) assert.ok((startedAt.get(key) ?? -1) >= at, `${key} is handled after its last add`);
}
