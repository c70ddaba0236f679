/**
 * What is read as lists: the links of a scope, the record sets of zone groups, soft-deleted workspaces. All pages in
 * one call with one deadline; each item read from the wire. src/azure only.
 */
import { failed, PortError } from '../domain/failures.ts';
import type { Place } from '../domain/names.ts';
import type { ArmId, NamedAddresses, ScopedResource, SoftDeletedWorkspace } from '../domain/resources.ts';
import { siteOf } from './adapter.ts';
import { ArmError } from './arm-error.ts';
import { listZoneGroups, readZoneGroup } from './dns-zone-groups.ts';
import { saysAbsent } from './error-table.ts';
import type { Answer, Task } from './pipeline.ts';
import { type Arm, orAbsent, READ_DEADLINE_MS, typeOf, understood } from './resources.ts';
import { listScopedResources, readScopedResource } from './scoped-resources.ts';
import { type Json, objectOf, required, requiredList, UnexpectedAnswerError } from './wire.ts';

/** All links of a scope; a scope that is not there is a failure, not an empty list. */
export async function readScopeLinks(
  arm: Arm,
  scopeId: ArmId,
  signal: AbortSignal,
): Promise<readonly ScopedResource[]> {
  const at = siteOf(scopeId, typeOf('privateLinkScope'), arm.sdkOf);
  const task = { what: `listing the links of private link scope ${at.name}`, signal };
  const links = await readAll(arm, task, { send: () => listScopedResources(at), read: readScopedResource });
  if (links === undefined) throw new PortError(failed('NotFound', `${task.what}: the scope is not there`));
  return links;
}

/** The record sets of every zone group of an endpoint; none when the endpoint is not there. */
export async function readZoneGroupRecords(
  arm: Arm,
  endpointId: ArmId,
  signal: AbortSignal,
): Promise<readonly NamedAddresses[]> {
  const at = siteOf(endpointId, typeOf('privateEndpoint'), arm.sdkOf);
  const task = { what: `listing the DNS zone groups of private endpoint ${at.name}`, signal };
  const groups = await readAll(arm, task, { send: () => listZoneGroups(at), read: readZoneGroup });
  return (groups ?? []).flat();
}

/** Soft-deleted workspaces of a resource group; `undefined` when Azure says that there is no such group. */
export async function readSoftDeleted(
  arm: Arm,
  { subscriptionId, resourceGroup }: Place,
  signal: AbortSignal,
): Promise<readonly SoftDeletedWorkspace[] | undefined> {
  const task = { what: `listing the soft-deleted workspaces of ${resourceGroup}`, signal };
  const send = async () => {
    const { deletedWorkspaces } = arm.sdkOf(subscriptionId).operationalInsights;
    for await (const _ of deletedWorkspaces.listByResourceGroup(resourceGroup).byPage()) {
      // The pages are kept by the call as they were sent.
    }
  };
  let isGroupMissing = false;
  const noting = async () => {
    try {
      await send();
    } catch (thrown) {
      const [item] = thrown instanceof ArmError ? thrown.facts.items : [];
      isGroupMissing = item?.code.toLowerCase() === 'resourcegroupnotfound';
      throw thrown;
    }
  };
  const found = await readAll(arm, task, { send: noting, read: readSoftDeletedWorkspace });
  return found ?? (isGroupMissing ? undefined : []);
}

const readSoftDeletedWorkspace = (body: Json): SoftDeletedWorkspace => ({
  id: required(body, 'id'),
  name: required(body, 'name'),
  location: required(body, 'location'),
});

async function readAll<T>(
  { calls }: Arm,
  task: Pick<Task, 'what' | 'signal'>,
  { send, read }: { readonly send: () => Promise<unknown>; readonly read: (body: Json) => T },
): Promise<readonly T[] | undefined> {
  const pages = await orAbsent(calls.run({ ...task, deadlineMs: READ_DEADLINE_MS }, kept => firstPage(send(), kept)));
  return pages && understood(task.what, () => pages.flatMap(itemsOf).map(read));
}

/** Only the first page proves an absence: a later one that is gone leaves the list half read. */
async function firstPage(sent: Promise<unknown>, pages: readonly Answer[]): Promise<void> {
  try {
    await sent;
  } catch (thrown) {
    if (pages.length === 0 || !(thrown instanceof ArmError) || !saysAbsent(thrown.facts)) throw thrown;
    throw new UnexpectedAnswerError(`page ${pages.length + 1} could not be read: ${thrown.message}`, { cause: thrown });
  }
}

const itemsOf = ({ body }: Answer): readonly Json[] => requiredList(objectOf(body), 'value');
