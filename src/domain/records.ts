/**
 * From what Azure shows to the set of DNS records: the network interface first, then the endpoint's customDnsConfigs,
 * then zone group record sets; each with its `privatelink` twin and its aliases; each checked before anybody may
 * publish it. Never from a list of names in our code. Pure. Source: facts ampls 2.2 to 2.4.
 */
import { inPrefix, isAddress, isLoopback } from './addresses.ts';
import { type Alias, aliasesOf, isBlobName, isPublishableName, twinOf, withoutPrivatelink } from './aliases.ts';
import { type AllowLists, isNamedBy, refusedBy } from './allow-lists.ts';
import { digest } from './names.ts';
import type { NamedAddresses, NetworkInterface, PrivateEndpoint } from './resources.ts';

export type RecordSource = 'NetworkInterface' | 'CustomDnsConfig' | 'ZoneGroup' | 'Twin' | 'Alias';

export interface DnsRecord {
  /** Lower case, no trailing dot. */
  readonly name: string;
  /** Sorted, at least one. */
  readonly addresses: readonly string[];
  readonly source: RecordSource;
  /** Azure's member name of the address, where the network interface told it. */
  readonly member?: string;
  /** The record that a twin or an alias repeats. */
  readonly sameAs?: string;
  /** The name is the same for every scope (`api.monitor.azure.com`), not one workspace's or data collection endpoint's own. */
  readonly shared: boolean;
}

export interface RefusedRecord {
  readonly name: string;
  readonly why: string;
}

export interface RecordSet {
  /** Sorted by name. */
  readonly records: readonly DnsRecord[];
  readonly refused: readonly RefusedRecord[];
}

export interface RecordSources {
  readonly networkInterface?: NetworkInterface | undefined;
  readonly endpoint?: Pick<PrivateEndpoint, 'customDnsConfigs'> | undefined;
  readonly zoneGroupRecords?: readonly NamedAddresses[] | undefined;
}

/** What an object asks for beside the endpoint's own names. */
export interface DerivedRules {
  /** The known aliases. */
  readonly aliases: boolean;
  readonly extraAliases: readonly Alias[];
  /** Whether the name of Azure Monitor's storage account is among them. */
  readonly blobStorage: boolean;
}

export interface RecordRules extends DerivedRules {
  /** Of the DNS target. */
  readonly allowLists: AllowLists;
  /** Prefixes of the endpoint's subnet; empty when they could not be read: then nothing is refused for its subnet. */
  readonly subnetPrefixes: readonly string[];
  /** Only with a simulated Azure: a private endpoint never has a loopback address. */
  readonly allowLoopback: boolean;
}

const NAME_MAX = 253;
/** The longest IPv6 address; what is longer is shown in part. */
const ADDRESS_MAX = 45;
const FQDN = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
/** Of one workspace, by its customerId; of one data collection endpoint, by its name and region (facts: ampls 2.3). */
const OWN_NAMES = [
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\./,
  /^[^.]+\.[a-z0-9]+-[0-9]+\.(handler\.(canary\.)?control|(metrics\.)?(canary\.)?ingest)\.monitor\./,
];
const isOwnName = (name: string): boolean => OWN_NAMES.some(form => form.test(name));

/** Lower case without the trailing dot: names that differ only in these are one name. */
export const normalizeName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** The records of an endpoint, merged from every source Azure has and checked by the rules. */
export function recordsOf(sources: RecordSources, rules: RecordRules): RecordSet {
  const primary = [...mergeSources(sources).values()].sort(byName);
  const [accepted, refused] = sorted(primary, record => refusal(record, rules));
  const derived = withDerived(accepted, rules);
  // Each by its own name: a target for the privatelink names alone takes the twins alone.
  const [records, kept] = sorted(derived.records, record => refusedBy(rules.allowLists, record));
  return { records, refused: [...refused, ...derived.refused, ...kept].sort(byName) };
}

/** The records with what is derived from them, and which extra aliases are not; sorted by name. */
export function withDerived(
  all: readonly DnsRecord[],
  rules: DerivedRules & Pick<RecordRules, 'allowLists'>,
): RecordSet {
  const records = rules.blobStorage ? all : all.filter(({ name }) => !isBlobName(name));
  const byFqdn = new Map(records.map(record => [record.name, record]));
  for (const record of records) {
    for (const derived of derivedOf(record, rules.aliases)) {
      // A name that Azure itself lists is Azure's word; a derived one never overrides it.
      if (!byFqdn.has(derived.name)) byFqdn.set(derived.name, derived);
    }
  }
  const refused = rules.extraAliases.flatMap(alias => {
    const record = byFqdn.get(alias.sameAs);
    const why = aliasRefusal(alias, { record, holder: byFqdn.get(alias.name), allowLists: rules.allowLists });
    if (record !== undefined && why === undefined) byFqdn.set(alias.name, aliasOf(record, alias.name));
    return why === undefined ? [] : [{ name: alias.name, why }];
  });
  return { records: [...byFqdn.values()].sort(byName), refused };
}

