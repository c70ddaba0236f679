/**
 * What must hold before anything is created: no soft-deleted namesake that a PUT would silently recover, a subnet that
 * exists, in the endpoint's region, with room. Pure. Sources: facts ampls 1.2 (recover), 1.3 (SubnetIsFull), 2.3.
 */
import { prefixLengthFor, usableAddresses } from './addresses.ts';
import { type Desired, wantsOf } from './desire.ts';
import { regionKey } from './difference.ts';
import { INVENTORY_MAX } from './inventory.ts';
import { privateOnlyAhead } from './isolation-text.ts';
import { parseId, sameId } from './names.ts';
import { ABSENT, bodyOf, type Observed } from './observed.ts';
import { missing, registration, resourceGroup } from './preflight-checks.ts';
import { limits } from './preflight-limits.ts';
import { staticAddresses } from './preflight-static.ts';
import { subnetUse } from './preflight-subnet.ts';
import { otherScopeOnNetwork, surroundings } from './preflight-surroundings.ts';
import { fatal } from './preflight-verdicts.ts';
import { judgeZones } from './preflight-zones.ts';
import { judgeSoftDeleted } from './recover.ts';
import { type EndpointNeed, isAdopted, type PrivateEndpointWant, type Subnet } from './resources.ts';
import { combine, ready, unreadable, type Verdict } from './steps.ts';
import { zonesOf } from './zones.ts';

/** The verdict of all checks; only what would make a creation fail or harm somebody is fatal. */
export function preflight(want: Desired, seen: Observed): Verdict {
  const checks = [
    judgeSoftDeleted(want, seen),
    subnet(want, seen),
    ...inventoryRoom(want, seen),
    ...resourceGroup(want, seen),
    ...registration(want, seen),
    ...subnetUse(want, seen),
    ...staticAddresses(want, seen),
    ...limits(want, seen),
    ...otherScopeOnNetwork(want, seen),
    ...surroundings(want, seen),
    ...judgeZones(want, seen),
    ...missing(want, seen),
    ...privateOnlyAhead(want, seen),
  ];
  const verdict = combine(checks);
  const isWarned = checks.some(({ reason }) => reason === 'PassedWithWarnings');
  return verdict.state === 'Ready' && isWarned ? { ...verdict, reason: 'PassedWithWarnings' } : verdict;
}

/** Nothing is created that could not be written down first. */
function inventoryRoom(want: Desired, { inventory, zones: sight }: Observed): readonly Verdict[] {
  const zones = zonesOf(want, { inventory, required: sight?.required ?? ABSENT });
  const ofZones = zones === undefined ? [] : [zones.group, ...zones.zones, ...zones.links];
  const keys = new Set([...inventory, ...wantsOf(want), ...ofZones].map(item => item.key));
  if (keys.size <= INVENTORY_MAX) return [];
  const message = `spec.workspaces: with what is still being taken down this object has ${keys.size} resources, of ${INVENTORY_MAX} at most; take some items out until the earlier ones are gone`;
  return [fatal('InventoryFull', message)];
}

function subnet(want: Desired, seen: Observed): Verdict {
  const { endpoint } = want;
  if (isAdopted(endpoint)) return ready('ChecksPassed', 'the private endpoint is adopted');
  // An endpoint that is there has had its addresses, and a subnet that cannot be read does no harm any more.
  if (seen.endpoint.reading.is === 'present') return ready('ChecksPassed', 'the private endpoint has its subnet');
  if (seen.subnet.is === 'unread') return unreadable(seen.subnet.failure);
  if (seen.subnet.is === 'absent') {
    return fatal('SubnetNotFound', `spec.privateEndpoint.subnetId: there is no subnet ${endpoint.subnetId}`);
  }
  return combine([region(endpoint, seen.subnet.body), room(want, seen, seen.subnet.body)]);
}

function region(endpoint: PrivateEndpointWant, found: Subnet): Verdict {
  if (found.location.toLowerCase() === endpoint.location.toLowerCase()) {
    return ready('ChecksPassed', 'subnet and endpoint are in one region');
  }
  return fatal(
    'RegionMismatch',
    `spec.privateEndpoint.location is ${endpoint.location}, its network ${parseId(found.id)?.names[0]} is in ${found.location}: an endpoint lives in the region of its network`,
  );
}

