/**
 * What a call would do, and whether its caller may: the action and the scope of a path, and Azure Resource Manager's
 * refusal. The evaluation itself is in permissions.ts.
 */
import type { Caller } from '../entra/principals.ts';
import type { World } from '../world.ts';
import { type ArmError, gatewayError } from './errors.ts';
import type { ArmPath } from './path.ts';
import { assignmentsOf, isAllowed, isAllowedBelow } from './permissions.ts';
import type { ResourceType, Verb } from './resource-type.ts';

/** The last part of an action, for each verb. */
export const verbNames: Readonly<Record<Verb, string>> = {
  GET: 'read',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
  POST: 'action',
};

/** The operation of a role definition that the call is, e.g. `Microsoft.Insights/privateLinkScopes/write`. */
export const actionOf = (type: ResourceType, verb: Verb, path: ArmPath): string =>
  type.operation?.(verb, path) ?? `${type.namespace}/${type.name}/${verbNames[verb]}`;

const isSubscription = ({ namespace, types }: ArmPath): boolean =>
  namespace === 'Microsoft.Resources' && types.length === 1 && types[0] === 'subscriptions';

/** ARM id of the subscription or group of a path, or of the resource that it extends; empty at the tenant's level. */
function levelId(path: ArmPath): string {
  if (path.extendedId !== undefined) return path.extendedId;
  if (path.subscriptionId === '') return '';
  const subscription = `/subscriptions/${path.subscriptionId}`;
  return path.resourceGroup === undefined ? subscription : `${subscription}/resourceGroups/${path.resourceGroup}`;
}

/** ARM id, as asked, of the resource that the path names, or of what a collection lies in. */
export function scopeOf(path: ArmPath): string {
  const level = levelId(path);
  if (path.namespace === 'Microsoft.Resources' || path.names.length === 0) return level;
  const pairs = path.names.flatMap((name, index) => [path.types[index] ?? '', name]);
  return [level, 'providers', path.namespace, ...pairs].join('/');
}

const clientText = ({ clientId, objectId }: Caller): string => `The client '${clientId}' with object id '${objectId}'`;

const authorizationFailed = (caller: Caller, action: string, scope: string): ArmError =>
  gatewayError(
    403,
    'AuthorizationFailed',
    `${clientText(caller)} does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );

export const linkedAuthorizationFailed = (
  caller: Caller,
  own: { readonly action: string; readonly scope: string },
  linked: { readonly action: string; readonly scope: string },
): ArmError =>
  gatewayError(
    403,
    'LinkedAuthorizationFailed',
    `${clientText(caller)} has permission to perform action '${own.action}' on scope '${own.scope}'; however, it does not have permission to perform action(s) '${linked.action}' on the linked scope(s) '${linked.scope}' (respectively) or the linked scope(s) are invalid.`,
  );

/**
 * Throws ArmError 403 AuthorizationFailed. A list is allowed to whoever may see a part of it; what he may not see is taken
 * out later (lists.ts).
 */
export function authorize(
  world: World,
  caller: Caller,
  call: { readonly path: ArmPath; readonly type: ResourceType; readonly verb: Verb; readonly isList: boolean },
): void {
  const { path, type, verb, isList } = call;
  if (path.subscriptionId === '') return;
  // The subscription itself is seen by whoever has any right in it.
  if (isSubscription(path) && assignmentsOf(world, caller).some(({ actions }) => actions.length > 0)) return;
  const [action, scope] = [actionOf(type, verb, path), scopeOf(path)];
  if (isAllowed(world, caller, action, scope)) return;
  if (isList && isAllowedBelow(world, caller, action, scope)) return;
  throw authorizationFailed(caller, action, scope);
}
