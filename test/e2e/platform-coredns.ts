/**
 * The CoreDNS of a cluster as AKS or kubeadm runs it, on loopback: its Corefile and the folder of imported keys are
 * ConfigMaps of the real API server, brought to it as a kubelet does.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onLoopback } from '../coredns/clustered-coredns.ts';
import { AKS, KUBEADM } from '../coredns/corefiles.ts';
import { ensureBinaries } from '../env/binaries.ts';
import { removeAtExit, startProcess } from '../env/child-process.ts';
import { feedConfigMap } from '../env/config-map-feed.ts';
import type { ControlPlane } from '../env/control-plane.ts';
import { eventually } from '../env/eventually.ts';
import { freePort } from '../env/free-port.ts';

export interface PlatformCoreDns {
  /** `127.0.0.1:port` */
  readonly server: string;
  readonly port: number;
  /** The Corefile as the platform made it. */
  readonly corefile: string;
  /** For the operator's configuration; its name is `aks` or `kubeadm`. */
  readonly target: Readonly<Record<string, unknown>>;
  /** The keys of kube-system/coredns-custom. */
  custom(): Promise<Readonly<Record<string, string>>>;
  /** While it holds, no change of coredns-custom reaches the pod. */
  hold(): Promise<void>;
  release(): Promise<void>;
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

const NAMESPACE = 'kube-system';

export type Platform = 'AKS' | 'kubeadm';

export interface PlatformOptions {
  readonly platform: Platform;
  /** `127.0.0.1:port`, for every other name. */
  readonly upstream: string;
}

const SHIPPED = { AKS, kubeadm: KUBEADM } as const;

export async function startPlatformCoreDns(
  controlPlane: ControlPlane,
  { platform, upstream }: PlatformOptions,
): Promise<PlatformCoreDns> {
  const { request } = controlPlane;
  const { coredns } = await ensureBinaries(new AbortController().signal);
  const directory = await mkdtemp(join(tmpdir(), 'pms-platform-'));
  const remove = removeAtExit(directory);
  const [corefileFolder, custom] = [join(directory, 'corefile'), join(directory, 'custom')];
  const ports = { dns: await freePort(), health: await freePort(), ready: await freePort(), metrics: await freePort() };
  const corefile = onLoopback(SHIPPED[platform], ports, upstream).replaceAll('import custom/', `import ${custom}/`);
  const made = await request('POST', `/api/v1/namespaces/${NAMESPACE}/configmaps`, {
    metadata: { name: 'coredns' },
    data: { Corefile: corefile },
  });
  if (made.status !== 201) throw new Error(`the platform's Corefile: ${made.status}`);
  const feed = (name: string, folder: string) =>
    feedConfigMap({ request, namespace: NAMESPACE, name, directory: folder });
  const main = await feed('coredns', corefileFolder);
  let keys = await feed('coredns-custom', custom);
  const child = startProcess(coredns, ['-conf', join(corefileFolder, 'Corefile')]);
  await eventually('CoreDNS of the cluster is ready', async () => {
    if (!child.isRunning()) throw new Error(child.output());
    return (await fetch(`http://127.0.0.1:${ports.ready}/ready`)).ok;
  });
  return {
    server: `127.0.0.1:${ports.dns}`,
    port: ports.dns,
    corefile,
    target: {
      name: platform.toLowerCase(),
      kind: platform === 'AKS' ? 'CustomServer' : 'Corefile',
      namespace: NAMESPACE,
      configMap: platform === 'AKS' ? 'coredns-custom' : 'coredns',
      allowedNamespaces: ['private-monitoring'],
      servers: [`127.0.0.1:${ports.dns}`],
      ttlSeconds: 2,
      server: {
        port: ports.dns,
        bind: ['127.0.0.1'],
        forward: [upstream],
        metricsPort: ports.metrics,
        ...(platform === 'AKS'
          ? { directory: custom }
          : { store: { namespace: 'private-monitoring', configMap: 'pms-corefile' } }),
      },
    },
    custom: async () =>
      (await request('GET', `/api/v1/namespaces/${NAMESPACE}/configmaps/coredns-custom`)).body.data ?? {},
    hold: () => keys.stop(),
    async release() {
      keys = await feed('coredns-custom', custom);
    },
    output: child.output,
    async stop() {
      await keys.stop();
      await main.stop();
      await child.stop('SIGKILL');
      remove();
    },
  };
}
