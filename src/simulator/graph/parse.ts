/**
 * Text of a Resource Graph query to its shape: one table and a row of operators. What is not understood is refused as the
 * service refuses what it cannot parse (join, union, parse, let and much else are not understood here).
 */
import { unknownFunction } from './errors.ts';
import { Reader } from './reader.ts';

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly key: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'binary'; readonly sign: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'in'; readonly left: Expression; readonly among: readonly Expression[]; readonly sign: string };

export interface Named {
  readonly name: string;
  readonly expression: Expression;
}

export type Operator =
  | { readonly kind: 'where'; readonly condition: Expression }
  | { readonly kind: 'take'; readonly count: number }
  | { readonly kind: 'count' }
  | {
      readonly kind: 'project' | 'extend' | 'distinct' | 'project-away' | 'mv-expand';
      readonly columns: readonly Named[];
    }
  | { readonly kind: 'sort'; readonly keys: readonly { readonly by: Expression; readonly descending: boolean }[] }
  | { readonly kind: 'summarize'; readonly aggregates: readonly Named[]; readonly by: readonly Named[] };

export interface Query {
  readonly table: string;
  readonly operators: readonly Operator[];
}

const functions = new Set(
  (
    'tostring tolower toupper toint tolong tobool isempty isnotempty isnull isnotnull strcat split iff iif array_length ' +
    'not count countif dcount make_set make_list max min any take_any'
  ).split(' '),
);

function list(reader: Reader): readonly Expression[] {
  if (reader.take(')')) return [];
  const items = [parseExpression(reader)];
  while (reader.take(',')) items.push(parseExpression(reader));
  reader.expect(')');
  return items;
}

function atom(reader: Reader): Expression {
  const { kind, text } = reader.at();
  if (kind === 'text') return { kind: 'literal', value: reader.one('text') };
  if (kind === 'number') return { kind: 'literal', value: Number(reader.one('number')) };
  if (reader.take('(')) {
    const inner = reader.deeper(() => parseExpression(reader));
    reader.expect(')');
    return inner;
  }
  if (reader.take('-')) return { kind: 'literal', value: -Number(reader.one('number')) };
  if (reader.take('true') || reader.take('false')) return { kind: 'literal', value: text.toLowerCase() === 'true' };
  const name = reader.one('name');
  if (!reader.take('(')) return { kind: 'column', name };
  if (!functions.has(name)) throw unknownFunction(name);
  return { kind: 'call', name, args: reader.deeper(() => list(reader)) };
}

function single(reader: Reader): Expression {
  let value = atom(reader);
  for (;;) {
    if (reader.take('.')) value = { kind: 'member', of: value, key: { kind: 'literal', value: reader.one('name') } };
    else if (reader.take('[')) {
      value = { kind: 'member', of: value, key: reader.deeper(() => parseExpression(reader)) };
      reader.expect(']');
    } else return value;
  }
}

const comparisons = [
  '==',
  '!=',
  '=~',
  '!~',
  '<=',
  '>=',
  '<',
  '>',
  'contains',
  '!contains',
  'has',
  '!has',
  'startswith',
  '!startswith',
  'endswith',
  '!endswith',
];

function comparison(reader: Reader): Expression {
  const left = single(reader);
  const sign = comparisons.find(each => reader.take(each));
  if (sign !== undefined) return { kind: 'binary', sign, left, right: single(reader) };
  const among = ['in~', '!in~', 'in', '!in'].find(each => reader.take(each));
  if (among === undefined) return left;
  reader.expect('(');
  return { kind: 'in', sign: among, left, among: reader.deeper(() => list(reader)) };
}

const level =
  (sign: string, below: (reader: Reader) => Expression) =>
  (reader: Reader): Expression => {
    let left = below(reader);
    while (reader.take(sign)) left = { kind: 'binary', sign, left, right: below(reader) };
    return left;
  };

const parseExpression: (reader: Reader) => Expression = level('or', level('and', comparison));

/** The name that the service gives to a column that has none: the last part of a path. */
function nameOf(expression: Expression): string {
  if (expression.kind === 'column') return expression.name;
  if (expression.kind === 'member' && expression.key.kind === 'literal') {
    return `${nameOf(expression.of)}_${String(expression.key.value)}`;
  }
  if (expression.kind === 'call') {
    const [first] = expression.args;
    return first === undefined ? `${expression.name}_` : `${expression.name}_${nameOf(first)}`;
  }
  return 'Column1';
}

function named(reader: Reader): Named {
  const isNamed = reader.at().kind === 'name' && reader.at(1).text === '=';
  const name = isNamed ? reader.one('name') : undefined;
  if (isNamed) reader.expect('=');
  const expression = parseExpression(reader);
  return { name: name ?? nameOf(expression), expression };
}

function namedList(reader: Reader): readonly Named[] {
  const items = [named(reader)];
  while (reader.take(',')) items.push(named(reader));
  return items;
}

function sortKeys(reader: Reader): Operator {
  reader.expect('by');
  const keys: { by: Expression; descending: boolean }[] = [];
  do {
    const by = parseExpression(reader);
    const ascending = reader.take('asc');
    if (!ascending) reader.take('desc');
    keys.push({ by, descending: !ascending });
  } while (reader.take(','));
  return { kind: 'sort', keys };
}

function summarize(reader: Reader): Operator {
  const aggregates = reader.at().text === 'by' ? [] : namedList(reader);
  return { kind: 'summarize', aggregates, by: reader.take('by') ? namedList(reader) : [] };
}

function project(reader: Reader): Operator {
  const away = reader.take('-');
  if (away) reader.expect('away');
  return { kind: away ? 'project-away' : 'project', columns: namedList(reader) };
}

const take = (reader: Reader): Operator => ({ kind: 'take', count: Number(reader.one('number')) });

const operators: ReadonlyMap<string, (reader: Reader) => readonly Operator[]> = new Map(
  Object.entries({
    where: reader => [{ kind: 'where', condition: parseExpression(reader) }],
    take: reader => [take(reader)],
    limit: reader => [take(reader)],
    count: () => [{ kind: 'count' }],
    extend: reader => [{ kind: 'extend', columns: namedList(reader) }],
    distinct: reader => [{ kind: 'distinct', columns: namedList(reader) }],
    'mv-expand': reader => [{ kind: 'mv-expand', columns: namedList(reader) }],
    order: reader => [sortKeys(reader)],
    sort: reader => [sortKeys(reader)],
    project: reader => [project(reader)],
    summarize: reader => [summarize(reader)],
    top: reader => {
      const most = take(reader);
      return [sortKeys(reader), most];
    },
  } satisfies Record<string, (reader: Reader) => readonly Operator[]>),
);

function operator(reader: Reader): readonly Operator[] {
  const { kind, text } = reader.at();
  const read = kind === 'name' ? operators.get(text.toLowerCase()) : undefined;
  if (read === undefined) throw reader.unexpected();
  reader.one('name');
  return read(reader);
}

/** The shape of a query. Throws GraphError. */
export function parseQuery(text: string): Query {
  const reader = new Reader(text);
  const table = reader.one('name');
  const operators: Operator[] = [];
  while (reader.take('|')) operators.push(...operator(reader));
  reader.take(';');
  if (reader.at().kind !== 'end') throw reader.unexpected();
  return { table: table.toLowerCase(), operators };
}
