/**
 * What is read of private DNS: the part of the contract `Azure` (src/ports.ts) that only objects with a zone group use.
 */
import type { ArmId } from './domain/resources.ts';
import type { DnsZone, ZoneGroup, ZoneLink, ZoneRecord } from './domain/zone-resources.ts';

/** Reads of private DNS, under the rules of src/ports.ts. */
export interface AzureZones {
  /** Every DNS zone group of an endpoint, whoever made it; none when the endpoint is not there. */
  zoneGroups(endpointId: ArmId, signal: AbortSignal): Promise<readonly ZoneGroup[]>;

  /** All links of a private DNS zone to networks; `undefined` on 404. */
  zoneLinks(zoneId: ArmId, signal: AbortSignal): Promise<readonly ZoneLink[] | undefined>;

  /** All record sets of a private DNS zone but its own SOA; `undefined` on 404. */
  zoneRecords(zoneId: ArmId, signal: AbortSignal): Promise<readonly ZoneRecord[] | undefined>;

  /** All private DNS zones of a subscription that we may see. */
  dnsZones(subscriptionId: string, signal: AbortSignal): Promise<readonly DnsZone[]>;
}
