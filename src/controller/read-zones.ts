/**
 * Single reads of private DNS through the ledger: groups of an endpoint, zones that a scope requires, what zones hold.
 * src/controller/observe-zones.ts and observe-records.ts ask.
 */
import type { Desired } from '../domain/desire.ts';
import type { WantedZones } from '../domain/desire-zones.ts';
import { idKey, sameId, shortName } from '../domain/names.ts';
import { ABSENT, bodyOf, type Reading, type Sight, type ZoneContents, type ZonesSight } from '../domain/observed.ts';
import type { ArmId, EndpointNeed, PrivateLinkScope } from '../domain/resources.ts';
import type { DnsZone, ZoneGroup, ZoneLink } from '../domain/zone-resources.ts';
import { publicName } from '../domain/zones.ts';
import { isSettled, pollMs } from './polling.ts';
import type { Pass } from './world.ts';

/** A zone that is not there is looked for again after this time, in milliseconds. */
const ZONE_RETRY_MS = 30_000;
/** Zones elsewhere whose links are looked at; each costs a call, once. */
const RIVALS_MAX = 10;

const SETTLED = { settled: () => true, pollMs: () => 0 } as const;

/** Where the ledger keeps the groups of an endpoint. */
export const zoneGroupsId = (endpointId: ArmId): ArmId => `${endpointId}/privateDnsZoneGroups`;

/** Every zone group of an endpoint. */
export const readZoneGroups = (
  endpointId: ArmId,
  want: Desired,
  { memory: { ledger }, world, signal }: Pass,
): Promise<Reading<readonly ZoneGroup[]>> =>
  ledger.look({
    ...SETTLED,
    id: zoneGroupsId(endpointId),
    resyncMs: want.intervalMs,
    notBefore: ledger.readAt(endpointId),
    load: () => world.azure.zoneGroups(endpointId, signal),
  });

/** Asked of the scope itself, in the same call as its members. */
export async function readRequired(
  want: Desired,
  scope: Sight<PrivateLinkScope>,
  { memory: { ledger }, world, signal }: Pass,
): Promise<ZonesSight['required']> {
  if (scope.reading.is !== 'present') return scope.reading.is === 'unread' ? scope.reading : ABSENT;
  const need = await ledger.look<EndpointNeed>({
    ...SETTLED,
    id: `${want.scope.id}/privateLinkResources`,
    resyncMs: want.intervalMs,
    load: () => world.azure.endpointNeed(want.scope.id, signal),
  });
  return need.is === 'present' ? { is: 'present', body: need.body.zones } : need;
}

/** The zones that the spec names, by `idKey`. */
export async function readGiven(
  { zones, intervalMs: resyncMs }: Desired,
  { memory: { ledger }, world, signal }: Pass,
): Promise<readonly (readonly [string, Reading<DnsZone>])[]> {
  return Promise.all(
    (zones?.zoneIds ?? []).map(async id => {
      const reading = await ledger.look<DnsZone>({
        id,
        settled: body => body !== undefined && isSettled(body),
        pollMs: looks => (looks === 1 ? pollMs('dnsZone')(1) : ZONE_RETRY_MS),
        resyncMs,
        load: () => world.azure.get('dnsZone', id, signal),
      });
      return [idKey(id), reading] as const;
    }),
  );
}

/** Links and records of a zone, by `idKey`. */
export async function readContents(
  id: ArmId,
  resyncMs: number,
  { memory: { ledger }, world, signal }: Pass,
): Promise<readonly [string, ZoneContents]> {
  const look = { ...SETTLED, resyncMs };
  const [links, records] = await Promise.all([
    ledger.look({ ...look, id: `${id}/virtualNetworkLinks`, load: () => world.azure.zoneLinks(id, signal) }),
    ledger.look({ ...look, id: `${id}/ALL`, load: () => world.azure.zoneRecords(id, signal) }),
  ]);
  return [idKey(id), { links, records }];
}

/** Only as far as we may see them: what cannot be listed tells nothing, and Azure refuses the link then. */
export async function readRivals(
  { zones, subscriptionId, intervalMs: resyncMs }: Desired,
  wanted: WantedZones,
  required: ZonesSight['required'],
  { memory: { ledger }, world, signal }: Pass,
): Promise<ZonesSight['rivals']> {
  const { networks = [] } = zones?.create ?? {};
  if (networks.length === 0 || required.is !== 'present') return [];
  const all = await ledger.look<readonly DnsZone[]>({
    ...SETTLED,
    id: `/subscriptions/${subscriptionId}/privateDnsZones`,
    resyncMs,
    load: () => world.azure.dnsZones(subscriptionId, signal),
  });
  const names = new Set(wanted.zones.map(({ name }) => publicName(name)));
  const others = (bodyOf(all) ?? [])
    .filter(({ id }) => names.has(publicName(shortName(id))) && !wanted.zones.some(zone => sameId(zone.id, id)))
    .slice(0, RIVALS_MAX);
  const found = await Promise.all(
    others.map(async zone => {
      const links = await ledger.look<readonly ZoneLink[]>({
        ...SETTLED,
        id: `${zone.id}/virtualNetworkLinks`,
        resyncMs,
        load: () => world.azure.zoneLinks(zone.id, signal),
      });
      return (bodyOf(links) ?? []).map(link => ({ zone, link }));
    }),
  );
  return found.flat().filter(({ link }) => networks.some(id => sameId(id, link.networkId)));
}
