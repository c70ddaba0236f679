/**
 * The keyed work queue: which object is looked at next, never by two workers at a time, and how long one that failed is
 * left alone. Knows nothing of objects. src/controller/controller.ts uses it. Source: client-go util/workqueue (doc.go,
 * queue.go), controller-runtime pkg/controller/priorityqueue.
 */
import type { Clock, Log, QueueMetrics } from '../ports.ts';

/** `high` overtakes `low`; inside one priority keys go first in, first out. */
export type Priority = 'high' | 'low';

export interface QueueDeps {
  readonly clock: Clock;
  /** In [0, 1): spreads retries. */
  readonly random: () => number;
  readonly metrics: QueueMetrics;
  readonly log: Log;
}

export interface RunOptions {
  /** Keys that are handled at the same time. */
  readonly workers: number;
  /** Aborted: nothing new starts, what is running is waited for. */
  readonly signal: AbortSignal;
  readonly handle: (key: string) => Promise<void>;
}

interface Delayed {
  readonly atMs: number;
  readonly cancel: () => void;
}

interface Again {
  readonly addedAt: number;
  readonly priority: Priority;
}

const BACKOFF_BASE_MS = 1_000;
const BACKOFF_MAX_MS = 300_000;
const BACKOFF_JITTER = 0.1;
/** The longest wait that a server can ask for: what it says beyond that is a mistake. */
const ASKED_MAX_MS = 3_600_000;

/** Milliseconds before a key that failed `failures` times in a row (from 1) is handled again. */
const backoffMs = (failures: number, random: () => number): number =>
  Math.round(
    Math.min(BACKOFF_BASE_MS * 2 ** (failures - 1), BACKOFF_MAX_MS) *
      (1 - BACKOFF_JITTER + 2 * BACKOFF_JITTER * random()),
  );

export class WorkQueue {
  readonly #deps: QueueDeps;
  /** Keys that wait for a worker, by when they were added; a Map keeps their order. */
  readonly #waiting: Readonly<Record<Priority, Map<string, number>>> = { high: new Map(), low: new Map() };
  /** Keys that a worker has, by when it took them. */
  readonly #working = new Map<string, number>();
  /** Added while a worker has the key: it is handled once more after that. */
  readonly #again = new Map<string, Again>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #idle: (() => void)[] = [];
  #stopped = false;

  constructor(deps: QueueDeps) {
    this.#deps = deps;
  }

  /**
   * Has a key handled as soon as a worker is free. A key that waits already is not added twice, but moves up when the
   * new priority is higher. A later time that was set for it is dropped.
   */
  add(key: string, priority: Priority): void {
    if (this.#stopped) return;
    this.#undelay(key);
    if (this.#working.has(key)) this.#addAgain(key, priority);
    else this.#addWaiting(key, priority);
  }

  /** Has a key handled after `delayMs` milliseconds. Of several times for one key the earliest stands. */
  addAfter(key: string, delayMs: number, priority: Priority = 'high'): void {
    if (this.#stopped) return;
    if (delayMs <= 0) {
      this.add(key, priority);
      return;
    }
    const atMs = this.#deps.clock.now() + delayMs;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.atMs <= atMs) return;
    known?.cancel();
    const cancel = this.#deps.clock.after(delayMs, () => this.add(key, priority));
    this.#delayed.set(key, { atMs, cancel });
  }

  /**
   * Has a key handled again after a failure: 1 s at first, doubled each time up to 5 minutes, give or take a tenth; not
   * before what a server asked for (`Retry-After`), as long as that is an hour at most.
   */
  addRateLimited(key: string, leastMs = 0): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.#deps.metrics.retried();
    this.addAfter(key, Math.max(backoffMs(failures, this.#deps.random), Math.min(leastMs, ASKED_MAX_MS)), 'low');
  }

  /** How long each key that a worker has has been worked on, in milliseconds. */
  workingMs(): readonly number[] {
    const now = this.#deps.clock.now();
    return [...this.#working.values()].map(since => now - since);
  }

  /** The key did well: its next failure is its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * Handles keys until the signal; resolves when the handlers that were running have ended. A handler that throws costs
   * its key a back-off and nobody else anything. To be called once: afterwards the queue takes no keys any more.
   */
  async run(options: RunOptions): Promise<void> {
    const stop = () => this.#stop();
    if (options.signal.aborted) stop();
    options.signal.addEventListener('abort', stop, { once: true });
    await Promise.all(Array.from({ length: options.workers }, () => this.#work(options.handle)));
    options.signal.removeEventListener('abort', stop);
  }

  async #work(handle: RunOptions['handle']): Promise<void> {
    while (!this.#stopped) {
      const key = this.#take();
      if (key === undefined) await new Promise<void>(wake => this.#idle.push(wake));
      else await this.#handle(key, handle);
    }
  }

  async #handle(key: string, handle: RunOptions['handle']): Promise<void> {
    const { clock, metrics, log } = this.#deps;
    const startedAt = clock.now();
    try {
      await handle(key);
    } catch (thrown) {
      log.error('a handler threw', { key, error: thrown instanceof Error ? thrown.stack : String(thrown) });
      this.addRateLimited(key);
    }
    metrics.worked((clock.now() - startedAt) / 1_000);
    this.#done(key);
  }

  #take(): string | undefined {
    const { clock, metrics } = this.#deps;
    for (const queue of [this.#waiting.high, this.#waiting.low]) {
      const [first] = queue;
      if (first === undefined) continue;
      const [key, addedAt] = first;
      queue.delete(key);
      this.#working.set(key, clock.now());
      metrics.waited((clock.now() - addedAt) / 1_000);
      this.#tellDepth();
      return key;
    }
    return undefined;
  }

  #done(key: string): void {
    this.#working.delete(key);
    const again = this.#again.get(key);
    if (again === undefined) return;
    this.#again.delete(key);
    this.#putWaiting(key, again);
  }

  #addAgain(key: string, priority: Priority): void {
    const known = this.#again.get(key);
    if (known === undefined) this.#deps.metrics.added();
    const addedAt = known?.addedAt ?? this.#deps.clock.now();
    this.#again.set(key, { addedAt, priority: known?.priority === 'high' ? 'high' : priority });
  }

  #addWaiting(key: string, priority: Priority): void {
    const { high, low } = this.#waiting;
    const addedAt = high.get(key) ?? low.get(key);
    if (addedAt === undefined) {
      this.#deps.metrics.added();
      this.#putWaiting(key, { addedAt: this.#deps.clock.now(), priority });
    } else if (priority === 'high' && low.delete(key)) {
      high.set(key, addedAt);
    }
  }

  #putWaiting(key: string, { addedAt, priority }: Again): void {
    this.#waiting[priority].set(key, addedAt);
    this.#tellDepth();
    this.#idle.shift()?.();
  }

  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  #tellDepth(): void {
    this.#deps.metrics.depth(this.#waiting.high.size + this.#waiting.low.size);
  }

  #stop(): void {
    this.#stopped = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    for (const wake of this.#idle.splice(0)) wake();
  }
}
