/**
 * Records as zones: one response policy zone (BIND, Unbound, PowerDNS Recursor, Knot Resolver), or one zone a name for a
 * BIND without such policies. Both mend CNAME chains that end in one of the names. Pure; exports.ts knows it. Source:
 * facts coredns 4.
 */
import {
  type ExportContext,
  type ExportFile,
  type ExportRecord,
  heading,
  lines,
  rowsOf,
  sortedRecords,
  TTL_SECONDS,
} from './export-record.ts';

const RPZ = 'pms.rpz';
/** A name below the policy zone is longer by the zone's; DNS allows 253 characters. */
const MAX_RPZ_NAME = 253 - `.${RPZ}`.length;

const soa = ({ serial }: ExportContext): string =>
  `@ IN SOA localhost. hostmaster.invalid. ${serial} 3600 600 86400 ${TTL_SECONDS}`;

/** One file, `pms.rpz.db`. A name that is too long for a policy zone stands in a comment. */
export function rpz(records: readonly ExportRecord[], context: ExportContext): readonly ExportFile[] {
  const head = heading(';', context, [
    'BIND, in options:   response-policy { zone "pms.rpz" policy given max-policy-ttl 300; } qname-wait-recurse no;',
    'and beside them:    zone "pms.rpz" { type primary; file "pms.rpz.db"; };',
    'Unbound, in server: module-config: "respip validator iterator"',
    'and beside it:      rpz: name: "pms.rpz." zonefile: "pms.rpz.db"',
  ]);
  const rows = rowsOf(records).map(({ name, type, address }) =>
    name.length > MAX_RPZ_NAME ? `; too long here: ${name} ${type} ${address}` : `${name} IN ${type} ${address}`,
  );
  const text = lines(head, `$TTL ${TTL_SECONDS}`, soa(context), '@ IN NS localhost.', ...rows);
  return [{ file: `${RPZ}.db`, text }];
}

/** `pms.named.conf` for an include, and a zone file for each set of addresses, which its names share. */
export function bind(records: readonly ExportRecord[], context: ExportContext): readonly ExportFile[] {
  const sorted = sortedRecords(records);
  const fileOf = ({ addresses }: ExportRecord) => `pms-${addresses.join('-').replaceAll(':', '.')}.db`;
  const zones = sorted.map(record => `zone "${record.name}" { type primary; file "${fileOf(record)}"; };`);
  const head = heading('//', context, [
    'include "pms.named.conf"; in named.conf, outside of options; the zone files go into its directory.',
  ]);
  const files = new Map(sorted.map(record => [fileOf(record), record]));
  return [
    { file: 'pms.named.conf', text: lines(head, ...zones) },
    ...[...files].sort().map(([file, record]) => ({ file, text: zoneFile(record, context) })),
  ];
}

function zoneFile(record: ExportRecord, context: ExportContext): string {
  const rows = rowsOf([record]).map(({ type, address }) => `@ IN ${type} ${address}`);
  return lines(heading(';', context), `$TTL ${TTL_SECONDS}`, soa(context), '@ IN NS localhost.', ...rows);
}
