/**
 * Our own server block: exactly our names as keys, so that every other name keeps its way, and `hosts` for the answers,
 * from a file or, where no file can be mounted, in the block. Equal lines give equal bytes. Pure; src/coredns only.
 * Source: facts coredns 1, "Recommended text".
 */
import type { PublishedLine } from '../domain/merge.ts';
import { inlineRecords, zoneKey } from './corefile-checks.ts';
import type { ServerBlock } from './corefile-reader.ts';

/** How our block is written; the administrator's words, checked by src/config/targets.ts. */
export interface BlockSettings {
  /** That CoreDNS listens on, in the pod. */
  readonly port: number;
  /** Addresses to listen on, when the other blocks name some; empty: all. */
  readonly bind: readonly string[];
  /** Where names below ours go, as `forward` takes it. */
  readonly forward: readonly string[];
  readonly ttlSeconds: number;
  /** Path of the hosts file in the pod; absent: the records stand in the block. */
  readonly hostsFile?: string | undefined;
}

/** Stands in every block of ours; a kubeadm upgrade takes it out. */
export const COMMENT = 'Managed by private-monitoring-scope. Do not edit: changes are undone.';

/** All that is left of an imported file when nothing is published: CoreDNS forgets a file that is gone too late. */
export const SERVER_HEADER = `# ${COMMENT}\n`;

/** The block, without a line end after it; empty for no lines. Names and addresses must have been checked. */
export function renderBlock(lines: readonly PublishedLine[], settings: BlockSettings): string {
  if (lines.length === 0) return '';
  const keys = lines.map(line => `${line.name}:${settings.port}`).sort();
  const bind = settings.bind.length > 0 ? [`    bind ${settings.bind.join(' ')}`] : [];
  const records = settings.hostsFile === undefined ? inlineLines(lines) : [];
  return [
    `${keys.join(' ')} {`,
    `    # ${COMMENT}`,
    ...bind,
    '    errors',
    `    hosts ${settings.hostsFile ?? '/dev/null'} {`,
    ...records,
    `        ttl ${settings.ttlSeconds}`,
    '        no_reverse',
    // Whatever follows this word is an error to CoreDNS, whatever precedes it a line of records.
    '        fallthrough',
    '    }',
    `    forward . ${settings.forward.join(' ')}`,
    '}',
  ].join('\n');
}

const inlineLines = (lines: readonly PublishedLine[]): readonly string[] =>
  [...lines]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(line => [...line.addresses].sort().map(address => `        ${address} ${line.name}`));

/** The text of an imported file that has our block alone. */
export const renderServerFile = (lines: readonly PublishedLine[], settings: BlockSettings): string =>
  lines.length === 0 ? SERVER_HEADER : `${SERVER_HEADER}${renderBlock(lines, settings)}\n`;

/** Whether a block answers a line as it is to be answered, as far as the block itself says. */
export function servedBy(block: ServerBlock | undefined, settings: BlockSettings): (line: PublishedLine) => boolean {
  const zones = new Set(
    (block?.keys ?? []).map(key => zoneKey(key.text)).flatMap(key => (key.port === settings.port ? [key.zone] : [])),
  );
  if (settings.hostsFile !== undefined || block === undefined) return line => zones.has(line.name);
  const records = new Map<string, string[]>();
  for (const [address = '', ...names] of inlineRecords(block)) {
    for (const name of names) records.set(name, [...(records.get(name) ?? []), address]);
  }
  const inBlock = (name: string) => [...(records.get(name) ?? [])].sort().join();
  return line => zones.has(line.name) && inBlock(line.name) === [...line.addresses].sort().join();
}
