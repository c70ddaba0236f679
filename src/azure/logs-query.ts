/**
 * A query of one workspace by a way that is chosen: through one address of a private endpoint, whatever DNS says, or
 * through the proxy that leads to the public side. The certificate must hold for the query host before anything is sent,
 * nothing is followed, and the token is for that host alone. What is refused is a result: it tells how the call arrived.
 * src/azure only.
 * Source: Log Analytics API "Request format" and "Errors"; facts: ampls 1.3, 6.
 */
import { isIP } from 'node:net';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { outcomeOfError, type PathResult, type QueryTarget } from '../domain/path-proof.ts';
import type { LogsAnswer, LogsQuestion, LogsRow } from '../domain/telemetry.ts';
import type { Clock } from '../ports.ts';
import { readArmError } from './arm-error.ts';
import type { Credential } from './credential.ts';
import type { LogsQuerySettings } from './settings.ts';
import { isObject, text } from './wire.ts';

const CONNECT_MS = 5_000;
/** From the first byte sent to the last one read; a young workspace takes some seconds. */
const ANSWER_MS = 20_000;
/** A row of some 300 bytes for each machine, and some thousand machines. */
const ANSWER_MAX_BYTES = 4_000_000;
const DETAIL_MAX = 400;
/** Reads no table: a workspace that has no data yet answers too. */
const PROOF = 'print proof = 1';

export interface LogsQueryOptions {
  readonly settings: LogsQuerySettings;
  readonly credential: Credential;
  readonly clock: Clock;
}

/** Through the address. Throws `PortError` when there is no token, and the signal's reason. */
export const createLogsQuery =
  (options: LogsQueryOptions) =>
  ({ customerId, address }: QueryTarget, signal: AbortSignal): Promise<PathResult> =>
    ask({ customerId, query: PROOF, by: through(address) }, options, signal);

/** Through the proxy, which looks the query host up by its own DNS. Throws as `createLogsQuery`. */
export const createPublicQuery =
  (proxy: string, options: LogsQueryOptions) =>
  ({ customerId }: Pick<QueryTarget, 'customerId'>, signal: AbortSignal): Promise<PathResult> =>
    ask({ customerId, query: PROOF, by: settings => tunnelled(proxy, settings) }, options, signal);

/** The rows of a query through the address; none where the answer is not as documented. Throws as `createLogsQuery`. */
export const createLogsRead =
  (options: LogsQueryOptions) =>
  async ({ customerId, address, query }: LogsQuestion, signal: AbortSignal): Promise<LogsAnswer> => {
    let body = '';
    const keep = (text: string) => {
      body = text;
    };
    const result = await ask({ customerId, query, by: through(address), keep }, options, signal);
    if (result.outcome !== 'Held') return result;
    const rows = readRows(parse(body));
    return rows === undefined ? { outcome: 'Unclear', detail: 'the answer holds no table' } : { ...result, rows };
  };

interface Question {
  readonly customerId: string;
  readonly query: string;
  /** The way; made for one query and destroyed after it. `undefined`: there is no such way. */
  readonly by: (settings: LogsQuerySettings) => Dispatcher | undefined;
  /** Given what a successful answer says. */
  readonly keep?: (body: string) => void;
}

async function ask(
  question: Question,
  { settings, credential, clock }: LogsQueryOptions,
  signal: AbortSignal,
): Promise<PathResult> {
  const scope = `${settings.audience.replace(/\/+$/, '')}/.default`;
  const token = await credential.getToken([scope], { abortSignal: signal });
  const deadline = new AbortController();
  const cancel = clock.after(CONNECT_MS + ANSWER_MS, () => deadline.abort());
  try {
    const until = AbortSignal.any([signal, deadline.signal]);
    return await send(question, { settings, token: token?.token ?? '', signal: until });
  } catch (thrown) {
    signal.throwIfAborted();
    if (deadline.signal.aborted) return { outcome: 'Unclear', detail: `no answer within ${ANSWER_MS / 1_000} s` };
    return outcomeOfError(thrown);
  } finally {
    cancel();
  }
}

interface Sending {
  readonly settings: LogsQuerySettings;
  readonly token: string;
  readonly signal: AbortSignal;
}

async function send(
  { customerId, query, by, keep }: Question,
  { settings, token, signal }: Sending,
): Promise<PathResult> {
  const dispatcher = by(settings);
  if (dispatcher === undefined) return { outcome: 'Unclear', detail: 'the address is none' };
  const { host, port } = settings;
  try {
    const url = new URL(`/v1/workspaces/${encodeURIComponent(customerId)}/query`, `https://${host}:${port}`);
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher,
      signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query }),
    });
    const text = await body.text();
    if (statusCode === 200) keep?.(text);
    return resultOf(statusCode, text);
  } finally {
    await dispatcher.destroy();
  }
}

/** undici's HTTP/2 throws where nobody can catch it when a connection is destroyed under an open stream. */
const HTTP_2 = false;

const trusting = ({ ca }: LogsQuerySettings) => ({ timeout: CONNECT_MS, ...(ca === undefined ? {} : { ca }) });

/** By the address alone; `undefined` when it is none. */
const through =
  (address: string) =>
  (settings: LogsQuerySettings): Dispatcher | undefined => {
    const family = isIP(address);
    if (family === 0) return undefined;
    return new Agent({
      allowH2: HTTP_2,
      connect: {
        ...trusting(settings),
        // The name goes into TLS and into the request; the connection goes to the address.
        lookup: (_, options, found) =>
          options.all ? found(null, [{ address, family }]) : found(null, address, family),
      },
      maxResponseSize: ANSWER_MAX_BYTES,
    });
  };

/** TLS is ended by the query host behind the proxy: the proxy itself sees neither token nor answer. */
const tunnelled = (proxy: string, settings: LogsQuerySettings): Dispatcher =>
  new ProxyAgent({
    allowH2: HTTP_2,
    uri: proxy,
    connectTimeout: CONNECT_MS,
    requestTls: trusting(settings),
    maxResponseSize: ANSWER_MAX_BYTES,
  });

/** What an answer says about the way it was asked by. */
export function resultOf(status: number, body: string): PathResult {
  if (status === 200) return { outcome: 'Held' };
  const { items } = readArmError(parse(body));
  const told = (code?: string) => {
    const item = items.find(candidate => code === undefined || candidate.code === code) ?? items[0];
    const text = [status, item?.code, item?.message].filter(part => part !== undefined && part !== '').join(' ');
    return text.slice(0, DETAIL_MAX);
  };
  const has = (code: string) => items.some(item => item.code === code);
  // Azure tells the two ways apart by the inner code alone.
  if (has('NspValidationFailedError')) return { outcome: 'Public', detail: told('NspValidationFailedError') };
  if (has('PrivateLinkValidationFailedError')) {
    return { outcome: 'OtherScope', detail: told('PrivateLinkValidationFailedError') };
  }
  if (status === 403) return { outcome: 'Forbidden', detail: told() };
  return { outcome: 'Unclear', detail: told() };
}

/** The first table of an answer, a row by its columns' names. */
function readRows(answer: unknown): readonly LogsRow[] | undefined {
  const tables = isObject(answer) && Array.isArray(answer.tables) ? answer.tables : [];
  const [table] = tables.filter(isObject);
  if (table === undefined || !Array.isArray(table.columns) || !Array.isArray(table.rows)) return undefined;
  const names = table.columns.map(column => (isObject(column) ? (text(column.name) ?? '') : ''));
  return table.rows
    .filter(row => Array.isArray(row))
    .map(row => Object.fromEntries(names.map((name, at) => [name, row[at]])));
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
