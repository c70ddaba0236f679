/**
 * The CRD's CEL rules, evaluated as the API server does when an object is created: a rule's own message, or what its
 * message expression gives. Rules about a change (`oldSelf`) have nothing to say then. Source: Kubernetes, "CEL
 * validation rules" (transition rules, messageExpression); Common Expression Language specification.
 */
import { Environment } from '@marcbachmann/cel-js';
import { type CrdRule, type CrdSchema, childrenOf, isMap, type Place, placesIn } from './crd-schema.ts';

/** The messages of the rules that do not hold, parents first. */
export function brokenRules(schema: CrdSchema, value: unknown): readonly string[] {
  return placesIn({ path: '', schema, value }).flatMap(place =>
    (place.schema['x-kubernetes-validations'] ?? [])
      .filter(({ rule }) => !/\boldSelf\b/.test(rule))
      .flatMap(rule => judge(rule, place)),
  );
}

const cel = new Environment()
  .registerVariable('self', 'dyn')
  .registerFunction('string.matchesAnyCase(string): bool', (text: string, pattern: string) =>
    new RegExp(pattern, 'i').test(text),
  );

/** RE2 lets a pattern say that letter case does not matter; in JavaScript that is said beside the pattern. */
const translate = (expression: string): string => expression.replaceAll(".matches('(?i)", ".matchesAnyCase('");

function judge({ rule, message, messageExpression }: CrdRule, place: Place): readonly string[] {
  const self = celValue(place);
  const evaluate = (expression: string): unknown => cel.evaluate(translate(expression), { self });
  if (evaluate(rule) === true) return [];
  return [messageExpression === undefined ? message : String(evaluate(messageExpression))];
}

/** The value as CEL sees it: what the schema calls an integer is one. */
function celValue(place: Place): unknown {
  const { value, schema } = place;
  if (typeof value === 'number') return schema.type === 'integer' ? BigInt(value) : value;
  if (Array.isArray(value)) return childrenOf(place).map(celValue);
  if (!isMap(value)) return value;
  const children = new Map(childrenOf(place).map(child => [child.path, child]));
  const prefix = place.path === '' ? '' : `${place.path}.`;
  return Object.fromEntries(
    Object.entries(value).map(([name, raw]) => {
      const child = children.get(`${prefix}${name}`);
      return [name, child === undefined ? raw : celValue(child)];
    }),
  );
}
