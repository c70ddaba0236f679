/**
 * `summarize`: rows by group, and what is counted of each group. Used by run.ts.
 */

import { semanticError } from './errors.ts';
import { compare, evaluate, type Scope, type Typed } from './evaluate.ts';
import type { ColumnType, Expression, Named, Scalar } from './syntax.ts';
import { type Column, rowScope, type Table } from './table.ts';

type Context = Omit<Scope, 'column'>;
type Rows = Table['rows'];

interface Aggregate {
  readonly columns: readonly Column[];
  readonly of: (rows: Rows) => readonly Scalar[];
}

const typeOf = (table: Table, expression: Expression, context: Context): ColumnType =>
  evaluate(expression, rowScope(table, table.rows[0] ?? [], context)).type;

const nameOf = (expression: Expression): string =>
  expression.kind === 'column'
    ? expression.name
    : expression.kind === 'call'
      ? nameOf(expression.args[0] ?? { kind: 'star' })
      : '';

/** `count_`, `max_TimeGenerated`: what the service calls a column that has no name. */
const ownName = (call: string, of: Expression | undefined): string => `${call}_${of === undefined ? '' : nameOf(of)}`;

const sums: Readonly<Record<string, (values: readonly number[]) => number | null>> = {
  sum: values => values.reduce((sum, each) => sum + each, 0),
  avg: values => (values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0) / values.length),
};

function extreme(rows: readonly { readonly row: readonly Scalar[]; readonly value: Scalar }[], sign: 1 | -1) {
  let best: (typeof rows)[number] | undefined;
  for (const each of rows) {
    if (each.value === null) continue;
    if (best === undefined || sign * compare(each.value, best.value) > 0) best = each;
  }
  return best;
}

/** `arg_max(column, *)` or named columns: the whole row in which the first is greatest. */
function argExtreme(
  table: Table,
  args: readonly Expression[],
  sign: 1 | -1,
  context: Context & { readonly by: readonly string[] },
): Aggregate {
  const [of, ...wanted] = args;
  if (of === undefined || of.kind !== 'column') throw semanticError('summarize', 'arg_max and arg_min need a column');
  const others = wanted.some(each => each.kind === 'star')
    ? table.columns.map(({ name }) => name).filter(name => name !== of.name && !context.by.includes(name))
    : wanted.map(nameOf);
  const names = [of.name, ...others];
  const columns = names.map(name => {
    const found = table.columns.find(each => each.name === name);
    if (found === undefined)
      throw semanticError('summarize', `Failed to resolve column or scalar expression named '${name}'`);
    return found;
  });
  const places = names.map(name => table.columns.findIndex(each => each.name === name));
  return {
    columns,
    of: rows => {
      const place = places[0] ?? 0;
      const best = extreme(
        rows.map(row => ({ row, value: row[place] ?? null })),
        sign,
      );
      return places.map(at => best?.row[at] ?? null);
    },
  };
}

function aggregateOf(
  table: Table,
  { name, expression }: Named,
  context: Context & { readonly by: readonly string[] },
): Aggregate {
  if (expression.kind !== 'call') throw semanticError('summarize', 'an aggregate function is expected');
  const { name: call, args } = expression;
  const [of] = args;
  const column = (type: ColumnType): readonly Column[] => [{ name: name ?? ownName(call, of), type }];
  const values = (rows: Rows): readonly Typed[] =>
    of === undefined ? [] : rows.map(row => evaluate(of, rowScope(table, row, context)));
  if (call === 'count') return { columns: column('long'), of: rows => [rows.length] };
  if (call === 'arg_max' || call === 'arg_min') return argExtreme(table, args, call === 'arg_max' ? 1 : -1, context);
  if (of === undefined) throw semanticError('summarize', `${call}() needs an argument`);
  const type = typeOf(table, of, context);
  switch (call) {
    case 'dcount':
      return { columns: column('long'), of: rows => [new Set(values(rows).map(each => each.value)).size] };
    case 'max':
    case 'min': {
      const sign = call === 'max' ? 1 : -1;
      return {
        columns: column(type),
        of: rows => [
          extreme(
            values(rows).map(({ value }) => ({ row: [], value })),
            sign,
          )?.value ?? null,
        ],
      };
    }
    case 'sum':
    case 'avg':
      return {
        columns: column(call === 'avg' && type === 'long' ? 'real' : type),
        of: rows => [
          sums[call]?.(values(rows).flatMap(({ value }) => (typeof value === 'number' ? [value] : []))) ?? null,
        ],
      };
    default:
      throw semanticError('summarize', `Unknown function: '${call}'.`);
  }
}

export function summarized(
  table: Table,
  operator: { readonly aggregates: readonly Named[]; readonly by: readonly Named[] },
  nowMs: number,
): Table {
  const context = { operator: 'summarize', nowMs };
  const keys = operator.by.map((each, at) => ({
    column: {
      name: each.name ?? (nameOf(each.expression) || `Column${at + 1}`),
      type: typeOf(table, each.expression, context),
    },
    expression: each.expression,
  }));
  const by = keys.map(({ column }) => column.name);
  const aggregates = operator.aggregates.map(each => aggregateOf(table, each, { ...context, by }));
  const groups = new Map<string, { readonly key: readonly Scalar[]; readonly rows: (readonly Scalar[])[] }>();
  for (const row of table.rows) {
    const key = keys.map(({ expression }) => evaluate(expression, rowScope(table, row, context)).value);
    const id = JSON.stringify(key);
    const group = groups.get(id) ?? { key, rows: [] };
    groups.set(id, group);
    group.rows.push(row);
  }
  // Without groups there is one answer even of nothing: `count()` of no rows is 0.
  if (keys.length === 0 && groups.size === 0) groups.set('', { key: [], rows: [] });
  return {
    columns: [...keys.map(({ column }) => column), ...aggregates.flatMap(each => each.columns)],
    rows: [...groups.values()].map(({ key, rows }) => [...key, ...aggregates.flatMap(each => each.of(rows))]),
  };
}
