/**
 * Reading JSON that Azure sent, without trusting its shape: absent and null are the same, a missing identity is an
 * error. The SDK's models are not used for reading: they drop fields they do not know and hide a PUT's first answer
 * (facts: azure-sdk 1.3, 1.7). src/azure only.
 */
import type { Tags } from '../domain/resources.ts';

/** An object as it came from the wire. */
export type Json = Readonly<Record<string, unknown>>;

/** Azure answered, and not with what its specification promises. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
}

const NOTHING: Json = {};

/** An object, and not a list. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of an object; none when it is anything else. */
export const members = (value: unknown): Json => (isObject(value) ? value : NOTHING);

/** The objects of an array; none when it is anything else. */
export const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** A string that is not empty. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The strings of an array; none when it is anything else. */
export const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];

/** A number that is one. */
export const numeric = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** `{name: value}`, or nothing when there is no value: for properties that must be absent, not undefined. */
export const optional = <N extends string, T>(name: N, value: T | undefined): { readonly [P in N]?: T } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [P in N]: T });

/** A string that must be there. Throws UnexpectedAnswerError. */
export function required(body: Json, name: string): string {
  const value = text(body[name]);
  if (value === undefined) throw new UnexpectedAnswerError(`the answer has no ${name}`);
  return value;
}

/**
 * A list of objects that must be there: what an odd answer does not show would count as gone. Throws
 * UnexpectedAnswerError.
 */
export function requiredList(body: Json, name: string): readonly Json[] {
  const value = body[name];
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw new UnexpectedAnswerError(`the answer has no list of ${name}`);
  }
  return value;
}

/** An answer that must be a JSON object. Throws UnexpectedAnswerError. */
export function objectOf(body: unknown): Json {
  if (!isObject(body)) throw new UnexpectedAnswerError('the answer is not a JSON object');
  return body;
}

/** What all resources share. A resource without provisioningState was made at once (ARM's RPC, "provisioningState"). */
export function resourceBase(body: Json): { id: string; name: string; provisioningState: string } {
  return {
    id: required(body, 'id'),
    name: required(body, 'name'),
    provisioningState: text(members(body.properties).provisioningState) ?? 'Succeeded',
  };
}

/** The tags of a resource; none when it has none. */
export const readTags = (body: Json): Tags =>
  Object.fromEntries(
    Object.entries(members(body.tags)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

/** Ours over those of a resource; tag names compare without case, and the spelling that Azure holds stays. */
export function mergeTags(body: Json, wanted: Tags): Tags {
  const found = readTags(body);
  const spelling = new Map(Object.keys(found).map(name => [name.toLowerCase(), name]));
  const ours = Object.entries(wanted).map(([name, value]) => [spelling.get(name.toLowerCase()) ?? name, value]);
  return { ...found, ...Object.fromEntries(ours) };
}

/** Without the named members, and without nulls: Azure prints `kind: null` and takes no `kind`. */
export const without = (body: Json, names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(body).filter(([name, value]) => value !== null && !names.includes(name)));

/** A name as DNS compares it. */
export const fqdnOf = (name: string): string => name.toLowerCase().replace(/\.$/, '');
