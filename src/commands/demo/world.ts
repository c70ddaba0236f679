/**
 * The demo put together: the operator's own controller, with its real Azure clients, over a cluster in memory, a
 * simulated Azure behind real TLS and a small DNS server that serves the published text. src/commands/demo.ts runs it.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createAzure } from '../../azure/azure.ts';
import { type Controller, createController } from '../../controller/controller.ts';
import { WorkQueue } from '../../controller/queue.ts';
import { createMemory, type Memory, type World } from '../../controller/world.ts';
import { HOSTS_KEY } from '../../coredns/config-map-claim.ts';
import { type HostsServer, startHostsServer } from '../../coredns/hosts-server.ts';
import { createTargets } from '../../coredns/targets.ts';
import type { PmsObject } from '../../domain/object.ts';
import type { Plan } from '../../domain/steps.ts';
import type { NewObject } from '../../manifest/manifest.ts';
import type { Clock, Log } from '../../ports.ts';
import type { DnsServer } from '../../ports-dns.ts';
import { createResolver } from '../../probe/dns.ts';
import { createProber } from '../../probe/tls.ts';
import { SeedError, type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { version } from '../../version.ts';
import { createMemoryCluster, type MemoryCluster } from './cluster.ts';
import { createMemoryConfigMaps } from './config-maps.ts';
import { firstPlan } from './first-plan.ts';
import { noMetrics } from './quiet.ts';
import { seedFor } from './seed.ts';
import { SeedGapError } from './seed-gap.ts';

export interface DemoOptions {
  readonly manifest: NewObject;
  /** Multiplies the times of the real Azure; 0 = at once. */
  readonly latencyScale: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Demo {
  /** As it was created; `cluster` has what became of it. */
  readonly object: PmsObject;
  readonly plan: Plan;
  readonly cluster: MemoryCluster;
  readonly memory: Memory;
  readonly simulator: Simulator;
  readonly dnsServer: DnsServer;
  readonly installation: string;
  /** Runs the controller until the signal, then ends everything that was started. */
  run(signal: AbortSignal): Promise<void>;
}

const TARGET_PLACE = { namespace: 'dns', configMap: 'pms-hosts' } as const;
const SERVICE = { namespace: 'dns', service: 'lan-dns' } as const;
const CONCURRENT = 2;
const PASS_TIMEOUT_MS = 60_000;

/**
 * Starts Azure, DNS and cluster, creates the object and plans; the controller runs only in `run`. Throws the signal's
 * reason, or SeedGapError for what the simulated Azure cannot have; then nothing is left running.
 */
export async function startDemo(options: DemoOptions, signal: AbortSignal): Promise<Demo> {
  const dataPlanePort = await freePort();
  const simulator = await simulatorFor(options, dataPlanePort);
  try {
    signal.throwIfAborted();
    trust(simulator.caPem);
    const dns = await startHostsServer('', signal);
    try {
      return await compose(options, { simulator, dns, dataPlanePort }, signal);
    } catch (thrown) {
      await dns.close();
      throw thrown;
    }
  } catch (thrown) {
    await simulator.close();
    throw thrown;
  }
}

/** One that nothing listens on now; the simulator takes it on addresses of 127/8 of its own. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}

async function simulatorFor({ manifest, latencyScale }: DemoOptions, dataPlanePort: number): Promise<Simulator> {
  const seed = seedFor(manifest.spec);
  try {
    return await startSimulator({ latency: 'real', latencyScale, seed, dataPlanePort });
  } catch (cause) {
    // What is checked no earlier: regions, which the simulator knows some of.
    if (!(cause instanceof SeedError)) throw cause;
    const problems = new Set(cause.problems.map(problem => problem.replace(/^\S+ /, '')));
    const text = `spec.location or spec.privateEndpoint.location: ${[...problems].join(', ')}`;
    throw new SeedGapError(text, { cause });
  }
}

/** The SDKs get no word of the simulator's authority: it is one that this process trusts, like any other. */
function trust(caPem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), caPem]);
}

interface Servers {
  /** Of the private endpoint's loopback addresses. */
  readonly dataPlanePort: number;
  readonly simulator: Simulator;
  readonly dns: HostsServer;
}

async function compose(options: DemoOptions, servers: Servers, signal: AbortSignal): Promise<Demo> {
  const { clock, log, manifest } = options;
  const { simulator, dns } = servers;
  const installation = randomUUID();
  const cluster = createMemoryCluster({ clock, uid: randomUUID });
  const store = createMemoryConfigMaps();
  const dnsServer = { name: SERVICE.service, address: dns.address, port: dns.port };
  const target = { name: manifest.spec.dns?.target ?? 'default', kind: 'HostsFile', ...TARGET_PLACE } as const;
  const targets = createTargets([{ ...target, allowedNamespaces: ['*'], service: SERVICE, ttlSeconds: 60 }], {
    installation,
    store,
    endpoints: { addresses: async () => [dnsServer] },
    log,
  });
  // What a kubelet and CoreDNS do within a minute or two: the text reaches the server.
  store.watch((_, view) => dns.update(view.data[HOSTS_KEY] ?? ''));
  const azure = createAzure({ settings: settingsOf(servers), log, clock, version });
  const world: World = {
    azure,
    cluster,
    targets,
    configMaps: store,
    resolver: createResolver(),
    prober: createProber({ from: 'this machine', port: servers.dataPlanePort }),
    clock,
    log,
    rules: { allowLoopback: true },
    installation,
  };
  const memory = createMemory(clock);
  const controller = controllerOf(world, memory);
  const object = cluster.create(manifest);
  const plan = await firstPlan(world, memory, object, signal);
  const run = async (until: AbortSignal) => {
    const unwatch = watch(cluster, controller);
    // Azure's answers are cut at once: a pass that waits for one would hold up the end.
    const cut = () => void simulator.close();
    until.addEventListener('abort', cut, { once: true });
    controller.enqueue(object.metadata, 'high');
    try {
      await controller.run(until);
    } finally {
      until.removeEventListener('abort', cut);
      unwatch();
      await Promise.all([simulator.close(), dns.close()]);
    }
  };
  return { object, plan, cluster, memory, simulator, dnsServer, installation, run };
}

const settingsOf = ({ simulator, dataPlanePort }: Servers) => ({
  tenantId: simulator.tenantId,
  clientId: simulator.clientId,
  clientSecret: simulator.clientSecret,
  authorityHost: simulator.authority,
  endpoint: simulator.endpoint,
  audience: simulator.endpoint,
  disableInstanceDiscovery: true,
  logsQuery: { host: 'api.loganalytics.azure.com', audience: 'https://api.loganalytics.io', port: dataPlanePort },
});

function controllerOf(world: World, memory: Memory): Controller {
  const { clock, log } = world;
  const random = Math.random;
  const queue = new WorkQueue({ clock, random, metrics: noMetrics.queue, log });
  const limits = { concurrent: CONCURRENT, passTimeoutMs: PASS_TIMEOUT_MS };
  return createController({ world, memory, queue, metrics: noMetrics, random, ...limits });
}

/** An edit or a deletion wakes the controller; its own writes to status and finalizers do not. */
const watch = (cluster: MemoryCluster, controller: Controller): (() => void) =>
  cluster.watch(({ before, after }) => {
    const object = after ?? before;
    if (object === undefined || before?.metadata.generation === after?.metadata.generation) return;
    controller.enqueue(object.metadata, 'high');
  });
