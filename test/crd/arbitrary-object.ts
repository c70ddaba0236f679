/**
 * Objects for fast-check, drawn from the CRD's schema alone: a field that is added there is drawn from then on. Most keep
 * every bound and rule; some have one thing wrong with them. Rules are obeyed by drawing again, a few times.
 */
import fc, { type GeneratorValue } from 'fast-check';
import { type CrdSchema, isMap } from '../../src/manifest/crd-schema.ts';
import { brokenRules } from '../../src/manifest/rules.ts';
import { type Length, remembered, textOf } from './arbitrary-text.ts';
import type { Manifest } from './fixtures/edits.ts';
import { type Schema, walk } from './schema.ts';
import { spoiled } from './spoiled-object.ts';

/** What is drawn beside the schema. */
interface Draw {
  readonly g: GeneratorValue;
  /** Of texts and lists: as they come, or at their bound. */
  readonly length: Length;
  /** A field that has to be there, with what has to be in it: `['privateEndpoint', 'subnetId']`. */
  readonly must?: { readonly path: readonly string[]; readonly length: Length };
}

const TRIES = 24;

/** Of 100. */
const chance = (g: GeneratorValue, percent: number): boolean => g(fc.nat, { max: 99 }) < percent;

/** A value that keeps the node's own rules, if one was found in a few draws. */
function drawn(node: Schema, draw: Draw): { readonly value: unknown; readonly holds: boolean } {
  for (let tries = 1; ; tries++) {
    const value = draft(node, draw);
    const holds = keepsRules(node, value);
    if (holds || tries === TRIES) return { value, holds };
  }
}

/** A node with its own rules alone: those below it have been kept already. */
const alone = remembered(
  (node): CrdSchema => ({ ...withoutRules(node), 'x-kubernetes-validations': node['x-kubernetes-validations'] ?? [] }),
);

const texts = {
  any: remembered(node => textOf(node, 'any')),
  min: remembered(node => textOf(node, 'min')),
  max: remembered(node => textOf(node, 'max')),
};

function keepsRules(node: Schema, value: unknown): boolean {
  if (node['x-kubernetes-validations'] === undefined) return true;
  try {
    return brokenRules(alone(node), withDefaults(node, value)).length === 0;
  } catch {
    // A rule that asks for a field which is not there has not been kept.
    return false;
  }
}

function withoutRules(node: Schema): Schema {
  const { 'x-kubernetes-validations': _, properties, items, ...rest } = node;
  const named = Object.entries(properties ?? {}).map(([name, child]) => [name, withoutRules(child)]);
  return {
    ...rest,
    ...(properties ? { properties: Object.fromEntries(named) } : {}),
    ...(items ? { items: withoutRules(items) } : {}),
  };
}

function withDefaults(node: Schema, value: unknown): unknown {
  if (Array.isArray(value) && node.items) return value.map(item => withDefaults(node.items ?? node, item));
  if (!isMap(value)) return value;
  const filled = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const given = value[name] ?? child.default;
    return given === undefined ? [] : [[name, withDefaults(child, given)]];
  });
  return { ...value, ...Object.fromEntries(filled) };
}

function draft(node: Schema, draw: Draw): unknown {
  const { g } = draw;
  const length = draw.must?.path.length === 0 ? draw.must.length : draw.length;
  switch (node.type) {
    case 'object':
      return node.properties ? fieldsOf(node, draw) : entriesOf(node, { ...draw, length });
    case 'array':
      return itemsOf(node, { ...draw, length });
    case 'integer':
    case 'number':
      return g(() => numberOf(node, length));
    case 'boolean':
      return g(fc.boolean);
    default:
      return g(() => texts[length](node));
  }
}

const OPTIONAL = { any: 40, min: 5, max: 85 } as const;

function fieldsOf(node: Schema, { must, ...draw }: Draw): unknown {
  const [wanted, ...path] = must?.path ?? [];
  const fields = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const isWanted = name === wanted;
    const isRequired = node.required?.includes(name) ?? false;
    if (!isRequired && !isWanted && !chance(draw.g, OPTIONAL[draw.length])) return [];
    const next = isWanted && must ? { ...draw, must: { ...must, path } } : draw;
    const { value, holds } = drawn(child, next);
    return holds || isRequired || isWanted ? [[name, value]] : [];
  });
  return Object.fromEntries(fields);
}

/** Names in a map: the schema says nothing of them but by rules. */
const ENTRY_NAME = fc.oneof(
  { weight: 300, arbitrary: fc.stringMatching(/^[A-Za-z][-A-Za-z0-9 _.:]{0,20}$/) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 24 }) },
);

function entriesOf({ additionalProperties: child, maxProperties = 3 }: Schema, draw: Draw): unknown {
  if (child === undefined) return {};
  const count = draw.g(() => countOf(0, maxProperties, draw.length));
  const names = draw.g(() =>
    fc.uniqueArray(ENTRY_NAME, { minLength: count, maxLength: count, selector: name => name.toLowerCase() }),
  );
  return Object.fromEntries(names.map(name => [name, drawn(child, draw).value]));
}

function itemsOf(node: Schema, draw: Draw): readonly unknown[] {
  const { items, minItems = 0, maxItems = 3 } = node;
  if (items === undefined) return [];
  const [, ...path] = draw.must?.path ?? [];
  const count = draw.g(() => countOf(minItems, maxItems, draw.length));
  const isWanted = draw.must !== undefined && draw.must.path.length > 0;
  const { must, ...rest } = draw;
  const first = isWanted && must ? [drawn(items, { ...rest, must: { ...must, path } }).value] : [];
  const others = Array.from({ length: count - first.length }, () => drawn(items, rest).value);
  return distinct([...first, ...others], node);
}

