/**
 * By which way a caller comes: through one address of a private endpoint, or from the public side; and which names each
 * address answers for. Everything here follows from the world as it is now.
 */
import type { PrivateEndpoint } from '../resources.ts';
import type { World } from '../world.ts';

/** One address of a private endpoint, or the public side. */
export type Arrival =
  | { readonly kind: 'endpoint'; readonly endpointId: string; readonly address: string }
  | { readonly kind: 'public' };

/**
 * Names that Azure's own DNS sends on to a member's name by CNAME, so that they arrive at the same address: the query
 * hosts of the SDKs and of az (public reports; Log Analytics API request format page).
 */
const aliases: Readonly<Record<string, readonly string[]>> = {
  'api.monitor.azure.com': ['api.loganalytics.io', 'api.loganalytics.azure.com'],
};

const withAliases = (names: readonly string[]): readonly string[] =>
  names.flatMap(name => [name.toLowerCase(), ...(aliases[name.toLowerCase()] ?? [])]);

const isLoopback = (address: string): boolean => address.startsWith('127.');

/** Whether traffic passes: settled, approved, and to a private link scope of Azure Monitor. */
const isOpen = (world: World, { state, connection, scopeId }: PrivateEndpoint): boolean =>
  state === 'Succeeded' && connection.status === 'Approved' && world.scopes.get(scopeId) !== undefined;

export interface EndpointAddress {
  readonly address: string;
  readonly endpointId: string;
  /** Every name that the address answers for, lower case, aliases included. */
  readonly names: readonly string[];
}

/** The loopback addresses at which private endpoints answer now, each once. */
export function endpointAddresses(world: World): readonly EndpointAddress[] {
  const found = new Map<string, EndpointAddress>();
  for (const endpoint of world.privateEndpoints.all()) {
    const nic = isOpen(world, endpoint) ? world.networkInterfaces.get(endpoint.interfaceId) : undefined;
    for (const { address, fqdns } of nic?.addresses ?? []) {
      // Two networks may use the same addresses; on one machine the first endpoint has them.
      if (!isLoopback(address) || fqdns.length === 0 || found.has(address)) continue;
      found.set(address, { address, endpointId: endpoint.id, names: withAliases(fqdns) });
    }
  }
  return [...found.values()];
}

const ownNames = /^[0-9a-f-]{36}(?=\.(oms\.opinsights|ods\.opinsights|agentsvc\.azure-automation)\.)/;

/**
 * What the certificate of such an address holds for: any workspace, since those of a region share an address and come
 * and go. So a certificate does not tell whose endpoint answers.
 */
export const certificateNames = ({ names, address }: EndpointAddress): readonly string[] => [
  ...new Set(names.map(name => name.replace(ownNames, '*'))),
  address,
];

/** The endpoint that an arrival came through, as it is now; undefined when it has gone, and on the public side. */
export function openEndpoint(world: World, arrival: Arrival): PrivateEndpoint | undefined {
  const endpoint = arrival.kind === 'endpoint' ? world.privateEndpoints.get(arrival.endpointId) : undefined;
  return endpoint !== undefined && isOpen(world, endpoint) ? endpoint : undefined;
}

/** Where a name leads: an address of a private endpoint that has it. What a machine with our DNS would be told. */
export const addressOf = (world: World, name: string): string | undefined =>
  endpointAddresses(world).find(each => each.names.includes(name.toLowerCase()))?.address;
