/**
 * Microsoft.OperationalInsights/workspaces: created with 201 and `Creating`, settled a moment later, changed at once,
 * deleted softly for 14 days unless forced, recovered by a PUT on the same name; not deleted while linked to a private
 * link scope. Bodies as recorded in 2024 and 2025 (workspaces.md A to D).
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { isoTime } from '../clock.ts';
import { locationOf, tagsOf } from '../frame/body.ts';
import { conflict, otherLocation, resourceNotFound } from '../frame/errors.ts';
import { askedResource } from '../frame/path.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { sameId } from '../resource-map.ts';
import type { Workspace } from '../resources.ts';
import type { World } from '../world.ts';
import { workspaceVersions } from './api-versions.ts';
import { linksTo, linkView } from './link-view.ts';
import { checkWorkspaceName, workspaceShape } from './workspace-request.ts';

const type = 'Microsoft.OperationalInsights/workspaces';

/** The daily cap starts anew at an hour of the workspace's own; here always 09:00 UTC. */
function nextQuotaReset(nowMs: number): string {
  const reset = new Date(nowMs);
  reset.setUTCHours(9, 0, 0, 0);
  if (reset.getTime() <= nowMs) reset.setUTCDate(reset.getUTCDate() + 1);
  return reset.toISOString().replace('.000Z', 'Z');
}

export function workspaceBody(world: World, workspace: Workspace): Json {
  const { sku } = workspace;
  const level = sku.capacityReservationLevel;
  return {
    properties: {
      customerId: workspace.customerId,
      provisioningState: workspace.state,
      sku: {
        name: sku.name,
        ...(level === undefined ? {} : { capacityReservationLevel: level }),
        lastSkuUpdate: isoTime(sku.changedAtMs),
      },
      retentionInDays: workspace.retentionInDays,
      features: {
        legacy: 0,
        searchVersion: 1,
        enableLogAccessUsingOnlyResourcePermissions: true,
        ...workspace.features,
      },
      workspaceCapping: {
        dailyQuotaGb: workspace.dailyQuotaGb,
        quotaNextResetTime: nextQuotaReset(world.clock.now()),
        dataIngestionStatus: 'RespectQuota',
      },
      ...linkView(world, workspace.id),
      publicNetworkAccessForIngestion: workspace.ingestion,
      publicNetworkAccessForQuery: workspace.query,
      createdDate: isoTime(workspace.createdAtMs),
      modifiedDate: isoTime(workspace.modifiedAtMs),
    },
    location: workspace.location,
    ...(workspace.tags === undefined ? {} : { tags: workspace.tags }),
    id: workspace.id,
    name: workspace.name,
    type,
    etag: workspace.etag,
  };
}

const idOf = (call: ArmCall): string => `${call.scopeId}/providers/${type}/${nameAt(call, 0)}`;

function touch(world: World, workspace: Workspace): Workspace {
  return world.workspaces.put({ ...workspace, etag: world.documentEtag(), modifiedAtMs: world.clock.now() });
}

function settleSoon(world: World, workspace: Workspace): void {
  world.settle('workspacePut', () => {
    const now = world.workspaces.get(workspace.id);
    if (now?.customerId === workspace.customerId) touch(world, { ...now, state: 'Succeeded' });
  });
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
    ...(tags === undefined ? {} : { tags }),
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
  const workspace = touch(world, { ...before, ...shape, ...(tags === undefined ? {} : { tags }) });
  settleSoon(world, workspace);
  return { status: 200, body: workspaceBody(world, workspace), work: 'workspacePut' };
}

function put(call: ArmCall): ArmReply {
  const { world, body } = call;
  const location = locationOf(body, type);
  const before = world.workspaces.get(idOf(call));
  if (before === undefined) {
    const deleted = softDeleted(world).find(each => sameId(each.id, idOf(call)));
    return deleted === undefined ? create(call, location) : recover(call, deleted, location);
  }
  if (before.location !== location) throw otherLocation(before.name, before.group, before.location, location);
  const { tags: _tags, ...untagged } = before;
  const tags = tagsOf(body);
  const shape = workspaceShape(body, before, world.clock.now());
  const workspace = touch(world, { ...untagged, ...(tags === undefined ? {} : { tags }), ...shape });
  return { status: 200, body: workspaceBody(world, workspace), work: 'workspaceUpdate' };
}

function find(call: ArmCall): Workspace {
  const workspace = call.world.workspaces.get(idOf(call));
  if (workspace === undefined) throw resourceNotFound(askedResource(call.path), call.path.resourceGroup ?? '');
  return workspace;
}

function patch(call: ArmCall): ArmReply {
  const { world, body } = call;
  const before = find(call);
  const tags = tagsOf(body) ?? before.tags;
  const shape = workspaceShape(body, before, world.clock.now());
  const workspace = touch(world, { ...before, ...shape, ...(tags === undefined ? {} : { tags }) });
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
    const found = call.world.workspaces.all().filter(each => call.group === '' || sameId(each.group, call.group));
    return { status: 200, body: { value: found.map(each => workspaceBody(call.world, each)) } };
  },
  state: world => world.workspaces.all().map(each => workspaceBody(world, each)),
};
