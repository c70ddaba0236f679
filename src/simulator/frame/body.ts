/**
 * Reading request bodies: JSON text to a checked object, and typed access to its fields with ARM's own refusals. A body
 * that does not fit is the client's fault, always 400. Knows no resource type.
 */
import { gatewayError, invalidContent, locationRequired } from './errors.ts';
import { isRegion } from './regions.ts';
import type { Json, Verb } from './resource-type.ts';

/** Top-level members of ARM's resource definition; any other is refused, as the gateway does. */
const members = new Set(
  'id name type location tags kind etag sku plan identity managedBy zones extendedLocation systemData properties'
    .split(' ')
    .map(member => member.toLowerCase()),
);

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What a verb brings: a resource definition with PUT and PATCH, any object or nothing with POST, nothing otherwise.
 * Throws ArmError 415 for another media type, 400 for what cannot be read.
 */
export function bodyOf(verb: Verb, text: string, mediaType: string | null): Json {
  if (verb === 'GET' || verb === 'DELETE') return {};
  if (text !== '' && mediaType !== null && !/^\s*[\w.+-]+\/([\w.-]+\+)?json\s*(;|$)/i.test(mediaType)) {
    throw gatewayError(
      415,
      'UnsupportedMediaType',
      `The content media type '${mediaType.split(';')[0]}' is not supported. Only 'application/json' is supported.`,
    );
  }
  return verb === 'POST' ? parseActionBody(text) : parseBody(text);
}

/** An action's body: any JSON object, or nothing at all. Throws ArmError 400 InvalidRequestContent. */
const parseActionBody = (text: string): Json => (text.trim() === '' ? {} : parseObject(text));

function parseObject(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const error = invalidContent(
      text.trim() === ''
        ? 'The request body is required'
        : `Unexpected character encountered while parsing value: ${text.trim().slice(0, 1)}. Path '', line 1, position 1.`,
    );
    error.cause = cause;
    throw error;
  }
  if (!isObject(value)) {
    throw invalidContent("Error converting value to type 'ResourceDefinition'. Path '', line 1, position 1.");
  }
  return value;
}

/** Throws ArmError 400 InvalidRequestContent for anything but one JSON object with ARM's top-level members. */
export function parseBody(text: string): Json {
  const value = parseObject(text);
  for (const member of Object.keys(value)) {
    if (!members.has(member.toLowerCase())) {
      throw invalidContent(
        `Could not find member '${member}' on object of type 'ResourceDefinition'. Path '${member}', line 1, position 1.`,
      );
    }
  }
  return value;
}

const wrongType = (path: string, wanted: string): Error =>
  invalidContent(`Error converting value at path '${path}': expected ${wanted}`);

/** An object at `key`, or an empty one when it is absent or null. */
export function objectAt(parent: Json, key: string): Json {
  const value = parent[key];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw wrongType(key, 'an object');
  return value;
}

export function stringAt(parent: Json, key: string): string | undefined {
  const value = parent[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongType(key, 'a string');
  return value;
}

export function numberAt(parent: Json, key: string): number | undefined {
  const value = parent[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw wrongType(key, 'a number');
  return value;
}

/** The objects of a list at `key`; an empty list when it is absent or null. */
export function objectsAt(parent: Json, key: string): readonly Json[] {
  const value = parent[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject)) throw wrongType(key, 'a list of objects');
  return value;
}

export function stringsAt(parent: Json, key: string): readonly string[] {
  const value = parent[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(item => typeof item === 'string'))
    throw wrongType(key, 'a list of strings');
  return value;
}

/** At most 50 tags, names up to 512 and values up to 256 characters; undefined when the body has none. */
export function tagsOf(body: Json): Readonly<Record<string, string>> | undefined {
  if (body.tags === undefined || body.tags === null) return undefined;
  const tags = objectAt(body, 'tags');
  const entries = Object.entries(tags);
  if (entries.length > 50) {
    throw gatewayError(400, 'TooManyTags', `The resource has '${entries.length}' tags, but only 50 tags are allowed.`);
  }
  for (const [name, value] of entries) {
    if (typeof value !== 'string') throw wrongType(`tags.${name}`, 'a string');
    if (name.length > 512 || value.length > 256) {
      throw gatewayError(400, 'InvalidTagNameOrValue', `The tag '${name.slice(0, 64)}' is too long.`);
    }
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/** The region asked for, in its short form (`Japan East` is `japaneast`). Throws for none and for an unknown one. */
export function locationOf(body: Json, type: string): string {
  const asked = stringAt(body, 'location');
  if (asked === undefined || asked === '') throw locationRequired();
  const location = asked.replaceAll(' ', '').toLowerCase();
  if (!isRegion(location)) {
    throw gatewayError(
      400,
      'LocationNotAvailableForResourceType',
      `The provided location '${asked}' is not available for resource type '${type}'.`,
    );
  }
  return location;
}
