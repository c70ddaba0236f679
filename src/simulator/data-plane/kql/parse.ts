/**
 * Query text to its shape. What is not understood is answered as the service answers what it cannot parse.
 */
import { parseExpression } from './parse-expression.ts';
import { Reader } from './reader.ts';
import type { Expression, Named, Operator, Query } from './syntax.ts';
import { tokensOf } from './tokens.ts';

function named(reader: Reader): Named {
  const name = reader.at(1).text === '=' && reader.at().kind === 'name' ? reader.name() : undefined;
  if (name !== undefined) reader.sign('=');
  return { name, expression: parseExpression(reader) };
}

function namedList(reader: Reader): readonly Named[] {
  const list = [named(reader)];
  while (reader.take(',')) list.push(named(reader));
  return list;
}

function sorting(reader: Reader): { readonly by: Expression; readonly descending: boolean } {
  reader.word('by');
  const by = parseExpression(reader);
  const ascending = reader.take('asc');
  if (!ascending) reader.take('desc');
  return { by, descending: !ascending };
}

function summarize(reader: Reader): Operator {
  const aggregates = reader.at().text === 'by' ? [] : namedList(reader);
  return { kind: 'summarize', aggregates, by: reader.take('by') ? namedList(reader) : [] };
}

const operators: Readonly<Record<string, (reader: Reader) => Operator>> = {
  where: reader => ({ kind: 'where', condition: parseExpression(reader) }),
  filter: reader => ({ kind: 'where', condition: parseExpression(reader) }),
  take: reader => ({ kind: 'take', count: reader.count() }),
  limit: reader => ({ kind: 'take', count: reader.count() }),
  count: () => ({ kind: 'count' }),
  getschema: () => ({ kind: 'getschema' }),
  project: reader => ({ kind: 'project', columns: namedList(reader) }),
  extend: reader => ({ kind: 'extend', columns: namedList(reader) }),
  distinct: reader => ({ kind: 'distinct', columns: namedList(reader) }),
  summarize,
  sort: reader => ({ kind: 'sort', ...sorting(reader) }),
  order: reader => ({ kind: 'sort', ...sorting(reader) }),
  top: reader => {
    const count = reader.count();
    return { kind: 'sort', count, ...sorting(reader) };
  },
};

function operator(reader: Reader): Operator {
  const { text } = reader.at();
  const parse = Object.hasOwn(operators, text) ? operators[text] : undefined;
  if (parse === undefined) throw reader.unexpected(`known operators: ${Object.keys(operators).join(', ')}`);
  reader.name();
  return parse(reader);
}

/** The shape of a query. Throws DataError with the service's syntax error. */
export function parseQuery(text: string): Query {
  const reader = new Reader(tokensOf(text));
  const first = reader.name();
  const source: Query['source'] =
    first === 'print' ? { kind: 'print', columns: namedList(reader) } : { kind: 'table', name: first };
  const list: Operator[] = [];
  while (reader.take('|')) list.push(operator(reader));
  reader.take(';');
  if (reader.at().kind !== 'end') throw reader.unexpected('');
  return { source, operators: list };
}
