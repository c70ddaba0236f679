/**
 * One answer per name: the rules by which the records of many objects become the lines of one DNS target. Not knowing
 * never shrinks the set: only the lines of the object that claims are replaced, all others are carried over. Pure;
 * design section 7.
 *
 * | now in the target        | the claim             | result                                                      |
 * |--------------------------|-----------------------|-------------------------------------------------------------|
 * | nothing                  | name -> A             | a line of the claimant                                      |
 * | name -> A of others      | name -> A             | one line with one owner more                                |
 * | name -> B of others      | name -> A             | conflict: the holder keeps it, the claimant gets no shared name |
 * | lost, but B's of others  | name -> A             | conflict too: a ConfigMap that was deleted moves no name    |
 * | name -> A of the claimant| not in the claim      | the owner is taken off; the line goes with its last owner   |
 */
import type { DnsRecord } from './records.ts';

/** One name of a target with its addresses and the objects (`namespace/name`) that claim it. */
export interface PublishedLine {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Sorted. */
  readonly owners: readonly string[];
}

/** What one object wants published: all its records, read completely. An empty list takes its lines out. */
export interface Claim {
  /** `namespace/name`. */
  readonly owner: string;
  readonly records: readonly Pick<DnsRecord, 'name' | 'addresses' | 'shared'>[];
  /** What others held and no line says any more: they hold it still. */
  readonly reserved?: readonly PublishedLine[];
}

export interface NameConflict {
  readonly name: string;
  /** Who holds it, and with which addresses. */
  readonly holders: readonly string[];
  readonly addresses: readonly string[];
}

export interface Merged {
  /** Sorted by name. */
  readonly lines: readonly PublishedLine[];
  readonly conflicts: readonly NameConflict[];
}

const sameAddresses = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && [...a].sort().join() === [...b].sort().join();

/** The lines after one claim. Merging a claim twice changes nothing. */
export function mergeClaim(lines: readonly PublishedLine[], claim: Claim): Merged {
  const others = new Map(withoutOwner(lines, claim.owner).map(line => [line.name, line]));
  const reserved = new Map((claim.reserved ?? []).map(line => [line.name, line]));
  const holderOf = (name: string) => others.get(name) ?? reserved.get(name);
  const conflicts = claim.records.flatMap(record => conflictOf(holderOf(record.name), record));
  const conflicting = new Set(conflicts.map(conflict => conflict.name));
  // Half of a scope's shared names would send some calls through one scope and some through the other.
  const granted = claim.records.filter(
    record => !conflicting.has(record.name) && (conflicts.length === 0 || !record.shared),
  );
  for (const record of granted) {
    const owners = [...(others.get(record.name)?.owners ?? []), claim.owner].sort();
    others.set(record.name, { name: record.name, addresses: [...record.addresses].sort(), owners });
  }
  return { lines: sortLines([...others.values()]), conflicts };
}

/** The lines that one object owns, alone or with others. */
export const linesOf = (lines: readonly PublishedLine[], owner: string): readonly PublishedLine[] =>
  lines.filter(line => line.owners.includes(owner));

/** Whether two sets of lines are the same text. */
export function sameLines(a: readonly PublishedLine[], b: readonly PublishedLine[]): boolean {
  const text = (lines: readonly PublishedLine[]) =>
    sortLines(lines)
      .map(line => [line.name, ...line.addresses, '#', ...line.owners].join(' '))
      .join('\n');
  return text(a) === text(b);
}

function withoutOwner(lines: readonly PublishedLine[], owner: string): readonly PublishedLine[] {
  return lines
    .map(line => ({ ...line, owners: line.owners.filter(other => other !== owner) }))
    .filter(line => line.owners.length > 0);
}

function conflictOf(held: PublishedLine | undefined, record: Claim['records'][number]): readonly NameConflict[] {
  if (held === undefined || sameAddresses(held.addresses, record.addresses)) return [];
  return [{ name: record.name, holders: held.owners, addresses: held.addresses }];
}

const sortLines = (lines: readonly PublishedLine[]): readonly PublishedLine[] =>
  [...lines].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
