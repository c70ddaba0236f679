/**
 * What a pass reads around the resources themselves: the endpoint's subnet, and the names that deleted workspaces still
 * hold. src/controller/observe-azure.ts alone uses it.
 */
import type { Desired } from '../domain/desire.ts';
import { deletedWorkspacesId } from '../domain/names.ts';
import { ABSENT, type Observed, type Sight } from '../domain/observed.ts';
import { type ArmId, isMade, type Workspace } from '../domain/resources.ts';
import type { Pass } from './world.ts';

/** A subnet that is not there is looked for again after this time, in milliseconds. */
const SUBNET_RETRY_MS = 30_000;
/** So is a resource group. */
const GROUP_RETRY_MS = 30_000;

/** Where the endpoint's addresses come from; `undefined` while an adopted one is not known. */
export async function readSubnet(
  id: ArmId | undefined,
  want: Desired,
  { memory, world, signal }: Pass,
): Promise<Observed['subnet']> {
  if (want.deletedAt !== undefined || id === undefined) return ABSENT;
  return memory.ledger.look({
    id,
    settled: body => body !== undefined,
    pollMs: () => SUBNET_RETRY_MS,
    resyncMs: want.intervalMs,
    load: () => world.azure.subnet(id, signal),
  });
}

/** Asked whenever a workspace is to be created: a PUT on a soft-deleted name silently recovers it. */
export async function readSoftDeleted(
  want: Desired,
  workspaces: ReadonlyMap<string, Sight<Workspace>>,
  { memory, world, signal }: Pass,
): Promise<Pick<Observed, 'softDeleted' | 'isGroupMissing'>> {
  const absent = want.workspaces.filter(item => isMade(item) && workspaces.get(item.key)?.reading.is === 'absent');
  if (want.deletedAt !== undefined || absent.length === 0) return { softDeleted: ABSENT };
  const { subscriptionId, resourceGroup } = want;
  const softDeleted = await memory.ledger.look({
    id: deletedWorkspacesId(want),
    settled: body => body !== undefined,
    pollMs: () => GROUP_RETRY_MS,
    resyncMs: want.intervalMs,
    notBefore: Math.max(...absent.map(item => memory.ledger.changedAt(item.id))),
    load: () => world.azure.softDeletedWorkspaces({ subscriptionId, resourceGroup }, signal),
  });
  return { softDeleted, isGroupMissing: softDeleted.is === 'absent' };
}
