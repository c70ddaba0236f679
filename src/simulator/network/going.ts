/**
 * What is being deleted takes nothing more: no write, and nothing that would stand on it or point to it. The types of the
 * network provider ask here before they write.
 */
import { networkError, notProvisioned } from '../frame/errors.ts';
import type { ArmCall } from '../frame/resource-type.ts';
import { networkOperationUrl } from '../operations.ts';
import type { Operation } from '../resources-operations.ts';
import type { World } from '../world.ts';

const deletionOf = (world: World, id: string): Operation | undefined =>
  world.operations
    .where('resource', id)
    .find(({ status, title }) => status === 'InProgress' && title.startsWith('Delete'));

/** The provider locks what it works on (recorded for endpoints). */
export function anotherOperation(call: ArmCall, operation: Operation): Error {
  const uri = networkOperationUrl(call.world, operation, call.apiVersion);
  return networkError(
    409,
    'AnotherOperationInProgress',
    `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${uri}.`,
  );
}

/** Throws ArmError 409 AnotherOperationInProgress while one of these is being deleted: they are what is written to. */
export function checkStays(call: ArmCall, ...ids: readonly string[]): void {
  for (const id of ids) {
    const deletion = deletionOf(call.world, id);
    if (deletion !== undefined) throw anotherOperation(call, deletion);
  }
}

/** Throws ArmError 409 ReferencedResourceNotProvisioned while what `by` refers to is being deleted. */
export function checkReferable(world: World, id: string, by: string): void {
  const deletion = deletionOf(world, id);
  if (deletion !== undefined) throw notProvisioned({ id, state: 'Deleting' }, by, deletion.title);
}
