/**
 * Gives the members of a scope their addresses on an endpoint's interface, at creation and whenever the scope's links
 * change afterwards: nobody has to PUT the endpoint again (hashicorp/terraform-provider-azurerm#25936).
 */
import { newGuid } from '../guid.ts';
import type { MemberAddress, NetworkInterface, PrivateEndpoint, StaticAddress, Subnet } from '../resources.ts';
import type { World } from '../world.ts';
import { nextAddresses } from './addresses.ts';
import type { Member } from './members.ts';
import { targetMembers } from './targets.ts';

export interface AllocationRequest {
  readonly subnet: Subnet;
  readonly members: readonly Member[];
  /** What the interface has already: a member keeps its address. */
  readonly held: readonly MemberAddress[];
  readonly staticAddresses: readonly StaticAddress[];
}

/** Every member with an address, what is held first; undefined when the subnet has too few. */
export function allocate(world: World, request: AllocationRequest): readonly MemberAddress[] | undefined {
  const { subnet, members, held, staticAddresses } = request;
  const wanted = new Map(members.map(member => [member.name, member]));
  const fixed = new Map(staticAddresses.map(each => [each.memberName, each]));
  const kept = held.flatMap(before => {
    const member = wanted.get(before.member);
    return member === undefined ? [] : [{ ...before, fqdns: member.fqdns }];
  });
  const fresh = members.filter(member => !kept.some(each => each.member === member.name));
  const drawn = fresh.filter(member => !fixed.has(member.name));
  const addresses = nextAddresses(world, subnet, {
    count: drawn.length,
    except: staticAddresses.map(each => each.address),
  });
  if (addresses === undefined) return undefined;
  const free = [...addresses];
  const added = fresh.map(member => ({
    configurationName: fixed.get(member.name)?.name ?? `privateEndpointIpConfig.${newGuid()}`,
    member: member.name,
    address: fixed.get(member.name)?.address ?? free.shift() ?? '',
    fqdns: member.fqdns,
  }));
  return [...kept, ...added];
}

const approved = (endpoint: PrivateEndpoint): boolean => endpoint.connection.status === 'Approved';

/** The names an interface shows: none before the endpoint has settled and its connection was approved. */
export function visibleAddresses(world: World, nic: NetworkInterface): readonly MemberAddress[] {
  const endpoint = world.privateEndpoints.get(nic.endpointId);
  const visible = endpoint !== undefined && endpoint.state !== 'Updating' && endpoint.connection.status !== 'Pending';
  return visible ? nic.addresses : nic.addresses.map(each => ({ ...each, fqdns: [] }));
}

/** Brings one endpoint's interface in line with its scope. A subnet that is too full leaves it as it is. */
export function refreshInterface(world: World, endpointId: string): void {
  const endpoint = world.privateEndpoints.get(endpointId);
  const nic = endpoint === undefined ? undefined : world.networkInterfaces.get(endpoint.interfaceId);
  const subnet = endpoint === undefined ? undefined : world.subnets.get(endpoint.subnetId);
  if (endpoint === undefined || nic === undefined || subnet === undefined || !approved(endpoint)) return;
  const members = targetMembers(world, endpoint.scopeId);
  const addresses = allocate(world, {
    subnet,
    members,
    held: nic.addresses,
    staticAddresses: endpoint.staticAddresses,
  });
  if (addresses === undefined || JSON.stringify(addresses) === JSON.stringify(nic.addresses)) return;
  world.networkInterfaces.put({ ...nic, addresses, etag: world.networkEtag() });
  world.privateEndpoints.put({ ...endpoint, etag: world.networkEtag() });
}

/** After a link or an unlink has settled: every endpoint of the scope follows, a moment later. */
export function followLinks(world: World, scopeId: string): void {
  for (const endpoint of world.privateEndpoints.where('scope', scopeId)) {
    if (endpoint.state === 'Deleting') continue;
    world.settle('interfaceFollow', () => refreshInterface(world, endpoint.id));
  }
}
