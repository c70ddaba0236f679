/**
 * The records that `pms doctor` compares with: the JSON of `pms records -o json`, or hosts text (`pms records`, the key
 * `pms.hosts` of a DNS target), from a file, stdin or an address. src/commands/doctor only.
 */
import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { readEntry } from '../../coredns/hosts-text.ts';
import { type ExportRecord, rowsOf } from '../../domain/exports/export-record.ts';
import { UsageError } from '../manifest-file.ts';
import { oneSpelling } from './addresses.ts';

export interface WantedRecord extends ExportRecord {
  /** A `privatelink` twin or an alias: a name on the way to another record, which no certificate need be for. */
  readonly isDetour: boolean;
}

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Sorted by name. Throws UsageError for what cannot be had or is not records. */
export async function readRecords(from: string, signal: AbortSignal): Promise<readonly WantedRecord[]> {
  return parseRecords(await had(from, signal), from);
}

async function had(from: string, signal: AbortSignal): Promise<string> {
  try {
    if (from === '-') return await textOf(process.stdin);
    return /^https?:\/\//i.test(from) ? await fetched(from, signal) : await readFile(from, 'utf8');
  } catch (cause) {
    signal.throwIfAborted();
    throw new UsageError(`option '--records ${from}': cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? reasonOf(thrown.cause) : thrown.message;
}

async function fetched(url: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const text = await answer.text();
  if (text.length > MAX_BYTES) throw new Error('it is longer than 4 MiB');
  return text;
}

/** The records of a text. Throws UsageError when it has none, or a name or address that is none. */
export function parseRecords(text: string, from: string): readonly WantedRecord[] {
  try {
    const records = /^\s*[[{]/.test(text) ? parseJson(text) : parseHostsText(text);
    if (records.length === 0) throw new TypeError('there is no record in it');
    rowsOf(records);
    const empty = records.find(({ addresses }) => addresses.length === 0);
    if (empty !== undefined) throw new TypeError(`${empty.name} has no address`);
    return [...records].sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    const form = 'it must be what `pms records NAME -o json` or `-o hosts` prints';
    throw new UsageError(`option '--records ${from}': ${reasonOf(cause)}; ${form}`, { cause });
  }
}

function parseJson(text: string): readonly WantedRecord[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new TypeError('it is not a list of records');
  return list.map(entryOf);
}

function entryOf(entry: unknown): WantedRecord {
  if (typeof entry !== 'object' || entry === null) throw new TypeError('an entry is not a record');
  const name = 'name' in entry ? entry.name : undefined;
  const addresses: unknown = 'addresses' in entry ? entry.addresses : undefined;
  if (typeof name !== 'string' || !Array.isArray(addresses) || addresses.some(each => typeof each !== 'string')) {
    throw new TypeError('an entry has no `name` and `addresses`');
  }
  return { name, addresses: addresses.map(oneSpelling), isDetour: isTwin(name) || 'sameAs' in entry };
}

const isTwin = (name: string): boolean => name.includes('.privatelink.');

function parseHostsText(text: string): readonly WantedRecord[] {
  const found = new Map<string, Set<string>>();
  for (const line of text.split(/\r?\n/)) {
    const entry = readEntry(line);
    if (entry === undefined) continue;
    if (entry.names.length === 0) throw new TypeError(`${JSON.stringify(line.slice(0, 100))} is not a line of it`);
    for (const name of entry.names) found.set(name, (found.get(name) ?? new Set()).add(oneSpelling(entry.address)));
  }
  return [...found].map(([name, addresses]) => ({ name, addresses: [...addresses], isDetour: isTwin(name) }));
}
