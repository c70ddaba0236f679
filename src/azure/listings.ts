/**
 * What is read as lists: the links of a scope, the record sets of zone groups, soft-deleted workspaces. All pages in
 * one call with one deadline; each item read from the wire. src/azure only.
 */
import { failed, PortError } from '../domain/failures.ts';
import type { Place } from '../domain/names.ts';
import type { ArmId, ScopedResource, SoftDeletedWorkspace } from '../domain/resources.ts';
import type { DnsZone, ZoneGroup, ZoneLink, ZoneRecord } from '../domain/zone-resources.ts';
import { siteOf } from './adapter.ts';
import { ArmError } from './arm-error.ts';
import { listZoneGroups, readZoneGroup } from './dns-zone-groups.ts';
import { listZoneLinks, listZoneRecords, readDnsZone, readZoneLink, readZoneRecord } from './dns-zones.ts';
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

/** Every zone group of an endpoint; none when the endpoint is not there. */
export async function readZoneGroups(arm: Arm, endpointId: ArmId, signal: AbortSignal): Promise<readonly ZoneGroup[]> {
  const at = siteOf(endpointId, typeOf('privateEndpoint'), arm.sdkOf);
  const task = { what: `listing the DNS zone groups of private endpoint ${at.name}`, signal };
  return (await readAll(arm, task, { send: () => listZoneGroups(at), read: readZoneGroup })) ?? [];
}

/** All links of a zone to networks; `undefined` when the zone is not there. */
export function readZoneLinks(arm: Arm, zoneId: ArmId, signal: AbortSignal): Promise<readonly ZoneLink[] | undefined> {
  const at = siteOf(zoneId, typeOf('dnsZone'), arm.sdkOf);
  const task = { what: `listing the network links of private DNS zone ${at.name}`, signal };
  return readAll(arm, task, { send: () => listZoneLinks(at), read: readZoneLink });
}

/** All record sets of a zone but its own SOA; `undefined` when the zone is not there. */
export async function readZoneRecords(
  arm: Arm,
  zoneId: ArmId,
  signal: AbortSignal,
): Promise<readonly ZoneRecord[] | undefined> {
  const at = siteOf(zoneId, typeOf('dnsZone'), arm.sdkOf);
  const task = { what: `listing the record sets of private DNS zone ${at.name}`, signal };
  const records = await readAll(arm, task, { send: () => listZoneRecords(at), read: readZoneRecord });
  return records?.filter(({ type }) => type.toUpperCase() !== 'SOA');
}

/** All private DNS zones of a subscription that we may see. */
export async function readDnsZones(arm: Arm, subscriptionId: string, signal: AbortSignal): Promise<readonly DnsZone[]> {
  const task = { what: `listing the private DNS zones of subscription ${subscriptionId}`, signal };
  const send = async () => {
    for await (const _ of arm.sdkOf(subscriptionId).privateDns.privateZones.list().byPage()) {
      // The pages are kept by the call as they were sent.
    }
  };
  return (await readAll(arm, task, { send, read: readDnsZone })) ?? [];
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
