/**
 * What may stand in the way of a write before the provider is asked: a subscription that is read only, a provider that is
 * not registered, a group that is going, a lock, a policy, rights on other resources. The order is the resource
 * manager's as far as anybody can see it from outside: who is not allowed learns of nothing else.
 */
import type { Caller } from '../entra/principals.ts';
import type { World } from '../world.ts';
import { actionOf, scopeOf } from './authorization.ts';
import { ArmError, gatewayError } from './errors.ts';
import { checkLinkedAccess } from './linked-access.ts';
import { checkLocks } from './locks.ts';
import type { ArmPath } from './path.ts';
import { checkPolicies } from './policies.ts';
import type { Json, ResourceType, Verb } from './resource-type.ts';

export interface GuardedCall {
  readonly caller: Caller;
  readonly path: ArmPath;
  readonly type: ResourceType;
  readonly verb: Verb;
  readonly body: Json;
}

function checkSubscriptionState(world: World): void {
  if (world.subscription.state !== 'Disabled') return;
  throw gatewayError(
    409,
    'ReadOnlyDisabledSubscription',
    `The subscription '${world.subscriptionId}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`,
  );
}

function checkRegistration(world: World, { path }: GuardedCall): void {
  const state = world.registrations.get(path.namespace)?.state ?? 'Registered';
  if (state === 'Registered' || state === 'Registering') return;
  const [code, target] = ['MissingSubscriptionRegistration', path.namespace];
  const message = `The subscription is not registered to use namespace '${target}'. See https://aka.ms/rps-not-found for how to register subscriptions.`;
  throw new ArmError(409, { code, message, details: [{ code, target, message }] }, { 'x-ms-failure-cause': 'gateway' });
}

/** A group on its way out takes nothing in; what is in it may still be deleted. */
function checkGroupState(world: World, { path, verb }: GuardedCall): void {
  if (path.resourceGroup === undefined || verb === 'DELETE') return;
  const group = world.resourceGroups.get(`/subscriptions/${world.subscriptionId}/resourceGroups/${path.resourceGroup}`);
  if (group?.state !== 'Deleting') return;
  throw gatewayError(
    409,
    'ResourceGroupBeingDeleted',
    `The resource group '${group.name}' is in deprovisioning state and cannot perform this operation.`,
  );
}

/** Throws ArmError for the first of them that stands in the way. */
export function checkGuards(world: World, call: GuardedCall): void {
  const { caller, path, type, verb, body } = call;
  if (verb === 'GET' || path.subscriptionId === '') return;
  const scope = scopeOf(path);
  checkSubscriptionState(world);
  // A provider is registered, and a lock is lifted, by calls that these two must not hold up.
  const isManagement = /^Microsoft\.(Resources|Authorization)$/i.test(path.namespace);
  if (!isManagement) checkRegistration(world, call);
  checkGroupState(world, call);
  if (path.namespace.toLowerCase() !== 'microsoft.authorization') checkLocks(world, verb, scope);
  if (verb !== 'PUT' && verb !== 'PATCH') return;
  const action = actionOf(type, verb, path);
  checkPolicies(world, { scope, name: path.names.at(-1) ?? '', resourceType: action.replace(/\/write$/, ''), body });
  if (verb === 'PUT') checkLinkedAccess(world, caller, { type: `${type.namespace}/${type.name}`, body, action, scope });
}
