/**
 * The type data of bicep-types-az as JSON Schema, in three readings: what a PUT may send (nothing read-only, nothing
 * unknown, everything required), what a PATCH may (nothing is required), what an answer may show (nothing write-only).
 * Knows the format of the data, no resource type. Flags of a property: 1 required, 2 read-only, 4 write-only.
 */

export type Mode = 'put' | 'patch' | 'response';

interface Reference {
  readonly $ref: string;
}

interface Property {
  readonly type: Reference;
  readonly flags: number;
}

type Properties = Readonly<Record<string, Property>>;

/** One entry of `types.json`; which members it has depends on `$type`. */
export interface BicepType {
  readonly $type: string;
  readonly name?: string;
  readonly body?: Reference;
  readonly properties?: Properties;
  readonly additionalProperties?: Reference;
  readonly itemType?: Reference;
  readonly elements?: readonly Reference[] | Readonly<Record<string, Reference>>;
  readonly baseProperties?: Properties;
  readonly discriminator?: string;
  readonly value?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly resourceType?: string;
  readonly output?: Reference;
}

export type Schema = Readonly<Record<string, unknown>>;

const indexOf = ({ $ref }: Reference): number => Number($ref.slice('#/'.length));

/** What the resource's own level has in the data and not on the wire, or not in every body. */
const envelope = new Set(['id', 'name', 'type', 'apiVersion']);

/** Which properties may not be there. */
const forbiddenFlag = { put: 2, patch: 2, response: 4 } as const;

const bounds = (type: BicepType): Schema => {
  const { pattern, minLength, maxLength, minValue: minimum, maxValue: maximum } = type;
  const all = { pattern, minLength, maxLength, minimum, maximum };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};

const ref = (reference: Reference): Schema => ({ $ref: `#/$defs/${indexOf(reference)}` });

/** `false` as a schema is met by no value: ajv then says that the property must not be there. */
function propertySchemas(properties: Properties, mode: Mode): Readonly<Record<string, Schema | false>> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, { type, flags }]) => [
      name,
      (flags & forbiddenFlag[mode]) === 0 ? ref(type) : false,
    ]),
  );
}

const requiredNames = (properties: Properties, mode: Mode): readonly string[] =>
  mode === 'patch'
    ? []
    : Object.entries(properties)
        .filter(([, { flags }]) => (flags & 1) !== 0 && (flags & forbiddenFlag[mode]) === 0)
        .map(([name]) => name);

function objectSchema(properties: Properties, mode: Mode, additional: Schema | false): Schema {
  return {
    type: 'object',
    properties: propertySchemas(properties, mode),
    required: requiredNames(properties, mode),
    additionalProperties: additional,
  };
}

/** One of several objects, told apart by a literal: the common properties hold for each. */
function discriminated(type: BicepType, types: readonly BicepType[], mode: Mode): Schema {
  const { baseProperties = {}, elements = {} } = type;
  const each = Object.values(elements).map(reference => {
    const element = types[indexOf(reference)];
    return objectSchema({ ...baseProperties, ...element?.properties }, mode, false);
  });
  return { anyOf: each };
}

/** An open union (a text that has well-known values) is a text: the values are a hint, as in the swagger. */
function union(type: BicepType, types: readonly BicepType[]): Schema {
  const elements = Object.values(type.elements ?? {});
  const open = elements.find(element => types[indexOf(element)]?.$type === 'StringType');
  return open === undefined ? { anyOf: elements.map(ref) } : ref(open);
}

function schemaOf(type: BicepType, types: readonly BicepType[], mode: Mode): Schema {
  switch (type.$type) {
    case 'StringType':
      return { type: 'string', ...bounds(type) };
    case 'IntegerType':
      return { type: 'integer', ...bounds(type) };
    case 'BooleanType':
      return { type: 'boolean' };
    case 'StringLiteralType':
      return { const: type.value };
    case 'ArrayType':
      return { type: 'array', items: type.itemType === undefined ? {} : ref(type.itemType), ...itemBounds(type) };
    case 'UnionType':
      return union(type, types);
    case 'DiscriminatedObjectType':
      return discriminated(type, types, mode);
    case 'ObjectType': {
      const more = type.additionalProperties === undefined ? false : ref(type.additionalProperties);
      return objectSchema(type.properties ?? {}, mode, more);
    }
    default:
      return {};
  }
}

const itemBounds = ({ minLength, maxLength }: BicepType): Schema => ({
  ...(minLength === undefined ? {} : { minItems: minLength }),
  ...(maxLength === undefined ? {} : { maxItems: maxLength }),
});

/**
 * Every type of a file as `$defs`, by its index. One document a mode, so that a big file is converted once for all its
 * resource types.
 */
export function definitions(types: readonly BicepType[], mode: Mode): Schema {
  return Object.fromEntries(types.map((type, index) => [String(index), schemaOf(type, types, mode)]));
}

/**
 * The body of a resource as it is on the wire: `id`, `name` and `type` are the envelope, which an answer has and a
 * request neither needs nor may fill with anything but texts. Undefined for a type that the file does not hold.
 */
export function resourceSchema(types: readonly BicepType[], resource: string, mode: Mode): Schema | undefined {
  const wanted = resource.toLowerCase();
  const entry = types.find(
    ({ $type, name }) => $type === 'ResourceType' && name?.split('@')[0]?.toLowerCase() === wanted,
  );
  const body = entry?.body === undefined ? undefined : types[indexOf(entry.body)];
  if (body?.properties === undefined) return undefined;
  const own = Object.fromEntries(Object.entries(body.properties).filter(([name]) => !envelope.has(name)));
  const { properties, required, ...rest } = objectSchema(own, mode, false);
  const text = { type: 'string' };
  // A PUT may repeat the name; `id` and `type` are the service's to say.
  const named = mode === 'response' ? { id: text, name: text, type: text } : { id: false, name: text, type: false };
  return { ...rest, properties: { ...(properties as Schema), ...named }, required };
}

/** What an action of a resource answers (`listKeys` and its like); undefined when the file has none of that name. */
export function actionSchema(types: readonly BicepType[], resource: string, action: string): Schema | undefined {
  const entry = types.find(
    ({ $type, name, resourceType }) =>
      $type === 'ResourceFunctionType' && name === action && resourceType?.toLowerCase() === resource.toLowerCase(),
  );
  return entry?.output === undefined ? undefined : ref(entry.output);
}
