/**
 * The `$filter` of lists of resources and groups: `eq` and `ne` on resourceType, name, location, resourceGroup, tagName
 * and tagValue, `substringof('part', name)`, `startswith(tagName, 'prefix')`, joined by `and` and `or` (Resources - List,
 * Azure REST API). Anything else is refused: a filter that is overlooked would look like a result.
 */
import { gatewayError } from '../frame/errors.ts';
import type { Json } from '../frame/resource-type.ts';

interface Clause {
  /** Lower case. */
  readonly property: string;
  readonly operator: 'eq' | 'ne' | 'substringof' | 'startswith';
  /** Lower case. */
  readonly value: string;
}

const comparison = /^(\w+)\s+(eq|ne)\s+'((?:[^']|'')*)'$/i;
const substring = /^substringof\(\s*'((?:[^']|'')*)'\s*,\s*(\w+)\s*\)$/i;
const prefix = /^startswith\(\s*(\w+)\s*,\s*'((?:[^']|'')*)'\s*\)$/i;
const properties = new Set(['resourcetype', 'name', 'location', 'resourcegroup', 'tagname', 'tagvalue']);

const invalid = (filter: string) =>
  gatewayError(400, 'InvalidFilterInQueryString', `Invalid $filter '${filter}' specified in the query string.`);

const unquote = (text: string): string => text.replaceAll("''", "'").toLowerCase();

function clauseOf(text: string, filter: string): Clause {
  const compared = comparison.exec(text);
  const contained = substring.exec(text);
  const started = prefix.exec(text);
  const clause: Clause | undefined =
    (compared && {
      property: compared[1] ?? '',
      operator: compared[2]?.toLowerCase() === 'ne' ? 'ne' : 'eq',
      value: compared[3] ?? '',
    }) ??
    (contained && { property: contained[2] ?? '', operator: 'substringof', value: contained[1] ?? '' }) ??
    (started && { property: started[1] ?? '', operator: 'startswith', value: started[2] ?? '' }) ??
    undefined;
  const property = clause?.property.toLowerCase() ?? '';
  if (clause === undefined || !properties.has(property)) throw invalid(filter);
  return { ...clause, property, value: unquote(clause.value) };
}

/** Splits at a word outside of quotes. */
function split(text: string, word: 'and' | 'or'): readonly string[] {
  const parts: string[] = [''];
  for (const [index, piece] of text.split("'").entries()) {
    const pieces = index % 2 === 1 ? [piece] : piece.split(new RegExp(`\\s+${word}\\s+`, 'i'));
    const [first = '', ...rest] = pieces;
    const last = parts.pop() ?? '';
    parts.push(index === 0 ? first : `${last}'${first}`, ...rest);
  }
  return parts.map(part => part.trim());
}

function propertyOf(resource: Json, name: string): string {
  const id = String(resource.id ?? '');
  if (name === 'resourcegroup') return /\/resourceGroups\/([^/]+)/i.exec(id)?.[1]?.toLowerCase() ?? '';
  return String(resource[name === 'resourcetype' ? 'type' : name] ?? '').toLowerCase();
}

function holds({ operator, value }: Clause, found: string): boolean {
  switch (operator) {
    case 'eq':
      return found === value;
    case 'ne':
      return found !== value;
    case 'substringof':
      return found.includes(value);
    case 'startswith':
      return found.startsWith(value);
  }
}

const isTagClause = ({ property }: Clause): boolean => property === 'tagname' || property === 'tagvalue';

/** Tag name and tag value in one conjunction speak of the same tag. */
function conjunction(clauses: readonly Clause[], resource: Json): boolean {
  const tagClauses = clauses.filter(isTagClause);
  const plain = clauses
    .filter(each => !isTagClause(each))
    .every(each => holds(each, propertyOf(resource, each.property)));
  if (!plain || tagClauses.length === 0) return plain;
  return Object.entries(resource.tags ?? {}).some(([name, value]) =>
    tagClauses.every(each => holds(each, (each.property === 'tagname' ? name : String(value)).toLowerCase())),
  );
}

const parsed = (filter: string): readonly (readonly Clause[])[] =>
  split(filter, 'or').map(part => split(part, 'and').map(text => clauseOf(text, filter)));

/** Whether a resource passes. Throws ArmError 400 InvalidFilterInQueryString. */
export function resourceFilter(filter: string | null): (resource: Json) => boolean {
  if (filter === null || filter.trim() === '') return () => true;
  const alternatives = parsed(filter);
  return resource => alternatives.some(clauses => conjunction(clauses, resource));
}

/** Whether a filter asks for tags: then the answer shows none. */
export const filtersByTag = (filter: string | null): boolean =>
  filter !== null && filter.trim() !== '' && parsed(filter).flat().some(isTagClause);
