/**
 * The text that CoreDNS' `hosts` plugin reads and that is our only store of what is published: one record a line with
 * the objects that own it, `10.1.2.4 api.monitor.azure.com # plant/plant-a other/b`. Equal lines give equal bytes: sorted
 * by name, then address, no times. Pure; src/coredns and the demo use it. Source: CoreDNS, plugin/hosts, README.
 */
import { isIP } from 'node:net';
import type { PublishedLine } from '../domain/merge.ts';

/** The comment lines that every text starts with, and all that is left when nothing is published. */
export const HEADER =
  '# Managed by private-monitoring-scope. Do not edit: changes are undone. One record a line, then its owners.\n';

/** CoreDNS stops reading a hosts file, without a word, at the first line that is longer (coredns/coredns#8551). */
export const MAX_LINE_BYTES = 64 * 1024;

const MAX_NAME_LENGTH = 253;
const FQDN = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
/** A namespace is a DNS label, a name a DNS subdomain (Kubernetes: Object Names and IDs). */
const OWNER = new RegExp(`^${LABEL}/${LABEL}(\\.${LABEL})*$`);
/** Characters of an unreadable line that a report shows. */
const SHOWN = 200;

export interface ParsedHosts {
  /** Sorted by name; addresses and owners sorted and without repetition. */
  readonly lines: readonly PublishedLine[];
  /** What no record could be made of: gone at the next write. Comments and empty lines are not in here. */
  readonly unreadable: readonly string[];
}

/** One line as a hosts file has it. */
export interface HostsEntry {
  readonly address: string;
  /** Lower case, no trailing dot; none when the first word is not an address. */
  readonly names: readonly string[];
  /** The words of the comment. */
  readonly comment: readonly string[];
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const words = (text: string): readonly string[] => text.split(/\s+/).filter(word => word !== '');
const sorted = (values: Iterable<string>): readonly string[] => [...new Set(values)].sort(byText);

const isAddress = (text: string): boolean => isIP(text) !== 0 && !text.includes('%');
const isFqdn = (text: string): boolean => text.length <= MAX_NAME_LENGTH && FQDN.test(text);

/** Whether a text can stand as an owner: `namespace/name`. */
export const isOwner = (text: string): boolean => text.length <= 63 + 1 + MAX_NAME_LENGTH && OWNER.test(text);

/**
 * The text of these lines. Throws a TypeError for a name, address or owner that is none, for a line without an address
 * or an owner, and for a name that is there twice; a RangeError for a line over 64 KiB.
 */
export function renderHosts(lines: readonly PublishedLine[]): string {
  const names = new Set(lines.map(line => line.name));
  if (names.size !== lines.length) throw new TypeError('hosts text: a name has more than one line');
  const ordered = [...lines].sort((a, b) => byText(a.name, b.name));
  return HEADER + ordered.map(renderLine).join('');
}

function renderLine(line: PublishedLine): string {
  checkLine(line);
  const owners = sorted(line.owners).join(' ');
  const text = sorted(line.addresses).map(address => `${address} ${line.name} # ${owners}\n`);
  if (text.some(one => one.length > MAX_LINE_BYTES)) {
    throw new RangeError(`hosts text: the line of ${line.name} with ${line.owners.length} owners is over 64 KiB`);
  }
  return text.join('');
}

/** Throws a TypeError when a line is not one that may be written. Nothing else ever reaches the text. */
export function checkLine({ name, addresses, owners }: PublishedLine): void {
  const defect = (what: string, value: string) => new TypeError(`hosts text: ${JSON.stringify(value)} is not ${what}`);
  if (!isFqdn(name)) throw defect('a fully qualified domain name in lower case', name);
  if (addresses.length === 0 || owners.length === 0) throw defect('a name with an address and an owner', name);
  for (const address of addresses) if (!isAddress(address)) throw defect('an IP address', address);
  for (const owner of owners) if (!isOwner(owner)) throw defect('a namespace/name', owner);
}

/**
 * A line as CoreDNS reads it: everything after `#` is comment, the first word an address, the others names. `undefined`
 * for comments and empty lines.
 */
export function readEntry(line: string): HostsEntry | undefined {
  const hash = line.indexOf('#');
  const [address, ...names] = words(hash < 0 ? line : line.slice(0, hash));
  if (address === undefined) return undefined;
  const comment = hash < 0 ? [] : words(line.slice(hash + 1));
  const readable = isAddress(address) ? names.map(name => name.toLowerCase().replace(/\.$/, '')) : [];
  return { address, names: readable, comment };
}

/**
 * The lines of a text, whoever edited it; never throws. A record without an owner, or with a second opinion on a name
 * (other owners, another address), is unreadable; letter case, order, repetition and several names a line are not.
 */
export function parseHosts(text: string): ParsedHosts {
  const found = new Map<string, Map<string, Set<string>>>();
  const unreadable: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const entry = readEntry(line);
    if (entry === undefined) continue;
    if (line.length <= MAX_LINE_BYTES && isRecord(entry)) remember(found, entry);
    else unreadable.push(line.slice(0, SHOWN));
  }
  const lines = [...found].map(([name, owned]) => oneAnswer(name, owned, unreadable));
  return { lines: lines.sort((a, b) => byText(a.name, b.name)), unreadable };
}

const isRecord = ({ names, comment }: HostsEntry): boolean =>
  names.length > 0 && names.every(isFqdn) && comment.length > 0 && comment.every(isOwner);

function remember(found: Map<string, Map<string, Set<string>>>, { address, names, comment }: HostsEntry): void {
  for (const name of names) {
    const owned = found.get(name) ?? new Map<string, Set<string>>();
    found.set(name, owned);
    owned.set(address, new Set([...(owned.get(address) ?? []), ...comment]));
  }
}

/** A name has one set of addresses and one of owners: what the text says first. */
function oneAnswer(name: string, owned: ReadonlyMap<string, Set<string>>, unreadable: string[]): PublishedLine {
  const [first = new Set<string>()] = owned.values();
  const owners = sorted(first);
  const addresses: string[] = [];
  for (const [address, others] of owned) {
    if (sorted(others).join(' ') === owners.join(' ')) addresses.push(address);
    else unreadable.push(`${address} ${name} # ${sorted(others).join(' ')}`.slice(0, SHOWN));
  }
  return { name, addresses: sorted(addresses), owners };
}
