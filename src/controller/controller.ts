/**
 * The loop around the passes: keys come from the cluster's cache, from DNS targets and from answers of Azure, go
 * through the queue, and each becomes one pass at a time. Knows nothing of Azure or DNS.
 */
import { randomUUID } from 'node:crypto';
import { ConflictError, PortError } from '../domain/failures.ts';
import { keyText, type ObjectKey, parseKey } from '../domain/object.ts';
import type { Clock, ControllerMetrics, LogScope } from '../ports.ts';
import type { Priority, WorkQueue } from './queue.ts';
import { reconcile } from './reconcile.ts';
import type { Memory, World } from './world.ts';

export interface ControllerOptions {
  readonly world: World;
  readonly memory: Memory;
  readonly queue: WorkQueue;
  readonly metrics: ControllerMetrics;
  /** Passes at the same time. */
  readonly concurrent: number;
  /** A pass that takes longer is aborted, in milliseconds; writes in flight go on. */
  readonly passTimeoutMs: number;
  /** In [0, 1): spreads resyncs. */
  readonly random: () => number;
  /** Given: every line of a pass carries its object and a `reconcileID`. */
  readonly logScope?: LogScope;
}

export interface Controller {
  /** Has an object looked at: `high` for an edit, `low` for a restart. */
  enqueue(key: ObjectKey, priority: Priority): void;
  /** Has every object that publishes into a DNS target looked at. */
  enqueueTarget(target: string): void;
  /** Runs passes until the signal; then lets the running ones reach their end or their next wait, and resolves. */
  run(signal: AbortSignal): Promise<void>;
}

/** Waiting times from here on are resyncs: jitter keeps a thousand objects from coming at once. */
const JITTER_FROM_MS = 60_000;
const JITTER = 0.1;
/** A PUT that was sent is never called back: Azure would carry it out all the same, and we would not know. */
const NEVER = new AbortController().signal;
/** After the signal, what a pass has done may still be written down for this long, in milliseconds. */
const STORE_MS = 10_000;
/** The cache delivers the newer object that a lost race was about within this time. */
const CONFLICT_RETRY_MS = 250;

export function createController(options: ControllerOptions): Controller {
  const { world, queue, metrics } = options;
  let active = 0;
  const enqueue: Controller['enqueue'] = (key, priority) => queue.add(keyText(key), priority);
  return {
    enqueue,
    enqueueTarget: target => {
      for (const { metadata, spec } of world.cluster.objects()) {
        if ((spec.dns?.target ?? 'default') === target) enqueue(metadata, 'high');
      }
    },
    run: async stop => {
      const store = signalAfter(stop, world.clock);
      const scoped: LogScope = options.logScope ?? ((_, work) => work());
      await queue.run({
        workers: options.concurrent,
        signal: stop,
        handle: async key => {
          metrics.activeWorkers(++active);
          const fields = { controller: CONTROLLER, object: key, reconcileID: randomUUID() };
          await scoped(fields, () => handle(key, { stop, store: store.signal }, options));
          metrics.activeWorkers(--active);
        },
      });
      store.cancel();
    },
  };
}

const CONTROLLER = 'privatemonitoringscope';

/** Aborts a while after another one. */
function signalAfter(stop: AbortSignal, clock: Clock): { readonly signal: AbortSignal; readonly cancel: () => void } {
  const late = new AbortController();
  let cancel = (): void => {};
  const begin = () => {
    cancel = clock.after(STORE_MS, () => late.abort(new Error('the process ends')));
  };
  if (stop.aborted) begin();
  else stop.addEventListener('abort', begin, { once: true });
  return { signal: late.signal, cancel: () => cancel() };
}

interface Signals {
  /** No new work. */
  readonly stop: AbortSignal;
  /** Nothing may be written down any more. */
  readonly store: AbortSignal;
}

async function handle(key: string, { stop, store }: Signals, options: ControllerOptions): Promise<void> {
  const { world, metrics, queue } = options;
  const startedAt = world.clock.now();
  const timeout = AbortSignal.timeout(options.passTimeoutMs);
  const told = (result: Parameters<ControllerMetrics['reconciled']>[0]) =>
    metrics.reconciled(result, (world.clock.now() - startedAt) / 1_000);
  try {
    told(
      await pass(key, { stop: AbortSignal.any([stop, timeout]), store: AbortSignal.any([store, timeout]) }, options),
    );
  } catch (thrown) {
    if (stop.aborted) return;
    if (thrown instanceof ConflictError) {
      world.log.debug('the object changed during the pass, which starts again', { object: key });
      queue.addAfter(key, CONFLICT_RETRY_MS);
      told('requeue');
      return;
    }
    const isDefect = !(thrown instanceof PortError) && !timeout.aborted;
    if (isDefect) metrics.panicked();
    if (timeout.aborted) metrics.timedOut();
    world.log.error(timeout.aborted ? 'the pass took too long' : 'the pass failed', {
      object: key,
      error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    });
    queue.addRateLimited(key, askedMs(thrown));
    told('error');
  }
}

/** What a server asked us to wait, as it stands in the failure; a back-off is not shorter than that. */
const askedMs = (thrown: unknown): number =>
  thrown instanceof PortError && thrown.failure.kind === 'Waiting' ? thrown.failure.retryAfterMs : 0;

async function pass(
  key: string,
  { stop, store }: Signals,
  options: ControllerOptions,
): Promise<'success' | 'requeue_after' | 'error'> {
  const { world, memory, metrics, queue } = options;
  const object = world.cluster.object(parseKey(key));
  if (object === undefined) {
    queue.forget(key);
    metrics.conditions(parseKey(key), undefined);
    return 'success';
  }
  const outcome = await reconcile({
    world,
    memory,
    object,
    now: world.clock.now(),
    signal: stop,
    writeSignal: NEVER,
    storeSignal: store,
    wake: woken => queue.add(keyText(woken), 'high'),
  });
  metrics.conditions(object.metadata, world.cluster.object(object.metadata)?.status);
  if (outcome.is === 'Gone') {
    memory.asked.delete(object.metadata.uid);
    memory.unpublishedSince.delete(object.metadata.uid);
    memory.abandonedSince.delete(object.metadata.uid);
    queue.forget(key);
    return 'success';
  }
  if (outcome.afterMs === undefined) {
    queue.addRateLimited(key);
    return 'error';
  }
  queue.forget(key);
  const isResync = outcome.afterMs >= JITTER_FROM_MS;
  queue.addAfter(key, spread(outcome.afterMs, options.random), isResync ? 'low' : 'high');
  return 'requeue_after';
}

const spread = (delayMs: number, random: () => number): number =>
  delayMs < JITTER_FROM_MS ? delayMs : Math.round(delayMs * (1 - JITTER + 2 * JITTER * random()));
