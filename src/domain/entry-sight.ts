/**
 * What was seen of an entry of the inventory. Pure; src/domain/teardown.ts uses it.
 */
import type { InventoryEntry } from './object.ts';
import type { Observed, Sight } from './observed.ts';
import type { Kind } from './resources.ts';

/** The first part of a key is the kind. */
export const kindOf = (entry: Pick<InventoryEntry, 'key'>): Kind => entry.key.split('/')[0] as Kind;

/** Absent when nothing was looked at under its key. */
export function sightOf(entry: InventoryEntry, seen: Observed): Sight {
  const nothing: Sight = { reading: { is: 'absent' } };
  switch (kindOf(entry)) {
    case 'workspace':
      return seen.workspaces.get(entry.key) ?? nothing;
    case 'scopedResource':
      return seen.links.get(entry.key) ?? nothing;
    case 'privateLinkScope':
      return seen.scope;
    case 'privateEndpoint':
      return seen.endpoint;
    case 'zoneGroup':
      return seen.zones?.group ?? nothing;
    case 'dnsZone':
      return seen.zones?.zones.get(entry.key) ?? nothing;
    case 'zoneLink':
      return seen.zones?.links.get(entry.key) ?? nothing;
    case 'dataCollectionEndpoint':
      return seen.collection?.endpoints.get(entry.key) ?? nothing;
    case 'dataCollectionRule':
      return seen.collection?.rules.get(entry.key) ?? nothing;
    case 'arcPrivateLinkScope':
      return seen.arc?.scope ?? nothing;
    case 'arcPrivateEndpoint':
      return seen.arc?.endpoint ?? nothing;
    case 'component':
      return nothing;
  }
}
