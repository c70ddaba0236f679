/**
 * What an expression of a Resource Graph query is worth for one row. Values are JSON; a comparison of texts by `==` knows
 * letter case, `=~`, `in~`, `contains` and the like do not.
 */
import { isObject } from '../frame/body.ts';
import { unknownColumn, unknownFunction } from './errors.ts';
import type { Expression } from './parse.ts';

export type Row = ReadonlyMap<string, unknown>;

/** As `tostring` gives it: texts as they are, nothing for null, JSON for the rest. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Below, equal, above; numbers by size, everything else by its text. */
export function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [one, other] = [textOf(left), textOf(right)];
  return one < other ? -1 : Number(one > other);
}

const same = (left: unknown, right: unknown): boolean => compare(left, right) === 0;
const alike = (left: unknown, right: unknown): boolean => textOf(left).toLowerCase() === textOf(right).toLowerCase();
const lower = (value: unknown): string => textOf(value).toLowerCase();

const words = (text: string): readonly string[] => text.split(/[^a-z0-9]+/i);
const hasWord = (left: unknown, right: unknown): boolean =>
  words(lower(left)).includes(lower(right)) || (/[^a-z0-9]/i.test(textOf(right)) && lower(left).includes(lower(right)));

type Comparison = (left: unknown, right: unknown) => boolean;

const positive: Readonly<Record<string, Comparison>> = {
  '==': same,
  '=~': alike,
  contains: (left, right) => lower(left).includes(lower(right)),
  has: hasWord,
  startswith: (left, right) => lower(left).startsWith(lower(right)),
  endswith: (left, right) => lower(left).endsWith(lower(right)),
  '<': (left, right) => compare(left, right) < 0,
  '>': (left, right) => compare(left, right) > 0,
  '<=': (left, right) => compare(left, right) <= 0,
  '>=': (left, right) => compare(left, right) >= 0,
};

function binary(sign: string, left: unknown, right: unknown): boolean {
  if (sign === '!=') return !same(left, right);
  if (sign === '!~') return !alike(left, right);
  const comparison = positive[sign.replace(/^!/, '')];
  return comparison?.(left, right) !== sign.startsWith('!');
}

function member(of: unknown, key: unknown): unknown {
  if (Array.isArray(of)) return of[Number(key)] ?? null;
  return isObject(of) && Object.hasOwn(of, textOf(key)) ? of[textOf(key)] : null;
}

const amount = (value: unknown): number | null => {
  const number = Math.trunc(Number(textOf(value)));
  return textOf(value) === '' || Number.isNaN(number) ? null : number;
};

const calls: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  tostring: ([value]) => textOf(value),
  tolower: ([value]) => lower(value),
  toupper: ([value]) => textOf(value).toUpperCase(),
  toint: ([value]) => amount(value),
  tolong: ([value]) => amount(value),
  tobool: ([value]) => lower(value) === 'true',
  isempty: ([value]) => textOf(value) === '',
  isnotempty: ([value]) => textOf(value) !== '',
  isnull: ([value]) => value === null || value === undefined,
  isnotnull: ([value]) => value !== null && value !== undefined,
  strcat: args => args.map(textOf).join(''),
  split: ([value, by]) => textOf(value).split(textOf(by)),
  iff: ([condition, yes, no]) => (condition === true ? yes : no),
  iif: ([condition, yes, no]) => (condition === true ? yes : no),
  array_length: ([value]) => (Array.isArray(value) ? value.length : null),
  not: ([value]) => value !== true,
};

/** Throws GraphError for a column that the row does not have. */
export function evaluate(expression: Expression, row: Row): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'column':
      if (row.has(expression.name)) return row.get(expression.name) ?? null;
      throw unknownColumn(expression.name);
    case 'member':
      return member(evaluate(expression.of, row), evaluate(expression.key, row));
    case 'in': {
      const equal = expression.sign.endsWith('~') ? alike : same;
      const left = evaluate(expression.left, row);
      const isAmong = expression.among.some(each => equal(left, evaluate(each, row)));
      return isAmong !== expression.sign.startsWith('!');
    }
    case 'call': {
      const call = calls[expression.name];
      if (call === undefined) throw unknownFunction(expression.name);
      return call(expression.args.map(each => evaluate(each, row)));
    }
    case 'binary': {
      const left = evaluate(expression.left, row);
      if (expression.sign === 'and') return left === true && evaluate(expression.right, row) === true;
      if (expression.sign === 'or') return left === true || evaluate(expression.right, row) === true;
      return binary(expression.sign, left, evaluate(expression.right, row));
    }
  }
}
