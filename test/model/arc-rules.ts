/**
 * How the model's Azure shows and times the private link scope of Azure Arc and its endpoint.
 */
import type { ArcPrivateLinkScope } from '../../src/domain/arc-resources.ts';
import { sameId } from '../../src/domain/names.ts';
import type { ArcKind, NetworkInterfaceEntry, Resource, Want } from '../../src/domain/resources.ts';

type ArcWanted = Extract<Want, { kind: ArcKind }>;

export const isArcWant = (want: Want): want is ArcWanted =>
  want.kind === 'arcPrivateLinkScope' || want.kind === 'arcPrivateEndpoint';

/** Scopes are done with the answer. */
export const ARC_SETTLE_MS = { arcPrivateLinkScope: [0, 0], arcPrivateEndpoint: [1_000, 15_000] } as const;
export const ARC_GONE_MS = { arcPrivateLinkScope: [0, 0], arcPrivateEndpoint: [1_000, 10_000] } as const;

/** Recorded in japaneast (a public report); each with an address of its own, behind those of Azure Monitor. */
export const ARC_ENTRIES: readonly NetworkInterfaceEntry[] = [
  ['HybridCompute.Global', 'gbl.his.arc.azure.com'],
  ['HybridCompute.Server', 'je.his.arc.azure.com'],
  ['HybridCompute.TokenService', 'japan-ats.his.arc.azure.com'],
  ['GuestConfig.GlobalService', 'agentserviceapi.guestconfiguration.azure.com'],
  ['GuestConfig.AgentService.japaneast', 'japaneast-gas.guestconfiguration.azure.com'],
  ['HybridCompute.K8sConfiguration', 'japaneast.dp.kubernetesconfiguration.azure.com'],
].map(([member = '', fqdn = ''], index) => ({ address: `10.13.1.${50 + index}`, member, fqdns: [fqdn] }));

/** A scope tells who is connected to it. */
export const withConnected = (scope: ArcPrivateLinkScope, others: readonly Resource[]): ArcPrivateLinkScope => ({
  ...scope,
  endpointIds: others
    .filter(one => one.kind === 'arcPrivateEndpoint' && sameId(one.scopeId, scope.id))
    .map(one => one.id.toLowerCase()),
});

/** What is wrong with a deletion: a scope's endpoint goes first, and the names that lead to that before it. */
export function arcRefusals(
  body: Resource,
  others: readonly Resource[],
  namesInUse: () => readonly string[],
): readonly string[] {
  if (body.kind === 'arcPrivateEndpoint') {
    return namesInUse().map(name => `Arc endpoint deleted while ${name} leads to it`);
  }
  const isUsed = others.some(one => one.kind === 'arcPrivateEndpoint' && sameId(one.scopeId, body.id));
  return body.kind === 'arcPrivateLinkScope' && isUsed ? [`the Arc scope ${body.name} deleted under its endpoint`] : [];
}

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
