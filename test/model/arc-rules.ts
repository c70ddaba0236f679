/**
 * How the model's Azure shows and times the private link scope of Azure Arc and its endpoint.
 */
import type { ArcKind, Resource, Want } from '../../src/domain/resources.ts';

type ArcWanted = Extract<Want, { kind: ArcKind }>;

export const isArcWant = (want: Want): want is ArcWanted =>
  want.kind === 'arcPrivateLinkScope' || want.kind === 'arcPrivateEndpoint';

/** Scopes are done with the answer. */
export const ARC_SETTLE_MS = { arcPrivateLinkScope: [0, 0], arcPrivateEndpoint: [1_000, 15_000] } as const;
export const ARC_GONE_MS = { arcPrivateLinkScope: [0, 0], arcPrivateEndpoint: [1_000, 10_000] } as const;

/** A wanted resource as Azure shows it right after the PUT. */
export function arcBodyOf(want: ArcWanted): Extract<Resource, { kind: ArcKind }> {
  const { id, name, location, tags } = want;
  if (want.kind === 'arcPrivateLinkScope') {
    const shape = { location, tags, publicAccess: 'Enabled', endpointIds: [] };
    return { kind: want.kind, id, name, ...shape, provisioningState: 'Succeeded' };
  }
  const { subnetId, scopeId } = want;
  const shape = { location, tags, subnetId, scopeId, customDnsConfigs: [], connectionStatus: 'Approved' };
  const networkInterfaceId = `${id.replace('privateEndpoints', 'networkInterfaces')}.nic`;
  return { kind: want.kind, id, name, ...shape, networkInterfaceId, provisioningState: 'Updating' };
}
