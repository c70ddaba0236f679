/**
 * What we may do in Azure, asked before the first write and again after Azure has refused one. What is allowed on a
 * resource group is allowed on everything in it, so one call is mostly enough. src/controller/observe-azure.ts alone uses
 * it. Source: "Permissions - List For Resource Group", "Understand scope for Azure RBAC".
 */
import { type Desired, wantsOf } from '../domain/desire.ts';
import { failureOf } from '../domain/failures.ts';
import { idKey, parseId, sameId } from '../domain/names.ts';
import { ABSENT, bodyOf, type Observed, present, type Sight } from '../domain/observed.ts';
import { RIGHTS_RETRY_MS } from '../domain/preflight-checks.ts';
import type { Reason } from '../domain/reasons.ts';
import { type ArmId, isMade } from '../domain/resources.ts';
import type { Permission } from '../domain/rights.ts';
import { groupIdOf, type HeldRights, missingRights, type NeededRights, neededRights } from '../domain/rights.ts';
import type { Pass } from './world.ts';

type Answer = Pick<Observed, 'rights' | 'isGroupMissing'>;

/** By key, everything that was looked at. */
export type Sights = ReadonlyMap<string, Sight>;

/** All that we may do, while something is yet to be made or Azure says that we may not. */
export async function readRights(want: Desired, sights: Sights, pass: Pass): Promise<Answer> {
  const isRefused = [...sights.values()].some(isForbidden);
  const isToMake = wantsOf(want).some(
    item => isMade(item) && (sights.get(item.key)?.reading.is ?? 'absent') === 'absent',
  );
  if (want.deletedAt !== undefined || !(isRefused || isToMake)) return { rights: ABSENT };
  const needed = neededRights(want);
  const groups = new Map(needed.flatMap(({ scope }) => groupOf(scope)).map(id => [idKey(id), id]));
  const byGroup = new Map<string, readonly Permission[] | undefined>();
  await Promise.all(
    [...groups].map(async ([key, id]) => {
      const actions = needed.filter(({ scope }) => isIn(scope, id)).flatMap(item => item.actions);
      byGroup.set(key, await ask({ scope: id, name: id, actions }, want, pass));
    }),
  );
  const held = await Promise.all(
    needed.map(async (item): Promise<readonly HeldRights[]> => {
      const inGroup = groupOf(item.scope).flatMap(id => byGroup.get(idKey(id)) ?? []);
      const known = [{ scope: item.scope, permissions: inGroup }];
      if (byGroup.has(idKey(item.scope)) || missingRights([item], known).length === 0) return known;
      const own = await ask(item, want, pass);
      return own === undefined ? [] : [{ scope: item.scope, permissions: [...inGroup, ...own] }];
    }),
  );
  const isGroupMissing = byGroup.has(idKey(groupIdOf(want))) && byGroup.get(idKey(groupIdOf(want))) === undefined;
  // Azure has just let us read there: a list without anything in it tells nothing, unless something was refused.
  const judged = held.flat().filter(({ permissions }) => isRefused || permissions.length > 0);
  return { rights: present(judged), ...(isGroupMissing ? { isGroupMissing } : {}) };
}

/** The resource group that a scope is, or is in. */
const groupOf = (scope: ArmId): readonly ArmId[] => {
  const at = parseId(scope);
  const group = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i.test(scope) ? scope : at && groupIdOf(at);
  return group === undefined ? [] : [group];
};

const isIn = (scope: ArmId, group: ArmId): boolean =>
  sameId(scope, group) || idKey(scope).startsWith(`${idKey(group)}/`);

/** `undefined` when the scope is not there; nothing where it may not be asked. What is missing is asked for every minute. */
async function ask(
  { scope, actions, name }: NeededRights,
  want: Desired,
  { memory: { ledger }, world, signal }: Pass,
): Promise<readonly Permission[] | undefined> {
  const isAll = (permissions: readonly Permission[]) =>
    missingRights([{ scope, name, actions }], [{ scope, permissions }]).length === 0;
  const reading = await ledger.look<readonly Permission[]>({
    id: `${scope}/providers/Microsoft.Authorization/permissions`,
    settled: permissions => permissions !== undefined && (permissions.length === 0 || isAll(permissions)),
    pollMs: () => RIGHTS_RETRY_MS,
    resyncMs: want.intervalMs,
    load: async () => {
      try {
        return await world.azure.permissions(scope, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        if (failureOf(thrown).reason === 'Forbidden') return [];
        throw thrown;
      }
    },
  });
  return reading.is === 'unread' ? [] : bodyOf(reading);
}

const REFUSALS: readonly Reason[] = ['Forbidden', 'LinkedAuthorizationFailed'];

const isForbidden = ({ reading, write }: Sight): boolean =>
  (reading.is === 'unread' && REFUSALS.includes(reading.failure.reason)) ||
  (write?.is === 'HeldOff' && REFUSALS.includes(write.failure.reason));
