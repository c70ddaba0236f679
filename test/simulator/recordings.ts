/**
 * Recorded calls of the real Azure: reading them, and saying in what an answer of the simulator differs from one: status,
 * headers, fields with their order, letter case and values. What a service draws (GUIDs, times, etags) does not count.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Answer } from './arm.ts';

export interface Recorded {
  readonly n: number;
  /** The answer's Date; null where the recorder masked it. */
  readonly when: string | null;
  readonly method: string;
  readonly url: string;
  readonly request: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly response: unknown;
}

const folder = process.env.AZURE_RECORDINGS_DIR ?? join(import.meta.dirname, '../../../shared/azure-recordings');

/** The lines of a file by number; undefined after the test was skipped for want of recordings. In CI that is a failure. */
export function recordings(t: TestContext, file: string): ReadonlyMap<number, Recorded> | undefined {
  const path = join(folder, `${file}.jsonl`);
  if (!existsSync(path)) {
    if (process.env.CI === 'true') throw new Error('no recordings: set AZURE_RECORDINGS_DIR');
    t.skip('skipped: no recordings');
    return undefined;
  }
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return new Map(lines.map(line => JSON.parse(line) as Recorded).map(call => [call.n, call]));
}

/** Who made it: the recordings' users and applications are not ours. */
const callers = new Set(['createdBy', 'createdByType', 'lastModifiedBy', 'lastModifiedByType', 'tenantId', 'TenantId']);
/** What an agent or a drawn key says of itself. */
const drawn = new Set([
  'clientPublicKey',
  'InstrumentationKey',
  'ConnectionString',
  'primarySharedKey',
  'secondarySharedKey',
]);

const forms: readonly (readonly [RegExp, string])[] = [
  [/"[0-9a-f]{8}-0000-[0-9a-f]{4}-0000-[0-9a-f]{12}"/g, '{etag}'],
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '{guid}'],
  [/[0-9a-f]{32}/g, '{hex}'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00|\+08:00)/g, '{time}'],
  [/-[a-z0-9]{4}(?=\.[a-z0-9]+-1\.)/g, '-{suffix}'],
  [/^https:\/\/(management\.azure\.com|127\.0\.0\.1:\d+)(?=\/)/, '{arm}'],
  [/\?api-version=.*$/, ''],
];

const comparable = (text: string): string => forms.reduce((value, [form, name]) => value.replace(form, name), text);

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function mapDifferences(
  path: string,
  expected: Record<string, unknown>,
  actual: Record<string, unknown>,
): readonly string[] {
  const [wanted, found] = [Object.keys(expected), Object.keys(actual)];
  const common = wanted.filter(key => found.includes(key));
  const inOrder = found.filter(key => wanted.includes(key)).every((key, index) => key === common[index]);
  const compared = common.filter(key => !callers.has(key) && !drawn.has(key));
  return [
    ...wanted.filter(key => !found.includes(key)).map(key => `${path}.${key} missing`),
    ...found.filter(key => !wanted.includes(key)).map(key => `${path}.${key} extra`),
    ...(inOrder ? [] : [`${path} order`]),
    ...compared.flatMap(key => differences(`${path}.${key}`, expected[key], actual[key])),
  ];
}

function listDifferences(path: string, expected: readonly unknown[], actual: readonly unknown[]): readonly string[] {
  const more = actual.length > expected.length ? 'longer' : 'shorter';
  const length = expected.length === actual.length ? [] : [`${path} ${more}`];
  const common = expected.slice(0, actual.length);
  return [...length, ...common.flatMap((item, index) => differences(`${path}[]`, item, actual[index]))];
}

/** `path kind` for each difference; kinds: missing, extra, order, differs, longer, shorter. Indexes of lists are left out. */
function differences(path: string, expected: unknown, actual: unknown): readonly string[] {
  if (isMap(expected) && isMap(actual)) return mapDifferences(path, expected, actual);
  if (Array.isArray(expected) && Array.isArray(actual)) return listDifferences(path, expected, actual);
  const texts = typeof expected === 'string' && typeof actual === 'string';
  const alike = texts ? comparable(expected) === comparable(actual) : expected === actual;
  return alike ? [] : [`${path} differs`];
}

/** Both ways: there and not there. */
const counted = ['azure-asyncoperation', 'location', 'etag', 'x-ms-failure-cause'];

function headerDifferences(call: Recorded, answer: Answer): readonly string[] {
  const bothWays = counted.flatMap(name => {
    const [wanted, found] = [call.headers[name], answer.headers.get(name)];
    if (wanted === undefined) return found === null ? [] : [`headers.${name} extra`];
    if (found === null) return [`headers.${name} missing`];
    return comparable(wanted) === comparable(found) ? [] : [`headers.${name} differs`];
  });
  // The azure-cli recorder strips Retry-After and the reads that remain: their absence says nothing.
  const oneWay = Object.keys(call.headers)
    .filter(name => name === 'retry-after' || name.startsWith('x-ms-ratelimit-remaining-'))
    .filter(name => answer.headers.get(name) === null)
    .map(name => `headers.${name} missing`);
  const wait = call.headers['retry-after'];
  const found = answer.headers.get('retry-after');
  const waits = wait !== undefined && found !== null && wait !== found ? ['headers.retry-after differs'] : [];
  return [...bothWays, ...oneWay, ...waits];
}

/** In what an answer of the simulator differs from the recorded one; each once, sorted. */
export function differencesFrom(call: Recorded, answer: Answer): readonly string[] {
  const status = call.status === answer.status ? [] : ['status differs'];
  const body = differences('body', call.response ?? undefined, answer.body ?? undefined);
  return [...new Set([...status, ...headerDifferences(call, answer), ...body])].toSorted();
}
