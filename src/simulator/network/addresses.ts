/**
 * Addresses of subnets: which are Azure's own, which are taken, which come next. Azure keeps the first four and the last
 * address of every subnet for itself.
 */
import ipaddr from 'ipaddr.js';
import type { Subnet } from '../resources.ts';
import type { World } from '../world.ts';

const reservedAtStart = 4;
const reservedAtEnd = 1;

const toNumber = (address: string): number =>
  ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);

const toText = (value: number): string => [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.');

interface Range {
  readonly first: number;
  readonly last: number;
}

function rangeOf(prefix: string): Range {
  const [, bits] = ipaddr.IPv4.parseCIDR(prefix);
  const first = toNumber(ipaddr.IPv4.networkAddressFromCIDR(prefix).toString());
  return { first, last: first + 2 ** (32 - bits) - 1 };
}

function usable(prefix: string): Range {
  const { first, last } = rangeOf(prefix);
  return { first: first + reservedAtStart, last: last - reservedAtEnd };
}

/** Whether a text is an address prefix such as `10.0.0.0/24`. */
export const isPrefix = (text: string): boolean => ipaddr.IPv4.isValidCIDR(text);

/** Whether one prefix lies wholly in another. */
export function lies(inner: string, outer: string): boolean {
  const [one, other] = [rangeOf(inner), rangeOf(outer)];
  return one.first >= other.first && one.last <= other.last;
}

/** Whether two prefixes share an address. */
export function overlap(one: string, other: string): boolean {
  const [left, right] = [rangeOf(one), rangeOf(other)];
  return left.first <= right.last && right.first <= left.last;
}

const isTaken = (world: World, subnet: Subnet, address: string): boolean =>
  world.networkInterfaces.has('address', `${subnet.id} ${address}`);

/** How many addresses of a subnet its resources can have, and how many they have. */
export function subnetUsage(world: World, subnet: Subnet): { readonly limit: number; readonly used: number } {
  const { first, last } = usable(subnet.addressPrefix);
  const used = world.networkInterfaces.where('subnet', subnet.id).reduce((sum, nic) => sum + nic.addresses.length, 0);
  return { limit: Math.max(0, last - first + 1), used };
}

/** The lowest free addresses of a subnet, or undefined when there are not that many. */
export function nextAddresses(
  world: World,
  subnet: Subnet,
  wanted: { readonly count: number; readonly except?: readonly string[] },
): readonly string[] | undefined {
  const { first, last } = usable(subnet.addressPrefix);
  const except = new Set(wanted.except);
  const found: string[] = [];
  for (let value = first; value <= last && found.length < wanted.count; value += 1) {
    const address = toText(value);
    if (!except.has(address) && !isTaken(world, subnet, address)) found.push(address);
  }
  return found.length === wanted.count ? found : undefined;
}

/** Why an address cannot be had in a subnet; undefined when it can. */
export function addressProblem(world: World, subnet: Subnet, address: string): 'outside' | 'taken' | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return 'outside';
  const { first, last } = usable(subnet.addressPrefix);
  const value = toNumber(address);
  if (value < first || value > last) return 'outside';
  return isTaken(world, subnet, address) ? 'taken' : undefined;
}