/** Addresses that the endpoint needs and that its subnet has free. */
export function addressCount(
  want: Desired,
  seen: Pick<Observed, 'workspaces' | 'components'>,
  found: Subnet,
  need?: EndpointNeed,
): { addressesNeeded: number; addressesFree: number } {
  const addressesFree = Math.max(0, usableAddresses(found.addressPrefixes) - found.addressesUsed);
  return { addressesNeeded: need?.members.length ?? estimateAddresses(want, seen), addressesFree };
}

/** Twice the estimate: it is off by some addresses, never by half, where nobody else has linked anything. */
const AMPLE = 2;

/** Whether the subnet has so much room that the exact need is not worth a call. */
export function hasAmpleRoom(
  want: Desired,
  seen: Pick<Observed, 'workspaces' | 'components' | 'subnet' | 'scopeLinks'>,
): boolean {
  const found = bodyOf(seen.subnet);
  const foreign = (bodyOf(seen.scopeLinks) ?? []).some(
    link => !want.links.some(({ targetId }) => sameId(targetId, link.targetId)),
  );
  if (found === undefined || isAdopted(want.scope) || foreign) return false;
  const { addressesNeeded, addressesFree } = addressCount(want, seen, found);
  return addressesFree >= AMPLE * addressesNeeded;
}

/** The second stage, once everything is linked: as many addresses as the scope requires, counted by Azure itself. */
export function exactNeed(want: Desired, seen: Observed): Verdict | undefined {
  const [found, need] = [bodyOf(seen.subnet), bodyOf(seen.endpointNeed)];
  if (found === undefined || need === undefined || need.members.length === 0) return undefined;
  const { addressesNeeded, addressesFree } = addressCount(want, seen, found, need);
  return addressesFree >= addressesNeeded ? undefined : subnetFull(addressesNeeded, addressesFree);
}

/**
 * The scope's own, some for each region with a workspace or a component, and some for each data collection endpoint
 * (facts: ampls 2.3).
 */
const SHARED_ADDRESSES = 8;
const ADDRESSES_PER_WORKSPACE_REGION = 3;
const ADDRESSES_PER_COMPONENT_REGION = 2;
const ADDRESSES_PER_COLLECTOR = 3;

/** The first stage. `seen` tells where adopted ones live. */
export function estimateAddresses(want: Desired, seen: Pick<Observed, 'workspaces' | 'components'>): number {
  // Where an adopted one lives is known when it was read.
  const workspaces = want.workspaces.map(item =>
    isAdopted(item) ? bodyOf(seen.workspaces.get(item.key)?.reading ?? ABSENT)?.location : item.location,
  );
  const components = want.components.map(item => bodyOf(seen.components.get(item.key)?.reading ?? ABSENT)?.location);
  return (
    SHARED_ADDRESSES +
    ADDRESSES_PER_WORKSPACE_REGION * regionCount(workspaces) +
    ADDRESSES_PER_COMPONENT_REGION * regionCount(components) +
    ADDRESSES_PER_COLLECTOR * (want.collection?.endpoints.length ?? 0)
  );
}

const regionCount = (locations: readonly (string | undefined)[]): number =>
  new Set(locations.filter(location => location !== undefined).map(regionKey)).size;

function room(want: Desired, seen: Observed, found: Subnet): Verdict {
  const { addressesNeeded, addressesFree } = addressCount(want, seen, found);
  if (addressesFree >= addressesNeeded) {
    return ready('ChecksPassed', `${addressesNeeded} addresses needed, ${addressesFree} free in the subnet`);
  }
  return subnetFull(addressesNeeded, addressesFree);
}

const subnetFull = (needed: number, free: number): Verdict =>
  fatal(
    'SubnetFull',
    `spec.privateEndpoint.subnetId: ${needed} addresses are needed and ${free} are free; take a subnet of at least /${prefixLengthFor(needed)}`,
  );
