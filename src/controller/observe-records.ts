/**
 * What a pass reads of the names and addresses of an endpoint: its interface, and where that is silent what zone groups
 * have written. src/controller/observe-azure.ts alone uses it.
 */

import { isSucceeded } from '../domain/converge.ts';
import type { Desired } from '../domain/desire.ts';
import { ABSENT, bodyOf, present, type Reading, type Sight } from '../domain/observed.ts';
import type { ArcPrivateEndpoint, NamedAddresses, NetworkInterface, PrivateEndpoint } from '../domain/resources.ts';
import { readZoneGroups } from './read-zones.ts';
import type { Pass } from './world.ts';

const ALWAYS_SETTLED = { settled: () => true, pollMs: () => 0 } as const;

/** The endpoint's interface, once the endpoint has settled. */
export async function readInterface(
  want: Desired,
  endpoint: Sight<PrivateEndpoint | ArcPrivateEndpoint>,
  pass: Pass,
): Promise<Reading<NetworkInterface>> {
  const body = bodyOf(endpoint.reading);
  const id = body?.networkInterfaceId;
  if (want.deletedAt !== undefined || body === undefined || id === undefined || !isSucceeded(body.provisioningState)) {
    return ABSENT;
  }
  const { ledger } = pass.memory;
  return ledger.look({
    ...ALWAYS_SETTLED,
    id,
    resyncMs: want.intervalMs,
    // Whatever made us read the endpoint again may have changed its interface.
    notBefore: ledger.readAt(body.id),
    load: () => pass.world.azure.networkInterface(id, pass.signal),
  });
}

/** Zone groups are asked only when neither interface nor endpoint told the names. */
export async function readZoneGroupRecords(
  want: Desired,
  endpoint: Sight<PrivateEndpoint>,
  networkInterface: Reading<NetworkInterface>,
  pass: Pass,
): Promise<Reading<readonly NamedAddresses[]>> {
  const body = bodyOf(endpoint.reading);
  const named = bodyOf(networkInterface)?.entries.some(entry => entry.fqdns.length > 0) ?? false;
  if (want.deletedAt !== undefined || body === undefined || !isSucceeded(body.provisioningState)) return ABSENT;
  if (named || body.customDnsConfigs.length > 0) return ABSENT;
  const groups = await readZoneGroups(body.id, want, pass);
  return groups.is === 'present' ? present(groups.body.flatMap(({ records }) => records)) : groups;
}
