/**
 * The tables of a workspace: columns of the two that an agent writes (Heartbeat recorded 2024-09; Perf from its reference
 * page), and of what clients send into tables of their own, as their rows have it.
 */

import type { ColumnType } from './kql/syntax.ts';
import type { Column, Table } from './kql/table.ts';
import { INGESTED_AT, tableOf } from './kql/table.ts';
import type { LogStore, Row } from './log-store.ts';

const columns = (type: ColumnType, names: string): readonly Column[] => names.split(' ').map(name => ({ name, type }));

const heartbeat: readonly Column[] = [
  ...columns('string', 'TenantId SourceSystem'),
  { name: 'TimeGenerated', type: 'datetime' },
  ...columns('string', 'MG ManagementGroupName SourceComputerId ComputerIP Computer Category OSType OSName'),
  ...columns('string', 'OSMajorVersion OSMinorVersion Version SCAgentChannel'),
  { name: 'IsGatewayInstalled', type: 'bool' },
  ...columns('real', 'RemoteIPLongitude RemoteIPLatitude'),
  ...columns(
    'string',
    'RemoteIPCountry SubscriptionId ResourceGroup ResourceProvider Resource ResourceId ResourceType',
  ),
  ...columns('string', 'ComputerEnvironment Solutions VMUUID'),
  { name: 'ComputerPrivateIPs', type: 'dynamic' },
  ...columns('string', 'Type _ResourceId'),
];

const perf: readonly Column[] = [
  ...columns('string', 'TenantId Computer ObjectName CounterName InstanceName'),
  ...columns('real', 'Min Max'),
  { name: 'SampleCount', type: 'int' },
  { name: 'CounterValue', type: 'real' },
  ...columns('datetime', 'TimeGenerated BucketStartTime BucketEndTime'),
  ...columns('string', 'SourceSystem CounterPath'),
  { name: 'StandardDeviation', type: 'real' },
  ...columns('string', 'MG Type _ResourceId'),
];

const known: Readonly<Record<string, readonly Column[]>> = { Heartbeat: heartbeat, Perf: perf };

function typeOf(value: unknown): ColumnType {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'real';
  return typeof value === 'object' && value !== null ? 'dynamic' : 'string';
}

function ownColumns(rows: readonly Row[]): readonly Column[] {
  const found = new Map<string, ColumnType>([['TimeGenerated', 'datetime']]);
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (name !== INGESTED_AT && !found.has(name)) found.set(name, typeOf(value));
    }
  }
  return [...found].map(([name, type]) => ({ name, type }));
}

/** A table of a workspace with the rows of a time range; undefined when there is no such table. */
export function workspaceTable(
  logs: LogStore,
  customerId: string,
  asked: { readonly name: string; readonly fromMs: number; readonly toMs: number },
): Table | undefined {
  const rows = logs.rows(customerId, asked.name);
  const schema = Object.hasOwn(known, asked.name) ? known[asked.name] : undefined;
  if (schema === undefined && rows.length === 0) return undefined;
  const inTime = rows.filter(({ TimeGenerated }) => {
    const ms = Date.parse(String(TimeGenerated));
    return ms >= asked.fromMs && ms <= asked.toMs;
  });
  return tableOf(schema ?? ownColumns(rows), inTime);
}
