/**
 * Private DNS in a scenario: zones of somebody else or zones that are made, as far as they are there when the run begins.
 * Beside test/model/scenario.ts.
 */
import type { Desired } from '../../src/domain/desire.ts';
import type { WantedZones } from '../../src/domain/desire-zones.ts';
import { idKey } from '../../src/domain/names.ts';
import type { Spec } from '../../src/domain/object.ts';
import { present } from '../../src/domain/observed.ts';
import type { Want } from '../../src/domain/resources.ts';
import { privatelinkName, zonesOf } from '../../src/domain/zones.ts';
import { bodyOf } from './made-bodies.ts';
import { SUBNET } from './plant.ts';
import type { Floor } from './plant-floor.ts';
import { HUB_NETWORK, HUB_ZONES } from './plant-zones.ts';
import { REQUIRED_ZONES } from './zone-rules.ts';

/** What a scenario says of private DNS. */
export interface ZoneScenario {
  /** Zones of somebody else, or zones that are made. */
  readonly zones: 'none' | 'given' | 'made';
  /** How much of it is there: nothing, zones, the group too, network links too. */
  readonly zoneProgress: number;
  /** The zone group leaves the spec. */
  readonly zonesTakenOut: boolean;
  /** Somebody writes records of their own into one of the zones. */
  readonly zonesServeOthers: boolean;
}

const ZONES = REQUIRED_ZONES.map(privatelinkName);
const GIVEN = ZONES.map(name => `${HUB_ZONES}/${name}`);

/** The part of the spec that asks for it. */
export function zonesSpec(zones: ZoneScenario['zones']): Pick<Spec, 'privateEndpoint'> {
  if (zones === 'none') return { privateEndpoint: { subnetId: SUBNET } };
  const made = { createZones: { resourceGroup: 'rg-dns', linkTo: [HUB_NETWORK] } };
  return { privateEndpoint: { subnetId: SUBNET, zoneGroup: zones === 'made' ? made : { zoneIds: [...GIVEN] } } };
}

/** What is asked for, once Azure has told the zones. */
export const wantedZonesOf = (want: Desired): WantedZones | undefined =>
  zonesOf(want, { inventory: [], required: present(REQUIRED_ZONES) });

const isSettled = (floor: Floor, id: string): boolean =>
  floor.azure.state.get('privateEndpoint', id)?.provisioningState === 'Succeeded';

/** Makes what is there of it; answers what the inventory would list. */
export function layZones(floor: Floor, of: ZoneScenario, want: Desired): readonly Want[] {
  const { state } = floor.azure;
  for (const id of of.zones === 'given' ? GIVEN : []) {
    const name = id.slice(id.lastIndexOf('/') + 1);
    state.seed({ kind: 'dnsZone', id, name, tags: {}, provisioningState: 'Succeeded' });
  }
  const [served] = servedZones(of, want);
  if (served !== undefined) state.foreignRecords.set(served, [{ name: 'stg', type: 'A', creator: 'somebody' }]);
  const wanted = wantedZonesOf(want);
  if (wanted === undefined || !isSettled(floor, want.endpoint.id)) return [];
  const parts: readonly (readonly Want[])[] = [wanted.zones, [wanted.group], wanted.links];
  const there = parts.slice(0, of.zoneProgress).flat();
  for (const item of there) state.seed({ ...bodyOf(item), provisioningState: 'Succeeded' });
  return there;
}

/** `idKey` of the zones of ours that somebody else uses as well. */
export const servedZones = (of: ZoneScenario, want: Desired): readonly string[] =>
  (of.zonesServeOthers ? (wantedZonesOf(want)?.zones ?? []) : []).slice(0, 1).map(({ id }) => idKey(id));

/** `idKey` of what was there before anybody asked. */
export const givenZones = (of: ZoneScenario): readonly string[] => (of.zones === 'given' ? GIVEN.map(idKey) : []);
