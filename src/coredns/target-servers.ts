/**
 * The DNS servers that must answer for a target: the administrator's list, or the endpoints of a Service. Used by the
 * targets of src/coredns.
 */
import { PortError, waiting } from '../domain/failures.ts';
import type { DnsServer, ServiceEndpoints } from '../ports-dns.ts';
import type { TargetBase } from './target-config.ts';

const NO_ENDPOINT_RETRY_MS = 5_000;

/** At least one. Throws PortError NoDnsEndpoint when there is none, and what reading the endpoints throws. */
export async function serversOf(
  config: TargetBase,
  endpoints: ServiceEndpoints,
  signal: AbortSignal,
): Promise<readonly DnsServer[]> {
  const { service } = config;
  const servers = service ? await endpoints.addresses(service, signal) : (config.servers ?? []);
  if (servers.length > 0) return servers;
  const whence = service ? `Service ${service.namespace}/${service.service} has no ready endpoint` : 'it lists none';
  const text = `DNS target ${config.name} has no server to ask: ${whence}`;
  throw new PortError(waiting('NoDnsEndpoint', text, NO_ENDPOINT_RETRY_MS));
}
