/**
 * Private DNS for clients inside Azure: the zone group of the endpoint, and the zones and network links that are made for
 * it. Pure.
 *
 * | asked     | order                                                                                           |
 * |-----------|-------------------------------------------------------------------------------------------------|
 * | zones     | the group                                                                                       |
 * | to create | zones, then the group, then the links: a zone without records hides names from who is linked to |
 * |           | it (facts: ampls 5, row 7)                                                                      |
 */
import { converge } from './converge.ts';
import type { Desired } from './desire.ts';
import { type WantedZones, wantedZones } from './desire-zones.ts';
import { dnsZoneId, idDigits, parseId, shortName } from './names.ts';
import type { InventoryEntry } from './object.ts';
import { bodyOf, type Observed, type Reading, type Sight } from './observed.ts';
import { after, combine, each, ready, unreadable, type Verdict, waits } from './steps.ts';
import { convergeGroup, foreignGroup } from './zone-group.ts';

/** A zone has a name that Azure could have chosen, and one that an inventory's key has room for. */
const ZONE_NAME = /^(?=.{3,60}$)([a-z0-9_]([-a-z0-9_]*[a-z0-9_])?\.)+[a-z]{2,}$/;

/** With or without `privatelink.`, Azure lists both (facts: ampls 10): the zone that the records are written into. */
export const privatelinkName = (zone: string): string => `privatelink.${publicName(zone)}`;

/** The zone that two spellings have in common. */
export const publicName = (zone: string): string =>
  zone
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^privatelink\./, '');

type Known = Pick<Observed, 'inventory'> & { readonly required: Reading<readonly string[]> };

/**
 * Names of the zones that are to be made: those that the scope requires, and those that were made already. What Azure
 * does not list any more, or cannot be asked for, is no reason to take a zone away.
 */
export function zoneNames({ zones }: Pick<Desired, 'zones'>, { required, inventory }: Known): readonly string[] {
  if (zones?.create === undefined) return [];
  const { place } = zones.create;
  const isOfPlace = ({ key, id }: InventoryEntry) =>
    key === `dnsZone/${shortName(id)}-${idDigits(dnsZoneId(place, shortName(id)))}` && parseId(id) !== undefined;
  const made = inventory.filter(isOfPlace).map(({ id }) => shortName(id));
  const asked = (bodyOf(required) ?? []).map(privatelinkName).filter(name => ZONE_NAME.test(name));
  return [...new Set([...asked, ...made])].sort();
}

/** All wanted resources of private DNS, as far as Azure has told which zones there have to be. */
export const zonesOf = (want: Desired, known: Known): WantedZones | undefined =>
  want.zones && wantedZones(want.zones, zoneNames(want, known));

const NOT_SEEN: Sight<never> = { reading: { is: 'absent' } };

/** ZoneGroupReady; `undefined` when the spec asks for no zone group. `before` names the steps that come first. */
export function convergeZones(
  want: Desired,
  seen: Observed,
  before: Readonly<Record<string, Verdict>>,
): Verdict | undefined {
  const { zones: sight } = seen;
  if (want.zones === undefined || sight === undefined) return undefined;
  const wanted = wantedZones(want.zones, zoneNames(want, { ...seen, required: sight.required }));
  const foreign = foreignGroup(wanted.group, want, seen, sight);
  if (foreign !== undefined) return after(before, () => foreign);
  if (want.zones.create === undefined) return after(before, () => convergeGroup(wanted.group, want, seen, sight));
  if (wanted.zones.length === 0) return noNames(sight.required);
  const context = { ...seen, owner: want.owner };
  const zones = after(before, () =>
    each(wanted.zones, zone => converge(zone, sight.zones.get(zone.key) ?? NOT_SEEN, context)),
  );
  const group = after({ ...before, 'the zones': zones }, () => convergeGroup(wanted.group, want, seen, sight));
  const links = after({ ...before, 'the zones': zones, 'the zone group': group }, () =>
    each(wanted.links, link => converge(link, sight.links.get(link.key) ?? NOT_SEEN, context)),
  );
  const verdict = combine(quiet([zones, group, links]));
  if (verdict.state !== 'Ready') return verdict;
  const networks = want.zones.create.networks.map(shortName).join(', ');
  return ready('AllReady', `${group.message}; they are ours and linked to ${networks}`);
}

/** What waits for the part that is at work has nothing to tell beside it. */
function quiet(verdicts: readonly Verdict[]): readonly Verdict[] {
  const busy = verdicts.find(({ state, reason }) => state !== 'Ready' && reason !== 'WaitingForStep');
  if (busy === undefined) return verdicts;
  return verdicts.map(verdict =>
    verdict.reason === 'WaitingForStep' ? { ...verdict, message: busy.message } : verdict,
  );
}

function noNames(required: Reading<readonly string[]>): Verdict {
  if (required.is === 'unread') return unreadable(required.failure);
  if (required.is === 'absent') {
    return waits('WaitingForStep', 'the zones that the scope requires are known once it is there');
  }
  const message =
    'spec.privateEndpoint.zoneGroup.createZones: Azure names no zone that the scope requires: make them, and give their zoneIds';
  return { state: 'Stalled', reason: 'ZoneNotFound', message, actions: [] };
}
