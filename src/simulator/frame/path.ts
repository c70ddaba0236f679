/**
 * Reading an ARM path: `[/subscriptions/{id}[/resourceGroups/{name}]]/providers/{namespace}/{type}/{name}...`, the last
 * part again after a resource for what extends it. Keywords and types in any letter case; names keep the case in which
 * they were asked. Knows no resource type.
 */
import { gatewayError } from './errors.ts';

export interface ArmPath {
  /** As asked; empty at the tenant's level. */
  readonly subscriptionId: string;
  /** As asked; undefined at subscription level. */
  readonly resourceGroup: string | undefined;
  /** As asked, e.g. `microsoft.insights`. */
  readonly namespace: string;
  /** As asked, e.g. `['privateLinkScopes', 'scopedResources']`. */
  readonly types: readonly string[];
  /** As asked; one fewer than the types when the path names a collection. */
  readonly names: readonly string[];
  /** ARM id, as asked, of the resource that this one extends. */
  readonly extendedId?: string;
}

const resources = 'Microsoft.Resources';

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    const error = gatewayError(400, 'InvalidRequestUri', `The request URI segment '${segment}' is not valid.`);
    error.cause = cause;
    throw error;
  }
}

const every2nd = (segments: readonly string[], from: 0 | 1): string[] =>
  segments.filter((_segment, index) => index % 2 === from);

interface Level {
  readonly subscriptionId: string;
  readonly resourceGroup: string | undefined;
}

/** Collections of Microsoft.Resources whose address has no `providers/{namespace}`. */
const plainTypes: ReadonlyMap<string, string> = new Map(
  ['resources', 'locations', 'operationResults'].map(type => [type.toLowerCase(), type]),
);

/** `providers`, `providers/{namespace}` and `providers/{namespace}/register`, and the plain types. */
function inResources(level: Level, rest: readonly string[]): ArmPath | undefined {
  const [keyword = '', name, action, ...more] = rest;
  const path = { ...level, namespace: resources };
  const names = name === undefined ? [] : [name];
  if (keyword.toLowerCase() === 'providers' && more.length === 0) {
    if (action === undefined) return { ...path, types: ['providers'], names };
    return /^(un)?register$/i.test(action) ? { ...path, types: ['providers', action.toLowerCase()], names } : undefined;
  }
  const type = plainTypes.get(keyword.toLowerCase());
  return type === undefined || action !== undefined ? undefined : { ...path, types: [type], names };
}

/** What comes after the level: `providers/{namespace}/{type}...`, once, or again for an extension. */
function inProviders(level: Level, before: readonly string[], rest: readonly string[]): ArmPath | undefined {
  const last = rest.findLastIndex(segment => segment.toLowerCase() === 'providers');
  // A resource may be called `providers`; only where a keyword can stand is it one.
  const extending = last > 3 && last % 2 === 0;
  const [keyword, namespace, ...pairs] = extending ? rest.slice(last) : rest;
  if (keyword?.toLowerCase() !== 'providers' || namespace === undefined || pairs.length === 0) return undefined;
  const path = { ...level, namespace, types: every2nd(pairs, 0), names: every2nd(pairs, 1) };
  return extending ? { ...path, extendedId: `/${[...before, ...rest.slice(0, last)].join('/')}` } : path;
}

/** Undefined when the path is not one of ARM's at all. Throws ArmError 400 for a broken percent-encoding. */
export function parseArmPath(path: string): ArmPath | undefined {
  const segments = path
    .split('/')
    .filter(segment => segment !== '')
    .map(decode);
  const atTenant = { subscriptionId: '', resourceGroup: undefined };
  const keyword = segments[0]?.toLowerCase();
  if (keyword === 'providers') return inResources(atTenant, segments) ?? inProviders(atTenant, [], segments);
  if (segments.length === 1 && (keyword === 'tenants' || keyword === 'subscriptions')) {
    return { ...atTenant, namespace: resources, types: [keyword], names: [] };
  }
  if (keyword !== 'subscriptions' || segments[1] === undefined) return undefined;
  const subscriptionId = segments[1];
  const inGroup = segments[2]?.toLowerCase() === 'resourcegroups';
  const resourceGroup = inGroup ? segments[3] : undefined;
  const start = inGroup ? 4 : 2;
  const rest = segments.slice(start);
  const level = { subscriptionId, resourceGroup };
  if (rest.length === 0 && inGroup) {
    const names = resourceGroup === undefined ? [] : [resourceGroup];
    return { ...level, namespace: resources, types: ['resourceGroups'], names };
  }
  if (rest.length === 0) return { ...level, namespace: resources, types: ['subscriptions'], names: [subscriptionId] };
  return inResources(level, rest) ?? inProviders(level, segments.slice(0, start), rest);
}

/** Namespace, types and names as they were asked, as error messages name a resource. */
export function askedResource(path: ArmPath): string {
  const pairs = path.types.flatMap((type, index) => [type, ...path.names.slice(index, index + 1)]);
  return [path.namespace, ...pairs].join('/');
}
