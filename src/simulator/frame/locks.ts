/**
 * Management locks: what a lock on a scope forbids there and below it (Lock your Azure resources to protect your
 * infrastructure, Microsoft Learn). A lock below what is to be deleted counts too, since its own resource would go.
 */
import type { World } from '../world.ts';
import { type ArmError, gatewayError } from './errors.ts';
import { isWithin } from './permissions.ts';
import type { Verb } from './resource-type.ts';

const operationOf = (verb: Verb): 'delete' | 'write' | undefined => {
  if (verb === 'GET') return undefined;
  return verb === 'DELETE' ? 'delete' : 'write';
};

const scopeLocked = (scope: string, operation: string, locked: readonly string[]): ArmError =>
  gatewayError(
    409,
    'ScopeLocked',
    `The scope '${scope}' cannot perform ${operation} operation because following scope(s) are locked: '${locked.join(',')}'. Please remove the lock and try again.`,
  );

/** Throws ArmError 409 ScopeLocked. */
export function checkLocks(world: World, verb: Verb, scope: string): void {
  const operation = operationOf(verb);
  if (operation === undefined || world.locks.size === 0) return;
  const hit = world.locks.all().filter(lock => {
    if (isWithin(scope, lock.scope)) return operation === 'delete' || lock.level === 'ReadOnly';
    return operation === 'delete' && isWithin(lock.scope, scope);
  });
  if (hit.length > 0) {
    throw scopeLocked(
      scope,
      operation,
      hit.map(lock => lock.scope),
    );
  }
}
