/**
 * The plant with private DNS on its way out: a deletion that is due to take it down. Beside test/model/plant-zones.ts.
 */
import type { PmsObject } from '../../src/domain/object.ts';
import { type Observed, present } from '../../src/domain/observed.ts';
import * as plant from './plant.ts';
import { allZones, creating, HUB_NETWORK, wantedOf, withZones, zoned, zonesInventory } from './plant-zones.ts';

/** What asks for the zones of `creating`. */
export const createZones = { resourceGroup: 'rg-dns', linkTo: [HUB_NETWORK] };

/** The object with this zone group, being deleted. */
export const deleted = (zoneGroup: Parameters<typeof zoned>[0]): PmsObject =>
  zoned(zoneGroup, { deletedAt: '2026-11-24T11:59:00Z' });

/** A deletion that has come so far as to take private DNS down. */
export const leaving = (object: PmsObject, zones: Observed['zones'], inventory = zonesInventory(object)): Observed => ({
  ...withZones(object, zones ?? allZones(object), inventory),
  target: present({ lines: [], maxBytes: 900_000, ttlSeconds: 60 }),
  resolution: present({
    recordsHash: '',
    servers: ['coredns-a'],
    questions: 2,
    wrong: [],
    askedAt: plant.NOW,
    unansweredSince: plant.NOW - 600_000,
  }),
  unpublishedSince: plant.NOW - 600_000,
});

/** Of its inventory the zones that were made. */
export const onlyZones = zonesInventory(deleted({ createZones })).filter(({ key }) => key.startsWith('dnsZone/'));

/** What each of them holds. */
export const contents = (over: object) =>
  new Map(
    wantedOf(creating).zones.map(({ id }) => [id.toLowerCase(), { links: present([]), records: present([]), ...over }]),
  );
