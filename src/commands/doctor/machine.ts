/**
 * The machine that `pms doctor` looks at, as far as it looks: a folder that stands for `/`, its resolver, and connections
 * made from it. The command gives the real one; tests give recorded files and a resolver with a fault. src/commands/doctor
 * only.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Prober } from '../../ports.ts';

/** What the system's resolver said to one name. */
export type Lookup =
  | { readonly state: 'answered'; readonly addresses: readonly string[] }
  /** There is no such name, or none with an address. */
  | { readonly state: 'absent' }
  /** No server answered, or none in time. */
  | { readonly state: 'silent' };

export interface Machine {
  /** In place of `/`. */
  readonly root: string;
  /** Whether the files and processes of every user can be looked at. */
  readonly isRoot: boolean;
  /** As a program on it resolves a name: files, then DNS, A and AAAA. Never rejects. */
  lookup(name: string): Promise<Lookup>;
  readonly prober: Prober;
  readonly clock: Clock;
}

/** `denied`: it is there and we may not read it. */
export type FileSight = { readonly state: 'read'; readonly text: string } | { readonly state: 'absent' | 'denied' };

/** A whole file of the machine; never rejects. */
export async function readSystemFile(root: string, path: string): Promise<FileSight> {
  try {
    return { state: 'read', text: await readFile(join(root, path), 'utf8') };
  } catch (thrown) {
    return { state: isDenied(thrown) ? 'denied' : 'absent' };
  }
}

/** Whether a file system's error is a lack of rights. */
export const isDenied = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'EACCES' || thrown.code === 'EPERM');

/** What others wrote (a program's name, say), fit for a terminal and one line. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]+/g, '?').slice(0, 200);

/** `a, b, c and 4 more`. */
export function someOf(texts: readonly string[], shown = 3): string {
  const rest = texts.length - shown;
  return rest > 0 ? `${texts.slice(0, shown).join(', ')} and ${rest} more` : texts.join(', ');
}

/** `1 name`, `2 names`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
