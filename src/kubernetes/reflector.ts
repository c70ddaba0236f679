/**
 * Keeps a cache equal to a collection of the API server: list, then watch, for ever, after client-go's rules
 * (tools/cache/reflector.go). Nothing ends it but its signal: refusals, resets, silence, rubbish and expired versions
 * are logged, waited out and repaired by watching on or by listing again. Generic; src/kubernetes only.
 */
import type { Clock, Log } from '../ports.ts';
import { createBackoff, sleep } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { errorOfStatus, hasStatus, isExpired, KubeError, retryAfterOf } from './kube-error.ts';
import { type Collection, listCollection } from './list.ts';
import type { Entry, ObjectCache } from './object-cache.ts';
import { identityOf, type RawObject, recordAt, textAt } from './raw-object.ts';
import type { WatchEvent } from './watch-lines.ts';

export interface ReflectorOptions<T> {
  readonly client: KubeClient;
  readonly collection: Collection;
  /** Called on its `replace`, `present`, `absent` and `advance`. */
  readonly cache: ObjectCache<T>;
  /** What is kept of an object. One for which it throws is logged and counts as absent. */
  readonly read: (raw: RawObject) => T;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Told of each failure before the wait that follows it; must not throw. */
  readonly onError?: (error: unknown) => void;
}

export interface Reflector {
  /** Resolves when the signal has aborted; never rejects. To be called once. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves after the first complete list; never rejects, and stays open when `run` is ended before. */
  readonly hasSynced: Promise<void>;
}

/** The server ends each watch after 5 to 10 minutes, so that none stays for ever on a server that is about to go. */
const MIN_WATCH_S = 300;
/** A watch that is still open this long after its end is dead (half-open connection, stuck proxy). */
const OVERDUE_MS = 30_000;
/** A watch that ended well before is odd: the next one waits, or a server that only closes would be asked in a circle. */
const SHORT_WATCH_MS = 10_000;

export function createReflector<T>(options: ReflectorOptions<T>): Reflector {
  const { client, collection, cache, clock, random, log, onError } = options;
  const backoff = createBackoff(clock, random);
  const { promise: hasSynced, resolve: synced } = Promise.withResolvers<void>();
  const about = { path: collection.path, ...collection.query };
  /** Where the next watch starts; `undefined`: a list has to come first. */
  let position: string | undefined;
  let started = false;

  const entryOf = (raw: RawObject): Entry<T> | undefined => {
    try {
      return { ...identityOf(raw), value: options.read(raw) };
    } catch (error) {
      log.error('an object cannot be read, so it counts as absent', { ...about, error: String(error) });
      return undefined;
    }
  };

  const list = async (signal: AbortSignal): Promise<string> => {
    const begun = cache.beginList();
    const { resourceVersion, items } = await listCollection(client, collection, { read: entryOf, signal });
    signal.throwIfAborted();
    cache.replace(begun, resourceVersion, items);
    synced();
    return resourceVersion;
  };

  const take = ({ type, object }: WatchEvent): void => {
    if (type === 'ERROR') throw new WatchError(errorOfStatus(object));
    if (type === 'BOOKMARK') {
      const version = textAt(recordAt(object, 'metadata'), 'resourceVersion');
      if (version !== undefined) cache.advance(version);
      position = version ?? position;
      return;
    }
    const identity = identityOf(object);
    const entry = type === 'DELETED' ? undefined : entryOf(object);
    position = identity.resourceVersion;
    if (entry) cache.present(entry);
    else cache.absent(identity);
  };

  /** One watch, to its end; resolves with its length in milliseconds. */
  const watch = async (from: string, signal: AbortSignal): Promise<number> => {
    const timeoutSeconds = MIN_WATCH_S + Math.floor(MIN_WATCH_S * random());
    const overdue = new AbortController();
    const cancel = clock.after(timeoutSeconds * 1_000 + OVERDUE_MS, () => {
      overdue.abort(new KubeError(`WATCH ${collection.path}: still open ${OVERDUE_MS / 1_000} s after its end`));
    });
    const query = {
      ...collection.query,
      resourceVersion: from,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(timeoutSeconds),
    };
    const startedAt = clock.now();
    try {
      const events = await client.watch(collection.path, { query, signal: AbortSignal.any([signal, overdue.signal]) });
      for await (const event of events) {
        signal.throwIfAborted();
        take(event);
      }
      return clock.now() - startedAt;
    } finally {
      cancel();
    }
  };

  /** One round; resolves with the milliseconds to wait before the next. */
  const round = async (signal: AbortSignal): Promise<number> => {
    try {
      position ??= await list(signal);
      const lengthMs = await watch(position, signal);
      return lengthMs < SHORT_WATCH_MS ? backoff.next() : 0;
    } catch (error) {
      if (signal.aborted) return 0;
      if (!canResume(error)) position = undefined;
      const delayMs = backoff.next(retryAfterOf(error));
      const fields = { ...about, delayMs, relist: position === undefined, error: String(error) };
      if (isExpired(error)) log.debug('the watch is behind, so everything is listed again', fields);
      else log.warn('cannot list and watch, trying again', fields);
      onError?.(error);
      return delayMs;
    }
  };

  return {
    hasSynced,
    async run(signal) {
      if (started) throw new Error(`the reflector of ${collection.path} runs already`);
      started = true;
      while (!signal.aborted) {
        const delayMs = await round(signal);
        if (delayMs > 0) await sleep(clock, delayMs, signal);
      }
    },
  };
}

/** An ERROR event: unlike a refused request it leaves open what the watch has missed. */
class WatchError extends KubeError {
  constructor(error: KubeError) {
    super(`watch: ${error.message}`, error.facts, { cause: error });
  }
}

/**
 * Whether the next watch may start where this one was: no (whole) answer, or a server that is busy or ill. Whatever else
 * a server says about our place in its history, a list puts right.
 */
function canResume(error: unknown): boolean {
  if (!(error instanceof KubeError) || isExpired(error)) return false;
  if (error instanceof WatchError) return hasStatus(error, 429);
  const { status } = error.facts;
  return status === undefined || status === 401 || status === 403 || status === 429 || status >= 500;
}
