/**
 * Microsoft.Insights/privateLinkScopes/scopedResources: the links. PUT always answers 200 without operation headers; a
 * link is `Provisioning` first, and until it has settled no other link of that scope is written
 * (hashicorp/terraform-provider-azurerm#22236). One link per scope and target (Azure/azure-rest-api-specs#28176).
 */
import { objectAt, stringAt } from '../frame/body.ts';
import { ArmError, badRequest, conflict, gatewayError, parentNotFound } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { followLinks } from '../network/interface-members.ts';
import { inRecordOrder, linksOf, membersWith } from '../network/members.ts';
import { settleResource } from '../operations.ts';
import type { PrivateLinkScope, ScopedResource } from '../resources.ts';
import type { World } from '../world.ts';
import { scopeVersions } from './api-versions.ts';
import { insightsList } from './call-kit.ts';
import { linksTo } from './link-view.ts';
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

type Kind = 'workspace' | 'endpoint' | 'component';

const kinds: Readonly<Record<Kind, RegExp>> = {
  workspace: /\/providers\/microsoft\.operationalinsights\/workspaces\/[^/]+$/,
  endpoint: /\/providers\/microsoft\.insights\/datacollectionendpoints\/[^/]+$/,
  component: /\/providers\/microsoft\.insights\/components\/[^/]+$/,
};

/** What is linked; it must be there. Only these three can be (ampls-limitations). */
function kindOf(world: World, targetId: string): Kind {
  const kind = (['workspace', 'endpoint', 'component'] as const).find(each => kinds[each].test(targetId));
  if (kind === undefined) {
    throw badRequest('BadRequest', `The resource '${targetId}' cannot be linked to a private link scope.`);
  }
  const found = { workspace: world.workspaces, endpoint: world.dataCollectionEndpoints, component: world.components }[
    kind
  ];
  if (found.get(targetId) !== undefined) return kind;
  throw gatewayError(404, 'ResourceNotFound', `The linked resource '${targetId}' was not found.`);
}

/** Per scope by kind, and per linked resource over all scopes (ampls-limitations, preview figures of 2025). */
const mostLinks: Readonly<Record<Kind, number>> = { workspace: 3_000, endpoint: 3_000, component: 10_000 };
const mostScopes = 100;

/** The refusals are documented as limits; their code and wording are ours. */
function checkLimits(world: World, scope: PrivateLinkScope, target: string, kind: Kind): void {
  const ofKind = linksOf(world, scope.id).filter(link => kinds[kind].test(link.linkedResourceId));
  if (ofKind.length >= mostLinks[kind]) {
    throw badRequest('BadRequest', `A private link scope can have at most ${mostLinks[kind]} links of this kind.`);
  }
  if (linksTo(world, target).length >= mostScopes) {
    throw badRequest('BadRequest', `A resource can be linked to at most ${mostScopes} private link scopes.`);
  }
}

/**
 * An endpoint with static addresses has none for a member that comes later: such a link fails
 * (MicrosoftDocs/azure-docs#101336; that it fails at once, and the wording, are ours).
 */
function checkStaticEndpoints(world: World, scope: PrivateLinkScope, target: string): void {
  const members = inRecordOrder(membersWith(world, scope.id, target));
  for (const endpoint of world.privateEndpoints.where('scope', scope.id)) {
    const known = new Set(endpoint.staticAddresses.map(({ memberName }) => memberName));
    const missing = members.filter(({ name }) => !known.has(name)).map(({ name }) => `azuremonitor/${name}`);
    if (known.size === 0 || missing.length === 0) continue;
    throw badRequest(
      'BadRequest',
      `Private endpoint ${endpoint.id} has static IP configurations: its missing these membernames/groupids ${missing.join(', ')}.`,
    );
  }
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
  const kind = kindOf(world, target);
  const before = world.links.get(id);
  if (before === undefined) {
    checkLimits(world, scope, target, kind);
    checkStaticEndpoints(world, scope, target);
  }
  const link = world.links.put({
    id: before?.id ?? `${scope.id}/scopedresources/${nameAt(call, 1)}`,
    name: before?.name ?? nameAt(call, 1),
    group: call.group,
    scopeId: scope.id,
    linkedResourceId: target,
    etag: world.documentEtag(),
    stamps: stamped(world, call.principal, before?.stamps),
    // A component is linked at once (recorded in 2020).
    state: kind === 'component' ? 'Succeeded' : 'Provisioning',
  });
  if (kind === 'component') {
    followLinks(world, scope.id);
    return { status: 200, body: linkBody(link), work: 'linkPut' };
  }
  const settle = (state: ScopedResource['state']) => {
    const now = world.links.get(id);
    if (now?.etag !== link.etag) return;
    world.links.put({ ...now, state, etag: world.documentEtag() });
    followLinks(world, scope.id);
  };
  settleResource(world, 'linkPut', { done: () => settle('Succeeded'), failed: () => settle('Failed') });
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
    return insightsList(value);
  },
  state: world => world.links.all().map(linkBody),
};
