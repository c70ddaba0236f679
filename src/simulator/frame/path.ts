/**
 * Reading an ARM path: `/subscriptions/{id}[/resourceGroups/{name}]/providers/{namespace}/{type}/{name}...`. Keywords and
 * types in any letter case; names keep the case in which they were asked. Knows no resource type.
 */
import { gatewayError } from './errors.ts';

export interface ArmPath {
  readonly subscriptionId: string;
  /** As asked; undefined at subscription level. */
  readonly resourceGroup: string | undefined;
  /** As asked, e.g. `microsoft.insights`. */
  readonly namespace: string;
  /** As asked, e.g. `['privateLinkScopes', 'scopedResources']`. */
  readonly types: readonly string[];
  /** As asked; one fewer than the types when the path names a collection. */
  readonly names: readonly string[];
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

/** Undefined when the path is not one of ARM's at all. Throws ArmError 400 for a broken percent-encoding. */
export function parseArmPath(path: string): ArmPath | undefined {
  const segments = path
    .split('/')
    .filter(segment => segment !== '')
    .map(decode);
  if (segments[0]?.toLowerCase() !== 'subscriptions' || segments[1] === undefined) return undefined;
  const subscriptionId = segments[1];
  const inGroup = segments[2]?.toLowerCase() === 'resourcegroups';
  const resourceGroup = inGroup ? segments[3] : undefined;
  const rest = segments.slice(inGroup ? 4 : 2);
  const level = { subscriptionId, resourceGroup, namespace: resources };
  if (rest.length === 0 && inGroup) {
    return { ...level, types: ['resourceGroups'], names: resourceGroup === undefined ? [] : [resourceGroup] };
  }
  if (rest.length === 0) return { ...level, types: ['subscriptions'], names: [subscriptionId] };
  const [keyword, namespace, ...pairs] = rest;
  if (keyword?.toLowerCase() !== 'providers' || namespace === undefined || pairs.length === 0) return undefined;
  return { ...level, namespace, types: every2nd(pairs, 0), names: every2nd(pairs, 1) };
}

/** Namespace, types and names as they were asked, as error messages name a resource. */
export function askedResource(path: ArmPath): string {
  const pairs = path.types.flatMap((type, index) => [type, ...path.names.slice(index, index + 1)]);
  return [path.namespace, ...pairs].join('/');
}
