/**
 * A table while a query runs, and its two ends: rows of the log store in, the answer's rows out. Datetimes and timespans
 * are milliseconds inside, and text as Azure writes it outside (recorded).
 */
import { isoTime } from '../../clock.ts';
import type { Row } from '../log-store.ts';
import type { Scope, Typed } from './evaluate.ts';
import type { ColumnType, Scalar } from './syntax.ts';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

export interface Table {
  readonly columns: readonly Column[];
  /** Each as long as the columns. */
  readonly rows: readonly (readonly Scalar[])[];
}

function inside(value: unknown, type: ColumnType): Scalar {
  if (value === undefined || value === null) return null;
  if (type === 'datetime') {
    const ms = Date.parse(String(value));
    return Number.isNaN(ms) ? null : ms;
  }
  if (type === 'dynamic') return typeof value === 'string' ? value : JSON.stringify(value);
  if (type === 'string') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (type === 'bool') return value === true || value === 'true';
  const amount = Number(value);
  return Number.isNaN(amount) ? null : amount;
}

/** Where a row of the log store says when it came in; no column shows it, `ingestion_time()` does. */
export const INGESTED_AT = '$ingestedAtMs';

/** Of rows as they came out of the store: what a query makes of them has no such time. */
const ingestedAt = new WeakMap<readonly Scalar[], number>();

function tableRow(columns: readonly Column[], row: Row): readonly Scalar[] {
  const cells = columns.map(({ name, type }) => inside(row[name], type));
  const at = row[INGESTED_AT];
  if (typeof at === 'number') ingestedAt.set(cells, at);
  return cells;
}

export const tableOf = (columns: readonly Column[], rows: readonly Row[]): Table => ({
  columns,
  rows: rows.map(row => tableRow(columns, row)),
});

function spanText(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const whole = Math.abs(ms);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(whole / 86_400_000);
  const time = `${two((whole / 3_600_000) % 24)}:${two((whole / 60_000) % 60)}:${two((whole / 1_000) % 60)}`;
  const rest = whole % 1_000;
  const fraction = rest === 0 ? '' : `.${String(Math.floor(rest)).padStart(3, '0')}0000`;
  return `${sign}${days === 0 ? '' : `${days}.`}${time}${fraction}`;
}

function outside(value: Scalar, type: ColumnType): Scalar {
  if (typeof value !== 'number') return value;
  if (type === 'datetime') return Math.abs(value) <= 8.64e15 ? isoTime(value) : null;
  if (type === 'timespan') return spanText(value);
  return Number.isFinite(value) ? value : null;
}

export const answerRows = ({ columns, rows }: Table): readonly (readonly Scalar[])[] =>
  rows.map(row => row.map((value, at) => outside(value, columns[at]?.type ?? 'string')));

/** How expressions see one row. Column names are compared exactly, as in Kusto. */
export function rowScope(table: Table, row: readonly Scalar[], context: Omit<Scope, 'column'>): Scope {
  const column = (name: string): Typed | undefined => {
    const at = table.columns.findIndex(each => each.name === name);
    const found = table.columns[at];
    return found === undefined ? undefined : { type: found.type, value: row[at] ?? null };
  };
  const ingestedAtMs = ingestedAt.get(row);
  return { ...context, ...(ingestedAtMs === undefined ? {} : { ingestedAtMs }), column };
}
