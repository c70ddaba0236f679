/**
 * DNS zone groups of a private endpoint: read for the names that Azure registered in private DNS zones, the third
 * source of records (facts: ampls 2.2). src/azure only.
 */
import type { NamedAddresses } from '../domain/resources.ts';
import type { Site } from './adapter.ts';
import { fqdnOf, type Json, list, members, text, texts } from './wire.ts';

/** All pages of the zone groups of an endpoint. */
export async function listZoneGroups({ sdk, resourceGroup, name }: Site): Promise<void> {
  for await (const _ of sdk.network.privateDnsZoneGroups.list(resourceGroup, name).byPage()) {
    // The pages are kept by the call as they were sent.
  }
}

/** The address records of one group, names as Azure lists them. */
export function readZoneGroup(group: Json): readonly NamedAddresses[] {
  return list(members(group.properties).privateDnsZoneConfigs)
    .flatMap(config => list(members(config.properties).recordSets))
    .flatMap(record => {
      const fqdn = text(record.fqdn);
      return fqdn === undefined ? [] : [{ fqdn: fqdnOf(fqdn), addresses: texts(record.ipAddresses) }];
    });
}
