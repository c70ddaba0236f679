/**
 * What must hold before anything is created: no soft-deleted namesake that a PUT would silently recover, a subnet that
 * exists, in the endpoint's region, with room. Pure. Sources: facts ampls 1.2 (recover), 1.3 (SubnetIsFull), 2.3.
 */
import { prefixLengthFor, usableAddresses } from './addresses.ts';
import { type Desired, wantsOf } from './desire.ts';
import { INVENTORY_MAX } from './inventory.ts';
import { parseId, sameId } from './names.ts';
import { bodyOf, type Observed } from './observed.ts';
import { missing, otherLinks, otherScopeOnNetwork, resourceGroup } from './preflight-checks.ts';
import type { EndpointNeed, Subnet } from './resources.ts';
import { combine, each, ready, unreadable, type Verdict } from './steps.ts';

const fatal = (
  reason: 'InventoryFull' | 'SoftDeleted' | 'SubnetNotFound' | 'SubnetFull' | 'RegionMismatch',
  message: string,
): Verdict => ({
  state: 'Stalled',
  reason,
  message,
  actions: [],
});

/** The verdict of all checks; only what would make a creation fail or harm somebody is fatal. */
export function preflight(want: Desired, seen: Observed): Verdict {
  const checks = [
    softDeleted(want, seen),
    subnet(want, seen),
    ...inventoryRoom(want, seen),
    ...resourceGroup(want, seen),
    ...otherScopeOnNetwork(want, seen),
    ...otherLinks(want, seen),
    ...missing(want, seen),
  ];
  const verdict = combine(checks);
  const isWarned = checks.some(({ reason }) => reason === 'PassedWithWarnings');
  return verdict.state === 'Ready' && isWarned ? { ...verdict, reason: 'PassedWithWarnings' } : verdict;
}

/** Nothing is created that could not be written down first. */
function inventoryRoom(want: Desired, { inventory }: Observed): readonly Verdict[] {
  const keys = new Set([...inventory, ...wantsOf(want)].map(item => item.key));
  if (keys.size <= INVENTORY_MAX) return [];
  const message = `spec.workspaces: with what is still being taken down this object has ${keys.size} resources, of ${INVENTORY_MAX} at most; take some items out until the earlier ones are gone`;
  return [fatal('InventoryFull', message)];
}

function softDeleted(want: Desired, seen: Observed): Verdict {
  if (seen.softDeleted.is === 'unread') return unreadable(seen.softDeleted.failure);
  const deleted = seen.softDeleted.is === 'present' ? seen.softDeleted.body : [];
  return each(want.workspaces, workspace => {
    const absent = seen.workspaces.get(workspace.key)?.reading.is === 'absent';
    const twin = deleted.find(candidate => sameId(candidate.id, workspace.id));
    if (!absent || twin === undefined) return ready('ChecksPassed', 'no soft-deleted workspace has a wanted name');
    return fatal(
      'SoftDeleted',
      `a deleted workspace ${workspace.name} (${twin.location}) still holds the name: creating it would bring the old one back with its old settings; ` +
        'recover it yourself and delete it with force, choose another name, or wait 14 days',
    );
  });
}

function subnet(want: Desired, seen: Observed): Verdict {
  const { endpoint } = want;
  // An endpoint that is there has had its addresses, and a subnet that cannot be read does no harm any more.
  if (seen.endpoint.reading.is === 'present') return ready('ChecksPassed', 'the private endpoint has its subnet');
  if (seen.subnet.is === 'unread') return unreadable(seen.subnet.failure);
  if (seen.subnet.is === 'absent') {
    return fatal('SubnetNotFound', `spec.privateEndpoint.subnetId: there is no subnet ${endpoint.subnetId}`);
  }
  return combine([region(want, seen.subnet.body), room(want, seen.subnet.body)]);
}

function region(want: Desired, found: Subnet): Verdict {
  if (found.location.toLowerCase() === want.endpoint.location.toLowerCase()) {
    return ready('ChecksPassed', 'subnet and endpoint are in one region');
  }
  return fatal(
    'RegionMismatch',
    `spec.privateEndpoint.location is ${want.endpoint.location}, its network ${parseId(found.id)?.names[0]} is in ${found.location}: an endpoint lives in the region of its network`,
  );
}

/** Addresses that the endpoint needs and that its subnet has free. */
export function addressCount(
  want: Desired,
  found: Subnet,
  need?: EndpointNeed,
): { addressesNeeded: number; addressesFree: number } {
  const addressesFree = Math.max(0, usableAddresses(found.addressPrefixes) - found.addressesUsed);
  return { addressesNeeded: need?.members.length ?? want.addressesNeeded, addressesFree };
}

/** The second stage, once everything is linked: as many addresses as the scope requires, counted by Azure itself. */
export function exactNeed(want: Desired, seen: Observed): Verdict | undefined {
  const [found, need] = [bodyOf(seen.subnet), bodyOf(seen.endpointNeed)];
  if (found === undefined || need === undefined || need.members.length === 0) return undefined;
  const { addressesNeeded, addressesFree } = addressCount(want, found, need);
  return addressesFree >= addressesNeeded ? undefined : subnetFull(addressesNeeded, addressesFree);
}

function room(want: Desired, found: Subnet): Verdict {
  const { addressesNeeded, addressesFree } = addressCount(want, found);
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
