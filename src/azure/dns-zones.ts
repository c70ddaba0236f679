/**
 * Private DNS zones, what they hold, and their links to networks. Zones and links take a long-running PUT whose first
 * answer has no body; a change of tags of a zone is a PATCH, a change of a link a PUT of the body that Azure holds.
 * src/azure only. Source: REST references "Private Zones", "Virtual Network Links", "Record Sets" (2024-06-01).
 */
import { RESOLUTION_POLICY } from '../domain/diff-zones.ts';
import type { Tags } from '../domain/resources.ts';
import type { DnsZone, ZoneLink, ZoneRecord } from '../domain/zone-resources.ts';
import type { Adapter, Site } from './adapter.ts';
import type { Answer } from './pipeline.ts';
import {
  type Json,
  members,
  mergeTags,
  objectOf,
  optional,
  readTags,
  required,
  resourceBase,
  text,
  UnexpectedAnswerError,
  without,
} from './wire.ts';

const LOCATION = 'global';

/** An update is a GET and a PATCH of the tags. */
export const dnsZones: Adapter<'dnsZone'> = {
  type: 'Microsoft.Network/privateDnsZones',
  read: readDnsZone,

  get: ({ sdk, resourceGroup, name }) => sdk.privateDns.privateZones.get(resourceGroup, name),

  put: ({ sdk, resourceGroup, name }, { tags }) =>
    sdk.privateDns.privateZones
      .createOrUpdate(resourceGroup, name, { location: LOCATION, tags: { ...tags } })
      .submitted(),

  async update(at, { want, fetch }) {
    await patchTags(at, mergeTags(objectOf((await fetch()).body), want.tags));
  },

  retag: (at, tags) => patchTags(at, tags),

  remove: ({ sdk, resourceGroup, name }) => sdk.privateDns.privateZones.delete(resourceGroup, name).submitted(),
};

const patchTags = ({ sdk, resourceGroup, name }: Site, tags: Tags): Promise<unknown> =>
  sdk.privateDns.privateZones.update(resourceGroup, name, { tags: { ...tags } }).submitted();

/** An update is a GET and a PUT under If-Match. */
export const zoneLinks: Adapter<'zoneLink'> = {
  type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
  read: readZoneLink,

  get: ({ sdk, resourceGroup, parent, name }) => sdk.privateDns.virtualNetworkLinks.get(resourceGroup, parent, name),

  put: ({ sdk, resourceGroup, parent, name }, { networkId, tags }) =>
    sdk.privateDns.virtualNetworkLinks
      .createOrUpdate(resourceGroup, parent, name, {
        location: LOCATION,
        tags: { ...tags },
        virtualNetwork: { id: networkId },
        registrationEnabled: false,
        resolutionPolicy: RESOLUTION_POLICY,
      })
      .submitted(),

  async update(at, { want, fetch }) {
    const found = await fetch();
    const shape = { registrationEnabled: false, resolutionPolicy: RESOLUTION_POLICY };
    await putLink(at, found, mergeTags(objectOf(found.body), want.tags), shape);
  },

  retag: async (at, tags, fetch) => putLink(at, await fetch(), tags, {}),

  remove: ({ sdk, resourceGroup, parent, name }) =>
    sdk.privateDns.virtualNetworkLinks.delete(resourceGroup, parent, name).submitted(),
};

async function putLink({ sdk }: Site, found: Answer, tags: Tags, shape: Json): Promise<void> {
  const body = objectOf(found.body);
  const properties = without(members(body.properties), ['provisioningState', 'virtualNetworkLinkState']);
  await sdk.send({
    method: 'PUT',
    url: found.url,
    headers: optional('if-match', text(body.etag) ?? found.header('etag')),
    body: { ...without(body, ['id', 'name', 'type', 'etag']), tags, properties: { ...properties, ...shape } },
  });
}

/** All pages of the links of a zone. */
export async function listZoneLinks({ sdk, resourceGroup, name }: Site): Promise<void> {
  for await (const _ of sdk.privateDns.virtualNetworkLinks.list(resourceGroup, name).byPage()) {
    // The pages are kept by the call as they were sent.
  }
}

/** All pages of the record sets of a zone. */
export async function listZoneRecords({ sdk, resourceGroup, name }: Site): Promise<void> {
  for await (const _ of sdk.privateDns.recordSets.list(resourceGroup, name).byPage()) {
    // The pages are kept by the call as they were sent.
  }
}

/** Throws UnexpectedAnswerError without id, name and properties. */
export function readDnsZone(body: Json): DnsZone {
  objectOf(body.properties);
  return { kind: 'dnsZone', ...resourceBase(body), tags: readTags(body) };
}

/** Throws UnexpectedAnswerError when the link does not say to which network. */
export function readZoneLink(body: Json): ZoneLink {
  const properties = members(body.properties);
  const networkId = text(members(properties.virtualNetwork).id);
  if (networkId === undefined) throw new UnexpectedAnswerError('the answer has no properties.virtualNetwork.id');
  return {
    kind: 'zoneLink',
    ...resourceBase(body),
    tags: readTags(body),
    networkId,
    registers: properties.registrationEnabled === true,
    resolutionPolicy: text(properties.resolutionPolicy) ?? 'Default',
  };
}

/** The type of a record set is the end of its resource type: `Microsoft.Network/privateDnsZones/A`. */
export function readZoneRecord(body: Json): ZoneRecord {
  const type = required(body, 'type');
  const creator = text(members(members(body.properties).metadata).creator);
  return { name: required(body, 'name'), type: type.slice(type.lastIndexOf('/') + 1), ...optional('creator', creator) };
}
