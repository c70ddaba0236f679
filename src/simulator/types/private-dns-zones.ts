/**
 * Microsoft.Network/privateDnsZones: created, changed and deleted as long-running operations with addresses of their own
 * (private-dns-operations.ts), not deleted while linked to a network. Fields after the specification (2024-06-01); no
 * call was recorded, so the durations and the refusal of a name are ours.
 */
import { randomUUID } from 'node:crypto';
import { objectAt, stringAt, tagsOf } from '../frame/body.ts';
import { badRequest, conflict, gatewayError } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { checkStays } from '../network/going.ts';
import { recordSetsOf } from '../network/zone-records.ts';
import { runOperation } from '../operations.ts';
import type { PrivateDnsZone } from '../resources.ts';
import type { World } from '../world.ts';
import { privateDnsVersions } from './api-versions.ts';
import { given, inCallScope, listReply, notFound, outerId } from './call-kit.ts';
import { privateDnsHeaders } from './private-dns-operations.ts';

const type = 'Microsoft.Network/privateDnsZones';

function zoneBody(world: World, zone: PrivateDnsZone): Json {
  const links = world.zoneLinks.under(zone.id);
  return {
    id: zone.id,
    name: zone.name,
    type,
    etag: zone.etag,
    location: 'global',
    ...given('tags', zone.tags),
    properties: {
      internalId: Buffer.from(zone.id).toString('base64'),
      maxNumberOfRecordSets: 25_000,
      maxNumberOfVirtualNetworkLinks: 1000,
      maxNumberOfVirtualNetworkLinksWithRegistration: 100,
      // The SOA record set is always there and counted.
      numberOfRecordSets: recordSetsOf(world, zone).length + 1,
      numberOfVirtualNetworkLinks: links.length,
      numberOfVirtualNetworkLinksWithRegistration: links.filter(link => link.registration).length,
      provisioningState: 'Succeeded',
    },
  };
}

/** The zone of the path. Throws the gateway's 404. */
export function findZone(call: ArmCall): PrivateDnsZone {
  const zone = call.world.privateDnsZones.get(outerId(call, type));
  if (zone === undefined) throw notFound(call);
  return zone;
}

/** Private DNS knows one location. */
export function checkGlobal(call: ArmCall): void {
  const location = stringAt(call.body, 'location');
  if (location === undefined || location.toLowerCase() === 'global') return;
  throw gatewayError(
    400,
    'LocationNotAvailableForResourceType',
    `The provided location '${location}' is not available for resource type '${type}'. List of available regions for the resource type is 'global'.`,
  );
}

function put(call: ArmCall): ArmReply {
  const { world } = call;
  checkGlobal(call);
  // There is nothing to write in them, but they are an object.
  objectAt(call.body, 'properties');
  const name = nameAt(call, 0);
  const labels = name.split('.');
  if (labels.length < 2 || labels.some(label => !/^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label))) {
    throw badRequest('BadRequest', `The zone name '${name}' is not valid: it must have two labels or more.`);
  }
  const before = world.privateDnsZones.get(outerId(call, type));
  if (before !== undefined) checkStays(call, before.id);
  const zone = world.privateDnsZones.put({
    id: before?.id ?? outerId(call, type).replace(name, name.toLowerCase()),
    name: before?.name ?? name.toLowerCase(),
    group: call.group,
    ...given('tags', tagsOf(call.body)),
    etag: randomUUID(),
    createdAtMs: before?.createdAtMs ?? world.clock.now(),
  });
  const start = { provider: 'Microsoft.Network', resourceId: zone.id, title: 'UpsertPrivateDnsZone' } as const;
  const operation = runOperation(world, start, { work: 'zonePut', done: () => {} });
  return { status: 202, body: {}, headers: privateDnsHeaders(call, operation), work: 'zonePut' };
}

function patch(call: ArmCall): ArmReply {
  const { world } = call;
  const before = findZone(call);
  const zone = world.privateDnsZones.put({ ...before, ...given('tags', tagsOf(call.body)), etag: randomUUID() });
  return { status: 200, body: zoneBody(world, zone) };
}

function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const zone = world.privateDnsZones.get(outerId(call, type));
  if (zone === undefined) return { status: 204 };
  if (world.zoneLinks.under(zone.id).length > 0) {
    throw conflict(
      'CannotDeleteResource',
      `Cannot delete resource while nested resources exist. Some existing nested resource IDs include: '${zone.name}/virtualNetworkLinks/${world.zoneLinks.under(zone.id)[0]?.name}'. Please delete all nested resources before deleting this resource.`,
    );
  }
  const start = { provider: 'Microsoft.Network', resourceId: zone.id, title: 'DeletePrivateDnsZone' } as const;
  const operation = runOperation(world, start, {
    work: 'zoneDelete',
    done: () => {
      for (const set of world.recordSets.where('zone', zone.id)) world.recordSets.delete(set.id);
      world.privateDnsZones.delete(zone.id);
    },
  });
  return { status: 202, headers: privateDnsHeaders(call, operation), work: 'zoneDelete' };
}

export const privateDnsZones: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'privateDnsZones',
  apiVersions: privateDnsVersions,
  item: {
    GET: call => ({ status: 200, body: zoneBody(call.world, findZone(call)) }),
    PUT: put,
    PATCH: patch,
    DELETE: remove,
  },
  list: call => listReply(inCallScope(call, call.world.privateDnsZones.all()).map(each => zoneBody(call.world, each))),
  state: world => world.privateDnsZones.all().map(each => zoneBody(world, each)),
};