/** A set has no item twice, a map of items no key twice. */
function distinct(items: readonly unknown[], node: Schema): readonly unknown[] {
  if (node['x-kubernetes-list-type'] === 'atomic') return items;
  const keys = node['x-kubernetes-list-map-keys'];
  const keyOf = (item: unknown) =>
    JSON.stringify(keys && isMap(item) ? keys.map(key => item[key]) : item).toLowerCase();
  return [...new Map(items.map(item => [keyOf(item), item])).values()];
}

function countOf(least: number, most: number, length: Length): fc.Arbitrary<number> {
  if (length !== 'any') return fc.constant(length === 'min' ? least : most);
  const few = fc.integer({ min: least, max: Math.min(most, least + 2) });
  return fc.oneof({ weight: 150, arbitrary: few }, { weight: 1, arbitrary: fc.constant(most) });
}

/** Numbers of the node: its bounds, what its rules speak of, and others between. */
function numberOf(node: Schema, length: Length): fc.Arbitrary<number> {
  const told = (node['x-kubernetes-validations'] ?? []).flatMap(({ rule }) => rule.match(/-?\d+(\.\d+)?/g) ?? []);
  const bounds = [node.minimum, node.maximum].filter(bound => bound !== undefined);
  const edges = [...bounds, ...told.map(Number)].sort((a, b) => a - b);
  const [low = 0, high = 2 ** 31 - 1] = [edges[0], bounds.length > 0 ? edges.at(-1) : undefined];
  if (length === 'min') return fc.constant(low);
  if (length === 'max') return fc.constant(high);
  const between =
    node.type === 'integer' ? fc.integer({ min: low, max: high }) : fc.double({ min: low, max: high, noNaN: true });
  return edges.length === 0 ? between : fc.oneof(fc.constantFrom(...edges), between);
}

const NAME = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,12}[a-z0-9])?(\.[a-z0-9]{1,6})?$/);
const AS_LONG_AS_ALLOWED = fc.stringMatching(/^[a-z]([-a-z0-9]{59,60})[a-z0-9]$/);
const metadata = fc.record(
  {
    name: fc.oneof({ weight: 20, arbitrary: NAME }, { weight: 1, arbitrary: AS_LONG_AS_ALLOWED }),
    annotations: fc.dictionary(
      fc
        .constantFrom('requestedAt', 'release', 'abandon', 'allow-retention-decrease')
        .map(name => `privatemonitoring.dev/${name}`),
      fc.oneof(fc.constant('true'), fc.string({ unit: 'grapheme', maxLength: 300 })),
      { maxKeys: 2 },
    ),
  },
  { requiredKeys: ['name'] },
);

const manifestOf = (spec: unknown, meta: Manifest['metadata']): Manifest => ({
  apiVersion: 'privatemonitoring.dev/v1alpha1',
  kind: 'PrivateMonitoringScope',
  metadata: meta,
  spec: spec as Manifest['spec'],
});

/** Objects of the schema of `spec`; about one in five has something wrong with it. */
const arbitraryObject = (spec: Schema): fc.Arbitrary<Manifest> =>
  fc.gen().map(g => {
    const { value } = drawn(spec, { g, length: 'any' });
    const meta = g(() => metadata);
    return manifestOf(chance(g, 20) ? spoiled(spec, value, g) : value, meta);
  });

/** An object with that field (`['workspaces', '[]', 'name']`) at its lower or upper bound, and little else. */
const objectAtLimit = (spec: Schema, path: readonly string[], length: 'min' | 'max'): fc.Arbitrary<Manifest> =>
  fc.gen().map(g =>
    manifestOf(
      drawn(spec, { g, length: 'min', must: { path, length } }).value,
      g(() => metadata),
    ),
  );

/** An object whose lists are as long as they may be, and its texts too. */
const largestObject = (spec: Schema): fc.Arbitrary<Manifest> =>
  fc.gen().map(g => manifestOf(drawn(spec, { g, length: 'max' }).value, { name: `plant-${g(fc.nat)}` }));

const LARGEST = 4;

/** `spec.workspaces[].name` of the schema -> its steps; the entries of a map have no names of their own. */
const stepsOf = (path: string): readonly string[] =>
  path
    .replaceAll('[]', '.[]')
    .split('.')
    .filter(step => step !== '*');

/**
 * So many objects at random, and with them some of the largest and, for each field, one at its lower and one at its upper
 * bound. The same for the same seed.
 */
export function randomObjects(
  spec: Schema,
  { count, seed }: { readonly count: number; readonly seed: number },
): readonly Manifest[] {
  const paths = walk(spec).map(({ path }) => path);
  const atLimits = paths
    .filter(path => path !== '')
    .flatMap(path =>
      (['min', 'max'] as const).flatMap(length =>
        fc.sample(objectAtLimit(spec, stepsOf(path), length), { seed, numRuns: 1 }),
      ),
    );
  return [
    ...fc.sample(largestObject(spec), { seed, numRuns: LARGEST }),
    ...atLimits,
    ...fc.sample(arbitraryObject(spec), { seed, numRuns: count }),
  ];
}
