/**
 * Microsoft.Network/privateEndpoints/privateDnsZoneGroups: one group for an endpoint, at most five zones, no change of a
 * config's zone. The zones themselves are not simulated: any id of a private DNS zone will do.
 */
import { objectAt, objectsAt, stringAt } from '../frame/body.ts';
import { networkError, parentNotFound } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { zoneRecords } from '../network/zone-records.ts';
import * as operations from '../operations.ts';
import type { PrivateEndpoint, ZoneGroup } from '../resources.ts';
import type { World } from '../world.ts';
import { networkVersions } from './api-versions.ts';
import { checkUnlocked, endpointIdOf } from './private-endpoints.ts';

const mostZones = 5;
const recordTtlSeconds = 10;

function groupBody(world: World, group: ZoneGroup): Json {
  const { etag, state } = group;
  const recordSets = (zoneId: string) =>
    zoneRecords(world, group, zoneId).map(({ recordSetName, fqdn, address }) => ({
      recordType: 'A',
      recordSetName,
      fqdn,
      ttl: recordTtlSeconds,
      provisioningState: state,
      ipAddresses: [address],
    }));
  const configs = group.configs.map(({ name, zoneId }) => ({
    name,
    id: `${group.id}/privateDnsZoneConfigs/${name}`,
    etag,
    type: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups/privateDnsZoneConfigs',
    properties: { provisioningState: state, privateDnsZoneId: zoneId, recordSets: recordSets(zoneId) },
  }));
  return {
    name: group.name,
    id: group.id,
    etag,
    type: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
    properties: { provisioningState: state, privateDnsZoneConfigs: configs },
  };
}

function parentEndpoint(call: ArmCall, verb: 'read' | 'write'): PrivateEndpoint {
  const endpoint = call.world.privateEndpoints.get(endpointIdOf(call));
  if (endpoint === undefined) throw parentNotFound(verb, 'privateEndpoints/privateDnsZoneGroups', endpointIdOf(call));
  return endpoint;
}

const idOf = (call: ArmCall): string => `${endpointIdOf(call)}/privateDnsZoneGroups/${nameAt(call, 1)}`;

function configOf(config: Json): ZoneGroup['configs'][number] {
  const name = stringAt(config, 'name');
  const zoneId = stringAt(objectAt(config, 'properties'), 'privateDnsZoneId');
  if (name === undefined || zoneId === undefined) {
    throw networkError(400, 'InvalidRequestFormat', 'Cannot parse the request.');
  }
  if (!/\/providers\/Microsoft\.Network\/privateDnsZones\/[^/]+$/i.test(zoneId)) {
    throw networkError(400, 'InvalidPrivateDnsZoneIds', `Private DNS zone id ${zoneId} is invalid.`);
  }
  return { name, zoneId };
}

function checkConfigs(call: ArmCall, endpoint: PrivateEndpoint, configs: ZoneGroup['configs']): void {
  const groups = call.world.zoneGroups.under(endpoint.id);
  const before = groups.find(group => group.id.toLowerCase() === idOf(call).toLowerCase());
  if (before === undefined && groups.length > 0) {
    throw networkError(
      400,
      'MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed',
      `Cannot create more than one private dns zone groups in the private endpoint ${endpoint.id}.`,
    );
  }
  if (configs.length > mostZones) {
    throw networkError(
      400,
      'TooManyPrivateDnsZoneConfigs',
      `A private DNS zone group holds at most ${mostZones} zones.`,
    );
  }
  for (const { name, zoneId } of configs) {
    const old = before?.configs.find(config => config.name === name);
    if (old !== undefined && old.zoneId.toLowerCase() !== zoneId.toLowerCase()) {
      throw networkError(
        400,
        'PrivateDnsZoneConfigZoneCannotBeChanged',
        `Updating the private dns zone of config ${name} is not allowed. Delete the private dns zone group and create it again.`,
      );
    }
  }
}

function put(call: ArmCall): ArmReply {
  const { world } = call;
  const endpoint = parentEndpoint(call, 'write');
  checkUnlocked(call, endpoint);
  const configs = objectsAt(objectAt(call.body, 'properties'), 'privateDnsZoneConfigs').map(configOf);
  checkConfigs(call, endpoint, configs);
  const id = idOf(call);
  const before = world.zoneGroups.get(id);
  const common = { id: before?.id ?? `${endpoint.id}/privateDnsZoneGroups/${nameAt(call, 1)}`, configs };
  const group = world.zoneGroups.put({
    ...common,
    name: before?.name ?? nameAt(call, 1),
    group: call.group,
    endpointId: endpoint.id,
    etag: world.networkEtag(),
    state: 'Updating',
  });
  const title = 'PutPrivateDnsZoneGroupOperation';
  const start = { provider: 'Microsoft.Network', resourceId: group.id, title, location: endpoint.location } as const;
  const operation = operations.startOperation(world, start);
  world.settle('zoneGroupPut', () => {
    const now = world.zoneGroups.get(id);
    if (now?.etag !== group.etag || !operations.underWay(world, operation)) return;
    world.zoneGroups.put({ ...now, state: 'Succeeded', etag: world.networkEtag() });
    operations.succeed(world, operation);
  });
  const headers = operations.networkPutHeaders(world, operation, call.apiVersion);
  return { status: before === undefined ? 201 : 200, body: groupBody(world, group), headers, work: 'zoneGroupPut' };
}

function get(call: ArmCall): ArmReply {
  parentEndpoint(call, 'read');
  const group = call.world.zoneGroups.get(idOf(call));
  if (group === undefined) throw networkError(404, 'NotFound', `Resource ${idOf(call)} not found.`);
  return { status: 200, body: groupBody(call.world, group), headers: { etag: group.etag } };
}

function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const group = world.zoneGroups.get(idOf(call));
  const endpoint = world.privateEndpoints.get(endpointIdOf(call));
  if (group === undefined || endpoint === undefined) return { status: 204 };
  checkUnlocked(call, endpoint);
  const title = 'DeletePrivateDnsZoneGroupOperation';
  const start = { provider: 'Microsoft.Network', resourceId: group.id, title, location: endpoint.location } as const;
  const operation = operations.startOperation(world, start);
  operations.supersede(world, group.id, operation);
  world.settle('zoneGroupDelete', () => {
    if (!operations.underWay(world, operation)) return;
    world.zoneGroups.delete(group.id);
    operations.succeed(world, operation);
  });
  const headers = operations.networkDeleteHeaders(world, operation, call.apiVersion);
  return { status: 202, headers, work: 'zoneGroupDelete' };
}

export const privateDnsZoneGroups: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'privateEndpoints/privateDnsZoneGroups',
  apiVersions: networkVersions,
  item: { GET: get, PUT: put, DELETE: remove },
  list: call => {
    const value = call.world.zoneGroups.under(parentEndpoint(call, 'read').id).map(each => groupBody(call.world, each));
    return { status: 200, body: { value } };
  },
  state: world => world.zoneGroups.all().map(each => groupBody(world, each)),
};
