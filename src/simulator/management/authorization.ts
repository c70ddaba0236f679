/**
 * Microsoft.Authorization: locks on the subscription, a group or a resource, made and lifted over the API, and the
 * caller's permissions. What a lock forbids is in frame/locks.ts; role assignments come from the seed alone.
 */
import { isoTime } from '../clock.ts';
import { objectAt, stringAt } from '../frame/body.ts';
import { gatewayError, invalidContent, resourceNotFound } from '../frame/errors.ts';
import { parseArmPath } from '../frame/path.ts';
import { assignmentsOf, isWithin } from '../frame/permissions.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import type { Lock } from '../resources-management.ts';
import { lockVersions, permissionVersions } from './api-versions.ts';
import { callOn } from './contents.ts';

/** ARM id of what the call is about: the resource that it extends, or the level of its path. */
const targetOf = ({ path, scopeId }: ArmCall): string => path.extendedId ?? scopeId;

const lockBody = (lock: Lock): Json => ({
  properties: { level: lock.level, ...(lock.notes === undefined ? {} : { notes: lock.notes }) },
  id: lock.id,
  type: 'Microsoft.Authorization/locks',
  name: lock.name,
  systemData: {
    createdBy: lock.createdBy,
    createdByType: 'Application',
    createdAt: isoTime(lock.createdAtMs),
  },
});

const lockId = (call: ArmCall): string =>
  `${targetOf(call)}/providers/Microsoft.Authorization/locks/${nameAt(call, 0)}`;

function findLock(call: ArmCall): Lock {
  const lock = call.world.locks.get(lockId(call));
  if (lock !== undefined) return lock;
  throw gatewayError(404, 'LockNotFound', `The lock '${nameAt(call, 0)}' could not be found.`);
}

function levelOf(call: ArmCall): Lock['level'] {
  const asked = stringAt(objectAt(call.body, 'properties'), 'level');
  const level = (['CanNotDelete', 'ReadOnly'] as const).find(each => each.toLowerCase() === asked?.toLowerCase());
  if (level !== undefined) return level;
  throw invalidContent(`The lock level '${asked ?? ''}' is not valid; it must be 'CanNotDelete' or 'ReadOnly'`);
}

/** Throws what the resource's own type throws when there is no such resource. */
function checkTarget(call: ArmCall, types: readonly ResourceType[]): void {
  const { extendedId } = call.path;
  if (extendedId === undefined || callOn(types, call, extendedId, 'GET') !== undefined) return;
  throw resourceNotFound(extendedId.split('/providers/')[1] ?? '', parseArmPath(extendedId)?.resourceGroup ?? '');
}

function putLock(call: ArmCall, types: readonly ResourceType[]): ArmReply {
  const { world, principal } = call;
  checkTarget(call, types);
  const before = world.locks.get(lockId(call));
  const notes = stringAt(objectAt(call.body, 'properties'), 'notes');
  const lock = world.locks.put({
    id: before?.id ?? lockId(call),
    name: before?.name ?? nameAt(call, 0),
    scope: before?.scope ?? targetOf(call),
    level: levelOf(call),
    ...(notes === undefined ? {} : { notes }),
    createdBy: before?.createdBy ?? principal,
    createdAtMs: before?.createdAtMs ?? world.clock.now(),
  });
  return { status: before === undefined ? 201 : 200, body: lockBody(lock) };
}

/** Without a filter those at the scope and below it; with `atScope()` those that hold for it. */
function listLocks(call: ArmCall): ArmReply {
  const target = targetOf(call);
  const holding = /atScope\(\)/i.test(call.query.get('$filter') ?? '');
  const found = call.world.locks
    .all()
    .filter(({ scope }) => (holding ? isWithin(target, scope) : isWithin(scope, target)));
  return { status: 200, body: { value: found.map(lockBody) } };
}

/** `types` are all others: what a lock may be put on. */
export const authorizationTypes = (types: readonly ResourceType[]): readonly ResourceType[] => [
  {
    namespace: 'Microsoft.Authorization',
    name: 'locks',
    apiVersions: lockVersions,
    level: 'any',
    item: {
      GET: call => ({ status: 200, body: lockBody(findLock(call)) }),
      PUT: call => putLock(call, types),
      DELETE: call => ({ status: call.world.locks.delete(lockId(call)) ? 200 : 204 }),
    },
    list: listLocks,
  },
  {
    namespace: 'Microsoft.Authorization',
    name: 'permissions',
    apiVersions: permissionVersions,
    level: 'any',
    unpaged: true,
    list: call => {
      const held = assignmentsOf(call.world, call.caller).filter(each => isWithin(targetOf(call), each.scope));
      const value = held.map(({ actions, notActions }) => ({
        actions,
        notActions,
        dataActions: [],
        notDataActions: [],
      }));
      return { status: 200, body: { value } };
    },
  },
];
