/**
 * Microsoft.OperationalInsights/workspaces: created with 201 and `Creating`, settled a moment later, changed at once,
 * deleted softly for 14 days unless forced, recovered by a PUT on the same name; not deleted while linked to a private
 * link scope. Bodies as recorded in 2024 and 2025 (workspaces.md A to D).
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { locationOf, tagsOf } from '../frame/body.ts';
import { conflict, otherLocation } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { settleResource } from '../operations.ts';
import { sameId } from '../resource-map.ts';
import type { Workspace } from '../resources.ts';
import type { World } from '../world.ts';
import { workspaceVersions } from './api-versions.ts';
import { given, inCallScope, listReply, notFound, outerId } from './call-kit.ts';
import { linksTo } from './link-view.ts';
import { workspaceBody, workspaceType } from './workspace-body.ts';
import { checkWorkspaceName, defaultRule, workspaceShape } from './workspace-request.ts';

const idOf = (call: ArmCall): string => outerId(call, workspaceType);

function touch(world: World, workspace: Workspace): Workspace {
  return world.workspaces.put({ ...workspace, etag: world.documentEtag(), modifiedAtMs: world.clock.now() });
}

function settleSoon(world: World, workspace: Workspace): void {
  const settle = (state: Workspace['state']) => {
    const now = world.workspaces.get(workspace.id);
    if (now?.customerId === workspace.customerId) touch(world, { ...now, state });
  };
  settleResource(world, 'workspacePut', { done: () => settle('Succeeded'), failed: () => settle('Failed') });
}

function create(call: ArmCall, location: string): ArmReply {
  const { world, body } = call;
  const name = nameAt(call, 0);
  checkWorkspaceName(name);
  const nowMs = world.clock.now();
  const tags = tagsOf(body);
  const workspace = world.workspaces.put({
    id: idOf(call),
    name,
    group: call.group,
    location,
    ...given('tags', tags),
    customerId: randomUUID(),
    state: 'Creating',
    ...workspaceShape(body, undefined, nowMs),
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    etag: world.documentEtag(),
  });
  settleSoon(world, workspace);
  const url = `${world.endpoint}${workspace.id}?api-version=${call.apiVersion}`;
  return { status: 201, body: workspaceBody(world, workspace), headers: { location: url }, work: 'workspacePut' };
}

/** Same name, group and region: the workspace comes back with all it had, whatever else is asked laid over it. */
function recover(call: ArmCall, deleted: Workspace, location: string): ArmReply {
  const { world, body } = call;
  if (deleted.location !== location) {
    throw conflict(
      'Conflict',
      `The workspace name '${deleted.name}' is held by a soft-deleted workspace in location '${deleted.location}'. Recover or permanently delete it first.`,
    );
  }
  const { deletedAtMs: _deletedAtMs, ...before } = deleted;
  const shape = workspaceShape(body, before, world.clock.now());
  const tags = tagsOf(body) ?? before.tags;
  world.deletedWorkspaces.delete(deleted.id);
  const workspace = touch(world, { ...before, ...shape, ...given('tags', tags) });
  settleSoon(world, workspace);
  return { status: 200, body: workspaceBody(world, workspace), work: 'workspacePut' };
}

function put(call: ArmCall): ArmReply {
  const { world, body } = call;
  const location = locationOf(body, workspaceType);
  const before = world.workspaces.get(idOf(call));
  if (before === undefined) {
    const deleted = softDeleted(world).find(each => sameId(each.id, idOf(call)));
    return deleted === undefined ? create(call, location) : recover(call, deleted, location);
  }
  if (before.location !== location) throw otherLocation(before.name, before.group, before.location, location);
  const { tags: _tags, defaultRuleId: _defaultRuleId, ...kept } = before;
  const shape = workspaceShape(body, before, world.clock.now());
  const rule = given('defaultRuleId', defaultRule(world, body, before));
  const workspace = touch(world, { ...kept, ...given('tags', tagsOf(body)), ...shape, ...rule });
  return { status: 200, body: workspaceBody(world, workspace), work: 'workspaceUpdate' };
}

function find(call: ArmCall): Workspace {
  const workspace = call.world.workspaces.get(idOf(call));
  if (workspace === undefined) throw notFound(call);
  return workspace;
}

function patch(call: ArmCall): ArmReply {
  const { world, body } = call;
  const before = find(call);
  const shape = workspaceShape(body, before, world.clock.now());
  const rule = given('defaultRuleId', defaultRule(world, body, before));
  const workspace = touch(world, { ...before, ...shape, ...rule, ...given('tags', tagsOf(body)) });
  return { status: 200, body: workspaceBody(world, workspace), work: 'workspaceUpdate' };
}

function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const workspace = world.workspaces.get(idOf(call));
  if (workspace === undefined) return { status: 204 };
  // The wording was recorded for another kind of link; for this one only the refusal itself is documented.
  if (linksTo(world, workspace.id).length > 0) {
    throw conflict(
      'Conflict',
      `Workspace '${workspace.name}' cannot be deleted because it is linked to PrivateLinkScope. Delete the linked-service first. Operation Id: '${randomBytes(16).toString('hex')}'`,
    );
  }
  world.workspaces.delete(workspace.id);
  if (call.query.get('force')?.toLowerCase() !== 'true') {
    const etag = world.documentEtag();
    world.deletedWorkspaces.put({ ...workspace, state: 'Succeeded', deletedAtMs: world.clock.now(), etag });
  }
  return { status: 200, work: 'workspaceDelete' };
}

const softDeleteMs = 14 * 86_400_000;

/** Soft-deleted workspaces that can still be recovered. */
export function softDeleted(world: World): readonly Workspace[] {
  const oldestMs = world.clock.now() - softDeleteMs;
  for (const each of world.deletedWorkspaces.all()) {
    if ((each.deletedAtMs ?? 0) < oldestMs) world.deletedWorkspaces.delete(each.id);
  }
  return world.deletedWorkspaces.all();
}

export const workspaces: ResourceType = {
  namespace: 'Microsoft.OperationalInsights',
  name: 'workspaces',
  apiVersions: workspaceVersions,
  item: {
    GET: call => ({ status: 200, body: workspaceBody(call.world, find(call)) }),
    PUT: put,
    PATCH: patch,
    DELETE: remove,
  },
  list: call => {
    const found = inCallScope(call, call.world.workspaces.all());
    return listReply(found.map(each => workspaceBody(call.world, each)));
  },
  state: world => world.workspaces.all().map(each => workspaceBody(world, each)),
};
