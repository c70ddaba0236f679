/**
 * Kubernetes events, best effort: whoever records never waits and never fails. Repeats are counted in one event, an
 * object that talks too much is cut short, and what cannot be sent is given up with a log line. Generic; src/kubernetes
 * only.
 */
import type { Clock, Log } from '../ports.ts';
import { createBackoff, sleep } from './backoff.ts';
import { type KubeClient, MERGE_PATCH } from './client.ts';
import { hasStatus, KubeError, retryAfterOf } from './kube-error.ts';
import {
  eventBody,
  eventName,
  type KubeEvent,
  type Occurrences,
  type Reporter,
  seriesBody,
  seriesKey,
} from './kube-event.ts';
import { createRecentMap } from './recent-map.ts';
import { createSpamFilter } from './spam-filter.ts';

export interface EventRecorderOptions {
  readonly client: KubeClient;
  readonly reporter: Reporter;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

export interface EventRecorder {
  /** Never throws, never waits. */
  record(event: KubeEvent): void;
  /** Resolves when all that was recorded is sent or given up, or when the signal aborts; never rejects. */
  flush(signal: AbortSignal): Promise<void>;
  /** Gives up what is not sent yet. */
  close(): void;
}

/** A repeat within this time of the last is one more of its series (client-go's tools/events finishes a series then). */
const SERIES_MS = 360_000;
const MAX_SERIES = 4_096;
const MAX_QUEUE = 1_000;
const MAX_TRIES = 12;

interface Series extends Occurrences {
  readonly event: KubeEvent;
  count: number;
  lastAt: number;
  /** Chosen before the first try, so that a try whose answer was lost is not repeated under another name. */
  name: string;
  stored: boolean;
  queued: boolean;
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { clock, random, log } = options;
  const known = createRecentMap<Series>(MAX_SERIES);
  const isAllowed = createSpamFilter();
  const queue: Series[] = [];
  const closed = new AbortController();
  let sending: Promise<void> | undefined;
  let lastSerial = 0n;

  /** Nanoseconds, as client-go names its events, and never the same twice. */
  const newName = (event: KubeEvent): string => {
    const serial = BigInt(Math.trunc(clock.now())) * 1_000_000n;
    lastSerial = serial > lastSerial ? serial : lastSerial + 1n;
    return eventName(event.regarding, lastSerial);
  };

  const begin = (event: KubeEvent, now: number): Series => ({
    event,
    count: 0,
    firstAt: now,
    lastAt: now,
    name: newName(event),
    stored: false,
    queued: false,
  });

  const seriesOf = (event: KubeEvent, now: number): Series => {
    const key = seriesKey(event);
    const old = known.get(key);
    const series = old !== undefined && now - old.lastAt < SERIES_MS ? old : begin(event, now);
    series.count += 1;
    series.lastAt = now;
    known.set(key, series);
    return series;
  };

  const deliver = async (series: Series): Promise<void> => {
    const backoff = createBackoff(clock, random);
    for (let tries = 1; !closed.signal.aborted; tries++) {
      try {
        return await send(series, { ...options, newName }, closed.signal);
      } catch (error) {
        if (closed.signal.aborted) return;
        if (tries === MAX_TRIES || !isPassing(error)) return giveUp(series, log, error);
        await sleep(clock, backoff.next(retryAfterOf(error)), closed.signal);
      }
    }
  };

  const drain = async (): Promise<void> => {
    for (let series = queue.shift(); series; series = queue.shift()) {
      series.queued = false;
      await deliver(series);
    }
    sending = undefined;
  };

  return {
    record(event) {
      const now = clock.now();
      const series = seriesOf(event, now);
      // What waits in the queue is sent with the count it has by then.
      if (series.queued || closed.signal.aborted) return;
      // Warnings have a bucket of their own: what all is being made must not keep them from being told.
      if (!isAllowed(`${event.regarding.uid} ${event.type}`, now)) {
        log.debug('event left out: too many of this object', fieldsOf(event));
        return;
      }
      if (queue.length >= MAX_QUEUE) return giveUp(series, log, `${MAX_QUEUE} events wait already`);
      series.queued = true;
      queue.push(series);
      sending ??= drain();
    },
    async flush(signal) {
      const gaveUp = aborted(signal);
      while (sending && !signal.aborted) await Promise.race([sending, gaveUp.promise]);
      gaveUp.stop();
    },
    close() {
      closed.abort();
      queue.length = 0;
    },
  };
}

interface SendOptions extends EventRecorderOptions {
  readonly newName: (event: KubeEvent) => string;
}

async function send(series: Series, { client, reporter, newName }: SendOptions, signal: AbortSignal): Promise<void> {
  const { event } = series;
  const path = `/apis/events.k8s.io/v1/namespaces/${event.regarding.namespace}/events`;
  if (series.stored) {
    try {
      const patch = { body: seriesBody(series), contentType: MERGE_PATCH, signal };
      await client.request('PATCH', `${path}/${series.name}`, patch);
      return;
    } catch (error) {
      // The API server forgets events after an hour.
      if (!hasStatus(error, 404)) throw error;
      series.stored = false;
      series.name = newName(event);
    }
  }
  try {
    await client.request('POST', path, { body: eventBody(event, series.name, reporter, series), signal });
  } catch (error) {
    // The try before this one has arrived.
    if (!hasStatus(error, 409)) throw error;
  }
  series.stored = true;
}

/** Worth another try: no answer, too many requests, an ill server. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false;
  const { status } = error.facts;
  return status === undefined || status === 429 || status >= 500;
}

const fieldsOf = ({ regarding, reason, note }: KubeEvent) => ({
  object: `${regarding.namespace}/${regarding.name}`,
  reason,
  note,
});

const giveUp = ({ event }: Series, log: Log, error: unknown): void =>
  log.warn('an event cannot be recorded', { ...fieldsOf(event), error: String(error) });

function aborted(signal: AbortSignal): { readonly promise: Promise<void>; readonly stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  signal.addEventListener('abort', wake, { once: true });
  if (signal.aborted) resolve();
  return { promise, stop: () => signal.removeEventListener('abort', wake) };
}
