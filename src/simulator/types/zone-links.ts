/**
 * Microsoft.Network/privateDnsZones/virtualNetworkLinks: a zone seen from a network. A network has one link to a zone,
 * and sees one zone of a name; registration belongs to one zone of a network. Nothing resolves through them here.
 */
import { randomUUID } from 'node:crypto';
import { objectAt, stringAt, tagsOf } from '../frame/body.ts';
import { badRequest, conflict, networkError } from '../frame/errors.ts';
import { type ArmCall, type ArmReply, type Json, nameAt, type ResourceType } from '../frame/resource-type.ts';
import { checkReferable, checkStays } from '../network/going.ts';
import { runOperation } from '../operations.ts';
import { sameId } from '../resource-map.ts';
import type { PrivateDnsZone, ZoneLink } from '../resources.ts';
import { privateDnsVersions } from './api-versions.ts';
import { given, listReply } from './call-kit.ts';
import { privateDnsHeaders } from './private-dns-operations.ts';
import { checkGlobal, findZone } from './private-dns-zones.ts';

const linkBody = (link: ZoneLink): Json => ({
  id: link.id,
  name: link.name,
  type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
  etag: link.etag,
  location: 'global',
  ...given('tags', link.tags),
  properties: {
    provisioningState: 'Succeeded',
    registrationEnabled: link.registration,
    resolutionPolicy: link.resolutionPolicy,
    virtualNetwork: { id: link.networkId },
    virtualNetworkLinkState: 'Completed',
  },
});

const zoneNameOf = (zoneId: string): string => zoneId.split('/').at(-1)?.toLowerCase() ?? '';

/** Refused as "conflict" by Azure Private DNS; the wording is ours. */
function checkRivals(
  call: ArmCall,
  zone: PrivateDnsZone,
  asked: Pick<ZoneLink, 'id' | 'networkId' | 'registration'>,
): void {
  const others = call.world.zoneLinks.where('network', asked.networkId).filter(each => !sameId(each.id, asked.id));
  const twin = others.find(each => zoneNameOf(each.zoneId) === zoneNameOf(zone.id));
  if (twin !== undefined) {
    throw conflict(
      'Conflict',
      `A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual network with '${zone.name}' and '${zoneNameOf(twin.zoneId)}' zones.`,
    );
  }
  if (asked.registration && others.some(each => each.registration)) {
    throw conflict(
      'Conflict',
      `Virtual network ${asked.networkId} is already registered with another private DNS zone.`,
    );
  }
}

function put(call: ArmCall): ArmReply {
  const { world } = call;
  checkGlobal(call);
  const zone = findZone(call);
  const id = `${zone.id}/virtualNetworkLinks/${nameAt(call, 1)}`;
  const before = world.zoneLinks.get(id);
  const properties = objectAt(call.body, 'properties');
  const networkId = stringAt(objectAt(properties, 'virtualNetwork'), 'id') ?? before?.networkId;
  if (networkId === undefined) throw badRequest('BadRequest', 'The virtual network of the link is missing.');
  if (before !== undefined && !sameId(before.networkId, networkId)) {
    throw badRequest('BadRequest', 'The virtual network of a link cannot be changed.');
  }
  if (world.virtualNetworks.get(networkId) === undefined) {
    throw networkError(404, 'NotFound', `The virtual network ${networkId} was not found.`);
  }
  checkStays(call, zone.id, id);
  checkReferable(world, networkId, id);
  const registration = properties.registrationEnabled === true;
  checkRivals(call, zone, { id, networkId, registration });
  const link = world.zoneLinks.put({
    id: before?.id ?? id,
    name: before?.name ?? nameAt(call, 1),
    group: zone.group,
    zoneId: zone.id,
    networkId,
    ...given('tags', tagsOf(call.body)),
    registration,
    resolutionPolicy: stringAt(properties, 'resolutionPolicy') ?? 'Default',
    etag: randomUUID(),
  });
  const start = { provider: 'Microsoft.Network', resourceId: link.id, title: 'UpsertVirtualNetworkLink' } as const;
  const operation = runOperation(world, start, { work: 'zonePut', done: () => {} });
  return { status: 202, body: {}, headers: privateDnsHeaders(call, operation), work: 'zonePut' };
}

function remove(call: ArmCall): ArmReply {
  const { world } = call;
  const link = world.zoneLinks.get(`${findZone(call).id}/virtualNetworkLinks/${nameAt(call, 1)}`);
  if (link === undefined) return { status: 204 };
  const start = { provider: 'Microsoft.Network', resourceId: link.id, title: 'DeleteVirtualNetworkLink' } as const;
  const operation = runOperation(world, start, { work: 'zoneDelete', done: () => world.zoneLinks.delete(link.id) });
  return { status: 202, headers: privateDnsHeaders(call, operation), work: 'zoneDelete' };
}

export const zoneLinks: ResourceType = {
  namespace: 'Microsoft.Network',
  name: 'privateDnsZones/virtualNetworkLinks',
  apiVersions: privateDnsVersions,
  item: {
    GET: call => {
      const id = `${findZone(call).id}/virtualNetworkLinks/${nameAt(call, 1)}`;
      const link = call.world.zoneLinks.get(id);
      if (link === undefined) throw networkError(404, 'NotFound', `The resource ${id} was not found.`);
      return { status: 200, body: linkBody(link) };
    },
    PUT: put,
    DELETE: remove,
  },
  list: call => listReply(call.world.zoneLinks.under(findZone(call).id).map(linkBody)),
  state: world => world.zoneLinks.all().map(linkBody),
};
