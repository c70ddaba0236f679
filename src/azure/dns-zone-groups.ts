/**
 * DNS zone groups of a private endpoint: made, and read for the names that Azure has written into private DNS zones, the
 * third source of records (facts: ampls 2.2). They have no tags. src/azure only.
 * Source: REST reference "Private Dns Zone Groups - Create Or Update"; facts: ampls 1.2.
 */
import { PortError, stalled } from '../domain/failures.ts';
import { sameId } from '../domain/names.ts';
import type { NamedAddresses } from '../domain/resources.ts';
import type { ZoneConfig, ZoneGroup } from '../domain/zone-resources.ts';
import type { Adapter, Site } from './adapter.ts';
import { fqdnOf, type Json, list, members, objectOf, optional, resourceBase, text, texts } from './wire.ts';

/** An update is a GET and a PUT under If-Match; a zone keeps the name that its config has. */
export const zoneGroups: Adapter<'zoneGroup'> = {
  type: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
  read: readZoneGroup,

  get: ({ sdk, resourceGroup, parent, name }) => sdk.network.privateDnsZoneGroups.get(resourceGroup, parent, name),

  put: ({ sdk, resourceGroup, parent, name }, { configs }) =>
    sdk.network.privateDnsZoneGroups
      .createOrUpdate(resourceGroup, parent, name, {
        // Without a name Azure cannot parse the request (pulumi/pulumi-azure-native#2431).
        privateDnsZoneConfigs: configs.map(config => ({ name: config.name, privateDnsZoneId: config.zoneId })),
      })
      .submitted(),

  async update({ sdk }, { want, fetch }) {
    const found = await fetch();
    const body = objectOf(found.body);
    const held = configsOf(body);
    const configs = want.configs.map(({ name, zoneId }) => ({
      name: held.find(config => sameId(config.zoneId, zoneId))?.name ?? name,
      properties: { privateDnsZoneId: zoneId },
    }));
    await sdk.send({
      method: 'PUT',
      url: found.url,
      headers: optional('if-match', text(body.etag) ?? found.header('etag')),
      body: { properties: { privateDnsZoneConfigs: configs } },
    });
  },

  retag: ({ name }) =>
    Promise.reject(new PortError(stalled('ImmutableDifference', `zone group ${name}: a zone group has no tags`))),

  remove: ({ sdk, resourceGroup, parent, name }) =>
    sdk.network.privateDnsZoneGroups.delete(resourceGroup, parent, name).submitted(),
};

/** All pages of the zone groups of an endpoint. */
export async function listZoneGroups({ sdk, resourceGroup, name }: Site): Promise<void> {
  for await (const _ of sdk.network.privateDnsZoneGroups.list(resourceGroup, name).byPage()) {
    // The pages are kept by the call as they were sent.
  }
}

/** Throws UnexpectedAnswerError without id, name and properties: a group that cannot be read is not an empty one. */
export function readZoneGroup(body: Json): ZoneGroup {
  const records = list(objectOf(body.properties).privateDnsZoneConfigs)
    .flatMap(config => list(members(config.properties).recordSets))
    .flatMap(readRecord);
  return { kind: 'zoneGroup', ...resourceBase(body), configs: configsOf(body), records };
}

const configsOf = ({ properties }: Json): readonly ZoneConfig[] =>
  list(members(properties).privateDnsZoneConfigs).flatMap(config => {
    const [name, zoneId] = [text(config.name), text(members(config.properties).privateDnsZoneId)];
    return name === undefined || zoneId === undefined ? [] : [{ name, zoneId }];
  });

function readRecord(record: Json): readonly NamedAddresses[] {
  const fqdn = text(record.fqdn);
  return fqdn === undefined ? [] : [{ fqdn: fqdnOf(fqdn), addresses: texts(record.ipAddresses) }];
}
