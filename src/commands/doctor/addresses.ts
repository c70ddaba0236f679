/**
 * Addresses in one spelling, so that the kernel's, the resolver's and the records' can be compared. Pure.
 * src/commands/doctor only.
 */
import ipaddr from 'ipaddr.js';
import { isPublic } from '../../domain/addresses.ts';

/** Of every virtual machine in Azure, and of nobody on the internet ("What is IP address 168.63.129.16?"). */
const AZURE_PLATFORM = '168.63.129.16';

/** IPv4 dotted, IPv6 shortened, an IPv4 address inside IPv6 as IPv4; any other text as it is. */
export const oneSpelling = (text: string): string => (ipaddr.isValid(text) ? ipaddr.process(text).toString() : text);

/** Nobody's or everybody's. What NAT64 makes of an IPv4 address does leave for the internet. */
const NOBODYS: readonly string[] = ['unspecified', 'multicast', 'broadcast', 'reserved'];

/** Whether packets to it leave for the internet: it is of no network's own range, and somebody's. */
export const isOfInternet = (address: string): boolean =>
  isPublic(address) && address !== AZURE_PLATFORM && !NOBODYS.includes(ipaddr.parse(address).range());

/** `20.43.70.1:443`, `[2603:1030::1]:443`. */
export const endText = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** Whether an address is one, or lies in a prefix; false for an entry that is neither. */
export function isWithin(address: string, entry: string): boolean {
  if (ipaddr.isValid(entry)) return oneSpelling(entry) === address;
  if (!ipaddr.isValidCIDR(entry)) return false;
  const [prefix, bits] = ipaddr.parseCIDR(entry);
  const parsed = ipaddr.parse(address);
  return parsed.kind() === prefix.kind() && parsed.match(prefix, bits);
}
