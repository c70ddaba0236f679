/**
 * What a kubelet does for a pod of ours, on this machine: its volumes, its environment, its service account's token, its
 * sidecars in their order, and containers of the image with the shipped arguments and heap. No other limit, and no network:
 * what would listen on the pod's address is told another one. Used by the end-to-end tests of what is installed.
 */
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { succeeded } from './api-client.ts';
import { type OwnedProcess, removeAtExit } from './child-process.ts';
import type { ControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { type Image, startContainer } from './image.ts';

// biome-ignore lint/suspicious/noExplicitAny: a rendered manifest; what is read here is what a kubelet reads
type Manifest = any;

export interface PodOptions {
  /** Of the Deployment. */
  readonly template: Manifest;
  readonly namespace: string;
  readonly controlPlane: ControlPlane;
  readonly image: Image;
  /** Every argument and value as this machine needs it, such as other ports. */
  readonly change: (text: string) => string;
  /** Arguments beside those of the manifest, for the last container. */
  readonly moreArgs?: readonly string[];
}

export interface Pod {
  /** Of the last container. */
  readonly main: OwnedProcess;
  readonly sidecars: readonly OwnedProcess[];
  /** SIGTERM to the last container, then to its sidecars, as a kubelet does. */
  stop(): Promise<void>;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Starts the pod; resolves when its sidecars have started and its last container was started. */
export async function startPod(options: PodOptions): Promise<Pod> {
  const { template, image, change, moreArgs = [] } = options;
  const directory = await mkdtemp(join(tmpdir(), 'pms-pod-'));
  const remove = removeAtExit(directory);
  const folders = await makeVolumes(options, directory);
  const sidecars: OwnedProcess[] = [];
  const stopSidecars = async () => {
    for (const sidecar of sidecars.reverse()) await sidecar.stop('SIGTERM');
    remove();
  };
  const containerOf = async (container: Manifest) => ({
    env: await environmentOf(container, options),
    mounts: [
      { from: join(directory, 'service-account'), to: SERVICE_ACCOUNT },
      ...container.volumeMounts.map(({ name, mountPath, readOnly }: Manifest) => {
        return { from: folders.get(name) ?? '', to: mountPath, writable: readOnly !== true };
      }),
    ],
  });
  try {
    for (const sidecar of template.spec.initContainers ?? []) {
      const shared = await containerOf(sidecar);
      const running = await startContainer(image, { ...shared, args: sidecar.args.map(change) });
      sidecars.push(running);
      const probe = { ...shared, entrypoint: sidecar.startupProbe.exec.command, args: [] };
      await eventually(`the sidecar ${sidecar.name} has started`, async () => {
        if (!running.isRunning()) throw new Error(running.output());
        return (await (await startContainer(image, probe)).ended) === 0;
      });
    }
    const container = template.spec.containers.at(-1);
    const args = [...container.args.map(change), ...moreArgs];
    const main = await startContainer(image, { ...(await containerOf(container)), args });
    const stop = async () => {
      await main.stop('SIGTERM', 25_000);
      await stopSidecars();
    };
    return { main, sidecars, stop };
  } catch (error) {
    await stopSidecars();
    throw error;
  }
}

/**
 * The heap that the image's percentage gives under the container's limit, which Node would read from its control group:
 * there is none here.
 */
function nodeOptions(image: Image, container: Manifest): string {
  const [, mebibytes] = /^(\d+)Mi$/.exec(container.resources.limits.memory) ?? [];
  return (image.stage.env.NODE_OPTIONS ?? '').replace(
    /--max-old-space-size-percentage=(\d+)/,
    (_, percentage: string) => `--max-old-space-size=${Math.floor((Number(mebibytes) * Number(percentage)) / 100)}`,
  );
}

async function environmentOf(container: Manifest, options: PodOptions): Promise<Record<string, string>> {
  const { controlPlane, namespace, change, image } = options;
  const { hostname, port } = new URL(controlPlane.url);
  const env: Record<string, string> = {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    NODE_OPTIONS: nodeOptions(image, container),
  };
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (value !== undefined) env[name] = change(value);
    else {
      const { name: secret, key } = valueFrom.secretKeyRef;
      const { data } = await read(controlPlane, `/api/v1/namespaces/${namespace}/secrets/${secret}`);
      env[name] = Buffer.from(data[key], 'base64').toString();
    }
  }
  return env;
}

const read = async ({ request }: ControlPlane, path: string) =>
  succeeded(await request('GET', path), `reading ${path}`);

/** Name of a volume -> its folder. */
async function makeVolumes(options: PodOptions, directory: string): Promise<ReadonlyMap<string, string>> {
  const { template, controlPlane, namespace } = options;
  const { serviceAccountName } = template.spec;
  const folders = new Map<string, string>();
  const fill = async (name: string, files: Readonly<Record<string, string>>) => {
    const folder = join(directory, name);
    await mkdir(folder);
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    return folder;
  };
  await fill('service-account', {
    token: await controlPlane.serviceAccountToken(namespace, serviceAccountName),
    'ca.crt': controlPlane.caCertificate,
    namespace,
  });
  for (const { name, configMap, emptyDir, projected } of template.spec.volumes) {
    const at = `/api/v1/namespaces/${namespace}/configmaps/${configMap?.name}`;
    const token = projected?.sources[0].serviceAccountToken;
    const files = configMap
      ? (await read(controlPlane, at)).data
      : token
        ? { [token.path]: await controlPlane.serviceAccountToken(namespace, serviceAccountName, [token.audience]) }
        : {};
    const folder = await fill(`volume-${name}`, files);
    if (emptyDir) await chmod(folder, 0o777);
    folders.set(name, folder);
  }
  await chmod(directory, 0o755);
  return folders;
}
