/**
 * Calls to the API server: raw JSON over the shared pool, a deadline on each, one error type. No retries: who calls
 * knows when to come back. Generic; src/kubernetes only.
 */
import { type Dispatcher, request as send } from 'undici';
import type { Clock, WriteGuard } from '../ports.ts';
import type { Access, Connection } from './connection.ts';
import { errorOfAnswer, KubeError } from './kube-error.ts';
import { atTheLastMoment } from './last-moment.ts';
import { readWatchEvents, type WatchEvent } from './watch-lines.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One HTTP exchange, for `rest_client_requests_total{method,code,host}`. */
export interface KubeRequestRecord {
  readonly method: Method;
  /** HTTP status as text; `<error>` when there was no answer (client-go's word). */
  readonly code: string;
  readonly host: string;
  /** Until the end of the answer; for a watch until its headers. */
  readonly seconds: number;
}

export interface CallOptions {
  /** Empty and `undefined` values are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON, which is YAML too. */
  readonly body?: unknown;
  /** Default `application/json`. A PATCH must name its own. */
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

export const APPLY_PATCH = 'application/apply-patch+yaml';
export const MERGE_PATCH = 'application/merge-patch+json';

export interface KubeClient {
  /**
   * One call; resolves with the parsed body, `undefined` when it is empty. Rejects with KubeError, also when the
   * deadline has passed, and with the caller's own reason when the caller aborted.
   */
  request(method: Method, path: string, options: CallOptions): Promise<unknown>;

  /**
   * Opens a watch; `query` needs what the watch needs, `watch=true` apart. Resolves with its headers. The events end with
   * the stream; what breaks it is thrown as KubeError. Leaving the loop closes the stream.
   */
  watch(path: string, options: Pick<CallOptions, 'query' | 'signal'>): Promise<AsyncIterable<WatchEvent>>;
}

export interface KubeClientOptions {
  readonly connection: Connection;
  readonly userAgent: string;
  readonly clock: Clock;
  /** Asked right before each request but GET is written to its connection. */
  readonly guard?: WriteGuard;
  /** Must not throw. */
  readonly onRequest?: (record: KubeRequestRecord) => void;
}

const DEADLINE_MS = 30_000;

export function createKubeClient(options: KubeClientOptions): KubeClient {
  return {
    request: (method, path, call) =>
      withDeadline({ ...call, what: `${method} ${path}` }, options.clock, async signal => {
        const exchange = { method, path, call: { ...call, signal }, pick: (access: Access) => access.calls };
        const { text } = await dispatch(options, exchange, async answer => ({ text: await answer.body.text() }));
        return text === '' ? undefined : parseBody(text);
      }),
    async watch(path, { query, signal }) {
      const what = `WATCH ${path}`;
      const answer = await withDeadline({ signal, what }, options.clock, opening => {
        // `opening` stays the stream's signal: its deadline is called off once the headers are there.
        const call = { query: { ...query, watch: 'true' }, signal: opening };
        const exchange = { method: 'GET' as const, path, call, pick: (access: Access) => access.watches };
        return dispatch(options, exchange, async opened => opened);
      });
      return guarded(readWatchEvents(answer.body), what, signal);
    },
  };
}

interface Exchange {
  readonly method: Method;
  readonly path: string;
  readonly call: CallOptions;
  readonly pick: (access: Access) => Dispatcher;
}

async function dispatch<T>(
  { connection, userAgent, clock, guard, onRequest }: KubeClientOptions,
  { method, path, call, pick }: Exchange,
  read: (answer: Dispatcher.ResponseData) => Promise<T>,
): Promise<T> {
  const url = new URL(connection.server + path);
  for (const [name, value] of Object.entries(call.query ?? {})) if (value) url.searchParams.set(name, value);
  const startedAt = clock.now();
  let code = '<error>';
  try {
    const access = await connection.access();
    call.signal.throwIfAborted();
    const dispatcher = pick(access);
    const answer = await send(url, {
      dispatcher: guard && method !== 'GET' ? dispatcher.compose(atTheLastMoment(guard)) : dispatcher,
      method,
      headers: {
        ...access.headers,
        accept: 'application/json',
        'user-agent': userAgent,
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: call.signal,
      // One clock for all: the deadline of a call, and for a watch that of whoever reads it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    code = String(answer.statusCode);
    if (answer.statusCode < 200 || answer.statusCode > 299) throw await refusal(answer);
    return await read(answer);
  } finally {
    onRequest?.({ method, code, host: url.host, seconds: (clock.now() - startedAt) / 1_000 });
  }
}

async function refusal(answer: Dispatcher.ResponseData): Promise<KubeError> {
  const header = answer.headers['retry-after'];
  return errorOfAnswer(answer.statusCode, await answer.body.text(), Array.isArray(header) ? header[0] : header);
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KubeError('the answer is no JSON', {}, { cause });
  }
}

interface Task {
  /** `GET /api/v1/...` */
  readonly what: string;
  /** The caller's. */
  readonly signal: AbortSignal;
}

async function withDeadline<T>(task: Task, clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  task.signal.throwIfAborted();
  const deadline = new AbortController();
  const cancel = clock.after(DEADLINE_MS, () => {
    deadline.abort(new KubeError(`no answer within ${DEADLINE_MS / 1_000} s`));
  });
  try {
    return await work(AbortSignal.any([task.signal, deadline.signal]));
  } catch (thrown) {
    throw toKubeError(deadline.signal.aborted ? deadline.signal.reason : thrown, task);
  } finally {
    cancel();
  }
}

async function* guarded<T>(events: AsyncIterable<T>, what: string, signal: AbortSignal): AsyncGenerator<T> {
  try {
    yield* events;
  } catch (thrown) {
    throw toKubeError(thrown, { what, signal });
  }
}

/** The caller's abort goes through as it is. */
function toKubeError(thrown: unknown, { what, signal }: Task): unknown {
  if (signal.aborted) return signal.reason;
  if (thrown instanceof KubeError) return new KubeError(`${what}: ${thrown.message}`, thrown.facts, { cause: thrown });
  return new KubeError(`${what}: ${wordsOf(thrown)}`, {}, { cause: thrown });
}

/** undici hides why a connection failed in `cause`, and an AggregateError of several addresses has no message. */
function wordsOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  return [code, thrown.message].filter(part => part).join(': ') || thrown.name;
}
