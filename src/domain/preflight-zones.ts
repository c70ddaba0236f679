/**
 * Findings about private DNS before anything is created in it: zones that are not there, zones that are missing, and
 * zones in which our records would stand in for those of others. Pure; src/domain/preflight.ts uses it.
 * Source: facts ampls 2.1, 3 (one scope per DNS), 5 (rows 6 and 20).
 */
import type { Desired } from './desire.ts';
import type { Failure } from './failures.ts';
import { idKey, parseId, sameId, shortName } from './names.ts';
import { bodyOf, type Observed, type Reading, type ZonesSight } from './observed.ts';
import { ready, unreadable, type Verdict } from './steps.ts';
import type { DnsZone } from './zone-resources.ts';
import { isWrittenBy } from './zone-teardown.ts';
import { privatelinkName, publicName } from './zones.ts';

const FIELD = 'spec.privateEndpoint.zoneGroup';

/** Told, and holds nothing back. */
const warning = (message: string): Verdict => ready('PassedWithWarnings', `warning: ${message}`);

/** All findings; none when the spec asks for no zone group. */
export function judgeZones(want: Desired, { zones: sight }: Observed): readonly Verdict[] {
  if (want.zones === undefined || sight === undefined) return [];
  return [
    ...want.zones.zoneIds.flatMap(id => given(id, sight.given.get(idKey(id)))),
    ...incomplete(want.zones.zoneIds, sight),
    ...othersRecords(want, sight),
    ...rivals(sight),
  ];
}

function given(id: string, reading: Reading<DnsZone> | undefined): readonly Verdict[] {
  if (reading === undefined || reading.is === 'present') return [];
  if (reading.is === 'absent') {
    const message = `${FIELD}.zoneIds: there is no private DNS zone ${id}: make it, or take it out`;
    return [{ state: 'Stalled', reason: 'ZoneNotFound', message, actions: [] }];
  }
  const { failure } = reading;
  if (!isRefusal(failure)) return [unreadable(failure)];
  // To write a group the right to join the zone is enough.
  return [warning(`${FIELD}.zoneIds: whether ${id} is there cannot be read (${failure.message})`)];
}

/** Somebody has said no, for good or until a right is given; everything else is asked again. */
const isRefusal = ({ reason, kind }: Failure): boolean =>
  kind === 'Stalled' || reason === 'Forbidden' || reason === 'LinkedAuthorizationFailed';

/** Names without a zone stay public for whoever asks the zones that are there. */
function incomplete(zoneIds: readonly string[], { required }: ZonesSight): readonly Verdict[] {
  if (zoneIds.length === 0) return [];
  const held = new Set(zoneIds.map(id => publicName(shortName(id))));
  const missing = (bodyOf(required) ?? []).filter(zone => !held.has(publicName(zone)));
  if (missing.length === 0) return [];
  const names = [...new Set(missing.map(privatelinkName))].join(', ');
  return [
    warning(
      `${FIELD}.zoneIds: the scope requires zones that are not among them: ${names}; their names stay public for clients inside Azure, so add those zones`,
    ),
  ];
}

/** A name has one record set in a zone: the group that is written last has it. */
function othersRecords(want: Desired, { given: zones, contents }: ZonesSight): readonly Verdict[] {
  return [...zones.values()].flatMap(reading => {
    const zone = bodyOf(reading);
    const found = zone && contents.get(idKey(zone.id));
    const records = (found && bodyOf(found.records)) ?? [];
    const others = records.filter(record => isShared(record.name) && !isWrittenBy(record, want.endpoint.name));
    if (zone === undefined || others.length === 0) return [];
    const names = others.map(({ name }) => `${name}.${zone.name}`).join(', ');
    const networks = (bodyOf(found?.links ?? { is: 'absent' }) ?? []).map(({ networkId }) => shortName(networkId));
    const clients = networks.length === 0 ? 'whoever uses that zone' : `the machines of ${networks.join(', ')}`;
    return [
      warning(
        `${FIELD}.zoneIds: ${zone.name} holds records of Azure Monitor that are not ours (${names}): with ours in their place ${clients} come to ${shortName(want.scope.id)} and reach only what is linked there; use one scope for all that share DNS`,
      ),
    ];
  });
}

/** The names that every scope has; the others are one workspace's own. */
const SHARED = [
  'api',
  'global.in.ai',
  'global.handler.control',
  'live',
  'profiler',
  'snapshot',
  'diagservices-query',
  'scadvisorcontentpl',
];
const isShared = (name: string): boolean => SHARED.includes(name.toLowerCase());

/** Azure refuses the link then, and the network stays with the zone that it has. */
const rivals = ({ rivals: found }: ZonesSight): readonly Verdict[] =>
  found
    .filter(({ zone }, index) => found.findIndex(other => sameId(other.zone.id, zone.id)) === index)
    .map(({ zone }) => {
      const networks = found
        .filter(other => sameId(other.zone.id, zone.id))
        .map(({ link }) => shortName(link.networkId));
      const place = parseId(zone.id)?.resourceGroup ?? '';
      return warning(
        `${FIELD}.createZones: ${networks.join(', ')} is linked to ${zone.name} of resource group ${place} already, and a network sees one zone of a name: take that link away, or give the zoneIds of the zones that the network has`,
      );
    });
