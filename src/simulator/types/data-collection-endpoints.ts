/**
 * Microsoft.Insights/dataCollectionEndpoints: created and changed at once, always with 200; linkable to a private link
 * scope, and not deleted while linked. Field order, missing fields and hosts as recorded in 2023.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { locationOf, objectAt, stringAt, tagsOf } from '../frame/body.ts';
import { badRequest, conflict, otherLocation } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { endpointHosts } from '../network/members.ts';
import { sameId } from '../resource-map.ts';
import type { PublicAccess } from '../resources.ts';
import type { DataCollectionEndpoint } from '../resources-machines.ts';
import type { World } from '../world.ts';
import { collectionVersions } from './api-versions.ts';
import { given, notFound, outerId } from './call-kit.ts';
import { checkKind, collectionList } from './data-collection-kit.ts';
import { linksTo, linkView } from './link-view.ts';
import { stamped, systemData } from './system-data.ts';

const type = 'Microsoft.Insights/dataCollectionEndpoints';

function endpointBody(world: World, endpoint: DataCollectionEndpoint): Json {
  const hosts = endpointHosts(endpoint);
  return {
    properties: {
      ...given('description', endpoint.description),
      immutableId: endpoint.immutableId,
      configurationAccess: { endpoint: `https://${hosts.handler}` },
      logsIngestion: { endpoint: `https://${hosts.ingest}` },
      metricsIngestion: { endpoint: `https://${hosts.metrics}` },
      networkAcls: { publicNetworkAccess: endpoint.publicAccess },
      ...linkView(world, endpoint.id),
      provisioningState: 'Succeeded',
    },
    location: endpoint.location,
    ...given('tags', endpoint.tags),
    ...given('kind', endpoint.kind),
    id: endpoint.id,
    name: endpoint.name,
    type,
    etag: endpoint.etag,
    systemData: systemData(endpoint.stamps),
  };
}

function accessOf(properties: Json): PublicAccess {
  const asked = stringAt(objectAt(properties, 'networkAcls'), 'publicNetworkAccess') ?? 'Enabled';
  const accesses = ['Enabled', 'Disabled', 'SecuredByPerimeter'] as const;
  const access = accesses.find(each => each.toLowerCase() === asked.toLowerCase());
  if (access !== undefined) return access;
  throw badRequest('InvalidPayload', `'publicNetworkAccess' must be one of ${accesses.join(', ')}, not '${asked}'.`);
}

function put(call: ArmCall): ArmReply {
  const { world, body } = call;
  const location = locationOf(body, type);
  const before = world.dataCollectionEndpoints.get(outerId(call, type));
  if (before !== undefined && before.location !== location) {
    throw otherLocation(before.name, before.group, before.location, location);
  }
  const name = before?.name ?? nameAt(call, 0);
  if (!/^[a-z0-9]([a-z0-9-]{1,42}[a-z0-9])$/i.test(name)) {
    throw badRequest(
      'InvalidPayload',
      `The name '${name}' of the data collection endpoint is not valid: 3 to 44 letters, digits and hyphens.`,
    );
  }
  const properties = objectAt(body, 'properties');
  const endpoint = world.dataCollectionEndpoints.put({
    id: before?.id ?? outerId(call, type),
    name,
    group: call.group,
    location,
    ...given('tags', tagsOf(body)),
    ...given('kind', checkKind(body)),
    ...given('description', stringAt(properties, 'description')),
    immutableId: before?.immutableId ?? `dce-${randomUUID().replaceAll('-', '')}`,
    suffix: before?.suffix ?? randomBytes(2).toString('hex'),
    publicAccess: accessOf(properties),
    etag: world.documentEtag(),
    stamps: stamped(world, call.principal, before?.stamps),
  });
  return { status: 200, body: endpointBody(world, endpoint), work: 'collectionPut' };
}

function find(call: ArmCall): DataCollectionEndpoint {
  const endpoint = call.world.dataCollectionEndpoints.get(outerId(call, type));
  if (endpoint === undefined) throw notFound(call);
  return endpoint;
}

function patch(call: ArmCall): ArmReply {
  const { world } = call;
  const before = find(call);
  const stamps = stamped(world, call.principal, before.stamps);
  const endpoint = { ...before, ...given('tags', tagsOf(call.body)), stamps, etag: world.documentEtag() };
  world.dataCollectionEndpoints.put(endpoint);
  return { status: 200, body: endpointBody(world, endpoint) };
}

/**
 * Refused while linked ("It's not possible to delete resources connected to an AMPLS", Configure private link) and while
 * a rule or a machine names it (assumed); the wording is ours.
 */
function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const endpoint = world.dataCollectionEndpoints.get(outerId(call, type));
  if (endpoint === undefined) return { status: 204 };
  const refuse = (by: string) =>
    conflict('Conflict', `Data collection endpoint '${endpoint.name}' cannot be deleted because ${by}.`);
  if (linksTo(world, endpoint.id).length > 0) throw refuse('it is linked to a private link scope');
  if (world.ruleAssociations.where('endpoint', endpoint.id).length > 0) throw refuse('machines are associated with it');
  const isUsed = world.dataCollectionRules.all().some(rule => {
    const id = rule.properties.dataCollectionEndpointId;
    return typeof id === 'string' && sameId(id, endpoint.id);
  });
  if (isUsed) throw refuse('a data collection rule uses it');
  world.dataCollectionEndpoints.delete(endpoint.id);
  return { status: 200, work: 'collectionDelete' };
}

export const dataCollectionEndpoints: ResourceType = {
  namespace: 'Microsoft.Insights',
  name: 'dataCollectionEndpoints',
  apiVersions: collectionVersions,
  item: {
    GET: call => ({ status: 200, body: endpointBody(call.world, find(call)) }),
    PUT: put,
    PATCH: patch,
    DELETE: remove,
  },
  list: call => collectionList(call, call.world.dataCollectionEndpoints.all(), each => endpointBody(call.world, each)),
  state: world => world.dataCollectionEndpoints.all().map(each => endpointBody(world, each)),
};
