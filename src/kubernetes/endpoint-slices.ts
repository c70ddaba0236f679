/**
 * The port `ServiceEndpoints` of src/ports-dns.ts: the addresses behind a Service, from its EndpointSlices ("EndpointSlices",
 * Kubernetes documentation). Listed anew each time: it is asked only when DNS is verified, and stale addresses would be
 * asked in vain. src/kubernetes/kubernetes.ts puts it together.
 */
import type { DnsServer, ServiceEndpoints, ServiceRef } from '../ports-dns.ts';
import type { KubeClient } from './client.ts';
import { listCollection } from './list.ts';
import { translated } from './port-errors.ts';
import { type RawObject, recordAt, recordsAt, textAt } from './raw-object.ts';

export const createServiceEndpoints = (client: KubeClient): ServiceEndpoints => ({
  async addresses(ref, signal) {
    const collection = {
      path: `/apis/discovery.k8s.io/v1/namespaces/${ref.namespace}/endpointslices`,
      query: { labelSelector: `kubernetes.io/service-name=${ref.service}` },
    };
    const { items } = await translated(`reading the endpoints of Service ${ref.namespace}/${ref.service}`, () =>
      listCollection(client, collection, { read: slice => serversOf(slice, ref), signal }),
    );
    return distinct(items.flat());
  },
});

function serversOf(slice: RawObject, ref: ServiceRef): DnsServer[] {
  const port = portOf(recordsAt(slice, 'ports'), ref.port);
  if (port === undefined || slice.addressType === 'FQDN') return [];
  return recordsAt(slice, 'endpoints')
    .filter(isServing)
    .flatMap(endpoint => {
      const pod = textAt(recordAt(endpoint, 'targetRef'), 'name') ?? ref.service;
      return addressesOf(endpoint).map(address => ({ name: `${pod} (${address})`, address, port }));
    });
}

/** An absent `ready` means ready, an absent `terminating` means not. */
function isServing(endpoint: RawObject): boolean {
  const { ready, terminating } = recordAt(endpoint, 'conditions');
  return ready !== false && terminating !== true;
}

/** All addresses of an endpoint are the same thing; clients are to use the first. */
const addressesOf = ({ addresses }: RawObject): readonly string[] =>
  Array.isArray(addresses) ? addresses.filter(one => typeof one === 'string').slice(0, 1) : [];

/** The ports of a slice are those of the pods, not of the Service; their names are the Service's. */
function portOf(ports: readonly RawObject[], wanted: string | undefined): number | undefined {
  const udp = ports.filter(({ protocol }) => protocol === 'UDP');
  const named = (name: string) => udp.find(port => port.name === name);
  const chosen =
    wanted === undefined
      ? (named('dns') ?? named('dns-udp') ?? (udp.length === 1 ? udp[0] : undefined))
      : (ports.find(({ name }) => name === wanted) ?? ports.find(({ port }) => String(port) === wanted));
  return typeof chosen?.port === 'number' ? chosen.port : undefined;
}

/** A pod can be in two slices while it moves between them. */
function distinct(servers: readonly DnsServer[]): readonly DnsServer[] {
  const byAddress = new Map(servers.map(server => [`${server.address} ${server.port}`, server]));
  return [...byAddress.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}
