/**
 * The bodies of an exchange against every description that there is of them: bicep's type data and, for privateLinkScopes,
 * the swagger. What Azure was recorded to answer beyond them (recorded-beyond.ts) is let through. Used by checker.ts.
 */
import type { Exchange } from '../../src/simulator/exchange.ts';
import { identityComplaints, listComplaints, listItems } from './answers.ts';
import type { ArmAddress } from './arm-address.ts';
import type { Mode } from './bicep-schema.ts';
import { createDescribedTypes, type DescribedTypes } from './described-types.ts';
import { operationsOf } from './operations.ts';
import { recordedBeyond } from './recorded-beyond.ts';
import { loadSwagger, type Swagger } from './swagger.ts';

export interface Checked {
  readonly lines: readonly string[];
  /** Whether a description was there for the body. */
  readonly described: boolean;
}

export interface BodyVerdict {
  readonly request: Checked;
  readonly answer: Checked;
}

export interface Bodies {
  check(exchange: Exchange, address: ArmAddress): Promise<BodyVerdict>;
  /** The lines of recorded-beyond.ts that were needed so far: `type path`. */
  readonly needed: ReadonlySet<string>;
  close(): void;
}

/** A body as data; undefined for none, the text itself when it is no JSON. */
export function bodyOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const unknown: Checked = { lines: [], described: false };
const modes: ReadonlyMap<string, Mode> = new Map([
  ['PUT', 'put'],
  ['PATCH', 'patch'],
]);

/** The path of a complaint: `/a/0/b is wrong` with indexes as `*`. */
const pathOf = (line: string): string => (/^\/\S*/.exec(line)?.[0] ?? '').replaceAll(/\/\d+(?=\/|$)/g, '/*');

const withoutIndex = (line: string): string => line.replace(/^\/value\/\d+(?=\/)/, '');

const known: ReadonlyMap<string, string> = new Map(
  recordedBeyond.flatMap(({ type, paths }) =>
    paths.map(path => [`${type.toLowerCase()} ${path}`, `${type} ${path}`] as const),
  ),
);

function requestBody(types: DescribedTypes, { method, request }: Exchange, { type, apiVersion }: ArmAddress): Checked {
  const mode = modes.get(method);
  const check = mode === undefined || request === '' ? undefined : types.resource(type, apiVersion, mode);
  return check === undefined ? unknown : { lines: check(bodyOf(request)), described: true };
}

/** A list may hold resources of several types; each says its own. */
function typeOfItem(item: unknown, fallback: string): string {
  const own = typeof item === 'object' && item !== null && 'type' in item ? item.type : undefined;
  return typeof own === 'string' && operationsOf(own) !== undefined ? own : fallback;
}

/** Reads the descriptions of a folder (spec-data.ts). */
export async function loadBodies(specs: string): Promise<Bodies> {
  const types = createDescribedTypes(specs);
  const swagger = await loadSwagger(specs);
  const needed = new Set<string>();

  const unlessRecorded = (type: string, lines: readonly string[]): readonly string[] =>
    lines.filter(line => {
      const entry = known.get(`${type.toLowerCase()} ${pathOf(withoutIndex(line))}`);
      if (entry !== undefined) needed.add(entry);
      return entry === undefined;
    });

  const resource = (type: string, apiVersion: string, body: unknown): Checked => {
    const check = types.resource(type, apiVersion, 'response');
    if (check === undefined) return unknown;
    return { lines: unlessRecorded(type, [...identityComplaints(type, body), ...check(body)]), described: true };
  };

  const list = ({ type, apiVersion }: ArmAddress, url: string, body: unknown): Checked => {
    const items = (listItems(body) ?? []).map(item => resource(typeOfItem(item, type), apiVersion, item));
    const lines = items.flatMap((item, index) => item.lines.map(line => `/value/${index}${line}`));
    return { lines: [...listComplaints(url, body), ...lines], described: items.some(item => item.described) };
  };

  const answerBody = ({ method, url, status, response }: Exchange, address: ArmAddress): Checked => {
    const body = bodyOf(response);
    // What a 202 shows is not the resource yet; no description says what it is.
    if (status >= 300 || status === 202 || body === undefined) return unknown;
    if (method === 'GET' && address.shape === 'collection') return list(address, url, body);
    const action = method === 'POST' ? types.action(address.type) : undefined;
    return action === undefined
      ? resource(address.type, address.apiVersion, body)
      : { lines: action(body), described: true };
  };

  return {
    needed,
    close: () => swagger.close(),
    check: async (exchange, address) => {
      const [request, answer] = [requestBody(types, exchange, address), answerBody(exchange, address)];
      const verdict = await bySwagger(swagger, exchange);
      if (verdict === undefined) return { request, answer };
      return {
        request: both(request, verdict.request, exchange.request),
        answer: both(answer, unlessRecorded(address.type, verdict.response), exchange.response),
      };
    },
  };
}

const both = (checked: Checked, lines: readonly string[], text: string): Checked => ({
  lines: [...new Set([...checked.lines, ...lines])],
  described: checked.described || text !== '',
});

async function bySwagger(swagger: Swagger, exchange: Exchange) {
  const { method, url, status } = exchange;
  // For a moment after a deletion the provider itself answers, with an empty 404 (recorded).
  if (!swagger.describes(method, url) || (status === 404 && exchange.response === '')) return undefined;
  return swagger.check({
    method,
    url,
    status,
    requestHeaders: Object.fromEntries(exchange.requestHeaders),
    request: bodyOf(exchange.request),
    responseHeaders: Object.fromEntries(exchange.responseHeaders),
    response: bodyOf(exchange.response),
  });
}
