/**
 * Private DNS for clients inside Azure as plain data: the zone group of an endpoint, which writes its records into
 * private DNS zones; zones of ours; and their links to networks. Beside resources.ts. Pure; any layer may import.
 */
import type { ArmId, NamedAddresses, ResourceBase, Tags, WantBase } from './resource-base.ts';

/** One zone of a group. Azure takes no other zone under a name that has one. */
export interface ZoneConfig {
  readonly name: string;
  readonly zoneId: ArmId;
}

/** It has no tags: its name says whose it is. An endpoint has one. */
export interface ZoneGroupWant extends WantBase {
  readonly kind: 'zoneGroup';
  readonly endpointId: ArmId;
  readonly configs: readonly ZoneConfig[];
}

export interface DnsZoneWant extends WantBase {
  readonly kind: 'dnsZone';
  readonly tags: Tags;
}

/** A zone as a network sees it. */
export interface ZoneLinkWant extends WantBase {
  readonly kind: 'zoneLink';
  readonly zoneId: ArmId;
  readonly networkId: ArmId;
  readonly tags: Tags;
}

export interface ZoneGroup extends ResourceBase {
  readonly kind: 'zoneGroup';
  readonly configs: readonly ZoneConfig[];
  /** What Azure has written into the zones, names as it lists them (in the privatelink zone). */
  readonly records: readonly NamedAddresses[];
}

export interface DnsZone extends ResourceBase {
  readonly kind: 'dnsZone';
  readonly tags: Tags;
}

export interface ZoneLink extends ResourceBase {
  readonly kind: 'zoneLink';
  readonly tags: Tags;
  readonly networkId: ArmId;
  /** Whether the names of the network's own machines are written into the zone. */
  readonly registers: boolean;
  /** `NxDomainRedirect`: names that the zone does not hold are asked for in public. `Default`: they do not exist. */
  readonly resolutionPolicy: string;
}

/** One record set of a zone, but for the zone's own SOA. */
export interface ZoneRecord {
  /** Below the zone: `api`. */
  readonly name: string;
  /** `A`, `CNAME`, ... */
  readonly type: string;
  /** What Azure notes of a record that an endpoint wrote: `created by private endpoint pe with resource guid ...`. */
  readonly creator?: string;
}
