/**
 * What every request to Azure Resource Manager passes through, next pages and polls of the SDK included: no host but
 * ARM's, one correlation id and one deadline a call, answers kept as they were sent, errors with all their details.
 * Stands before the SDK's own authentication, so a refused request never sees a token. src/azure only.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { PipelinePolicy, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import type { Clock } from '../ports.ts';
import { ArmError, readArmError, readRetryAfter } from './arm-error.ts';
import { ForeignHostError, toPortError } from './errors.ts';

/** One HTTP exchange, for metrics and the journal. No query, no body. */
export interface RequestRecord {
  /** `Microsoft.OperationalInsights/workspaces` */
  readonly resourceType: string;
  readonly method: string;
  readonly path: string;
  /** Absent when no answer came. */
  readonly status?: number;
  /** Seconds until the answer was read, a token fetched on the way included. */
  readonly seconds: number;
  readonly correlationId: string;
}

/** A 2xx answer as it was sent. */
export interface Answer {
  readonly url: string;
  readonly method: string;
  readonly status: number;
  header(name: string): string | undefined;
  /** Parsed JSON with every field, also those the SDK does not know; `undefined` when there was none. */
  readonly body: unknown;
}

interface CallScope {
  readonly correlationId: string;
  readonly signal: AbortSignal;
  readonly answers: Answer[];
}

/** One call of the port: what it does and how long it may take. */
export interface Task {
  /** For messages: `creating workspace law-a`. */
  readonly what: string;
  /** The caller's; its AbortError goes through untranslated. */
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

/** The rules of every call, and the policy that carries them into the SDK's clients. */
export interface Calls {
  readonly policy: PipelinePolicy;
  /** Runs SDK calls as one: resolves with their answers in order, which `send` sees grow. Rejects with `PortError`. */
  run(task: Task, send: (answers: readonly Answer[]) => Promise<unknown>): Promise<readonly Answer[]>;
}

/** Made once for the process. */
export interface CallOptions {
  /** Resource Manager's address. */
  readonly endpoint: string;
  readonly clock: Clock;
  readonly onRequest?: (record: RequestRecord) => void;
}

/** Clients that carry `policy` can send inside `run` alone; anything else is a defect and throws a TypeError. */
export function createCalls(options: CallOptions): Calls {
  // The SDK passes neither signal nor callbacks on to next pages: the scope of the call reaches them this way.
  const scopes = new AsyncLocalStorage<CallScope>();
  const { origin } = new URL(options.endpoint);
  const policy: PipelinePolicy = {
    name: 'privateMonitoringScopePolicy',
    sendRequest(request, next) {
      const scope = scopes.getStore();
      if (scope === undefined) throw new TypeError('a request to Azure was made outside of a call');
      refuseForeignHost(request.url, origin);
      return exchange({ request, next, scope }, options);
    },
  };
  return { policy, run: (task, send) => run(task, send, { scopes, clock: options.clock }) };
}

async function run(
  { what, signal, deadlineMs }: Task,
  send: (answers: readonly Answer[]) => Promise<unknown>,
  { scopes, clock }: { scopes: AsyncLocalStorage<CallScope>; clock: Clock },
): Promise<readonly Answer[]> {
  signal.throwIfAborted();
  const deadline = new AbortController();
  const cancel = clock.after(deadlineMs, () => deadline.abort());
  const correlationId = randomUUID();
  const scope: CallScope = { correlationId, signal: AbortSignal.any([signal, deadline.signal]), answers: [] };
  try {
    await scopes.run(scope, send, scope.answers);
    return scope.answers;
  } catch (thrown) {
    if (signal.aborted && isAbortError(thrown)) throw thrown;
    const timedOut = deadline.signal.aborted && isAbortError(thrown);
    throw toPortError(thrown, { what, correlationId, ...(timedOut ? { timedOutAfter: deadlineMs / 1_000 } : {}) });
  } finally {
    cancel();
  }
}

const isAbortError = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'AbortError';

function refuseForeignHost(url: string, origin: string): void {
  const target = new URL(url);
  if (target.origin === origin) return;
  throw new ForeignHostError(`Azure's answer leads to ${target.origin}, which is not ${origin}: not followed`);
}

interface Exchange {
  readonly request: PipelineRequest;
  readonly next: (request: PipelineRequest) => Promise<PipelineResponse>;
  readonly scope: CallScope;
}

async function exchange({ request, next, scope }: Exchange, options: CallOptions): Promise<PipelineResponse> {
  const { clock } = options;
  const startedAt = clock.now();
  request.abortSignal = scope.signal;
  request.headers.set('x-ms-correlation-request-id', scope.correlationId);
  let status: number | undefined;
  try {
    const response = await next(request);
    status = response.status;
    keep(response, request, scope, clock.now());
    return response;
  } finally {
    options.onRequest?.(recordOf(request, scope, (clock.now() - startedAt) / 1_000, status));
  }
}

/** Keeps a 2xx; throws anything else with all that it says. */
function keep(response: PipelineResponse, request: PipelineRequest, scope: CallScope, now: number): void {
  const header = (name: string) => response.headers.get(name);
  const body = parse(response.bodyAsText);
  const { status } = response;
  if (status >= 200 && status < 300) {
    scope.answers.push({ url: request.url, method: request.method, status, header, body });
    return;
  }
  const retryAfterMs = readRetryAfter(header, now);
  const told = readArmError(body);
  throw new ArmError({
    status,
    ...told,
    isForeign: told.items.length === 0 && (response.bodyAsText ?? '') !== '',
    correlationId: correlationIdOf(header('x-ms-correlation-request-id')) ?? scope.correlationId,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Azure's own where it gives one; it stands in messages, so it must look like one. */
const correlationIdOf = (told = ''): string | undefined => (/^[\w-]{1,64}$/.test(told) ? told : undefined);

function parse(body: string | null | undefined): unknown {
  if (body === undefined || body === null || body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const TYPE = /\/providers\/([^/]+)\/([^/]+)(?:\/[^/]+\/([^/]+))?(?:\/[^/]+\/([^/]+))?/i;

function recordOf(request: PipelineRequest, scope: CallScope, seconds: number, status?: number): RequestRecord {
  const path = new URL(request.url).pathname;
  const resourceType = (TYPE.exec(path) ?? []).slice(1).filter(Boolean).join('/') || 'other';
  const { method } = request;
  const { correlationId } = scope;
  return { resourceType, method, path, seconds, correlationId, ...(status === undefined ? {} : { status }) };
}
