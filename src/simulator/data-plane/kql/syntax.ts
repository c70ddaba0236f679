/**
 * The words and the shapes of query that the simulator understands, as data.
 */
export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'timespan' | 'datetime' | 'sign' | 'end';
  /** As written; for a text its value. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** From 0, as the service counts (recorded). */
  readonly pos: number;
}

export type Expression =
  | { readonly kind: 'literal'; readonly type: ColumnType; readonly value: Scalar }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly at: Token }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly sign: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'in'; readonly left: Expression; readonly among: readonly Expression[]; readonly negated: boolean }
  | { readonly kind: 'star' };

export type ColumnType = 'string' | 'long' | 'int' | 'real' | 'bool' | 'datetime' | 'timespan' | 'dynamic';

/** Datetimes and timespans are milliseconds while a query runs. */
export type Scalar = string | number | boolean | null;

export interface Named {
  /** Undefined: the service makes one up. */
  readonly name: string | undefined;
  readonly expression: Expression;
}

export type Operator =
  | { readonly kind: 'where'; readonly condition: Expression }
  | { readonly kind: 'take'; readonly count: number }
  | { readonly kind: 'count' | 'getschema' }
  | { readonly kind: 'project' | 'extend' | 'distinct'; readonly columns: readonly Named[] }
  | { readonly kind: 'sort'; readonly by: Expression; readonly descending: boolean; readonly count?: number }
  | { readonly kind: 'summarize'; readonly aggregates: readonly Named[]; readonly by: readonly Named[] };

export interface Query {
  readonly source:
    | { readonly kind: 'table'; readonly name: string }
    | { readonly kind: 'print'; readonly columns: readonly Named[] };
  readonly operators: readonly Operator[];
}
