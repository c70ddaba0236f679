/**
 * The product's Kubernetes side connected to a test control plane, with what it told. For the tests of this folder.
 */
import type { TestContext } from 'node:test';
import { keyText, type ObjectKey } from '../../../src/domain/object.ts';
import type { KubeRequestRecord } from '../../../src/kubernetes/client.ts';
import { connectKubernetes, type Kubernetes, type KubernetesOptions } from '../../../src/kubernetes/kubernetes.ts';
import type { ConfigMapRef } from '../../../src/ports-dns.ts';
import type { ControlPlane } from '../../env/control-plane.ts';
import { type Logbook, logbook, realClock } from '../logbook.ts';

export const soon = (): AbortSignal => AbortSignal.timeout(60_000);

export interface Connected extends Kubernetes {
  readonly log: Logbook;
  readonly requests: readonly KubeRequestRecord[];
  /** `added plants/plant-a`, in order. */
  readonly changes: string[];
  /** `dns/hosts`, in order. */
  readonly configMapChanges: string[];
}

/** Connected and started; ended after the test. */
export function connect(t: TestContext, options: Partial<KubernetesOptions> & { kubeconfig: string }): Connected {
  const log = logbook();
  const requests: KubeRequestRecord[] = [];
  const kubernetes = connectKubernetes({
    version: '0.0.0-test',
    log,
    clock: realClock,
    random: Math.random,
    configMaps: [],
    instance: 'test-instance',
    onRequest: record => requests.push(record),
    ...options,
  });
  const changes: string[] = [];
  const configMapChanges: string[] = [];
  kubernetes.onObjectChange((key: ObjectKey, change) => changes.push(`${change} ${keyText(key)}`));
  kubernetes.onConfigMapChange((ref: ConfigMapRef) => configMapChanges.push(`${ref.namespace}/${ref.name}`));
  const stop = new AbortController();
  const running = kubernetes.start(stop.signal);
  t.after(async () => {
    stop.abort();
    await running;
    await kubernetes.close();
  });
  return { ...kubernetes, log, requests, changes, configMapChanges };
}

const SUBNET =
  '/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-monitor/providers/Microsoft.Network/virtualNetworks/vnet-plant/subnets/monitoring';

/** The smallest valid object. */
export const pms = (namespace: string, name: string) => ({
  apiVersion: 'privatemonitoring.dev/v1alpha1',
  kind: 'PrivateMonitoringScope',
  metadata: { namespace, name },
  spec: {
    subscriptionId: '11111111-1111-4111-8111-111111111111',
    resourceGroup: 'rg-monitor',
    location: 'japaneast',
    workspaces: [{ name: `law-${name}` }],
    privateEndpoint: { subnetId: SUBNET },
  },
});

export const pmsPath = (namespace: string, name = ''): string =>
  `/apis/privatemonitoring.dev/v1alpha1/namespaces/${namespace}/privatemonitoringscopes${name && `/${name}`}`;

/** Makes an object as its user does. */
export async function createPms(controlPlane: ControlPlane, namespace: string, name: string): Promise<void> {
  const reply = await controlPlane.request('POST', pmsPath(namespace), pms(namespace, name));
  if (reply.status !== 201) throw new Error(`POST answered ${reply.status}: ${JSON.stringify(reply.body)}`);
}
