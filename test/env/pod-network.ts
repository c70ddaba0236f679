/**
 * What the network of a cluster does for a pod here, where there is none: the addresses of other pods lead to it. The API
 * server takes no loopback address for an endpoint, and nothing else is dialled here; so whoever asks by this proxy is told
 * loopback in the place of such an address. Used by tests of what is installed as it stands.
 */
import { startKubeFaultProxy } from '../faults/kube-fault-proxy.ts';
import { succeeded } from './api-client.ts';
import type { ControlPlane } from './control-plane.ts';

export interface PodNetwork {
  /** The control plane as a pod in this network sees it. */
  readonly controlPlane: ControlPlane;
  readonly close: () => Promise<void>;
}

/** Of the range that kubeadm's documentation gives to pods. */
const POD = '10.244.0.7';

export interface PodBehind {
  readonly namespace: string;
  readonly service: string;
  /** Of the Service. */
  readonly portName: string;
  /** Where the pod's program listens on 127.0.0.1. */
  readonly port: number;
}

/** A ready pod behind a Service, as the cluster's controllers write it down. */
export async function startPodNetwork(controlPlane: ControlPlane, pod: PodBehind): Promise<PodNetwork> {
  const { namespace, service, portName, port } = pod;
  const slice = {
    metadata: { name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    ports: [{ name: portName, port, protocol: 'UDP' }],
    endpoints: [{ addresses: [POD], conditions: { ready: true, serving: true, terminating: false } }],
  };
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  succeeded(await controlPlane.request('POST', path, slice), `making an EndpointSlice of ${service}`);
  const proxy = await startKubeFaultProxy(controlPlane);
  proxy.hook({ rewrite: (call, body) => (call.path === path ? body.replaceAll(POD, '127.0.0.1') : body) });
  const { url, caCertificate, close } = proxy;
  return { controlPlane: { ...controlPlane, url, caCertificate }, close };
}
