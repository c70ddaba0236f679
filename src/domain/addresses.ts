/**
 * IP addresses and prefixes, as far as the checks before publishing need them: is this an address, is it in the
 * endpoint's subnet, how many does a subnet hold. Pure.
 */

const OCTET = /^(0|[1-9][0-9]{0,2})$/;

/** The value of a dotted IPv4 address, or `undefined`. Leading zeros are refused, as CoreDNS refuses them (#4844). */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every(part => OCTET.test(part) && Number(part) <= 255)) return undefined;
  return parts.reduce((value, part) => value * 256 + Number(part), 0);
}

const GROUP = /^[0-9a-f]{1,4}$/i;

/** How many of the eight groups of an IPv6 address a part of it gives; `undefined` when it is none. */
function groupsOf(part: string, mayEndInIpv4: boolean): number | undefined {
  if (part === '') return 0;
  const groups = part.split(':');
  const last = groups.at(-1) ?? '';
  const isMixed = mayEndInIpv4 && parseIpv4(last) !== undefined;
  const plain = isMixed ? groups.slice(0, -1) : groups;
  return plain.every(group => GROUP.test(group)) ? plain.length + (isMixed ? 2 : 0) : undefined;
}

function isIpv6(text: string): boolean {
  const [head = '', tail, ...more] = text.split('::');
  const before = groupsOf(head, tail === undefined);
  const after = tail === undefined ? 0 : groupsOf(tail, true);
  if (before === undefined || after === undefined || more.length > 0) return false;
  return tail === undefined ? before === 8 : before + after < 8;
}

/** Whether a text is an IP address and nothing else; one with a zone (`fe80::1%eth0`) is none. */
export const isAddress = (text: string): boolean => parseIpv4(text) !== undefined || isIpv6(text);

interface Prefix {
  readonly base: number;
  readonly bits: number;
}

function parsePrefix(text: string): Prefix | undefined {
  const [address = '', length = ''] = text.split('/');
  const base = parseIpv4(address);
  const bits = Number(length);
  if (base === undefined || !/^[0-9]{1,2}$/.test(length) || bits > 32) return undefined;
  return { base, bits };
}

/** Whether an address lies in a CIDR prefix. Anything that is not IPv4 lies in none. */
export function inPrefix(address: string, prefix: string): boolean {
  const value = parseIpv4(address);
  const parsed = parsePrefix(prefix);
  if (value === undefined || parsed === undefined) return false;
  const size = 2 ** (32 - parsed.bits);
  return Math.floor(value / size) === Math.floor(parsed.base / size);
}

const NOT_PUBLIC = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', '127.0.0.0/8'];

/** Whether an address is one of the internet's: not of RFC 1918, 6598, 3927, 4193 or of this machine. */
export const isPublic = (address: string): boolean =>
  address.includes(':')
    ? !/^(::1$|f[cd]|fe[89ab])/i.test(address)
    : !NOT_PUBLIC.some(prefix => inPrefix(address, prefix));

export const isLoopback = (address: string): boolean => inPrefix(address, '127.0.0.0/8');

/** Azure keeps the first four and the last address of every subnet. */
const RESERVED_PER_PREFIX = 5;

/** Addresses that Azure can give out in these prefixes, used ones included. */
export function usableAddresses(prefixes: readonly string[]): number {
  return prefixes
    .map(parsePrefix)
    .filter(prefix => prefix !== undefined)
    .reduce((sum, prefix) => sum + Math.max(0, 2 ** (32 - prefix.bits) - RESERVED_PER_PREFIX), 0);
}

/** Microsoft supports no smaller subnet for this ("Design your Azure Monitor private link setup"). */
const SMALLEST_SUBNET_BITS = 27;

/** The smallest subnet that has room for so many addresses, as the length of its prefix: 11 -> 27, 29 -> 26. */
export const prefixLengthFor = (addresses: number): number =>
  Math.min(SMALLEST_SUBNET_BITS, 32 - Math.ceil(Math.log2(addresses + RESERVED_PER_PREFIX)));
