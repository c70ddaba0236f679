/**
 * Texts that a node of the CRD's schema admits, drawn for fast-check from what the schema itself says: bounds, pattern,
 * values, and the CEL rules `self.matches('...')`. Part of test/crd/arbitrary-object.ts.
 */
import fc from 'fast-check';
import type { Schema } from './schema.ts';

/** The regular expressions that a text of this node has to match. Letter case that does not matter is not varied. */
function readForms(node: Schema): readonly RegExp[] {
  const rules = (node['x-kubernetes-validations'] ?? []).flatMap(({ rule }) => {
    const [, form] = /^self\.matches\('(.*)'\)$/s.exec(rule) ?? [];
    // A backslash of the expression stands twice in CEL's quotation.
    return form === undefined ? [] : [form.replace(/^\(\?i\)/, '').replaceAll('\\\\', '\\')];
  });
  return [...(node.pattern === undefined ? [] : [node.pattern]), ...rules].map(form => new RegExp(form));
}

/** Remembers what was made of a node. */
export function remembered<T>(make: (node: Schema) => T): (node: Schema) => T {
  const made = new WeakMap<Schema, T>();
  return node => {
    const known = made.get(node) ?? make(node);
    if (!made.has(node)) made.set(node, known);
    return known;
  };
}

const forms = remembered(readForms);

const USUAL_MAX = 64;
const isFit = (text: string, node: Schema): boolean => forms(node).every(form => form.test(text));

/** The text changed at the last place where it still fits. */
function changed(text: string, node: Schema, change: (at: number) => string): string | undefined {
  for (let at = text.length; at > 0; at--) {
    const next = change(at);
    if (next !== text && isFit(next, node)) return next;
  }
  return undefined;
}

/** The text made so long, by repeating characters of its own, as far as the forms allow. */
function stretched(text: string, node: Schema, length: number): string {
  let longest = text;
  let count = length - longest.length;
  while (count > 0) {
    const [from, copies] = [longest, count];
    const more = (at: number) => from.slice(0, at) + (from[at - 1] ?? '').repeat(copies) + from.slice(at);
    longest = changed(from, node, more) ?? from;
    count = longest === from ? Math.floor(copies / 2) : length - longest.length;
  }
  return longest;
}

/** The text made so short, as far as the forms allow. */
function shortened(text: string, node: Schema, length: number): string {
  let shortest = text;
  while (shortest.length > length) {
    const from = shortest;
    const next = changed(from, node, at => from.slice(0, at - 1) + from.slice(at));
    if (next === undefined) return shortest;
    shortest = next;
  }
  return shortest;
}

/** How long texts are: as they come, or at a bound of the schema. */
export type Length = 'any' | 'min' | 'max';

/** Texts that the node admits, but for what rules about other fields say. */
export function textOf(node: Schema, length: Length): fc.Arbitrary<string> {
  if (node.enum) return fc.constantFrom(...node.enum);
  const { minLength: least = 0, maxLength: most = USUAL_MAX } = node;
  const [form] = forms(node);
  if (form === undefined) {
    const bounds = { any: [least, most], min: [least, least], max: [most, most] } as const;
    const [minLength, maxLength] = bounds[length];
    return fc.string({ unit: 'grapheme-ascii', minLength, maxLength, size: 'max' });
  }
  const any = fc.stringMatching(form).map(text => shortened(stretched(text, node, least), node, most));
  if (length === 'any') return any;
  const [text = ''] = fc.sample(any, { numRuns: 1, seed: 1 });
  const extreme = length === 'max' ? stretched(text, node, most) : shortened(text, node, least);
  return varied(extreme, node);
}

/** Texts as long as this one, which differ from it in a few characters. */
const varied = (text: string, node: Schema): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat({ max: Math.max(0, text.length - 1) }), fc.constantFrom(...'abc123')), {
      minLength: 4,
      maxLength: 8,
    })
    .map(edits =>
      edits.reduce((from, [at, letter]) => {
        const next = from.slice(0, at) + letter + from.slice(at + 1);
        return isFit(next, node) ? next : from;
      }, text),
    );
