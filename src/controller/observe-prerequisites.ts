/**
 * What a pass reads for the preflight alone, and only while it can matter: the other endpoints of the network, what stands
 * around it and what the scope requires, before our endpoint is there; how far the scope's provider is registered before
 * there is a scope. Everything else costs calls that a pass which goes well does not need: `pms check` and `pms plan` ask.
 */
import { isSucceeded } from '../domain/converge.ts';
import type { Desired } from '../domain/desire.ts';
import { parseId, sameId } from '../domain/names.ts';
import { ABSENT, bodyOf, type Observed, present, type Reading, type Sight } from '../domain/observed.ts';
import { isRegistered, REGISTRATION_RETRY_MS, SCOPE_PROVIDER } from '../domain/preflight-checks.ts';
import {
  isAdopted,
  type PrivateEndpoint,
  type PrivateLinkScope,
  type ScopedResource,
  type Subnet,
} from '../domain/resources.ts';
import { networkOf } from '../domain/surroundings.ts';
import { isSettled, pollMs } from './polling.ts';
import type { Pass } from './world.ts';

/** Endpoints of a network that are looked at; each costs a call, once. */
const ENDPOINTS_MAX = 20;

const SETTLED = { settled: () => true, pollMs: () => 0 } as const;

/** Each is read by itself; one that may not be read tells nothing and is left out. */
export async function readNetworkEndpoints(
  want: Desired,
  subnet: Reading<Subnet>,
  endpoint: Sight<PrivateEndpoint>,
  pass: Pass,
): Promise<Observed['networkEndpoints']> {
  const network = bodyOf(subnet);
  if (want.deletedAt !== undefined || endpoint.reading.is !== 'absent' || network === undefined) return ABSENT;
  const others = network.networkEndpointIds.filter(id => !sameId(id, want.endpoint.id)).slice(0, ENDPOINTS_MAX);
  const readings = await Promise.all(
    others.map(id =>
      pass.memory.ledger.look<PrivateEndpoint>({
        id,
        settled: body => body === undefined || isSettled(body),
        pollMs: pollMs('privateEndpoint'),
        resyncMs: want.intervalMs,
        load: () => pass.world.azure.get('privateEndpoint', id, pass.signal),
      }),
    ),
  );
  return present(readings.flatMap(reading => bodyOf(reading) ?? []));
}

/** Asked once everything is linked: before that Azure would count too few. */
export async function readEndpointNeed(
  want: Desired,
  links: ReadonlyMap<string, Sight<ScopedResource>>,
  endpoint: Sight<PrivateEndpoint>,
  { memory: { ledger }, world, signal }: Pass,
): Promise<Observed['endpointNeed']> {
  if (want.deletedAt !== undefined || endpoint.reading.is !== 'absent') return ABSENT;
  const found = want.links.map(link => bodyOf(links.get(link.key)?.reading ?? ABSENT));
  if (!found.every(link => link !== undefined && isSucceeded(link.provisioningState))) return ABSENT;
  return ledger.look({
    ...SETTLED,
    id: `${want.scope.id}/privateLinkResources`,
    resyncMs: want.intervalMs,
    notBefore: Math.max(0, ...found.map(link => (link === undefined ? 0 : ledger.changedAt(link.id)))),
    load: () => world.azure.endpointNeed(want.scope.id, signal),
  });
}

/** One GET, while there is a scope to be made: its provider is the one that Azure does not register by itself. */
export async function readRegistration(
  want: Desired,
  scope: Sight<PrivateLinkScope>,
  { memory: { ledger }, world, signal }: Pass,
): Promise<Pick<Observed, 'registration'>> {
  if (want.deletedAt !== undefined || isAdopted(want.scope) || scope.reading.is !== 'absent') return {};
  const { subscriptionId } = want;
  const registration = await ledger.look<string>({
    id: `/subscriptions/${subscriptionId}/providers/${SCOPE_PROVIDER}`,
    settled: state => state === undefined || isRegistered(state),
    pollMs: () => REGISTRATION_RETRY_MS,
    resyncMs: want.intervalMs,
    load: () => world.azure.registration(subscriptionId, SCOPE_PROVIDER, signal),
  });
  return { registration };
}

/**
 * Two queries, shared by all objects of a network, and only where the network has peers, machines' interfaces or other
 * endpoints (an Arc scope's), without which there is nothing to find. An endpoint of ours that is there ends it: its names
 * are out. An adopted one is always there.
 */
export async function readSurroundings(
  want: Desired,
  subnet: Reading<Subnet>,
  endpoint: Sight<PrivateEndpoint>,
  { memory: { ledger }, world, signal }: Pass,
): Promise<Pick<Observed, 'surroundings'>> {
  const found = bodyOf(subnet);
  const isComing = isAdopted(want.endpoint) || endpoint.reading.is === 'absent';
  if (want.deletedAt !== undefined || found === undefined || !isComing) return {};
  const { peeredNetworkIds = [], hasOtherInterfaces = false, networkEndpointIds } = found;
  const others = networkEndpointIds.filter(id => !sameId(id, want.endpoint.id));
  if (peeredNetworkIds.length === 0 && !hasOtherInterfaces && others.length === 0) return {};
  const subscriptions = [
    want.subscriptionId,
    ...[found.id, ...peeredNetworkIds].map(id => parseId(id)?.subscriptionId),
  ];
  const surroundings = await ledger.look({
    ...SETTLED,
    id: `${networkOf(found.id)}/surroundings`,
    resyncMs: want.intervalMs,
    load: () => world.azure.surroundings([...new Set(subscriptions.flatMap(id => id?.toLowerCase() ?? []))], signal),
  });
  return { surroundings };
}
