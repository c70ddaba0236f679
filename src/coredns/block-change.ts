/**
 * From the lines that are there to those that are wanted, where a server block has to name them: what joins, what goes,
 * and the texts of each write. The records come first and the block after them; what goes leaves the block first. So a
 * block never names what has no records, and one that is stopped in between (`pms.pending`) is known for what it is.
 * Pure; src/coredns/{custom-server,corefile}-target.ts use it.
 */
import type { PublishedLine } from '../domain/merge.ts';
import { type ParsedHosts, renderHosts } from './hosts-text.ts';

export type IsServed = (line: PublishedLine) => boolean;

/** Lines that count as published: names whose block was being written do only when the block has them. */
export function publishedLines(parsed: ParsedHosts, pending: string, isServed: IsServed): readonly PublishedLine[] {
  const unfinished = new Set(pending.split('\n'));
  return parsed.lines.filter(line => !unfinished.has(line.name) || isServed(line));
}

export interface BlockChange {
  /** Names that the block does not serve yet, or not with these addresses. */
  readonly joining: readonly string[];
  readonly leaving: readonly string[];
  /** The records while the block is written: those of both. */
  readonly hostsBetween: string;
  readonly hosts: string;
  /** For `pms.pending`. */
  readonly pending: string;
}

/** `stored`: every line of the text, whether it counts as published or not. */
export function blockChange(
  stored: readonly PublishedLine[],
  wanted: readonly PublishedLine[],
  isServed: IsServed,
): BlockChange {
  const names = new Set(wanted.map(line => line.name));
  const going = stored.filter(line => !names.has(line.name));
  const joining = wanted.filter(line => !isServed(line)).map(line => line.name);
  const leaving = going.map(line => line.name);
  return {
    joining,
    leaving,
    hostsBetween: renderHosts([...wanted, ...going]),
    hosts: renderHosts(wanted),
    pending: pendingText([...joining, ...leaving]),
  };
}

/** Names, one a line. */
export const pendingText = (names: readonly string[]): string => [...names].sort().join('\n');
