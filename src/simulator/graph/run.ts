/**
 * Runs the operators of a Resource Graph query over rows. Knows no resource type.
 */
import { GraphError, unknownColumn, unknownFunction } from './errors.ts';
import { compare, evaluate, type Row, textOf } from './evaluate.ts';
import type { Expression, Named, Operator } from './parse.ts';

export interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

const computed = (row: Row, columns: readonly Named[]): Row =>
  new Map(columns.map(({ name, expression }) => [name, evaluate(expression, row)]));

function distinct(rows: readonly Row[]): readonly Row[] {
  const seen = new Map(rows.map(row => [JSON.stringify([...row]), row]));
  return [...seen.values()];
}

/** One row for each item of a list; a row whose value is no list stays, with null. */
function expanded(table: Rows, columns: readonly Named[]): Rows {
  const rows = table.rows.flatMap(row => {
    const [first] = columns.map(({ name, expression }) => ({ name, value: evaluate(expression, row) }));
    if (first === undefined) return [row];
    const items: readonly unknown[] = Array.isArray(first.value) ? first.value : [null];
    return items.map(item => new Map([...row, [first.name, item]]));
  });
  return { columns: [...new Set([...table.columns, ...columns.slice(0, 1).map(({ name }) => name)])], rows };
}

const aggregates: Readonly<Record<string, (rows: readonly Row[], of: Expression | undefined) => unknown>> = {
  count: rows => rows.length,
  countif: (rows, of) => rows.filter(row => of !== undefined && evaluate(of, row) === true).length,
  dcount: (rows, of) => valuesOf(rows, of, true).length,
  make_set: (rows, of) => valuesOf(rows, of, true),
  make_list: (rows, of) => valuesOf(rows, of, false),
  max: (rows, of) => valuesOf(rows, of, false).toSorted(compare).at(-1) ?? null,
  min: (rows, of) => valuesOf(rows, of, false).toSorted(compare)[0] ?? null,
  any: (rows, of) => valuesOf(rows, of, false)[0] ?? null,
  take_any: (rows, of) => valuesOf(rows, of, false)[0] ?? null,
};

function valuesOf(rows: readonly Row[], of: Expression | undefined, unique: boolean): readonly unknown[] {
  const values = rows.map(row => (of === undefined ? null : evaluate(of, row))).filter(value => value !== null);
  return unique ? [...new Map(values.map(value => [textOf(value), value])).values()] : values;
}

function aggregate(rows: readonly Row[], { expression }: Named): unknown {
  if (expression.kind !== 'call')
    throw new GraphError({ code: 'InvalidQuery', message: 'An aggregate function is expected.' });
  const work = aggregates[expression.name];
  if (work === undefined) throw unknownFunction(expression.name);
  return work(rows, expression.args[0]);
}

function summarized(table: Rows, operator: Extract<Operator, { kind: 'summarize' }>): Rows {
  const groups = new Map<string, { key: Row; rows: Row[] }>();
  for (const row of table.rows) {
    const key = computed(row, operator.by);
    const found = groups.get(JSON.stringify([...key]));
    if (found === undefined) groups.set(JSON.stringify([...key]), { key, rows: [row] });
    else found.rows.push(row);
  }
  // Without `by` there is one row, even of nothing.
  if (operator.by.length === 0 && groups.size === 0) groups.set('', { key: new Map(), rows: [] });
  const rows = [...groups.values()].map(
    group =>
      new Map([...group.key, ...operator.aggregates.map(each => [each.name, aggregate(group.rows, each)] as const)]),
  );
  return { columns: [...operator.by, ...operator.aggregates].map(({ name }) => name), rows };
}

function sorted(table: Rows, { keys }: Extract<Operator, { kind: 'sort' }>): Rows {
  const order = (one: Row, other: Row): number => {
    for (const { by, descending } of keys) {
      const difference = compare(evaluate(by, one), evaluate(by, other));
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  };
  return { ...table, rows: table.rows.toSorted(order) };
}

function without(table: Rows, columns: readonly Named[]): Rows {
  const gone = new Set(columns.map(({ name }) => name));
  const missing = [...gone].find(name => !table.columns.includes(name));
  if (missing !== undefined) throw unknownColumn(missing);
  const rows = table.rows.map(row => new Map([...row].filter(([name]) => !gone.has(name))));
  return { columns: table.columns.filter(name => !gone.has(name)), rows };
}

/** One operator. Throws GraphError. */
export function apply(table: Rows, operator: Operator): Rows {
  switch (operator.kind) {
    case 'where':
      return { ...table, rows: table.rows.filter(row => evaluate(operator.condition, row) === true) };
    case 'take':
      return { ...table, rows: table.rows.slice(0, operator.count) };
    case 'count':
      return { columns: ['Count'], rows: [new Map([['Count', table.rows.length]])] };
    case 'extend': {
      const columns = [...new Set([...table.columns, ...operator.columns.map(({ name }) => name)])];
      return { columns, rows: table.rows.map(row => new Map([...row, ...computed(row, operator.columns)])) };
    }
    case 'project':
    case 'distinct': {
      const rows = table.rows.map(row => computed(row, operator.columns));
      const columns = operator.columns.map(({ name }) => name);
      return { columns, rows: operator.kind === 'distinct' ? distinct(rows) : rows };
    }
    case 'project-away':
      return without(table, operator.columns);
    case 'mv-expand':
      return expanded(table, operator.columns);
    case 'sort':
      return sorted(table, operator);
    case 'summarize':
      return summarized(table, operator);
  }
}
