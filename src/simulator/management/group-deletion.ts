/**
 * Deleting a resource group: everything in it is asked to go, again and again as one waits for the other, until nothing
 * is left or no more comes of it. Then the group goes, or stays and the operation says why
 * (ResourceGroupDeletionBlocked). The client follows `Location` (recorded in public test suites: 202 until done).
 */
import { ArmError, gatewayError } from '../frame/errors.ts';
import { isWithin } from '../frame/permissions.ts';
import { type ArmCall, type ArmReply, nameAt, type ResourceType } from '../frame/resource-type.ts';
import type { ResourceGroup } from '../resources.ts';
import type { Operation } from '../resources-operations.ts';
import type { World } from '../world.ts';
import { resourceVersions } from './api-versions.ts';
import { callOn, contentsOf } from './contents.ts';

/** After so many looks that found nothing gone the rest is given up. */
const patience = 8;

/** The name of the job that the real service puts, encoded, into `Location`. */
function jobId({ name, location }: ResourceGroup): string {
  const jobName = `RESOURCEGROUPDELETIONJOB-${name.toUpperCase().replaceAll('-', ':2D')}-${location.toUpperCase()}`;
  return Buffer.from(JSON.stringify({ jobId: jobName, jobLocation: location })).toString('base64url');
}

interface Refused {
  readonly id: string;
  readonly error: ArmError;
}

/** Asks everything that is left to go, once. */
function ask(call: ArmCall, group: ResourceGroup, types: readonly ResourceType[]): readonly Refused[] {
  const refused: Refused[] = [];
  for (const { id } of contentsOf(call.world, types, group.id)) {
    try {
      callOn(types, call, id, 'DELETE');
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      refused.push({ id, error });
    }
  }
  return refused;
}

/** What no verb deletes goes with its group; locks and role assignments on it go too. Soft-deleted workspaces stay. */
function sweep(world: World, group: ResourceGroup): void {
  for (const [name, map] of world.collections()) {
    if (name === 'deletedWorkspaces' || name === 'operations') continue;
    for (const { id } of map.all()) if (isWithin(id, group.id)) map.delete(id);
  }
  for (const { id, scope } of world.roleAssignments.all()) {
    if (isWithin(scope, group.id)) world.roleAssignments.delete(id);
  }
}

function blocked(group: ResourceGroup, refused: readonly Refused[]): Operation['error'] {
  const identifiers = refused.map(({ id }) => id.slice(id.toLowerCase().indexOf('/providers/') + '/providers/'.length));
  return {
    code: 'ResourceGroupDeletionBlocked',
    target: null,
    message: `Deletion of resource group '${group.name}' failed as resources with identifiers '${identifiers.join(',')}' could not be deleted. The provisioning state of the resource group will be rolled back. Please check audit logs for more details.`,
    details: refused.map(({ id, error }) => ({
      code: null,
      target: id,
      message: JSON.stringify({ error: error.body }),
    })),
  };
}

/** One look after another. `looks` counts those in a row that found nothing gone. */
function goOn(
  call: ArmCall,
  group: ResourceGroup,
  types: readonly ResourceType[],
  before: { readonly left: number; readonly looks: number },
): void {
  const { world } = call;
  const operation = world.operations.get(jobId(group));
  if (operation === undefined || world.resourceGroups.get(group.id)?.state !== 'Deleting') return;
  const deletable = contentsOf(world, types, group.id).filter(({ type }) => type.item?.DELETE !== undefined);
  if (deletable.length === 0) {
    sweep(world, group);
    world.operations.put({ ...operation, status: 'Succeeded', endedAtMs: world.clock.now() });
    return;
  }
  const refused = ask(call, group, types);
  const looks = deletable.length < before.left ? 0 : before.looks + 1;
  if (looks > patience) {
    const { state: _deleting, ...rest } = group;
    world.resourceGroups.put(rest);
    const left = refused.length > 0 ? refused : deletable.map(({ id }) => ({ id, error: notGone(id) }));
    const error = blocked(group, left);
    world.operations.put({
      ...operation,
      status: 'Failed',
      ...(error === undefined ? {} : { error }),
      endedAtMs: world.clock.now(),
    });
    return;
  }
  world.settle('groupDelete', () => goOn(call, group, types, { left: deletable.length, looks }));
}

const notGone = (id: string): ArmError =>
  gatewayError(409, 'Conflict', `The resource '${id}' did not finish deleting.`);

const jobHeaders = (world: World, id: string, apiVersion: string): Record<string, string> => ({
  location: `${world.endpoint}/subscriptions/${world.subscriptionId}/operationresults/${id}?api-version=${apiVersion}`,
  'retry-after': String(world.latency.retryAfterSeconds(15)),
});

export function deleteGroup(call: ArmCall, group: ResourceGroup, types: readonly ResourceType[]): ArmReply {
  const { world } = call;
  const id = jobId(group);
  if (group.state !== 'Deleting') {
    const deleting = world.resourceGroups.put({ ...group, state: 'Deleting' });
    world.operations.put({
      id,
      provider: 'Microsoft.Resources',
      location: group.location,
      resourceId: group.id,
      title: 'DeleteResourceGroup',
      status: 'InProgress',
      startedAtMs: world.clock.now(),
      polls: 0,
    });
    world.settle('groupDelete', () => goOn(call, deleting, types, { left: Number.POSITIVE_INFINITY, looks: 0 }));
  }
  return { status: 202, headers: jobHeaders(world, id, call.apiVersion), work: 'groupDelete' };
}

function result(call: ArmCall): ArmReply {
  const { world } = call;
  const operation = world.operations.get(nameAt(call, 0));
  if (operation === undefined || operation.provider !== 'Microsoft.Resources') {
    throw gatewayError(404, 'OperationNotFound', `The operation '${nameAt(call, 0)}' could not be found.`);
  }
  switch (operation.status) {
    case 'InProgress':
      return { status: 202, headers: jobHeaders(world, operation.id, call.apiVersion) };
    case 'Succeeded':
      return { status: 200 };
    default:
      return { status: 409, body: { error: operation.error } };
  }
}

/** What `Location` of a group's deletion leads to. */
export const operationResults: ResourceType = {
  namespace: 'Microsoft.Resources',
  name: 'operationResults',
  apiVersions: resourceVersions,
  operation: () => 'Microsoft.Resources/subscriptions/operationresults/read',
  item: { GET: result },
};
