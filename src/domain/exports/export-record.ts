/**
 * What the exports of records have in common: the records of one object, checked once more before they become lines of
 * somebody's configuration, and the words about where they come from. Pure; src/domain/exports only, types for whoever
 * asks for an export.
 */
import { parseIpv4 } from '../addresses.ts';
import type { ObjectKey } from '../object.ts';

export interface ExportRecord {
  /** Lower case, no trailing dot. */
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface ExportContext {
  /** Whose records they are. */
  readonly owner: ObjectKey;
  /** Of the zones' SOA; grows with every change, stays the same without one. 32 bits. */
  readonly serial: number;
}

/** One file of an export, with the name that other files know it by. */
export interface ExportFile {
  readonly file: string;
  readonly text: string;
}

/** How long clients may keep an answer, in every format. */
export const TTL_SECONDS = 60;

const FQDN = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const IPV6 = /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}(:[0-9.]+)?$/i;

/** One name with one address of it. */
export interface Row {
  readonly name: string;
  readonly type: 'A' | 'AAAA';
  readonly address: string;
}

/** Sorted by name. Throws a TypeError for a name or an address that is none. */
export function rowsOf(records: readonly ExportRecord[]): readonly Row[] {
  return sortedRecords(records).flatMap(({ name, addresses }) =>
    addresses.map(address => ({ name, type: typeOf(address), address })),
  );
}

/** Names and addresses sorted. Throws a TypeError for a name or an address that is none. */
export function sortedRecords(records: readonly ExportRecord[]): readonly ExportRecord[] {
  for (const { name } of records) {
    if (name.length > 253 || !FQDN.test(name)) throw new TypeError(`${JSON.stringify(name)} is not a domain name`);
  }
  return [...records]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, addresses }) => ({ name, addresses: [...addresses].sort() }));
}

function typeOf(address: string): Row['type'] {
  if (parseIpv4(address) !== undefined) return 'A';
  if (IPV6.test(address)) return 'AAAA';
  throw new TypeError(`${JSON.stringify(address)} is not an address`);
}

/** What an export starts with, after its comment sign: where the text comes from, and how it is put in. */
export function heading(sign: string, { owner }: ExportContext, notes: readonly string[] = []): string {
  const origin = `PrivateMonitoringScope ${owner.namespace}/${owner.name}, from pms records. Made anew when its records change.`;
  return [origin, ...notes].map(line => `${sign} ${line}`.trimEnd()).join('\n');
}

export const lines = (...parts: readonly string[]): string => `${parts.join('\n')}\n`;
