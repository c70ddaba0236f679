/**
 * Reading parts of a YAML document: each reports what is wrong with its path and goes on with a stand-in. src/config
 * only.
 */
import { parse } from 'yaml';
import type { Report } from './problems.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A DNS label, as Kubernetes takes it for a namespace. */
export const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** A DNS subdomain, as Kubernetes takes it for a ConfigMap. */
export const SUBDOMAIN = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** What the operator's configuration file may hold, each read by a module of its own. */
export const ROOT_FIELDS = ['targets', 'globalIdentity'] as const;

/** `undefined` when it is not YAML; an alias that leads nowhere shows only when the document becomes data. */
export function parseYaml(text: string, report: Report): { readonly value: unknown } | undefined {
  try {
    // What it only warns of, it would print by itself.
    return { value: parse(text, { logLevel: 'error' }) };
  } catch (thrown) {
    report(thrown instanceof Error ? thrown.message : String(thrown));
    return undefined;
  }
}

/** A map with no other fields than these; empty when it is none. */
export function fields(value: unknown, path: string, known: readonly string[], report: Report): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report(`${path || 'the file'} is ${shown(value)}: it must be a map with ${known.join(', ')}`);
    return {};
  }
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue;
    report(`${path === '' ? field : `${path}.${field}`} is not a field here: there are ${known.join(', ')}`);
  }
  return value as Fields;
}

/** A list; empty when it is none. */
export function list(value: unknown, path: string, report: Report): readonly unknown[] {
  if (Array.isArray(value)) return value;
  report(`${path} is ${shown(value)}: it must be a list`);
  return [];
}

/** A Kubernetes name of that form; empty when it is none. */
export function name(value: unknown, path: string, pattern: RegExp, report: Report): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  report(`${path} is ${shown(value)}: it must be a Kubernetes name (lower-case letters, digits, hyphens)`);
  return '';
}

/** A value as a message shows it. */
export const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value));

/** A whole number of that range; the default when it is missing or none. */
export function whole(
  value: unknown,
  path: string,
  { from, to, otherwise }: { readonly from: number; readonly to: number; readonly otherwise: number },
  report: Report,
): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
  report(`${path} is ${shown(value)}: it must be a whole number from ${from} to ${to}`);
  return otherwise;
}

/** A list of words of that form; each other one is reported with what it should be. */
export function words(
  value: unknown,
  path: string,
  { isWord, meaning }: { readonly isWord: (text: string) => boolean; readonly meaning: string },
  report: Report,
): readonly string[] {
  return list(value, path, report).flatMap((item, index) => {
    if (typeof item === 'string' && isWord(item)) return [item];
    report(`${path}[${index}] is ${shown(item)}: it must be ${meaning}`);
    return [];
  });
}
