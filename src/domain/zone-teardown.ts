/**
 * Taking private DNS down: network links first, then the zone group, last the zones, so that nobody is linked to a zone
 * without records; and whether a zone serves others by then. Pure; src/domain/teardown.ts uses it.
 */

import type { Desired } from './desire.ts';
import { type Failure, waiting } from './failures.ts';
import { isReleased } from './inventory.ts';
import { idKey } from './names.ts';
import type { InventoryEntry } from './object.ts';
import { bodyOf, type Observed } from './observed.ts';
import { after, each, type Verdict, waits } from './steps.ts';
import type { DnsZone, ZoneRecord } from './zone-resources.ts';
import { zonesOf } from './zones.ts';

const ofKind = (entries: readonly InventoryEntry[], kind: string) =>
  entries.filter(({ key }) => key.split('/')[0] === kind);

/** Whether an entry is one of private DNS. */
export const isZoneEntry = ({ key }: Pick<InventoryEntry, 'key'>): boolean =>
  /^(zoneGroup|dnsZone|zoneLink)(\/|$)/.test(key);

/** The steps of taking entries of private DNS down. Each is Ready when there is nothing to do. */
export interface ZonesDown {
  readonly links: Verdict;
  readonly group: Verdict;
  /** `more` must have happened before as well. */
  zones(more: Readonly<Record<string, Verdict>>): Verdict;
}

/** Those of the entries that are of private DNS, one kind after the other. */
export function takeZonesDown(
  entries: readonly InventoryEntry[],
  judge: (entry: InventoryEntry) => Verdict,
  before: Readonly<Record<string, Verdict>>,
): ZonesDown {
  const links = after(before, () => each(ofKind(entries, 'zoneLink'), judge));
  const group = after({ ...before, 'the network links': links }, () => each(ofKind(entries, 'zoneGroup'), judge));
  const done = { ...before, 'the network links': links, 'the zone group taken out': group };
  const zones = ofKind(entries, 'dnsZone');
  return { links, group, zones: more => inTurn({ ...done, ...more }, () => each(zones, judge), zones.length) };
}

/** What a zone holds is not asked for before everything of ours has left it. */
function inTurn(before: Readonly<Record<string, Verdict>>, judge: () => Verdict, count: number): Verdict {
  const waitsFor = Object.keys(before).filter(name => before[name]?.state !== 'Ready');
  if (waitsFor.length === 0 || count === 0) return judge();
  return { ...waits('WaitingForStep', `${count} zones wait for ${waitsFor.join(', ')}`), waitsFor };
}

/** The entries of private DNS that the spec does not ask for any more. */
export function zonesLeaving(want: Desired, seen: Pick<Observed, 'inventory' | 'zones'>): readonly InventoryEntry[] {
  const entries = seen.inventory.filter(isZoneEntry);
  const wanted = zonesOf(want, { ...seen, required: seen.zones?.required ?? { is: 'absent' } });
  if (wanted === undefined) return entries;
  const keys = new Set([wanted.group, ...wanted.zones, ...wanted.links].map(({ key }) => key));
  return entries.filter(({ key }) => !keys.has(key));
}

/** The zones that go next: only what they hold now is worth a call. */
export function zonesDue(want: Desired, seen: Pick<Observed, 'inventory' | 'zones'>): readonly InventoryEntry[] {
  const isDeleted = want.deletedAt !== undefined;
  const entries = isDeleted ? seen.inventory.filter(isZoneEntry) : zonesLeaving(want, seen);
  const going = entries.filter(entry => !isDeleted || !isReleased(entry, want));
  const zones = ofKind(going, 'dnsZone');
  const isBefore = ({ key }: InventoryEntry) => isDeleted && key === want.endpoint.key;
  if (seen.inventory.some(entry => isBefore(entry) && !isReleased(entry, want))) return [];
  return zones.length === going.length ? zones : [];
}

/** Who is served by a zone beside us. */
export type ZoneUse =
  | { readonly is: 'Free' }
  | { readonly is: 'Used'; readonly by: readonly string[] }
  | { readonly is: 'Unknown'; readonly failure: Failure };

/** How often a zone is looked at until Azure has taken our endpoint's records out of it, in milliseconds. */
const RECORDS_RETRY_MS = 3_000;

/** A zone that holds records or links that are not ours is left to them. */
export function zoneUse({ id }: DnsZone, want: Desired, seen: Pick<Observed, 'zones' | 'endpoint'>): ZoneUse {
  const contents = seen.zones?.contents.get(idKey(id));
  if (contents === undefined) return { is: 'Unknown', failure: waiting('WaitingForStep', `${id} is not read yet`, 0) };
  const { links, records } = contents;
  if (links.is === 'unread') return { is: 'Unknown', failure: links.failure };
  if (records.is === 'unread') return { is: 'Unknown', failure: records.failure };
  const held = bodyOf(records) ?? [];
  const others = held.filter(record => !isWrittenBy(record, want.endpoint.name));
  const by = [
    ...(bodyOf(links) ?? []).map(({ name }) => `network link ${name}`),
    ...others.map(({ type, name }) => `record set ${type} ${name}`),
  ];
  if (by.length > 0) return { is: 'Used', by: by.slice(0, NAMES_SHOWN) };
  if (held.length === 0 || seen.endpoint.reading.is !== 'present') {
    // An endpoint of that name that is not ours may stand anywhere: ours is gone, and took its records with it.
    return held.length === 0 ? { is: 'Free' } : { is: 'Used', by: held.slice(0, NAMES_SHOWN).map(textOf) };
  }
  const left = `Azure has not taken ${held.slice(0, NAMES_SHOWN).map(textOf).join(', ')} out of ${id} yet`;
  return { is: 'Unknown', failure: waiting('StillInUse', left, RECORDS_RETRY_MS) };
}

const NAMES_SHOWN = 6;
const textOf = ({ type, name }: ZoneRecord): string => `record set ${type} ${name}`;

/** Whether Azure notes that an endpoint of this name wrote a record. */
export const isWrittenBy = ({ creator = '' }: ZoneRecord, endpointName: string): boolean =>
  creator.toLowerCase().startsWith(`created by private endpoint ${endpointName.toLowerCase()} `);
