/**
 * The product installed from the chart, in real parts on loopback: kube-apiserver with RBAC, a CoreDNS fed as a kubelet
 * does, and the Deployment's pod as containers of the image. Nothing of it has a right that the rendering does not give.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeAtExit } from '../env/child-process.ts';
import { feedConfigMap } from '../env/config-map-feed.ts';
import { type ControlPlane, startControlPlane } from '../env/control-plane.ts';
import { type CoreDns, startCoreDns } from '../env/coredns.ts';
import { eventually } from '../env/eventually.ts';
import { freePort } from '../env/free-port.ts';
import { buildImage, type Image } from '../env/image.ts';
import { packedPms } from '../env/packed.ts';
import { type Pod, startPod } from '../env/pod.ts';
import { startUpstreamDns } from '../env/upstream-dns.ts';
import type { Manifest } from '../rights/grants.ts';
import type { Planted } from '../rights/judge.ts';
import { keepCalls } from '../rights/keep-calls.ts';
import { type AzureSide, startAzure } from './azure-side.ts';
import { applyRendering, NAMESPACE, OPERATOR_ACCOUNT } from './rendering.ts';

export { NAMESPACE };

export interface Ground {
  readonly directory: string;
  readonly controlPlane: ControlPlane;
  readonly coreDns: CoreDns;
  readonly image: Image;
  /** What `install` applied. */
  readonly installed: Manifest[];
  /** As `willBeRefused` of a scene: calls of the operator that the story has refused. */
  readonly planted: Planted[];
  /** kubectl in the operator's namespace, as the administrator; throws with its stderr when it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Calls back in reverse order at the end. */
  onStop(end: () => Promise<void> | void): void;
  stop(): Promise<void>;
}

/** A cluster with nothing of ours in it, a DNS server that will read the records, and the image. */
export async function prepareGround(): Promise<Ground> {
  const ends: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  const onStop = (end: () => Promise<void> | void) => void ends.push(end);
  try {
    const directory = await mkdtemp(join(tmpdir(), 'pms-installed-'));
    onStop(removeAtExit(directory));
    const image = await buildImage();
    onStop(image.remove);
    const controlPlane = await startControlPlane({ auditLog: true, crds: false });
    onStop(controlPlane.stop);
    const installed: Manifest[] = [];
    const planted: Planted[] = [];
    onStop(() => keepCalls(controlPlane, { account: OPERATOR_ACCOUNT, shipped: installed, planted }));
    const upstream = await startUpstreamDns({ 'api.monitor.azure.com': { A: ['192.0.2.10'] } });
    onStop(upstream.stop);
    const hostsDirectory = join(directory, 'records');
    const { request } = controlPlane;
    const feed = await feedConfigMap({ request, namespace: NAMESPACE, name: 'pms-records', directory: hostsDirectory });
    onStop(feed.stop);
    const coreDns = await startCoreDns({ hostsDirectory, upstream: upstream.server, cacheSeconds: 1 });
    onStop(coreDns.stop);
    const kubectl: Ground['kubectl'] = async (args, input = '') => {
      const { exitCode, stdout, stderr } = await controlPlane.kubectl(['-n', NAMESPACE, ...args], { input });
      if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr || stdout}`);
      return stdout;
    };
    return { directory, controlPlane, coreDns, image, installed, planted, kubectl, onStop, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Applies what the chart renders with these values (YAML); resolves with its objects when the CRD is served. */
export async function install(
  { controlPlane, installed, kubectl }: Ground,
  values: string,
): Promise<readonly Manifest[]> {
  const objects = await applyRendering(controlPlane, ['--set', 'namespace.create=true'], values);
  installed.push(...objects);
  await kubectl(['wait', '--for=condition=Established', 'crd/privatemonitoringscopes.privatemonitoring.dev']);
  return objects;
}

/** The simulated Azure as a process of its own, with another seed if one is given; ended by `ground.stop`. */
export async function startAzureBeside({ directory, onStop }: Ground, seed?: string): Promise<AzureSide> {
  const pms = await packedPms();
  const azure = await startAzure({ pms, directory, latencyScale: 0.1, ...(seed === undefined ? {} : { seed }) });
  onStop(azure.stop);
  return azure;
}

/** Values (YAML) that lead an installation to that Azure; `identify` brings what they name. */
export const cloudOf = ({ env }: AzureSide): string => `
azure: {authorityHost: "${env.AZURE_AUTHORITY_HOST}", resourceManagerEndpoint: "${env.AZURE_RESOURCE_MANAGER_ENDPOINT}"}
certificateAuthority: {configMap: corporate-ca}
`;

/** Makes the Secret with the identity and the ConfigMap with the authority, as docs/operations.md says. */
export async function identify({ kubectl }: Ground, { env }: AzureSide): Promise<void> {
  const names = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'];
  const literals = names.map(name => `--from-literal=${name}=${env[name]}`);
  await kubectl(['create', 'secret', 'generic', 'pms-azure', ...literals]);
  await kubectl(['create', 'configmap', 'corporate-ca', `--from-file=ca.crt=${env.NODE_EXTRA_CA_CERTS}`]);
}

/** What the operator must be told beside, where Azure is that one. */
export const simulated = ({ dataPlanePort }: AzureSide): readonly string[] => [
  '--simulated-azure',
  `--data-plane-port=${dataPlanePort}`,
];

/** Runs the pod of the Deployment among `objects`; resolves when its readiness probe passes. Ended by `ground.onStop`. */
export async function runInstalled(
  ground: Pick<Ground, 'controlPlane' | 'image' | 'onStop'>,
  objects: readonly Manifest[],
  moreArgs: readonly string[] = [],
): Promise<Pod> {
  const { template } = objects.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'pms-operator',
  ).spec;
  const ports = new Map<string, string>();
  for (const shipped of ['8443', '8444']) ports.set(shipped, String(await freePort()));
  const change = (text: string) =>
    text
      .replace(/^(--(?:metrics|health)-addr=):\d+$/, '$1127.0.0.1:0')
      .replace(/\b(844[34])\b/g, (_, port: string) => ports.get(port) ?? port);
  const { controlPlane, image } = ground;
  const pod = await startPod({ template, namespace: NAMESPACE, controlPlane, image, change, moreArgs });
  ground.onStop(pod.stop);
  const { path } = template.spec.containers.at(-1).readinessProbe.httpGet;
  try {
    await eventually('the pod is ready', async () => {
      if (!pod.main.isRunning()) throw new Error('it ended');
      const port = /"healthPort":(\d+)/.exec(pod.main.output())?.[1];
      return port !== undefined && (await fetch(`http://127.0.0.1:${port}${path}`)).ok;
    });
  } catch (error) {
    throw new Error(`the pod did not start:\n${pod.main.output()}`, { cause: error });
  }
  return pod;
}
