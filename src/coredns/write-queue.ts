/**
 * One writer at a time: what is submitted while a write is under way is written together by the next one, and each
 * submitter gets its own result. Knows nothing of DNS; src/coredns uses it, one queue for each target.
 */

/** Writes a batch; one result for each item, in their order. A throw is the result of all. */
export type WriteBatch<Item, Result> = (
  batch: readonly Item[],
  signal: AbortSignal,
) => Promise<readonly PromiseSettledResult<Result>[]>;

/** Rejects with what the write threw for this item, or with the signal's reason as soon as the signal is aborted. */
export type Submit<Item, Result> = (item: Item, signal: AbortSignal) => Promise<Result>;

interface Waiter<Item, Result> {
  readonly item: Item;
  readonly signal: AbortSignal;
  readonly settle: (result: PromiseSettledResult<Result>) => void;
}

export function createWriteQueue<Item, Result>(write: WriteBatch<Item, Result>): Submit<Item, Result> {
  let queued: Waiter<Item, Result>[] = [];
  let writing = false;

  const drain = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    while (queued.length > 0) {
      const batch = queued.filter(waiter => !waiter.signal.aborted);
      queued = [];
      if (batch.length > 0) await writeOne(batch, write);
    }
    writing = false;
  };

  return async (item, signal) => {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const settle = (result: PromiseSettledResult<Result>) =>
      result.status === 'fulfilled' ? resolve(result.value) : reject(result.reason);
    queued.push({ item, signal, settle });
    const draining = drain();
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      // Never rejects; whoever started the writer need not wait for those who came after.
      void draining;
    }
  };
}

async function writeOne<Item, Result>(
  batch: readonly Waiter<Item, Result>[],
  write: WriteBatch<Item, Result>,
): Promise<void> {
  const writing = new AbortController();
  // One submitter that gives up must not take the write from the others.
  const giveUp = () => {
    if (batch.every(waiter => waiter.signal.aborted)) writing.abort(batch[0]?.signal.reason);
  };
  for (const { signal } of batch) signal.addEventListener('abort', giveUp, { once: true });
  try {
    const results = await write(
      batch.map(waiter => waiter.item),
      writing.signal,
    );
    batch.forEach((waiter, index) => {
      waiter.settle(results[index] ?? { status: 'rejected', reason: new TypeError('the batch left an item out') });
    });
  } catch (reason) {
    for (const waiter of batch) waiter.settle({ status: 'rejected', reason });
  } finally {
    for (const { signal } of batch) signal.removeEventListener('abort', giveUp);
  }
}
