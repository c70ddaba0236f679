/**
 * Microsoft.Insights/privateLinkScopes/scopedResources: the links. PUT always answers 200 without operation headers; a
 * link is `Provisioning` first, and until it has settled no other link of that scope is written
 * (hashicorp/terraform-provider-azurerm#22236). One link per scope and target (Azure/azure-rest-api-specs#28176).
 */
import { objectAt, stringAt } from '../frame/body.ts';
import { ArmError, badRequest, conflict, gatewayError, parentNotFound } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { followLinks } from '../network/interface-members.ts';
import { linksOf } from '../network/members.ts';
import type { PrivateLinkScope, ScopedResource } from '../resources.ts';
import type { World } from '../world.ts';
import { scopeVersions } from './api-versions.ts';
import { scopeIdOf } from './private-link-scopes.ts';
import { stamped, systemData } from './system-data.ts';

const linkBody = (link: ScopedResource): Json => ({
  id: link.id,
  name: link.name,
  type: 'microsoft.insights/privatelinkscopes/scopedresources',
  etag: link.etag,
  systemData: systemData(link.stamps),
  properties: { linkedResourceId: link.linkedResourceId, provisioningState: link.state },
});

export function parentScope(call: ArmCall, verb: 'read' | 'write' | 'delete'): PrivateLinkScope {
  const scope = call.world.scopes.get(scopeIdOf(call));
  if (scope === undefined) throw parentNotFound(verb, call.path.types.join('/'), scopeIdOf(call));
  return scope;
}

const idOf = (call: ArmCall): string => `${scopeIdOf(call)}/scopedresources/${nameAt(call, 1)}`;

function checkTarget(world: World, targetId: string): void {
  if (world.workspaces.get(targetId) !== undefined) return;
  if (world.dataCollectionEndpoints.get(targetId) !== undefined) return;
  if (
    /\/providers\/microsoft\.(operationalinsights\/workspaces|insights\/datacollectionendpoints)\/[^/]+$/.test(targetId)
  ) {
    throw gatewayError(404, 'ResourceNotFound', `The linked resource '${targetId}' was not found.`);
  }
  throw badRequest('BadRequest', `The resource '${targetId}' cannot be linked to a private link scope.`);
}

function checkOrder(
  world: World,
  scope: PrivateLinkScope,
  asked: { readonly id: string; readonly target: string },
): void {
  const links = linksOf(world, scope.id);
  if (scope.state !== 'Succeeded' || links.some(link => link.state === 'Provisioning')) {
    const state = scope.state === 'Succeeded' ? 'Provisioning' : scope.state;
    throw conflict('Conflict', `Cannot modify resource while in provisioning state: '${state}'`);
  }
  const twin = links.find(link => link.linkedResourceId === asked.target);
  if (twin !== undefined && twin.id.toLowerCase() !== asked.id.toLowerCase()) {
    throw conflict(
      'Conflict',
      'Scoped resource with same linked resource id already exists in this private link scope',
    );
  }
}

function put(call: ArmCall): ArmReply {
  const { world } = call;
  const scope = parentScope(call, 'write');
  const target = stringAt(objectAt(call.body, 'properties'), 'linkedResourceId')?.toLowerCase();
  if (target === undefined || target === '')
    throw badRequest('BadRequest', "'properties.linkedResourceId' is required.");
  const id = idOf(call);
  checkOrder(world, scope, { id, target });
  checkTarget(world, target);
  const before = world.links.get(id);
  const link = world.links.put({
    id: before?.id ?? `${scope.id}/scopedresources/${nameAt(call, 1)}`,
    name: before?.name ?? nameAt(call, 1),
    group: call.group,
    scopeId: scope.id,
    linkedResourceId: target,
    etag: world.documentEtag(),
    stamps: stamped(world, call.principal, before?.stamps),
    state: 'Provisioning',
  });
  world.settle('linkPut', () => {
    const now = world.links.get(id);
    if (now?.etag !== link.etag) return;
    world.links.put({ ...now, state: 'Succeeded', etag: world.documentEtag() });
    followLinks(world, scope.id);
  });
  return { status: 200, body: linkBody(link), work: 'linkPut' };
}

/** Recorded: the provider's 404 for a missing link has no body and no content type. */
function get(call: ArmCall): ArmReply {
  parentScope(call, 'read');
  const link = call.world.links.get(idOf(call));
  if (link === undefined) throw new ArmError(404, undefined);
  return { status: 200, body: linkBody(link) };
}

function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const link = world.links.get(idOf(call));
  if (link === undefined) return { status: 204 };
  if (linksOf(world, link.scopeId).some(each => each.state === 'Provisioning')) {
    throw conflict('Conflict', "Cannot modify resource while in provisioning state: 'Provisioning'");
  }
  world.links.delete(link.id);
  followLinks(world, link.scopeId);
  return { status: 200, work: 'linkDelete' };
}

export const scopedResources: ResourceType = {
  namespace: 'Microsoft.Insights',
  name: 'privateLinkScopes/scopedResources',
  apiVersions: scopeVersions,
  item: { GET: get, PUT: put, DELETE: remove },
  list: call => {
    const value = linksOf(call.world, parentScope(call, 'read').id).map(linkBody);
    return { status: 200, body: { value, nextLink: null } };
  },
  state: world => world.links.all().map(linkBody),
};
