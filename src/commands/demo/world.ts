/**
 * The demo put together: the operator's own controller, with its real Azure clients, over a cluster in memory, a
 * simulated Azure behind real TLS and a small DNS server that serves the published text. session.ts and the scenarios
 * run it.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { createAzure } from '../../azure/azure.ts';
import { type Controller, createController } from '../../controller/controller.ts';
import { WorkQueue } from '../../controller/queue.ts';
import { createMemory, type Memory, type World } from '../../controller/world.ts';
import { HOSTS_KEY } from '../../coredns/config-map-claim.ts';
import { type HostsServer, startHostsServer } from '../../coredns/hosts-server.ts';
import { createTargets } from '../../coredns/targets.ts';
import type { Clock, Log } from '../../ports.ts';
import type { DnsServer } from '../../ports-dns.ts';
import { createResolver } from '../../probe/dns.ts';
import { createProber } from '../../probe/tls.ts';
import type { Seed, Simulator } from '../../simulator/simulator.ts';
import { version } from '../../version.ts';
import { type AzureSide, settingsOf, startAzureSide } from './azure-side.ts';
import { createMemoryCluster, type MemoryCluster } from './cluster.ts';
import { createMemoryConfigMaps } from './config-maps.ts';
import { noMetrics } from './quiet.ts';
import type { Somebody } from './somebody.ts';

export interface DemoWorldOptions {
  /** What is in Azure before anything is done. */
  readonly seed: Seed;
  /** Name of the one DNS target. */
  readonly target: string;
  /** Multiplies the times of the real Azure; 0 = at once. */
  readonly latencyScale: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DemoWorld {
  readonly cluster: MemoryCluster;
  readonly memory: Memory;
  /** What a pass of the controller sees. */
  readonly ports: World;
  readonly simulator: Simulator;
  readonly somebody: Somebody;
  readonly dnsServer: DnsServer;
  readonly installation: string;
  /** Runs the controller until the signal, then closes. */
  run(signal: AbortSignal): Promise<void>;
  /** Ends everything that was started; may be called more than once. */
  close(): Promise<void>;
}

const TARGET_PLACE = { namespace: 'dns', configMap: 'pms-hosts' } as const;
const SERVICE = { namespace: 'dns', service: 'lan-dns' } as const;
const CONCURRENT = 2;
const PASS_TIMEOUT_MS = 60_000;

/**
 * Starts Azure, DNS and an empty cluster; the controller runs only in `run`. Throws the signal's reason, or SeedGapError
 * for what the simulated Azure cannot have; then nothing is left running.
 */
export async function startWorld(options: DemoWorldOptions, signal: AbortSignal): Promise<DemoWorld> {
  const azure = await startAzureSide(options, signal);
  try {
    signal.throwIfAborted();
    const dns = await startHostsServer('', signal);
    return compose(options, azure, dns);
  } catch (thrown) {
    await azure.close();
    throw thrown;
  }
}

function compose({ clock, log, target: name }: DemoWorldOptions, azure: AzureSide, dns: HostsServer): DemoWorld {
  const installation = randomUUID();
  const cluster = createMemoryCluster({ clock, uid: randomUUID });
  const store = createMemoryConfigMaps();
  const dnsServer = { name: SERVICE.service, address: dns.address, port: dns.port };
  const target = { name, kind: 'HostsFile', ...TARGET_PLACE, allowedNamespaces: ['*'], service: SERVICE } as const;
  const targets = createTargets([{ ...target, ttlSeconds: 60 }], {
    installation,
    store,
    endpoints: { addresses: async () => [dnsServer] },
    log,
  });
  const ports: World = {
    azure: createAzure({ settings: settingsOf(azure), log, clock, version }),
    cluster,
    targets,
    configMaps: store,
    resolver: createResolver(),
    prober: createProber({ from: 'this machine', port: azure.dataPlanePort }),
    clock,
    log,
    rules: { allowLoopback: true },
    installation,
  };
  const memory = createMemory(clock);
  const controller = controllerOf(ports, memory);
  store.watch((_, view) => {
    // What a kubelet and CoreDNS do within a minute or two: the text reaches the server.
    dns.update(view.data[HOSTS_KEY] ?? '');
    controller.enqueueTarget(name);
  });
  const close = async () => {
    await Promise.all([azure.close(), dns.close()]);
  };
  const run = async (until: AbortSignal) => {
    const unwatch = watch(cluster, controller);
    // Azure's answers are cut at once: a pass that waits for one would hold up the end.
    const cut = () => void azure.close();
    until.addEventListener('abort', cut, { once: true });
    for (const { metadata } of cluster.objects()) controller.enqueue(metadata, 'high');
    try {
      await controller.run(until);
    } finally {
      until.removeEventListener('abort', cut);
      unwatch();
      await close();
    }
  };
  const { simulator, somebody } = azure;
  return { cluster, memory, ports, simulator, somebody, dnsServer, installation, run, close };
}

function controllerOf(world: World, memory: Memory): Controller {
  const { clock, log } = world;
  const random = Math.random;
  const queue = new WorkQueue({ clock, random, metrics: noMetrics.queue, log });
  const limits = { concurrent: CONCURRENT, passTimeoutMs: PASS_TIMEOUT_MS };
  return createController({ world, memory, queue, metrics: noMetrics, random, ...limits });
}

/** An edit, an annotation or a deletion wakes the controller; its own writes to status and finalizers do not. */
const watch = (cluster: MemoryCluster, controller: Controller): (() => void) =>
  cluster.watch(({ before, after }) => {
    const object = after ?? before;
    if (object === undefined) return;
    const isEdited = before?.metadata.generation !== after?.metadata.generation;
    const isAnnotated = !isDeepStrictEqual(before?.metadata.annotations, after?.metadata.annotations);
    if (isEdited || isAnnotated) controller.enqueue(object.metadata, 'high');
  });
