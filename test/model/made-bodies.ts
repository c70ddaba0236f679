/**
 * Resources as the model's Azure shows them right after they were made.
 */
import type { Resource, Want } from '../../src/domain/resources.ts';
import { collectionBodyOf, isCollectionWant } from './collection-rules.ts';
import { isZoneWant, zoneBodyOf } from './zone-rules.ts';

/** The GUID that Azure chose for a workspace: the same each time, so that a test can tell. */
export function customerIdOf(name: string): string {
  const digits = Buffer.from(name).toString('hex').padStart(12, '0').slice(-12);
  return `e97e0ed9-0000-4000-8000-${digits}`;
}

/** A wanted resource as Azure shows it right after the PUT. */
export function bodyOf(want: Want): Exclude<Resource, { readonly kind: 'component' }> {
  const { id, name } = want;
  if (isZoneWant(want)) return zoneBodyOf(want);
  if (isCollectionWant(want)) return collectionBodyOf(want);
  switch (want.kind) {
    case 'workspace': {
      const { location, tags, retentionInDays = 30, dailyQuotaGb = -1 } = want;
      const customerId = customerIdOf(name);
      const access = { ingestion: 'Enabled', query: 'Enabled' };
      const shape = { location, tags, retentionInDays, dailyQuotaGb, access, customerId };
      return { kind: 'workspace', id, name, ...shape, provisioningState: 'Creating' };
    }
    case 'privateLinkScope': {
      const { tags } = want;
      const state = { provisioningState: 'Provisioning', connections: [] };
      return {
        kind: 'privateLinkScope',
        id: id.toLowerCase(),
        name,
        tags,
        accessModes: { ingestion: 'Open', query: 'Open' },
        ...state,
      };
    }
    case 'scopedResource':
      return { kind: want.kind, id, name, targetId: want.targetId.toLowerCase(), provisioningState: 'Provisioning' };
    case 'privateEndpoint': {
      const { location, tags, subnetId, scopeId } = want;
      const connectionStatus = want.approval === 'Manual' ? 'Pending' : 'Approved';
      const shape = { location, tags, subnetId, scopeId, customDnsConfigs: [], connectionStatus };
      const networkInterfaceId = `${id.replace('privateEndpoints', 'networkInterfaces')}.nic`;
      return { kind: want.kind, id, name, ...shape, networkInterfaceId, provisioningState: 'Updating' };
    }
  }
}
