/**
 * Records as lines for what resolves names on one machine or one site: a hosts file, dnsmasq (Pi-hole), Unbound, Windows
 * DNS. None of these mends CNAME chains, which is why aliases are records too. Pure; exports.ts knows it. Source: facts
 * coredns 4.
 */
import {
  type ExportContext,
  type ExportFile,
  type ExportRecord,
  heading,
  lines,
  type Row,
  rowsOf,
  sortedRecords,
  TTL_SECONDS,
} from './export-record.ts';

/** A part of /etc/hosts, between two lines by which it is found again. */
export function hosts(records: readonly ExportRecord[], { owner }: ExportContext): readonly ExportFile[] {
  const rows = rowsOf(records).map(({ name, address }) => `${address} ${name}`);
  const name = `pms ${owner.namespace}/${owner.name}`;
  return [{ file: 'hosts', text: lines(`# BEGIN ${name}`, ...rows, `# END ${name}`) }];
}

/** Without `local=`, dnsmasq would ask upstream for the AAAA of a name that has only an A, and give the public one. */
export function dnsmasq(records: readonly ExportRecord[], context: ExportContext): readonly ExportFile[] {
  const head = heading('#', context, ['A file of /etc/dnsmasq.d, or the lines misc.dnsmasq_lines of a Pi-hole 6.']);
  const rows = sortedRecords(records).flatMap(record => [
    ...rowsOf([record]).map(({ name, address }) => `host-record=${name},${address},${TTL_SECONDS}`),
    `local=/${record.name}/`,
  ]);
  return [{ file: 'dnsmasq.conf', text: lines(head, ...rows) }];
}

/** `static` answers NODATA for what is not listed; `typetransparent` would let AAAA go to the public servers. */
export function unbound(records: readonly ExportRecord[], context: ExportContext): readonly ExportFile[] {
  const head = heading('#', context, ['A file of /etc/unbound/unbound.conf.d. The format rpz mends CNAME chains too.']);
  const rows = sortedRecords(records).flatMap(record => [
    `    local-zone: "${record.name}." static`,
    ...rowsOf([record]).map(row => `    local-data: "${row.name}. ${TTL_SECONDS} IN ${row.type} ${row.address}"`),
  ]);
  return [{ file: 'unbound.conf', text: lines(head, 'server:', ...rows) }];
}

/** One zone a name: the parent zone would hide every other name in it. */
export function windows(records: readonly ExportRecord[], context: ExportContext): readonly ExportFile[] {
  const head = heading('#', context, [
    'On a DNS server of the domain, in an elevated PowerShell. To write a name anew, first take its zone away:',
    'Remove-DnsServerZone -Name "NAME" -Force',
  ]);
  const rows = sortedRecords(records).flatMap(record => [
    `Add-DnsServerPrimaryZone -Name "${record.name}" -ReplicationScope Forest`,
    ...rowsOf([record]).map(windowsRow),
  ]);
  return [{ file: 'windows.ps1', text: lines(head, ...rows) }];
}

function windowsRow({ name, type, address }: Row): string {
  const parameter = type === 'A' ? 'IPv4Address' : 'IPv6Address';
  return `Add-DnsServerResourceRecord${type} -ZoneName "${name}" -Name "@" -${parameter} "${address}" -TimeToLive 00:01:00`;
}
