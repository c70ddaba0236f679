/**
 * One thing wrong with an object of the CRD's schema: a field too much or too few, another type, a bound passed, a text
 * that somebody means harm with. Part of test/crd/arbitrary-object.ts.
 */
import fc, { type GeneratorValue } from 'fast-check';
import { isMap } from '../../src/manifest/crd-schema.ts';
import type { Schema } from './schema.ts';

const HARMFUL = ['', ' ', '.', '..', '__proto__', 'a\nb', '\u0000', '\u202e', '{{x}}', '%2e%2e%2f', '🏭'.repeat(20)];
const OTHER_TYPES = [null, true, 0, -1, 1.5, 2 ** 53, 'text', [], {}, [null], { a: 1 }];

/** The value with one place of it changed; which may happen to be allowed after all. */
export function spoiled(node: Schema, value: unknown, g: GeneratorValue): unknown {
  const isDeeper = g(fc.nat, { max: 99 }) < 80;
  if (isDeeper && Array.isArray(value) && value.length > 0 && node.items) {
    const at = g(fc.nat, { max: value.length - 1 });
    return value.with(at, spoiled(node.items, value[at], g));
  }
  const names = isMap(value) ? Object.keys(value) : [];
  if (isDeeper && isMap(value) && names.length > 0) {
    const name = g(() => fc.constantFrom(...names));
    const child = node.properties?.[name] ?? node.additionalProperties;
    if (child) return { ...value, [name]: spoiled(child, value[name], g) };
  }
  return g(() => fc.constantFrom(...wrongValues(node, value)));
}

function wrongValues(node: Schema, value: unknown): readonly unknown[] {
  const { maxLength = 100, minLength = 1 } = node;
  if (typeof value === 'string') {
    return [
      ...HARMFUL,
      'a'.repeat(maxLength + 1),
      'a'.repeat(Math.max(0, minLength - 1)),
      `${value}\n`,
      ...OTHER_TYPES,
    ];
  }
  if (typeof value === 'number') return [(node.maximum ?? 2 ** 31) + 1, (node.minimum ?? 0) - 1, ...OTHER_TYPES];
  if (Array.isArray(value)) {
    const twice = [...value, ...value];
    return [twice, Array.from({ length: (node.maxItems ?? 0) + 1 }, (_, at) => value[at] ?? value[0]), ...OTHER_TYPES];
  }
  if (!isMap(value)) return OTHER_TYPES;
  const fewer = Object.keys(value).map(name =>
    Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)),
  );
  return [...fewer, { ...value, unknown: 'field' }, ...OTHER_TYPES];
}
