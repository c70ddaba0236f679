/**
 * Everything that a user has, in real parts on loopback: kube-apiserver with RBAC, a CoreDNS fed as a kubelet does, the
 * packed `pms simulator` and `pms operator` as processes of their own. The operator is the ServiceAccount that the chart
 * renders, with its rights and its configuration, and every call of it is recorded (test/rights); tests look on through
 * kubectl, DNS, and Azure's own side.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type OwnedProcess, removeAtExit, startProcess } from '../env/child-process.ts';
import { feedConfigMap } from '../env/config-map-feed.ts';
import { type ControlPlane, type KubectlResult, startControlPlane } from '../env/control-plane.ts';
import { type CoreDns, startCoreDns } from '../env/coredns.ts';
import { eventually } from '../env/eventually.ts';
import { compiledOnce, packedPms } from '../env/packed.ts';
import { startUpstreamDns, type UpstreamDns } from '../env/upstream-dns.ts';
import type { Manifest } from '../rights/grants.ts';
import type { Planted } from '../rights/judge.ts';
import { keepCalls } from '../rights/keep-calls.ts';
import { type AzureSide, startAzure } from './azure-side.ts';
import { type Platform, type PlatformCoreDns, startPlatformCoreDns } from './platform-coredns.ts';
import { applyRendering, NAMESPACE, OPERATOR_ACCOUNT } from './rendering.ts';

const root = join(import.meta.dirname, '../..');

export { NAMESPACE };
export const RECORDS = 'pms-records';
const UPSTREAM = { 'www.example.com': { A: ['192.0.2.80'] }, 'api.monitor.azure.com': { A: ['192.0.2.10'] } } as const;

const CONDITIONS = [
  ...['get', 'pms', '-n', NAMESPACE, '-o'],
  'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{range .status.conditions[*]}  {.type}={.status} {.reason}: {.message}{"\\n"}{end}{end}',
];

/** `pms check` compares the CRD for whoever may read it, and says when that is not so. */
const CRD_IS_LOOKED_AT = { calls: /^get customresourcedefinitions /, why: 'pms check looks at the CRD' };

