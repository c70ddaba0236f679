/**
 * A real Kubernetes control plane on loopback for tests: etcd and kube-apiserver (RBAC, CEL, service-account tokens),
 * our CRDs installed. There are no controllers: nothing deletes a namespace's content, no service account comes by
 * itself, and the aggregated roles (view, edit, admin) stay empty. Everything lives in one temporary folder and ends
 * with `stop()`, at the latest with this process.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type ApiClient, succeeded } from './api-client.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { type AuditEvent, readAuditLog, readStages } from './audit-log.ts';
import { type Binaries, ensureBinaries } from './binaries.ts';
import { removeAtExit } from './child-process.ts';
import { installCrds } from './crds.ts';
import { kubeconfigText, type Login } from './credentials.ts';
import { type Etcd, startEtcd } from './etcd.ts';

export interface ControlPlaneOptions {
  readonly signal?: AbortSignal;
  /** Folder of the CRD files to install; default crds/ of the repository; `false` installs none. */
  readonly crds?: string | false;
  /** Records every request, for `auditEvents()`. Default false. */
  readonly auditLog?: boolean;
  /** Namespaces to make beside `default`. */
  readonly namespaces?: readonly string[];
  /** More arguments for kube-apiserver. */
  readonly apiServerArguments?: readonly string[];
}

export interface KubectlResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlOptions {
  /** What kubectl reads from stdin (`apply -f -`). */
  readonly input?: string;
  /** A kubeconfig file other than the administrator's. */
  readonly kubeconfig?: string;
  readonly signal?: AbortSignal;
}

export interface ControlPlane extends Pick<ApiClient, 'request'> {
  /** https://127.0.0.1:PORT */
  readonly url: string;
  /** The certificate that proves the API server, PEM. */
  readonly caCertificate: string;
  /** The temporary folder of it all; gone after `stop()`. */
  readonly directory: string;
  /** File: the administrator's kubeconfig (user `pms-admin`, group system:masters). */
  readonly kubeconfig: string;
  readonly binaries: Binaries;
  /** Our environment with KUBECONFIG, KUBECACHEDIR, and PATH with the right kubectl first. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs kubectl to its end; any exit code is an answer. */
  readonly kubectl: (args: readonly string[], options?: KubectlOptions) => Promise<KubectlResult>;
  /** Makes the namespace when it is not there. */
  readonly createNamespace: (name: string) => Promise<void>;
  /** File: a kubeconfig for this user of these groups, by client certificate. It has the rights that RBAC gives it. */
  readonly userKubeconfig: (user: string, groups?: readonly string[]) => Promise<string>;
  /** A token of the service account by TokenRequest; makes the account when it is not there. */
  readonly serviceAccountToken: (namespace: string, name: string, audiences?: readonly string[]) => Promise<string>;
  /** File: a kubeconfig for the service account, with a token of one hour. */
  readonly serviceAccountKubeconfig: (namespace: string, name: string) => Promise<string>;
  /** Every request answered so far; throws unless `auditLog` was asked for. */
  readonly auditEvents: () => Promise<AuditEvent[]>;
  /** The same, with watches that have not ended. */
  readonly auditStages: () => Promise<AuditEvent[]>;
  /** Pids of what runs now: etcd first, then the API server when it is up. */
  readonly pids: () => number[];
  /** SIGKILL to the API server; etcd and its data stay. */
  readonly killApiServer: () => Promise<void>;
  /** Starts the API server again on the same port and data; resolves when it is ready. */
  readonly startApiServer: () => Promise<void>;
  /** When that was going on: an API server that is not ready yet refuses whom it lets in afterwards. */
  readonly starts: ApiServer['starts'];
  /** Ends all processes and removes the folder. A second call does nothing. */
  readonly stop: () => Promise<void>;
}

const repositoryCrds = join(import.meta.dirname, '../../crds');

