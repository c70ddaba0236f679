/**
 * From an address to a handler: which type it names, whether the type has the api-version, and what it does for the verb.
 * Azure Resource Manager's refusals for addresses that lead nowhere. Knows types only through the registry that it is
 * given.
 */
import { gatewayError, missingApiVersion } from './errors.ts';
import { type ArmPath, parseArmPath } from './path.ts';
import { regionNames } from './regions.ts';
import type { Handler, ResourceType, Verb } from './resource-type.ts';

export interface Route {
  readonly path: ArmPath;
  readonly type: ResourceType;
  /** Lower case. */
  readonly apiVersion: string;
  readonly handler: Handler;
  /** Whether the address names a collection and the verb reads it. */
  readonly isList: boolean;
}

const verbs = new Set<string>(['GET', 'PUT', 'PATCH', 'DELETE', 'POST'] satisfies Verb[]);

/** HEAD asks as GET does; only its answer differs. Undefined for a verb that the resource manager does not have. */
export const verbOf = (method: string): Verb | undefined => {
  const verb = method === 'HEAD' ? 'GET' : method;
  return verbs.has(verb) ? (verb as Verb) : undefined;
};

export function findType(path: ArmPath, types: readonly ResourceType[]): ResourceType {
  const namespace = path.namespace.toLowerCase();
  const known = types.filter(type => type.namespace.toLowerCase() === namespace);
  if (known.length === 0) {
    throw gatewayError(404, 'InvalidResourceNamespace', `The resource namespace '${path.namespace}' is invalid.`);
  }
  const name = path.types.join('/').toLowerCase();
  const type = known.find(candidate => candidate.name.toLowerCase() === name);
  if (type !== undefined) return type;
  throw gatewayError(
    404,
    'InvalidResourceType',
    `The resource type '${path.types.join('/')}' could not be found in the namespace '${path.namespace}'.`,
  );
}

const isVersion = (text: string): boolean => /^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/i.test(text);

/** Types that the resource manager itself has, and whatever is no api-version at all, get its own refusal. */
const invalidVersion = (asked: string, versions: readonly string[]) =>
  gatewayError(
    400,
    'InvalidApiVersionParameter',
    `The api-version '${asked}' is invalid. The supported versions are '${versions.toReversed().join(',')}'.`,
  );

/** `location` is the one in the body: with it the refusal is about providers, without it about types. */
export function checkApiVersion(type: ResourceType, asked: string, location: unknown): void {
  if (type.apiVersions.some(version => version === asked.toLowerCase())) return;
  if (type.namespace === 'Microsoft.Resources' || !isVersion(asked)) throw invalidVersion(asked, type.apiVersions);
  const supported = type.apiVersions.toReversed().join(', ');
  if (typeof location === 'string') {
    throw gatewayError(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for location '${location}' and API version '${asked}' for type '${type.name}'. The supported api-versions are '${supported}'. The supported locations are '${regionNames.join(', ')}'.`,
    );
  }
  throw gatewayError(
    404,
    'InvalidResourceType',
    `The resource type '${type.name}' could not be found in the namespace '${type.namespace}' for api version '${asked}'. The supported api-versions are '${supported}'.`,
  );
}

const levelOf = (path: ArmPath): NonNullable<ResourceType['level']> => {
  if (path.extendedId !== undefined) return 'extension';
  if (path.subscriptionId === '') return 'tenant';
  return path.resourceGroup === undefined ? 'subscription' : 'group';
};

function isReachable(type: ResourceType, path: ArmPath, isItem: boolean): boolean {
  const level = type.level ?? 'group';
  const here = levelOf(path);
  if (level === here || level === 'any' || type.namespace === 'Microsoft.Resources') return true;
  const inSubscription = here === 'subscription' || here === 'group';
  if (level === 'both') return inSubscription;
  return !isItem && inSubscription && level !== 'tenant' && level !== 'extension';
}

function handlerOf(type: ResourceType, path: ArmPath, verb: Verb): Pick<Route, 'handler' | 'isList'> {
  const isItem = path.names.length === path.types.length;
  const collection: Partial<Record<Verb, Handler | undefined>> = { GET: type.list, POST: type.action };
  const handler = isItem ? type.item?.[verb] : collection[verb];
  if (handler !== undefined && isReachable(type, path, isItem)) return { handler, isList: !isItem && verb === 'GET' };
  throw gatewayError(
    405,
    'HttpMethodNotSupported',
    `The HTTP method '${verb}' is not supported for the resource type '${type.namespace}/${type.name}' at this path.`,
  );
}

/** Throws ArmError for a path that is none, and for a call without an api-version. */
export function pathOf(url: URL): ArmPath {
  if ((url.searchParams.get('api-version') ?? '') === '') throw missingApiVersion();
  const path = parseArmPath(url.pathname);
  if (path === undefined) throw gatewayError(404, 'InvalidRequestUri', `There is nothing at '${url.pathname}'.`);
  return path;
}

/** Where a call goes. Throws ArmError when it leads nowhere; the api-version is checked by `checkApiVersion`. */
export function route(path: ArmPath, url: URL, verb: Verb, types: readonly ResourceType[]): Route {
  const type = findType(path, types);
  const apiVersion = (url.searchParams.get('api-version') ?? '').toLowerCase();
  return { path, type, apiVersion, ...handlerOf(type, path, verb) };
}
