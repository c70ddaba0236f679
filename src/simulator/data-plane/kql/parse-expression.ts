/**
 * Expressions of a query, by precedence: or, and, comparison, sum, product, single values. Used by parse.ts.
 */
import type { Reader } from './reader.ts';
import type { Expression, Scalar, Token } from './syntax.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function timespanMs(text: string): number {
  const [, amount = '', unit = ''] = /^([\d.]+)([a-z]+)$/.exec(text) ?? [];
  return Number(amount) * (unitMs[unit] ?? 0);
}

function datetimeMs(text: string): number | null {
  const inner = text.replace(/^datetime\(\s*["']?/, '').replace(/["']?\s*\)$/, '');
  const ms = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(inner) ? inner : `${inner.trim().replace(' ', 'T')}Z`);
  // A date without a time has no place for a zone.
  const dateOnly = /^\d{4}-\d\d-\d\d$/.test(inner.trim()) ? Date.parse(`${inner.trim()}T00:00:00Z`) : ms;
  return Number.isNaN(dateOnly) ? null : dateOnly;
}

function literal({ kind, text }: Token): Expression | undefined {
  const of = (type: Extract<Expression, { kind: 'literal' }>['type'], value: Scalar): Expression => ({
    kind: 'literal',
    type,
    value,
  });
  switch (kind) {
    case 'text':
      return of('string', text);
    case 'number':
      return of(/^\d+$/.test(text) ? 'long' : 'real', Number(text));
    case 'timespan':
      return of('timespan', timespanMs(text));
    case 'datetime':
      return of('datetime', datetimeMs(text));
    case 'name':
      return text === 'true' || text === 'false' ? of('bool', text === 'true') : undefined;
    default:
      return undefined;
  }
}

function listUntilParenthesis(reader: Reader): readonly Expression[] {
  if (reader.take(')')) return [];
  const list = [parseExpression(reader)];
  while (reader.take(',')) list.push(parseExpression(reader));
  reader.sign(')');
  return list;
}

function single(reader: Reader): Expression {
  const token = reader.at();
  const value = literal(token);
  if (value !== undefined) {
    reader.advance();
    return value;
  }
  if (reader.take('(')) {
    const inner = reader.deeper(() => parseExpression(reader));
    reader.sign(')');
    return inner;
  }
  if (reader.take('*')) return { kind: 'star' };
  if (reader.take('-')) {
    const zero: Expression = { kind: 'literal', type: 'long', value: 0 };
    return { kind: 'binary', sign: '-', left: zero, right: reader.deeper(() => single(reader)) };
  }
  const name = reader.name();
  if (!reader.take('(')) return { kind: 'column', name };
  const args = reader.deeper(() => listUntilParenthesis(reader));
  return name === 'not' && args[0] !== undefined
    ? { kind: 'not', of: args[0] }
    : { kind: 'call', name, args, at: token };
}

/** Left-associative operators of one level. */
const level =
  (signs: readonly string[], below: (reader: Reader) => Expression) =>
  (reader: Reader): Expression => {
    let left = below(reader);
    for (;;) {
      const sign = signs.find(each => reader.take(each));
      if (sign === undefined) return left;
      left = { kind: 'binary', sign, left, right: below(reader) };
    }
  };

const product = level(['*', '/'], single);
const sum = level(['+', '-'], product);
const comparisons = ['==', '!=', '=~', '!~', '<=', '>=', '<', '>', 'has', 'contains', 'startswith', 'endswith'];

function comparison(reader: Reader): Expression {
  const left = sum(reader);
  const sign = comparisons.find(each => reader.take(each));
  if (sign !== undefined) return { kind: 'binary', sign, left, right: sum(reader) };
  const negated = reader.take('!in');
  if (!negated && !reader.take('in')) return left;
  reader.sign('(');
  return { kind: 'in', left, among: reader.deeper(() => listUntilParenthesis(reader)), negated };
}

const conjunction = level(['and'], comparison);

/** One expression from where the reader stands. */
export const parseExpression: (reader: Reader) => Expression = level(['or'], conjunction);
