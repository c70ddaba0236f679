/**
 * Records as data for other programs: JSON, and the DNSEndpoint object of ExternalDNS. Pure; exports.ts knows it. Source:
 * facts coredns 4.
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

/** Everything that is known of the records, whatever fields they have. */
export function json(records: readonly ExportRecord[], _context: ExportContext): readonly ExportFile[] {
  // JSON could say anything; whoever reads it may not.
  rowsOf(records);
  const sorted = sortedRecords(records).map(({ name, addresses }) => ({
    name,
    addresses,
    ...restOf(records.find(record => record.name === name)),
  }));
  return [{ file: 'records.json', text: `${JSON.stringify(sorted, undefined, 2)}\n` }];
}

/** The other fields in the order of their names: the API server gives them in an order of its own. */
const restOf = (record: ExportRecord | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(record ?? {})
      .filter(([field]) => field !== 'name' && field !== 'addresses')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** One object, in the namespace of its owner. */
export function dnsEndpoint(records: readonly ExportRecord[], context: ExportContext): readonly ExportFile[] {
  const { owner } = context;
  const head = heading('#', context, [
    'For an ExternalDNS that writes into your own servers. One that writes into a public zone would publish private',
    'addresses there: keep it off by its --label-filter or --domain-filter.',
  ]);
  const object = [
    'apiVersion: externaldns.k8s.io/v1alpha1',
    'kind: DNSEndpoint',
    'metadata:',
    `  name: ${JSON.stringify(owner.name)}`,
    `  namespace: ${JSON.stringify(owner.namespace)}`,
    '  labels:',
    '    app.kubernetes.io/part-of: private-monitoring-scope',
    'spec:',
  ];
  const endpoints = endpointsOf(rowsOf(records)).flatMap(([{ name, type }, addresses]) => [
    `    - dnsName: ${name}`,
    `      recordTTL: ${TTL_SECONDS}`,
    `      recordType: ${type}`,
    `      targets: [${addresses.map(address => JSON.stringify(address)).join(', ')}]`,
  ]);
  const list = endpoints.length === 0 ? ['  endpoints: []'] : ['  endpoints:', ...endpoints];
  return [{ file: 'dnsendpoint.yaml', text: lines(head, ...object, ...list) }];
}

/** One endpoint for each name and type. */
function endpointsOf(rows: readonly Row[]): readonly (readonly [Row, readonly string[]])[] {
  const found = new Map<string, [Row, string[]]>();
  for (const row of rows) {
    const known = found.get(`${row.name} ${row.type}`);
    if (known === undefined) found.set(`${row.name} ${row.type}`, [row, [row.address]]);
    else known[1].push(row.address);
  }
  return [...found.values()];
}
