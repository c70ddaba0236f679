/**
 * Puts the part of a seed that says who may do what into a world. Used by plant.ts.
 */
import { createHash } from 'node:crypto';
import { findRole } from './frame/roles.ts';
import type { Seed } from './seed.ts';
import type { World } from './world.ts';

const subscriptionOf = (seed: Seed): string => `/subscriptions/${seed.subscriptionId}`;

/** A seed's scope as an ARM id. */
function scopeId(seed: Seed, scope = '/'): string {
  const trimmed = scope.replace(/\/+$/, '');
  return /^\/subscriptions\//i.test(scope) ? trimmed : `${subscriptionOf(seed)}${trimmed}`;
}

/** The same name again for the same text, in the form that Azure gives to assignments made in the portal. */
const nameFor = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

export function plantAccess(world: World, seed: Seed): void {
  const providers = `${subscriptionOf(seed)}/providers/Microsoft.Authorization`;
  const nowMs = world.clock.now();
  seed.roleAssignments?.forEach((each, index) => {
    const role = findRole(each.role ?? '');
    world.roleAssignments.put({
      id: `${providers}/roleAssignments/${nameFor(`${index} ${each.principal}`)}`,
      clientId: each.principal,
      scope: scopeId(seed, each.scope),
      roleName: each.role ?? 'Custom role',
      actions: each.actions ?? role?.actions ?? [],
      notActions: each.notActions ?? role?.notActions ?? [],
    });
  });
  for (const { name, scope, level, notes } of seed.locks ?? []) {
    const locked = scopeId(seed, scope);
    const id = `${locked}/providers/Microsoft.Authorization/locks/${name}`;
    const lock = { id, name, scope: locked, level, createdBy: 'seed', createdAtMs: nowMs };
    world.locks.put(notes === undefined ? lock : { ...lock, notes });
  }
  for (const { displayName, scope, resourceType, condition } of seed.policyDenials ?? []) {
    const name = nameFor(displayName);
    world.policyDenials.put({
      id: `${scopeId(seed, scope)}/providers/Microsoft.Authorization/policyAssignments/${name}`,
      definitionId: `${providers}/policyDefinitions/${name}`,
      displayName,
      scope: scopeId(seed, scope),
      resourceType,
      ...(condition === undefined ? {} : { condition }),
    });
  }
  for (const namespace of seed.unregisteredProviders ?? []) {
    world.registrations.put({ id: namespace, state: 'NotRegistered' });
  }
}
