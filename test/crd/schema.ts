/**
 * Reading the CRD's schema in tests: all its nodes with their paths, and the largest value that its bounds allow. Pure.
 */

export interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly messageExpression?: string;
}

export interface Schema {
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

export interface SchemaNode {
  /** `spec.workspaces[].name`, `spec.tags.*`; empty at the root. */
  readonly path: string;
  readonly node: Schema;
}

/** All nodes, parents before children, in the order of the file. */
export function walk(node: Schema, path = ''): readonly SchemaNode[] {
  const children = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    walk(child, path === '' ? name : `${path}.${name}`),
  );
  const items = node.items ? walk(node.items, `${path}[]`) : [];
  const values = node.additionalProperties ? walk(node.additionalProperties, `${path}.*`) : [];
  return [{ path, node }, ...children, ...items, ...values];
}

/** A value of every field at its upper bound; `nth` makes the keys of a list map differ. */
export function largest(node: Schema, nth = 0): unknown {
  switch (node.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(node.properties ?? {}).map(([name, child]) => [name, largest(child, nth)]),
      );
    case 'array':
      return Array.from({ length: node.maxItems ?? 0 }, (_, index) => largest(node.items as Schema, index));
    case 'integer':
      return node.format === 'int64' ? Number.MAX_SAFE_INTEGER : 2 ** 31 - 1;
    case 'string':
      return largestText(node, nth);
    default:
      return true;
  }
}

function largestText(node: Schema, nth: number): string {
  if (node.enum) return node.enum.reduce((longest, one) => (one.length > longest.length ? one : longest));
  if (node.format === 'date-time') return '2026-11-24T16:00:00.000Z';
  // The letters a to f satisfy every pattern of the status: names, reasons, addresses, digests.
  const own = [...nth.toString(6)].map(digit => 'abcdef'[Number(digit)]).join('');
  return own.padStart(node.maxLength ?? 0, 'a');
}
