/**
 * What a pass reads for the preflight alone, and only while it can matter: the other endpoints of the network and what
 * the scope requires before our endpoint is there, our rights after Azure has refused something for want of one. Rights,
 * providers and usages cost calls that a pass which goes well does not need: `pms check` and `pms plan` ask for them.
 */
import { isSucceeded } from '../domain/converge.ts';
import type { Desired } from '../domain/desire.ts';
import { sameId } from '../domain/names.ts';
import { ABSENT, bodyOf, type Observed, present, type Reading, type Sight } from '../domain/observed.ts';
import type { PrivateEndpoint, ScopedResource, Subnet } from '../domain/resources.ts';
import { type HeldRights, neededRights } from '../domain/rights.ts';
import { isSettled, pollMs } from './polling.ts';
import type { Pass } from './world.ts';

/** Endpoints of a network that are looked at; each costs a call, once. */
const ENDPOINTS_MAX = 20;
/** A new role assignment takes some minutes. */
const RIGHTS_MS = 60_000;

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

/** All that we may do, when Azure has said of any of these that we may not. */
export async function readRights(
  want: Desired,
  sights: readonly Sight[],
  { memory: { ledger }, world, signal }: Pass,
): Promise<Observed['rights']> {
  if (want.deletedAt !== undefined || !sights.some(isForbidden)) return ABSENT;
  const held = await Promise.all(
    neededRights(want).map(async ({ scope }): Promise<readonly HeldRights[]> => {
      const reading = await ledger.look({
        ...SETTLED,
        id: `${scope}/providers/Microsoft.Authorization/permissions`,
        resyncMs: RIGHTS_MS,
        load: () => world.azure.permissions(scope, signal),
      });
      const permissions = bodyOf(reading);
      return permissions === undefined ? [] : [{ scope, permissions }];
    }),
  );
  return present(held.flat());
}

const isForbidden = ({ reading, write }: Sight): boolean =>
  (reading.is === 'unread' && reading.failure.reason === 'Forbidden') ||
  (write?.is === 'HeldOff' && write.failure.reason === 'Forbidden');
