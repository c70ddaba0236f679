/**
 * What the administrator lets objects publish into one DNS target: names under these suffixes, addresses in these
 * ranges. Beside the list of Azure Monitor's own names; what Azure shows is never published beyond that list, and an
 * object's extra aliases only where these suffixes name them. Pure; design section 7.
 */
import { inPrefix } from './addresses.ts';

export interface AllowLists {
  /** Domains in lower case; a name is one of them or below it. Absent: every name of Azure Monitor. */
  readonly allowedSuffixes?: readonly string[] | undefined;
  /** IPv4 prefixes, as 10.0.0.0/8. Absent: every address of the endpoint's subnet. */
  readonly allowedAddressRanges?: readonly string[] | undefined;
}

interface Published {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** Why a record may not be published there, as words for after its name; `undefined` when it may. */
export function refusedBy(
  { allowedSuffixes, allowedAddressRanges }: AllowLists,
  record: Published,
): string | undefined {
  const { name, addresses } = record;
  if (allowedSuffixes !== undefined && !allowedSuffixes.some(suffix => isBelow(name, suffix))) {
    return `not under ${allowedSuffixes.join(', ')}, the allowedSuffixes of the DNS target`;
  }
  if (allowedAddressRanges === undefined) return undefined;
  const outside = addresses.find(address => !allowedAddressRanges.some(range => inPrefix(address, range)));
  if (outside === undefined) return undefined;
  return `${outside} is not in ${allowedAddressRanges.join(', ')}, the allowedAddressRanges of the DNS target`;
}

/**
 * Whether the administrator's own suffixes hold a name: what an object may ask for beyond Azure Monitor's names. Without
 * a list nothing is.
 */
export const isNamedBy = ({ allowedSuffixes = [] }: AllowLists, name: string): boolean =>
  allowedSuffixes.some(suffix => isBelow(name, suffix));

const isBelow = (name: string, suffix: string): boolean => name === suffix || name.endsWith(`.${suffix}`);
