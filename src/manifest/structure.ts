/**
 * Structural validation and defaulting by the CRD's schema, in the API server's order and nearly its words: nulls are
 * taken out, defaults filled in, then every value is compared with its schema. Values only; the CEL rules are in rules.ts.
 * Source: Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions" (defaulting, nullable, unknown fields).
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type CrdSchema, fieldOf, isMap, placesIn } from './crd-schema.ts';

export interface Structure {
  /** With its defaults. */
  readonly value: unknown;
  /** Each names its field. */
  readonly problems: readonly string[];
  /** The value is so wrong that rules about it would fail for that alone. */
  readonly blocksRules: boolean;
}

/** Which findings keep the API server from evaluating rules (apiextensions-apiserver, `hasBlockingErr`). */
const BLOCKING = new Set([
  'required',
  'additionalProperties',
  'type',
  'maxLength',
  'maxItems',
  'maxProperties',
  'enum',
]);
const FORMATS = { int32: true, int64: true, double: true, 'date-time': true } as const;

/** Checks a value and fills in its defaults; the value that is given stays as it is. */
export function checkStructure(schema: CrdSchema, given: unknown): Structure {
  const value = withoutNulls(given);
  const validate = validators.get(schema) ?? compile(schema);
  validators.set(schema, validate);
  validate(value);
  const errors = validate.errors ?? [];
  const problems = [...errors.map(problemOf), ...duplicates(schema, value)];
  return { value, problems, blocksRules: errors.some(error => BLOCKING.has(error.keyword)) };
}

/** To compile a schema takes far longer than to check a value. */
const validators = new WeakMap<CrdSchema, ValidateFunction>();

function compile(schema: CrdSchema): ValidateFunction {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, strict: false, formats: FORMATS });
  return ajv.compile(closed(schema));
}

/** A field without a value in YAML is one that is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(kept.map(([name, child]) => [name, withoutNulls(child)]));
}

/** The same schema, with every object that lists its fields closed to others: kubectl refuses unknown fields. */
function closed(schema: CrdSchema): object {
  const { properties, items, additionalProperties: values } = schema;
  const named = properties && Object.entries(properties).map(([name, child]) => [name, closed(child)]);
  return {
    ...schema,
    ...(named ? { properties: Object.fromEntries(named), additionalProperties: false } : {}),
    ...(items ? { items: closed(items) } : {}),
    ...(values ? { additionalProperties: closed(values) } : {}),
  };
}

function pathOf({ instancePath }: ErrorObject): string {
  const keys = instancePath.split('/').slice(1);
  return keys
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : fieldOf(path, key)), '');
}

function problemOf(error: ErrorObject): string {
  const path = pathOf(error);
  const { keyword, params, data, parentSchema = {} } = error;
  const limit = String(params.limit);
  const shown = `it is ${shownValue(data)}`;
  switch (keyword) {
    case 'required':
      return `${fieldOf(path, String(params.missingProperty))}: Required value`;
    case 'additionalProperties': {
      const known = Object.keys(parentSchema.properties ?? {}).join(', ');
      return `unknown field "${fieldOf(path, String(params.additionalProperty))}"; known here: ${known}`;
    }
    case 'type':
      return `${path} in body must be of type ${String(params.type)}: ${shown}`;
    case 'enum': {
      const choices = (params.allowedValues as readonly unknown[]).map(shownValue).join(', ');
      return `${path}: Unsupported value: ${shownValue(data)}: supported values: ${choices}`;
    }
    case 'pattern':
      return `${path} in body should match '${String(params.pattern)}': ${shown}`;
    case 'minLength':
      return `${path} in body should be at least ${limit} chars long: ${shown}`;
    case 'maxLength':
      return `${path}: Too long: may not be more than ${limit} bytes`;
    case 'minItems':
      return `${path} in body should have at least ${limit} items`;
    case 'maxItems':
    case 'maxProperties':
      return `${path}: Too many: must have at most ${limit} items`;
    case 'minimum':
      return `${path} in body should be greater than or equal to ${limit}: ${shown}`;
    case 'maximum':
      return `${path} in body should be less than or equal to ${limit}: ${shown}`;
    default:
      return `${path} ${error.message ?? keyword}: ${shown}`;
  }
}

/** Lists and maps by their kind: their text would fill the screen. */
const shownValue = (value: unknown): string =>
  Array.isArray(value) ? 'a list' : isMap(value) ? 'a map' : JSON.stringify(value);

/** Two items of a list with the same key, and two equal ones of a set. */
function duplicates(schema: CrdSchema, value: unknown): readonly string[] {
  return placesIn({ path: '', schema, value }).flatMap(place => {
    if (!Array.isArray(place.value)) return [];
    const items = place.value.map(item => JSON.stringify(identityIn(place.schema, item)));
    return items.flatMap((item, index) =>
      item !== undefined && items.indexOf(item) < index ? [`${place.path}[${index}]: Duplicate value: ${item}`] : [],
    );
  });
}

/** What no other item of the list may have too; `undefined` where items may be alike. */
function identityIn(schema: CrdSchema, item: unknown): unknown {
  if (schema['x-kubernetes-list-type'] === 'set') return item;
  const keys = schema['x-kubernetes-list-map-keys'];
  return keys && Object.fromEntries(keys.map(key => [key, isMap(item) ? item[key] : undefined]));
}