export interface Scene {
  readonly controlPlane: ControlPlane;
  readonly azure: AzureSide;
  readonly coreDns: CoreDns;
  readonly upstream: UpstreamDns;
  /** Only where it was asked for. */
  readonly platform: PlatformCoreDns | undefined;
  /** Starts the operator as the ServiceAccount that the chart renders; resolves when it is ready. */
  startOperator(options?: OperatorOptions): Promise<OperatorProcess>;
  /** kubectl in the operator's namespace; throws with its stderr when it fails. */
  kubectl(...args: readonly string[]): Promise<string>;
  apply(...objects: readonly unknown[]): Promise<string>;
  /** Runs a command of the packed `pms` as the operator's ServiceAccount, with its configuration; any exit code is an answer. */
  pms(args: readonly string[], object?: unknown, kubeconfig?: string): Promise<KubectlResult>;
  /** Says that the story has calls of the operator refused; any other refusal fails `npm test` (test/rights). */
  willBeRefused(calls: RegExp, why: string): void;
  /** The keys of the records ConfigMap. */
  records(): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

export interface OperatorOptions {
  /** Where it looks for the private endpoint's addresses; default: where they listen. */
  readonly dataPlanePort?: number;
  /** More flags. */
  readonly args?: readonly string[];
  /** Instead of what the scene sets. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface OperatorProcess extends OwnedProcess {
  readonly healthPort: number;
  readonly metricsPort: number;
}

export interface SceneOptions {
  /** Of the simulated Azure; 1 is as slow as the real one. */
  readonly latencyScale: number;
  /** What Azure holds at the start: a file beside this one, or one that the cluster's keys go into; default `seed.yaml`. */
  readonly seed?: string | ((controlPlane: ControlPlane, directory: string) => Promise<string>);
  /** Whether the simulated machines send data. */
  readonly agent?: boolean;
  /** The CoreDNS of the cluster too, with a target `cluster` for it. */
  readonly platform?: Platform;
  /** More targets of the operator's configuration, at the same DNS server. */
  readonly targets?: readonly Readonly<Record<string, unknown>>[];
  /** Namespaces beside the operator's own, whose objects may publish too. */
  readonly namespaces?: readonly string[];
  /** Instead of the shipped part of the operator's configuration. */
  readonly globalIdentity?: Readonly<Record<string, unknown>>;
}

/** Starts all but the operator. */
export async function startScene(options: SceneOptions): Promise<Scene> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return await assemble(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(options: SceneOptions, stops: (() => Promise<void> | void)[], stop: Scene['stop']) {
  const directory = await mkdtemp(join(tmpdir(), 'pms-e2e-'));
  stops.push(removeAtExit(directory));
  const pms = await packedPms();
  const { namespaces = [], seed = 'seed.yaml', latencyScale, agent = false } = options;
  const controlPlane = await startControlPlane({ auditLog: true, namespaces: [NAMESPACE, ...namespaces] });
  stops.push(controlPlane.stop);
  const planted: Planted[] = [];
  const shipped: Manifest[] = [];
  stops.push(() => keepCalls(controlPlane, { account: OPERATOR_ACCOUNT, shipped, planted }));
  const file = typeof seed === 'string' ? seed : await seed(controlPlane, directory);
  const azure = await startAzure({ pms, directory, latencyScale, seed: file, agent });
  stops.push(azure.stop);
  const upstream = await startUpstreamDns(UPSTREAM);
  stops.push(upstream.stop);
  const hostsDirectory = join(directory, 'records');
  const { request } = controlPlane;
  const feed = await feedConfigMap({ request, namespace: NAMESPACE, name: RECORDS, directory: hostsDirectory });
  stops.push(feed.stop);
  const coreDns = await startCoreDns({ hostsDirectory, upstream: upstream.server, cacheSeconds: 1 });
  stops.push(coreDns.stop);

  const kubectl: Scene['kubectl'] = async (...args) => {
    const result = await controlPlane.kubectl(['-n', NAMESPACE, ...args]);
    // What was waited for did not come: the conditions tell why.
    const why = args[0] === 'wait' && result.exitCode !== 0 ? await controlPlane.kubectl(CONDITIONS) : undefined;
    return succeeded({ ...result, stderr: result.stderr + (why?.stdout ?? '') });
  };
  const apply: Scene['apply'] = async (...objects) => {
    const input = objects.map(object => stringify(object)).join('---\n');
    return succeeded(await controlPlane.kubectl(['-n', NAMESPACE, 'apply', '-f', '-'], { input }));
  };
  const platform = options.platform
    ? await startPlatformCoreDns(controlPlane, { platform: options.platform, upstream: upstream.server })
    : undefined;
  if (platform !== undefined) stops.push(platform.stop);
  const more = [...(options.targets ?? []).map(target => ({ ...target, servers: [coreDns.server] })), platform?.target];
  const values = await valuesOf(coreDns.server, {
    more: more.flatMap(target => target ?? []),
    namespaces,
    ...(options.globalIdentity ? { globalIdentity: options.globalIdentity } : {}),
  });
  shipped.push(...(await applyRendering(controlPlane, ['--set', 'crds.install=false'], values)));
  const config = join(directory, 'operator.yaml');
  await writeFile(config, configIn(shipped));
  const { namespace, name } = OPERATOR_ACCOUNT;
  const kubeconfig = await controlPlane.serviceAccountKubeconfig(namespace, name);
  const startOperator: Scene['startOperator'] = async (options = {}) => {
    const env = { KUBECONFIG: kubeconfig, ...azure.env, ...options.env };
    const { dataPlanePort = azure.dataPlanePort, args = [] } = options;
    const operator = await runOperator({
      pms,
      config,
      env,
      args: [...args, '--data-plane-port', String(dataPlanePort)],
    });
    stops.push(() => operator.stop('SIGKILL'));
    return operator;
  };
  const command: Scene['pms'] = (args, object, as = kubeconfig) => {
    if (args[0] === 'check' && as === kubeconfig) planted.push(CRD_IS_LOOKED_AT);
    const env = { PATH: process.env.PATH, ...compiledOnce, KUBECONFIG: as, PMS_CONFIG: config, ...azure.env };
    return runToEnd(pms, args, { env, input: object === undefined ? '' : stringify(object) });
  };
  const records: Scene['records'] = async () => {
    const reply = await request('GET', `/api/v1/namespaces/${NAMESPACE}/configmaps/${RECORDS}`);
    return reply.status === 404 ? {} : (reply.body.data ?? {});
  };
  return {
    controlPlane,
    azure,
    coreDns,
    upstream,
    platform,
    startOperator,
    kubectl,
    apply,
    pms: command,
    willBeRefused: (calls: RegExp, why: string) => void planted.push({ calls, why }),
    records,
    stop,
  };
}

function succeeded({ exitCode, stdout, stderr }: { exitCode: number; stdout: string; stderr: string }): string {
  if (exitCode !== 0) throw new Error(`kubectl: ${stderr || stdout}`);
  return stdout;
}

function runToEnd(
  pms: string,
  args: readonly string[],
  { env, input }: { readonly env: NodeJS.ProcessEnv; readonly input: string },
): Promise<KubectlResult> {
  return new Promise(resolve => {
    const child = execFile(process.execPath, [pms, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code ?? -1) : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** The chart's own values; the one thing changed is which DNS server to ask: there are no pods here. YAML. */
async function valuesOf(
  server: string,
  changes: Pick<SceneOptions, 'globalIdentity'> & {
    readonly more: readonly unknown[];
    readonly namespaces: readonly string[];
  },
): Promise<string> {
  const shipped = parse(await readFile(join(root, 'deploy/chart/values.yaml'), 'utf8'));
  const targets = shipped.targets.map(({ service: _, ...target }: Record<string, unknown>) => ({
    ...target,
    allowedNamespaces: [NAMESPACE, ...changes.namespaces],
    servers: [server],
    // The ttl of the shipped Corefile is waited for before an endpoint goes: a minute is nothing new to watch.
    ttlSeconds: 2,
  }));
  const { globalIdentity = shipped.globalIdentity } = changes;
  return stringify({ globalIdentity, targets: [...targets, ...changes.more] });
}

/** The operator's configuration file, as the chart's ConfigMap has it. */
const configIn = (objects: readonly Manifest[]): string =>
  objects.find(({ kind, data }) => kind === 'ConfigMap' && data['operator.yaml']).data['operator.yaml'];

interface OperatorStart {
  readonly pms: string;
  readonly config: string;
  readonly env: NodeJS.ProcessEnv;
  readonly args: readonly string[];
}

async function runOperator({ pms, config, env, args }: OperatorStart): Promise<OperatorProcess> {
  const addresses = ['--metrics-addr', '127.0.0.1:0', '--health-addr', '127.0.0.1:0'];
  const flags = ['--config', config, ...addresses, '--simulated-azure', ...args];
  const operator = startProcess(process.execPath, [pms, 'operator', ...flags], {
    env: { PATH: process.env.PATH, ...compiledOnce, ...env },
  });
  try {
    const ports = await eventually('the operator tells its ports', () => {
      if (!operator.isRunning()) throw new Error(operator.output());
      return /"metricsPort":(\d+),"healthPort":(\d+)/.exec(operator.output()) ?? undefined;
    });
    const [metricsPort, healthPort] = ports.slice(1).map(Number) as [number, number];
    await eventually('the operator is ready', async () => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).ok);
    return { ...operator, metricsPort, healthPort };
  } catch (error) {
    await operator.stop('SIGKILL');
    throw new Error(`the operator did not start:\n${operator.output()}`, { cause: error });
  }
}
