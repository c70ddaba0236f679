/**
 * What an expression is worth for one row. Datetimes and timespans are milliseconds here; null is what is not there, and
 * a comparison with it is false, as in Kusto.
 */
import { semanticError } from './errors.ts';
import type { ColumnType, Expression, Scalar } from './syntax.ts';

export interface Typed {
  readonly type: ColumnType;
  readonly value: Scalar;
}

export interface Scope {
  /** The operator that the expression belongs to, for messages. */
  readonly operator: string;
  readonly nowMs: number;
  /** When the row came in, where that is still known of it. */
  readonly ingestedAtMs?: number;
  /** Undefined: there is no such column. */
  readonly column: (name: string) => Typed | undefined;
}

const bool = (value: boolean): Typed => ({ type: 'bool', value });

const textOf = ({ value }: Typed): string => (value === null ? '' : String(value));

/** Below, equal, above; NaN when the two cannot be compared. */
export function compare(left: Scalar, right: Scalar): number {
  if (left === null || right === null) return Number.NaN;
  if (typeof left === 'string' || typeof right === 'string') {
    const [one, other] = [String(left), String(right)];
    return one < other ? -1 : Number(one > other);
  }
  return Number(left) - Number(right);
}

const comparisons: Readonly<Record<string, (left: Typed, right: Typed) => boolean>> = {
  '==': (left, right) => compare(left.value, right.value) === 0,
  '!=': (left, right) => compare(left.value, right.value) !== 0,
  '<': (left, right) => compare(left.value, right.value) < 0,
  '<=': (left, right) => compare(left.value, right.value) <= 0,
  '>': (left, right) => compare(left.value, right.value) > 0,
  '>=': (left, right) => compare(left.value, right.value) >= 0,
  '=~': (left, right) => textOf(left).toLowerCase() === textOf(right).toLowerCase(),
  '!~': (left, right) => textOf(left).toLowerCase() !== textOf(right).toLowerCase(),
  contains: (left, right) => textOf(left).toLowerCase().includes(textOf(right).toLowerCase()),
  startswith: (left, right) => textOf(left).toLowerCase().startsWith(textOf(right).toLowerCase()),
  endswith: (left, right) => textOf(left).toLowerCase().endsWith(textOf(right).toLowerCase()),
  has: (left, right) => {
    const words = textOf(left)
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u);
    return words.includes(textOf(right).toLowerCase());
  },
};

const amounts: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
};

/** A time less a time is a span; a time and a span is a time. */
function amountType(sign: string, left: ColumnType, right: ColumnType): ColumnType {
  if (left === 'datetime' && right === 'datetime') return 'timespan';
  if (left === 'datetime' || right === 'datetime') return 'datetime';
  if (left === 'timespan' && right === 'timespan') return sign === '/' ? 'real' : 'timespan';
  if (left === 'timespan' || right === 'timespan') return 'timespan';
  return left === 'real' || right === 'real' ? 'real' : 'long';
}

function amount(sign: string, left: Typed, right: Typed): Typed {
  const type = amountType(sign, left.type, right.type);
  const work = amounts[sign];
  if (work === undefined || typeof left.value !== 'number' || typeof right.value !== 'number') {
    return { type, value: null };
  }
  const result = work(left.value, right.value);
  return { type, value: type === 'long' ? Math.trunc(result) : result };
}

type Call = (args: readonly Typed[], scope: Scope) => Typed;

const first = (args: readonly Typed[]): Typed => args[0] ?? { type: 'string', value: null };
const number = (typed: Typed | undefined): number => (typeof typed?.value === 'number' ? typed.value : Number.NaN);

const calls: Readonly<Record<string, Call>> = {
  now: (_args, { nowMs }) => ({ type: 'datetime', value: nowMs }),
  ingestion_time: (_args, { ingestedAtMs }) => ({ type: 'datetime', value: ingestedAtMs ?? null }),
  ago: (args, { nowMs }) => ({ type: 'datetime', value: nowMs - number(args[0]) }),
  isempty: args => bool(textOf(first(args)) === ''),
  isnotempty: args => bool(textOf(first(args)) !== ''),
  isnull: args => bool(first(args).value === null),
  isnotnull: args => bool(first(args).value !== null),
  tolower: args => ({ type: 'string', value: textOf(first(args)).toLowerCase() }),
  toupper: args => ({ type: 'string', value: textOf(first(args)).toUpperCase() }),
  strcat: args => ({ type: 'string', value: args.map(textOf).join('') }),
  tostring: args => ({ type: 'string', value: textOf(first(args)) }),
  bin: args => {
    const [value, step] = [number(args[0]), number(args[1])];
    return { type: first(args).type, value: step > 0 ? Math.floor(value / step) * step : null };
  },
};

export function evaluate(expression: Expression, scope: Scope): Typed {
  switch (expression.kind) {
    case 'literal':
      return expression;
    case 'column': {
      const found = scope.column(expression.name);
      if (found !== undefined) return found;
      throw semanticError(scope.operator, `Failed to resolve column or scalar expression named '${expression.name}'`);
    }
    case 'not':
      return bool(evaluate(expression.of, scope).value !== true);
    case 'in': {
      const left = evaluate(expression.left, scope);
      const isAmong = expression.among.some(each => compare(left.value, evaluate(each, scope).value) === 0);
      return bool(isAmong !== expression.negated);
    }
    case 'binary':
      return binary(expression, scope);
    case 'call': {
      const call = Object.hasOwn(calls, expression.name) ? calls[expression.name] : undefined;
      if (call === undefined) throw semanticError(scope.operator, `Unknown function: '${expression.name}'.`);
      return call(
        expression.args.map(each => evaluate(each, scope)),
        scope,
      );
    }
    case 'star':
      throw semanticError(scope.operator, "'*' cannot be used here");
  }
}

function binary({ sign, left, right }: Extract<Expression, { kind: 'binary' }>, scope: Scope): Typed {
  const one = evaluate(left, scope);
  if (sign === 'and' || sign === 'or') {
    const other = evaluate(right, scope).value === true;
    return bool(sign === 'and' ? one.value === true && other : one.value === true || other);
  }
  const other = evaluate(right, scope);
  const comparison = Object.hasOwn(comparisons, sign) ? comparisons[sign] : undefined;
  return comparison === undefined ? amount(sign, one, other) : bool(comparison(one, other));
}
