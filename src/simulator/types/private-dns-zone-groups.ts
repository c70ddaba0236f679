/**
 * Microsoft.Network/privateEndpoints/privateDnsZoneGroups: writes the endpoint's records into private DNS zones, and
 * takes them back. What is asked is checked in zone-group-request.ts; the records are in network/zone-records.ts.
 */
import { networkError, parentNotFound } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { checkStays } from '../network/going.ts';
import { groupRecordTtl, zoneRecords } from '../network/zone-records.ts';
import * as operations from '../operations.ts';
import type { PrivateEndpoint, ZoneGroup } from '../resources.ts';
import type { World } from '../world.ts';
import { networkVersions } from './api-versions.ts';
import { checkUnlocked, endpointIdOf } from './private-endpoints.ts';
import { zoneConfigs } from './zone-group-request.ts';

function groupBody(world: World, group: ZoneGroup): Json {
  const { etag, state } = group;
  const recordSets = (zoneId: string) =>
    zoneRecords(world, group, zoneId).map(({ recordSetName, fqdn, address }) => ({
      recordType: 'A',
      recordSetName,
      fqdn,
      ttl: groupRecordTtl,
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

function put(call: ArmCall): ArmReply {
  const { world } = call;
  const endpoint = parentEndpoint(call, 'write');
  checkUnlocked(call, endpoint);
  const id = idOf(call);
  checkStays(call, id);
  const configs = zoneConfigs(world, { id, endpoint, body: call.body });
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
  const settle = (state: 'Succeeded' | 'Failed') => {
    const now = world.zoneGroups.get(id);
    if (now?.etag === group.etag) world.zoneGroups.put({ ...now, state, etag: world.networkEtag() });
  };
  const start = { provider: 'Microsoft.Network', resourceId: group.id, location: endpoint.location } as const;
  const operation = operations.runOperation(
    world,
    { ...start, title: 'PutPrivateDnsZoneGroupOperation' },
    { work: 'zoneGroupPut', done: () => settle('Succeeded'), failed: () => settle('Failed') },
  );
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
  const operation = operations.runOperation(world, start, {
    work: 'zoneGroupDelete',
    done: () => world.zoneGroups.delete(group.id),
    failed: () => world.zoneGroups.put({ ...group, state: 'Failed' }),
  });
  operations.supersede(world, group.id, operation);
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
