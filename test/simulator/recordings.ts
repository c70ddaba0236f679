/**
 * Recorded calls of the real Azure, and what makes an answer of the simulator like one: status, which headers, fields in
 * their order, letter case of ids and types, states. Values that are drawn (GUIDs, times, names, etags) do not count.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Answer } from './arm.ts';

export interface Recorded {
  readonly n: number;
  readonly method: string;
  readonly url: string;
  readonly request: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly response: unknown;
}

const folder = process.env.AZURE_RECORDINGS_DIR ?? join(import.meta.dirname, '../../../shared/azure-recordings');

/** Line `n` of a file; undefined after the test was skipped for want of recordings. In CI that is a failure. */
export function recordings(t: TestContext, file: string): ((n: number) => Recorded) | undefined {
  const path = join(folder, `${file}.jsonl`);
  if (!existsSync(path)) {
    if (process.env.CI === 'true') throw new Error('no recordings: set AZURE_RECORDINGS_DIR');
    t.skip('skipped: no recordings');
    return undefined;
  }
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const calls = new Map(lines.map(line => JSON.parse(line) as Recorded).map(call => [call.n, call]));
  return n => {
    const call = calls.get(n);
    if (call === undefined) throw new Error(`${file}.jsonl has no line ${n}`);
    return call;
  };
}

/** Values that count as they are. */
const exact = new Set([
  'type',
  'provisioningState',
  'status',
  'code',
  'actionsRequired',
  'groupId',
  'publicNetworkAccessForQuery',
]);

/** An id with its names blanked out: what remains is the letter case of keywords, namespaces and types. */
function blankNames(id: string): string {
  const segments =
    id
      .replace(/^https:\/\/[^/]+/, '')
      .split('?')[0]
      ?.split('/') ?? [];
  return segments
    .map((segment, index) => {
      const inProvider = segments.findIndex(each => each.toLowerCase() === 'providers');
      const isName =
        inProvider === -1 || index < inProvider
          ? index % 2 === 0 && index > 0
          : (index - inProvider) % 2 === 1 && index > inProvider + 1;
      return isName ? '*' : segment;
    })
    .join('/');
}

function shapeOf(value: unknown, key = ''): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0], key)];
  if (typeof value === 'object') return Object.entries(value).map(([name, item]) => [name, shapeOf(item, name)]);
  if (typeof value !== 'string') return typeof value;
  if (exact.has(key)) return value;
  // Given back as it was asked; the recorded endpoints of 2022 and later point at other services.
  if (key === 'privateLinkServiceId') return 'as asked';
  return value.startsWith('/subscriptions/') ? blankNames(value) : 'string';
}

const counted = ['azure-asyncoperation', 'location', 'etag', 'x-ms-failure-cause'];

/** The comparable part of an answer of the simulator. */
export const likeness = (answer: Answer): unknown => ({
  status: answer.status,
  headers: counted.filter(name => answer.headers.get(name) !== null),
  addresses: [answer.headers.get('azure-asyncoperation'), answer.headers.get('location')].map(url =>
    blankNames(url ?? ''),
  ),
  body: shapeOf(answer.body ?? null),
});

/** The comparable part of a recorded answer. */
export const recordedLikeness = ({ status, headers, response }: Recorded): unknown => ({
  status,
  headers: counted.filter(name => headers[name] !== undefined),
  addresses: [headers['azure-asyncoperation'], headers.location].map(url => blankNames(url ?? '')),
  body: shapeOf(response),
});
