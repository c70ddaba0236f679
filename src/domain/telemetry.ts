/**
 * What the workspace says of each machine: its newest heartbeat and its newest performance sample. One query for the
 * heartbeats of all machines, one for their counters. Pure; src/controller/observe-telemetry.ts asks, telemetry-flow.ts
 * judges. Source: facts ampls 6; Azure Monitor Logs reference, tables Heartbeat and Perf; `ingestion_time()`.
 */
import { idKey } from './names.ts';
import type { PathResult } from './path-proof.ts';
import type { ArmId } from './resources.ts';

/** A query of one workspace through one address of the private endpoint. */
export interface LogsQuestion {
  readonly customerId: string;
  /** Of the endpoint's member `api`. */
  readonly address: string;
  /** In Kusto Query Language. */
  readonly query: string;
}

export type LogsRow = Readonly<Record<string, unknown>>;

export interface LogsAnswer extends PathResult {
  /** Absent unless the outcome is Held. */
  readonly rows?: readonly LogsRow[];
}

/** What came of one machine. Times in epoch ms, by the machine's clock but for `receivedAt`. */
export interface MachineReport {
  readonly heartbeatAt?: number;
  /** When the workspace took the newest heartbeat. */
  readonly receivedAt?: number;
  /** The address that it came from, as the workspace saw it. */
  readonly cameFrom?: string;
  readonly sampleAt?: number;
  /** How many of the rule's counters have come lately. */
  readonly counters?: number;
}

/** What a workspace has said of all machines. */
export interface TelemetrySight {
  /** Epoch ms. */
  readonly askedAt: number;
  /** Held, or why nothing is known. */
  readonly result: PathResult;
  /** Since when (epoch ms) the workspace's public ingestion is closed, as far as is known; absent while it is open. */
  readonly closedSince?: number;
  /** By `idKey` of the machine. */
  readonly reports: ReadonlyMap<string, MachineReport>;
}

/** A heartbeat comes every minute; one that is older has stopped (facts: ampls 6). */
export const FRESH_MS = 15 * 60_000;
/** How far back the newest heartbeat is looked for. */
const HEARTBEAT_DAYS = 7;

export const HEARTBEAT_QUERY = [
  'Heartbeat',
  `| where TimeGenerated > ago(${HEARTBEAT_DAYS}d) and isnotempty(_ResourceId)`,
  '| extend Received = ingestion_time()',
  '| summarize arg_max(TimeGenerated, Received, ComputerIP) by _ResourceId',
].join('\n');

/** `Processor(*)\% Processor Time` and `\Memory\Available Bytes` as the table has them: object, backslash, counter. */
export function counterName(specifier: string): string {
  const [, object = '', counter = ''] = /^\\?([^\\(]+)(?:\([^)]*\))?\\(.+)$/.exec(specifier) ?? [];
  return `${object}\\${counter}`;
}

/** Text as a literal of the query language. */
const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** The counters of these rules that came in the last quarter of an hour, by machine; an instance more is no counter more. */
export function countersQuery(specifiers: readonly string[]): string {
  const names = [...new Set(specifiers.map(counterName))].map(literal);
  return [
    'Perf',
    `| where TimeGenerated > ago(${FRESH_MS / 60_000}m) and isnotempty(_ResourceId)`,
    "| extend Counter = strcat(ObjectName, '\\\\', CounterName)",
    `| where Counter in (${names.join(', ')})`,
    '| summarize Sampled = max(TimeGenerated) by _ResourceId, Counter',
    '| summarize Sampled = max(Sampled), Counters = count() by _ResourceId',
  ].join('\n');
}

/** What both answers say; a row that cannot be understood is left out. */
export function readReports(
  heartbeats: readonly LogsRow[],
  samples: readonly LogsRow[],
): ReadonlyMap<string, MachineReport> {
  const reports = new Map<string, MachineReport>();
  for (const row of heartbeats) add(reports, row, heartbeatOf(row));
  for (const row of samples) add(reports, row, sampleOf(row));
  return reports;
}

function add(reports: Map<string, MachineReport>, row: LogsRow, report: MachineReport): void {
  const { _ResourceId: id } = row;
  if (typeof id === 'string' && id !== '') reports.set(idKey(id), { ...reports.get(idKey(id)), ...report });
}

function heartbeatOf({ TimeGenerated, Received, ComputerIP }: LogsRow): MachineReport {
  return {
    ...timed('heartbeatAt', TimeGenerated),
    ...timed('receivedAt', Received),
    ...(typeof ComputerIP === 'string' && ComputerIP !== '' ? { cameFrom: ComputerIP } : {}),
  };
}

const sampleOf = ({ Sampled, Counters }: LogsRow): MachineReport => ({
  ...timed('sampleAt', Sampled),
  ...(typeof Counters === 'number' ? { counters: Counters } : {}),
});

function timed(name: 'heartbeatAt' | 'receivedAt' | 'sampleAt', value: unknown): MachineReport {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? {} : { [name]: ms };
}

export const reportOf = ({ reports }: Pick<TelemetrySight, 'reports'>, id: ArmId): MachineReport =>
  reports.get(idKey(id)) ?? {};
