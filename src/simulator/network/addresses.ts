/**
 * Addresses of subnets: which are Azure's own, which are taken, which come next. Azure keeps the first four and the last
 * address of every subnet for itself.
 */
import ipaddr from 'ipaddr.js';
import { sameId } from '../resource-map.ts';
import type { Subnet } from '../resources.ts';
import type { World } from '../world.ts';

const reservedAtStart = 4;
const reservedAtEnd = 1;

const toNumber = (address: string): number =>
  ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);

const toText = (value: number): string => [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.');

function usable(prefix: string): { readonly first: number; readonly last: number } {
  const [, bits] = ipaddr.IPv4.parseCIDR(prefix);
  const network = toNumber(ipaddr.IPv4.networkAddressFromCIDR(prefix).toString());
  return { first: network + reservedAtStart, last: network + 2 ** (32 - bits) - 1 - reservedAtEnd };
}

function taken(world: World, subnet: Subnet): Set<number> {
  const here = world.networkInterfaces.all().filter(each => sameId(each.subnetId, subnet.id));
  return new Set(here.flatMap(each => each.addresses.map(({ address }) => toNumber(address))));
}

/** The lowest free addresses of a subnet, or undefined when there are not that many. */
export function nextAddresses(
  world: World,
  subnet: Subnet,
  wanted: { readonly count: number; readonly except?: readonly string[] },
): readonly string[] | undefined {
  const { first, last } = usable(subnet.addressPrefix);
  const used = taken(world, subnet);
  for (const address of wanted.except ?? []) used.add(toNumber(address));
  const found: string[] = [];
  for (let value = first; value <= last && found.length < wanted.count; value += 1) {
    if (!used.has(value)) found.push(toText(value));
  }
  return found.length === wanted.count ? found : undefined;
}

/** Why an address cannot be had in a subnet; undefined when it can. */
export function addressProblem(world: World, subnet: Subnet, address: string): 'outside' | 'taken' | undefined {
  if (!ipaddr.IPv4.isValid(address)) return 'outside';
  const { first, last } = usable(subnet.addressPrefix);
  const value = toNumber(address);
  if (value < first || value > last) return 'outside';
  return taken(world, subnet).has(value) ? 'taken' : undefined;
}
