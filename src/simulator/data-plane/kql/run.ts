/**
 * Runs a query over the tables of one workspace.
 */

import { semanticError } from './errors.ts';
import { compare, evaluate } from './evaluate.ts';
import { parseQuery } from './parse.ts';
import { summarized } from './summarize.ts';
import type { Expression, Named, Operator, Scalar } from './syntax.ts';
import { type Column, rowScope, type Table } from './table.ts';

export interface QueryContext {
  readonly nowMs: number;
  /** Undefined: the workspace has no such table. */
  readonly table: (name: string) => Table | undefined;
}

export interface QueryResult {
  /** `PrimaryResult`, or `getschema` (recorded). */
  readonly name: string;
  readonly table: Table;
}

const nothing: Table = { columns: [], rows: [[]] };

const columnName = ({ name, expression }: Named, fallback: string): string =>
  name ?? (expression.kind === 'column' ? expression.name : fallback);

/** New columns from expressions; `operator` is for messages and made-up names. */
function computed(table: Table, named: readonly Named[], operator: string, nowMs: number): Table {
  const scopes = (table.rows.length === 0 ? [[]] : table.rows).map(row => rowScope(table, row, { operator, nowMs }));
  const cells = scopes.map(scope => named.map(({ expression }) => evaluate(expression, scope)));
  const columns = named.map((each, at) => {
    const fallback = operator === 'print' ? `print_${at}` : `Column${at + 1}`;
    return { name: columnName(each, fallback), type: cells[0]?.[at]?.type ?? 'string' };
  });
  return { columns, rows: table.rows.length === 0 ? [] : cells.map(row => row.map(({ value }) => value)) };
}

function extended(table: Table, named: readonly Named[], nowMs: number): Table {
  const added = computed(table, named, 'extend', nowMs);
  const isReplaced = ({ name }: Column) => added.columns.some(each => each.name === name);
  const kept = table.columns.flatMap((column, at) => (isReplaced(column) ? [] : [{ column, at }]));
  return {
    columns: [...kept.map(({ column }) => column), ...added.columns],
    rows: table.rows.map((row, index) => [...kept.map(({ at }) => row[at] ?? null), ...(added.rows[index] ?? [])]),
  };
}

function distinct(table: Table): Table {
  const seen = new Map(table.rows.map(row => [JSON.stringify(row), row]));
  return { columns: table.columns, rows: [...seen.values()] };
}

function filtered(table: Table, condition: Expression, nowMs: number): Table {
  const context = { operator: 'where', nowMs };
  // Of no rows too, a column that is not there is an error.
  if (table.rows.length === 0) evaluate(condition, rowScope(table, [], context));
  const rows = table.rows.filter(row => evaluate(condition, rowScope(table, row, context)).value === true);
  return { columns: table.columns, rows };
}

function sorted(table: Table, operator: Extract<Operator, { kind: 'sort' }>, nowMs: number): Table {
  const context = { operator: 'sort', nowMs };
  if (table.rows.length === 0) evaluate(operator.by, rowScope(table, [], context));
  const sign = operator.descending ? -1 : 1;
  const keyed = table.rows.map(row => ({ row, key: evaluate(operator.by, rowScope(table, row, context)).value }));
  const rows = keyed.toSorted((one, other) => sign * (compare(one.key, other.key) || 0)).map(({ row }) => row);
  return { columns: table.columns, rows: operator.count === undefined ? rows : rows.slice(0, operator.count) };
}

const clrTypes: Readonly<Record<Column['type'], string>> = {
  string: 'System.String',
  long: 'System.Int64',
  int: 'System.Int32',
  real: 'System.Double',
  bool: 'System.SByte',
  datetime: 'System.DateTime',
  timespan: 'System.TimeSpan',
  dynamic: 'System.Object',
};

const schemaOf = ({ columns }: Table): Table => ({
  columns: [
    { name: 'ColumnName', type: 'string' },
    { name: 'ColumnOrdinal', type: 'int' },
    { name: 'DataType', type: 'string' },
    { name: 'ColumnType', type: 'string' },
  ],
  rows: columns.map(({ name, type }, at): readonly Scalar[] => [name, at, clrTypes[type], type]),
});

function apply(table: Table, operator: Operator, nowMs: number): Table {
  switch (operator.kind) {
    case 'where':
      return filtered(table, operator.condition, nowMs);
    case 'take':
      return { columns: table.columns, rows: table.rows.slice(0, operator.count) };
    case 'count':
      return { columns: [{ name: 'Count', type: 'long' }], rows: [[table.rows.length]] };
    case 'getschema':
      return schemaOf(table);
    case 'project':
      return computed(table, operator.columns, 'project', nowMs);
    case 'extend':
      return extended(table, operator.columns, nowMs);
    case 'distinct':
      return distinct(computed(table, operator.columns, 'distinct', nowMs));
    case 'sort':
      return sorted(table, operator, nowMs);
    case 'summarize':
      return summarized(table, operator, nowMs);
  }
}

/** Runs one query. Throws DataError in the service's form for what cannot be run. */
export function runQuery(text: string, context: QueryContext): QueryResult {
  const { source, operators } = parseQuery(text);
  let table: Table;
  if (source.kind === 'print') table = computed(nothing, source.columns, 'print', context.nowMs);
  else {
    const found = context.table(source.name);
    if (found === undefined) {
      const message = `Failed to resolve table or column expression named '${source.name}'`;
      throw semanticError(operators[0]?.kind ?? '', message);
    }
    table = found;
  }
  for (const operator of operators) table = apply(table, operator, context.nowMs);
  return { name: operators.at(-1)?.kind === 'getschema' ? 'getschema' : 'PrimaryResult', table };
}