/** Starts a control plane; resolves when it is ready and the CRDs are served (about 5 s once the programs are built). */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const signal = options.signal ?? new AbortController().signal;
  const binaries = await ensureBinaries(signal);
  const directory = await mkdtemp(join(tmpdir(), 'pms-control-plane-'));
  const removeDirectory = removeAtExit(directory);
  let etcd: Etcd | undefined;
  let apiServer: ApiServer | undefined;
  const stop = async () => {
    apiServer?.client.close();
    await apiServer?.kill();
    await etcd?.process.stop('SIGKILL');
    removeDirectory();
  };
  try {
    etcd = await startEtcd(binaries.etcd, directory, signal);
    apiServer = await startApiServer({
      binary: binaries['kube-apiserver'],
      directory,
      etcdUrl: etcd.url,
      auditLog: options.auditLog ?? false,
      moreArguments: options.apiServerArguments ?? [],
      signal,
    });
    const controlPlane = await assemble({ binaries, directory, etcd, apiServer, stop, auditLog: options.auditLog });
    if (options.crds !== false) await installCrds(apiServer.client, options.crds ?? repositoryCrds, signal);
    for (const namespace of options.namespaces ?? []) await controlPlane.createNamespace(namespace);
    return controlPlane;
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  readonly binaries: Binaries;
  readonly directory: string;
  readonly etcd: Etcd;
  readonly apiServer: ApiServer;
  readonly stop: () => Promise<void>;
  readonly auditLog: boolean | undefined;
}

async function assemble({ binaries, directory, etcd, apiServer, stop, auditLog }: Parts): Promise<ControlPlane> {
  const { url, caCertificate, client } = apiServer;
  const writeKubeconfig = async (login: Login) => {
    const file = join(directory, `kubeconfig-${randomUUID()}`);
    await writeFile(file, kubeconfigText(url, caCertificate, login), { mode: 0o600 });
    return file;
  };
  const kubeconfig = await writeKubeconfig({ token: apiServer.adminToken });
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: join(directory, 'kubectl-cache'),
    PATH: `${dirname(binaries.kubectl)}${delimiter}${process.env.PATH ?? ''}`,
  };
  const auditLogFile = () => {
    if (auditLog !== true) throw new Error('start the control plane with auditLog: true to read its audit log');
    return apiServer.auditLogFile;
  };
  const serviceAccountToken = (namespace: string, name: string, audiences: readonly string[] = []) =>
    requestToken(client, { namespace, name, audiences });
  return {
    url,
    caCertificate,
    directory,
    kubeconfig,
    binaries,
    env,
    request: client.request,
    kubectl: (args, options = {}) => runKubectl(binaries.kubectl, args, env, options),
    createNamespace: name => createNamespace(client, name),
    userKubeconfig: async (user, groups = []) => writeKubeconfig(await apiServer.authority.issue(user, groups)),
    serviceAccountToken,
    serviceAccountKubeconfig: async (namespace, name) =>
      writeKubeconfig({ token: await serviceAccountToken(namespace, name) }),
    auditEvents: async () => readAuditLog(auditLogFile()),
    auditStages: async () => readStages(auditLogFile()),
    pids: () => [etcd.process, apiServer.process()].filter(child => child.isRunning()).map(child => child.pid),
    killApiServer: apiServer.kill,
    startApiServer: apiServer.start,
    starts: apiServer.starts,
    stop,
  };
}

function runKubectl(
  binary: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: KubectlOptions,
): Promise<KubectlResult> {
  return new Promise((resolve, reject) => {
    const environment = options.kubeconfig === undefined ? env : { ...env, KUBECONFIG: options.kubeconfig };
    const settings = { env: environment, maxBuffer: 64 << 20, ...(options.signal && { signal: options.signal }) };
    const child = execFile(binary, args, settings, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') return reject(error);
      resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
    });
    child.stdin?.end(options.input ?? '');
  });
}

async function createNamespace(client: ApiClient, name: string): Promise<void> {
  const reply = await client.request('POST', '/api/v1/namespaces', { metadata: { name } });
  if (reply.status !== 409) succeeded(reply, `creating namespace ${name}`);
}

interface TokenOf {
  readonly namespace: string;
  readonly name: string;
  readonly audiences: readonly string[];
}

async function requestToken(client: ApiClient, { namespace, name, audiences }: TokenOf): Promise<string> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const created = await client.request('POST', accounts, { metadata: { name } });
  if (created.status !== 409) succeeded(created, `creating service account ${namespace}/${name}`);
  const spec = { expirationSeconds: 3600, ...(audiences.length > 0 && { audiences }) };
  const reply = await client.request('POST', `${accounts}/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec,
  });
  return succeeded(reply, `asking for a token of ${namespace}/${name}`).status.token;
}
