/**
 * What tells one cluster from another. src/kubernetes/kubernetes.ts offers it.
 */
import type { KubeClient } from './client.ts';
import { translated } from './port-errors.ts';
import { identityOf } from './raw-object.ts';

/**
 * The uid of the namespace kube-system: made with the cluster, never changed, and what others use too (OpenTelemetry,
 * `k8s.cluster.uid`). One GET. Throws PortError.
 */
export const readInstallation = (client: KubeClient, signal: AbortSignal): Promise<string> =>
  translated('reading namespace kube-system', async () => {
    return identityOf(await client.request('GET', '/api/v1/namespaces/kube-system', { signal })).uid;
  });
