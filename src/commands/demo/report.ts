/**
 * What a person reads at the end: the object as `kubectl get pms` and `kubectl describe pms` would show it, the records
 * by address, and what to do next. Pure; src/commands/demo.ts prints it.
 */
import type { Condition, PmsObject, StatusRecord } from '../../domain/object.ts';
import type { RecordedEvent } from './cluster.ts';
import { type Line, type Piece, plain, type Style, styled } from './paint.ts';
import { conditionOf } from './progress.ts';

export interface ReportSource {
  readonly object: PmsObject;
  readonly events: readonly RecordedEvent[];
  /** Epoch ms. */
  readonly now: number;
}

export interface NextCommand {
  readonly command: string;
  readonly why: string;
}

type Row = readonly string[];

const GAP = 3;

/** Columns as wide as their widest cell, as kubectl prints them; the last one is a piece of its own and may wrap. */
function table(rows: readonly Row[], indent: string): readonly (readonly [string, string])[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(row => {
    const cells = row.slice(0, -1).map((cell, column) => cell.padEnd((widths[column] ?? 0) + GAP));
    return [`${indent}${cells.join('')}`, row.at(-1) ?? ''];
  });
}

/** `45s`, `3m10s`: as kubectl tells ages. */
export function age(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1_000));
  if (whole < 120) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 10 && whole % 60 > 0 ? `${minutes}m${whole % 60}s` : `${minutes}m`;
}

/** `kubectl get pms`. */
export function getLines({ object, now }: ReportSource): readonly Line[] {
  const ready = conditionOf(object, 'Ready');
  const { name, creationTimestamp } = object.metadata;
  const created = age(now - Date.parse(creationTimestamp));
  const isolated = conditionOf(object, 'Isolated')?.status ?? '';
  const records = String(object.status.recordCount ?? '');
  const cells = [name, ready?.status ?? '', ready?.reason ?? '', records, isolated, created];
  const style = ready?.status === 'True' ? 'green' : 'red';
  return table([['NAME', 'READY', 'REASON', 'RECORDS', 'ISOLATED', 'AGE'], cells], '').map((row, index) =>
    row.map(text => (index === 0 ? plain(text) : styled(style, text))),
  );
}

/** Every address with its names; names that follow from another by rule are told as what they are. */
export function recordLines({ object }: ReportSource): readonly Line[] {
  const groups = new Map<string, StatusRecord[]>();
  for (const record of object.status.records ?? []) {
    const addresses = record.addresses.join(', ');
    groups.set(addresses, [...(groups.get(addresses) ?? []), record]);
  }
  const width = Math.max(...[...groups.keys()].map(addresses => addresses.length));
  return [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .flatMap(([addresses, records]) =>
      records.toSorted(primaryFirst).map((record, index): Line => {
        const left = `  ${(index === 0 ? addresses : '').padEnd(width + GAP)}`;
        const isDerived = record.sameAs !== undefined;
        return [plain(left), isDerived ? styled('dim', record.name) : plain(record.name), ...derivation(record)];
      }),
    );
}

const primaryFirst = (a: StatusRecord, b: StatusRecord): number =>
  Number(a.sameAs !== undefined) - Number(b.sameAs !== undefined) || a.name.localeCompare(b.name, 'en');

const derivation = ({ source, sameAs }: StatusRecord): readonly Piece[] =>
  sameAs === undefined ? [] : [styled('dim', `  (${source.toLowerCase()})`)];

/** The Conditions table of `kubectl describe`. */
export function conditionLines({ object }: ReportSource): readonly Line[] {
  const conditions = object.status.conditions ?? [];
  const head = [
    ['Type', 'Status', 'Reason', 'Message'],
    ['----', '------', '------', '-------'],
  ];
  const rows = conditions.map(({ type, status, reason, message }) => [type, status, reason, message]);
  return table([...head, ...rows], '  ').map((row, index) => {
    const condition = conditions[index - head.length];
    const style = condition && styleOf(condition);
    return row.map(text => (style === undefined ? plain(text) : styled(style, text)));
  });
}

function styleOf({ type, status }: Condition): Style | undefined {
  // Reconciling and Stalled are well when they are False.
  const isWell = (status === 'True') !== ['Reconciling', 'Stalled'].includes(type);
  return isWell ? undefined : status === 'Unknown' ? 'yellow' : 'red';
}

/** The Events table of `kubectl describe`. */
export function eventLines({ events, now }: ReportSource): readonly Line[] {
  const head = [
    ['Type', 'Reason', 'Age', 'Message'],
    ['----', '------', '----', '-------'],
  ];
  const rows = events.map(({ type, reason, lastAt, count, note }) => {
    const times = count > 1 ? ` (x${count})` : '';
    return [type, reason, `${age(now - lastAt)}${times}`, note];
  });
  return table([...head, ...rows], '  ').map(row => row.map(plain));
}

/** All of it, with the commands at the end. */
export function reportLines(source: ReportSource, next: readonly NextCommand[]): readonly Line[] {
  const { object } = source;
  const records = recordLines(source);
  const { namespace, name } = object.metadata;
  const width = Math.max(...next.map(({ command }) => command.length));
  return [
    [],
    [styled('dim', `$ kubectl -n ${namespace} get pms`)],
    ...getLines(source),
    [],
    [styled('dim', `$ kubectl -n ${namespace} describe pms ${name}`)],
    ...(records.length > 0 ? [[styled('bold', 'Records:')], ...records] : []),
    [styled('bold', 'Conditions:')],
    ...conditionLines(source),
    [styled('bold', 'Events:')],
    ...eventLines(source),
    [],
    [styled('bold', 'Next:')],
    ...next.map(
      ({ command, why }): Line => [plain('  '), styled('cyan', command.padEnd(width)), styled('dim', `   # ${why}`)],
    ),
  ];
}
