/**
 * What is wrong with the server blocks of a CoreDNS, as far as CoreDNS would refuse to start with them, and what our own
 * block has to know of the others: names that are taken, addresses that they listen on, whether anything is reloaded.
 * Pure; src/coredns only. Source: facts coredns 2.3; coredns/coredns, core/dnsserver/{register,address}.go.
 */
import type { Directive, ServerBlock } from './corefile-reader.ts';
import { CorefileError, type Token } from './corefile-tokens.ts';
import { isStockPlugin } from './stock-plugins.ts';

/** A key of a server block: what is served where. */
export interface ZoneKey {
  readonly transport: string;
  /** Lower case, no trailing dot; `.` is everything. */
  readonly zone: string;
  readonly port: number;
}

const PORTS: Readonly<Record<string, number>> = { dns: 53, tls: 853, quic: 853, grpc: 443, https: 443, https3: 443 };

/** `Api.example.com.`, `dns://api.example.com:53` and `api.example.com` are one key. */
export function zoneKey(text: string): ZoneKey {
  const [, transport = 'dns', rest = text] = /^([a-z0-9]+):\/\/(.*)$/.exec(text) ?? [];
  const [, zone = rest, port] = /^(.*):([0-9]{1,5})$/.exec(rest) ?? [];
  const name = zone.toLowerCase();
  return {
    transport,
    zone: name === '.' ? name : name.replace(/\.$/, ''),
    port: port === undefined ? (PORTS[transport] ?? 53) : Number(port),
  };
}

export const keyText = ({ transport, zone, port }: ZoneKey): string => `${transport}://${zone}:${port}`;

/** The addresses that a block is bound to; empty: all. */
export const bindsOf = (block: ServerBlock): readonly string[] =>
  named(block, 'bind').flatMap(({ words }) => words.map(word => word.text));

/** Whether CoreDNS takes up a change by itself. */
export const reloads = (blocks: readonly ServerBlock[]): boolean =>
  blocks.some(block => named(block, 'reload').length > 0);

export const named = (block: ServerBlock, name: string): readonly Directive[] =>
  block.directives.filter(directive => directive.name.text === name);

/** Throws CorefileError for the first thing that CoreDNS would refuse. `extraPlugins`: what this build knows beside. */
export function checkBlocks(blocks: readonly ServerBlock[], extraPlugins: readonly string[]): void {
  for (const block of blocks) {
    for (const { name } of block.directives) {
      if (!isStockPlugin(name.text) && !extraPlugins.includes(name.text)) {
        throw new CorefileError(`unknown directive ${name.text}`, name);
      }
    }
    const [hosts, second] = named(block, 'hosts');
    if (second !== undefined) throw new CorefileError('a second hosts in one block', second.name);
    if (hosts !== undefined) checkHosts(hosts);
  }
  checkZones(blocks);
}

/** `hosts` takes every unknown word for a line of records, but after `fallthrough`, which makes it an error. */
function checkHosts({ words }: Directive): void {
  let fallsThrough = false;
  for (const [option, ...values] of linesIn(words)) {
    if (option === undefined) continue;
    const wrong = wrongOption(
      option.text,
      values.map(({ text }) => text),
    );
    if (wrong !== undefined) throw new CorefileError(`hosts: ${wrong}`, option);
    fallsThrough ||= option.text === 'fallthrough';
    if (fallsThrough && !HOSTS_OPTIONS.has(option.text)) {
      throw new CorefileError(`hosts: unknown option ${option.text} after fallthrough`, option);
    }
  }
}

function wrongOption(option: string, values: readonly string[]): string | undefined {
  const [value = ''] = values;
  if (option === 'ttl' && !isTtl(value)) return `ttl ${value} is not from 1 to 65535`;
  if (option === 'reload' && (values.length !== 1 || !isDuration(value))) return 'reload needs a duration';
  return undefined;
}

const HOSTS_OPTIONS: ReadonlySet<string> = new Set([
  ...['ttl', 'reload', 'no_reverse', 'fallthrough', 'fallthrough_unsupported'],
]);

const isTtl = (text: string): boolean => /^\+?[0-9]+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;

const isDuration = (text: string): boolean => /^(0|([0-9]*\.?[0-9]+(ns|us|µs|ms|s|m|h))+)$/.test(text);

/** The lines between the braces of a directive. */
function linesIn(words: readonly Token[]): readonly (readonly Token[])[] {
  const open = words.findIndex(word => word.text === '{');
  const lines: Token[][] = [];
  for (const word of open < 0 ? [] : words.slice(open + 1, -1)) {
    const last = lines.at(-1);
    if (last?.[0] !== undefined && last[0].line === word.line && last[0].file === word.file) last.push(word);
    else lines.push([word]);
  }
  return lines;
}

/** The lines of records of a block's `hosts`: address, then names. */
export const inlineRecords = (block: ServerBlock): readonly (readonly string[])[] =>
  named(block, 'hosts')
    .flatMap(({ words }) => linesIn(words))
    .filter(([first]) => first !== undefined && !HOSTS_OPTIONS.has(first.text))
    .map(line => line.map(({ text }) => text));

/** One key must be in one block, unless the blocks are bound to different addresses. */
function checkZones(blocks: readonly ServerBlock[]): void {
  const taken = new Map<string, (readonly string[])[]>();
  for (const block of blocks) {
    const binds = bindsOf(block);
    for (const key of block.keys) {
      const text = keyText(zoneKey(key.text));
      const others = taken.get(text) ?? [];
      if (others.some(other => overlap(other, binds))) {
        throw new CorefileError(`${key.text} is served by another block already`, key);
      }
      taken.set(text, [...others, binds]);
    }
  }
}

const overlap = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === 0 || other.length === 0 || one.some(address => other.includes(address));

/**
 * Throws CorefileError when blocks of this port are bound to addresses and ours is not bound alike: CoreDNS loads that,
 * and never asks our block for what comes to those addresses.
 */
export function checkBinds(blocks: readonly ServerBlock[], port: number, ours: readonly string[]): void {
  for (const block of blocks) {
    const key = block.keys.find(one => zoneKey(one.text).port === port && zoneKey(one.text).transport === 'dns');
    const binds = bindsOf(block);
    if (key === undefined || [...binds].sort().join() === [...ours].sort().join()) continue;
    const said = (addresses: readonly string[]) => (addresses.length > 0 ? addresses.join(' ') : 'every address');
    throw new CorefileError(`${key.text} listens on ${said(binds)}, our block on ${said(ours)}: set server.bind`, key);
  }
}