function sorted(
  records: readonly DnsRecord[],
  refusalOf: (record: DnsRecord) => string | undefined,
): readonly [readonly DnsRecord[], readonly RefusedRecord[]] {
  const refused = records.flatMap(record => {
    const why = refusalOf(record);
    return why === undefined ? [] : [{ name: record.name, why }];
  });
  const names = new Set(refused.map(({ name }) => name));
  return [records.filter(({ name }) => !names.has(name)), refused];
}

/** Changes exactly when a name or an address does. */
export const recordsHash = (records: readonly Pick<DnsRecord, 'name' | 'addresses'>[]): string =>
  digest(records.map(record => `${record.name}=${record.addresses.join(',')}`).join('\n'));

function mergeSources(sources: RecordSources): Map<string, DnsRecord> {
  const merged = new Map<string, DnsRecord>();
  const add = (fqdn: string, addresses: readonly string[], origin: Pick<DnsRecord, 'source' | 'member'>) => {
    const name = normalizeName(fqdn);
    const known = merged.get(name);
    if (addresses.length === 0 || (known && known.source !== origin.source)) return;
    const all = [...new Set([...(known?.addresses ?? []), ...addresses])].sort();
    merged.set(name, { name, addresses: all, shared: !isOwnName(name), ...origin });
  };
  for (const entry of sources.networkInterface?.entries ?? []) {
    const origin = {
      source: 'NetworkInterface',
      ...(entry.member === undefined ? {} : { member: entry.member }),
    } as const;
    for (const fqdn of entry.fqdns) add(fqdn, [entry.address], origin);
  }
  for (const config of sources.endpoint?.customDnsConfigs ?? []) {
    add(config.fqdn, config.addresses, { source: 'CustomDnsConfig' });
  }
  for (const set of sources.zoneGroupRecords ?? []) {
    // Record sets carry the name in the privatelink zone; the public name is the one clients ask for.
    add(withoutPrivatelink(normalizeName(set.fqdn)), set.addresses, { source: 'ZoneGroup' });
  }
  return merged;
}

function derivedOf(record: DnsRecord, withAliases: boolean): readonly DnsRecord[] {
  const { addresses, shared, name: sameAs } = record;
  const twin = twinOf(record.name);
  const twins = twin === undefined ? [] : [{ name: twin, addresses, source: 'Twin', sameAs, shared } as const];
  const aliases = withAliases ? aliasesOf(record.name) : [];
  // The twin of a name of nearly 253 characters is no name any more.
  return [...twins, ...aliases.map(name => aliasOf(record, name))].filter(({ name }) => name.length <= NAME_MAX);
}

const aliasOf = ({ name: sameAs, addresses, shared }: DnsRecord, name: string): DnsRecord => ({
  name,
  addresses,
  source: 'Alias',
  sameAs,
  shared,
});

interface AliasPlace {
  /** Whose addresses it is to have. */
  readonly record: DnsRecord | undefined;
  /** Who has its name. */
  readonly holder: DnsRecord | undefined;
  readonly allowLists: AllowLists;
}

/** An alias is an object's wish: it takes no name from Azure's own, and none that nobody gave to it. */
function aliasRefusal({ name, sameAs }: Alias, { record, holder, allowLists }: AliasPlace): string | undefined {
  if (record === undefined) return `its sameAs ${sameAs} is no record of the endpoint`;
  if (holder !== undefined && holder.sameAs !== sameAs) return 'the endpoint has a record of that name';
  if (isPublishableName(name) || isNamedBy(allowLists, name)) return undefined;
  return 'not a name of Azure Monitor, nor under the allowedSuffixes of the DNS target';
}

function refusal(record: DnsRecord, rules: RecordRules): string | undefined {
  if (record.name.length > NAME_MAX || !FQDN.test(record.name)) return 'not a fully qualified domain name';
  if (!isPublishableName(record.name)) return 'not a name of Azure Monitor';
  for (const address of record.addresses) {
    if (!isAddress(address)) return `${JSON.stringify(address.slice(0, ADDRESS_MAX))} is not an IP address`;
    if (isLoopback(address) && !rules.allowLoopback) return `${address} is a loopback address`;
    if (rules.subnetPrefixes.length > 0 && !rules.subnetPrefixes.some(prefix => inPrefix(address, prefix))) {
      return `${address} is not in the endpoint's subnet ${rules.subnetPrefixes.join(', ')}`;
    }
  }
  return undefined;
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
