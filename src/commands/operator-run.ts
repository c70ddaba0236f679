/**
 * The operator put together: API server, Azure, DNS targets, probes and the controller, with metrics and health beside
 * them; what starts when, and what ends when the signal comes. src/commands/operator.ts alone runs it.
 */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { createAzure } from '../azure/azure.ts';
import { isOtherCloud } from '../config/data-plane.ts';
import type { OperatorConfig } from '../config/operator.ts';
import { type Controller, createController } from '../controller/controller.ts';
import { WorkQueue } from '../controller/queue.ts';
import { createMemory } from '../controller/world.ts';
import { readReloadFailures } from '../coredns/reload-counter.ts';
import { configMapsOf, createTargets, type Targets } from '../coredns/targets.ts';
import { failureOf } from '../domain/failures.ts';
import { connectKubernetes, type Kubernetes } from '../kubernetes/kubernetes.ts';
import type { Log } from '../ports.ts';
import type { ConfigMapRef } from '../ports-dns.ts';
import { createResolver } from '../probe/dns.ts';
import { createProber } from '../probe/tls.ts';
import { serveHealth, serveMetrics } from '../telemetry/http.ts';
import { createLog, type ScopedLog } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { clockIsSteady, leaseIsRenewed, queueMoves } from '../telemetry/vitals.ts';
import { version } from '../version.ts';
import { identitiesOf } from './operator-identities.ts';
import { candidacy, momentNow, whileLeading } from './operator-lead.ts';
import { tellTargets } from './operator-targets.ts';
import { systemClock as clock } from './system-clock.ts';

/** A pass looks at writes for 2 s and at reads for 30 s at most; whatever takes this long hangs. */
const PASS_TIMEOUT_MS = 120_000;
const RETRY_MS = 2_000;
const FLUSH_MS = 3_000;

/**
 * Runs until the signal; then lets passes reach their next await, writes down what they did, sends what events are left,
 * gives the lease back and resolves. Throws when a port is taken, there is no usable kubeconfig or the lease is lost; an
 * API server that cannot be reached is waited for. While another copy leads, this one lists, watches and serves its
 * metrics and probes, and writes nothing.
 */
export async function runOperator(config: OperatorConfig, stop: AbortSignal): Promise<void> {
  const log = createLog({ level: config.logLevel, encoding: config.logEncoding });
  const metrics = createMetrics({ version, concurrent: config.concurrent });
  const kubernetes = connectKubernetes({
    version,
    log,
    clock,
    random: Math.random,
    configMaps: config.targets.flatMap(configMapsOf),
    onRequest: ({ method, code, seconds }) => metrics.kubernetesRequest({ method, code, seconds }),
    ...(config.leaderElection ? { leaderElection: candidacy(config.leaderElection) } : {}),
  });
  const queue = new WorkQueue({ clock, random: Math.random, metrics: metrics.controller.queue, log });
  metrics.watchWork(() => queue.workingMs());
  const vitals = [
    leaseIsRenewed(() => kubernetes.lease?.renewedAgoMs(), config.leaderElection?.leaseMs ?? 0),
    queueMoves(() => queue.workingMs(), PASS_TIMEOUT_MS),
    clockIsSteady(clock.now, () => momentNow().monotonicMs),
  ];
  const notReady = () => (kubernetes.isSynced() ? [] : ['the objects of the API server are not listed yet']);
  const servers = [
    await serveMetrics(config.metrics, metrics),
    await serveHealth(config.health, { healthy: () => vitals.flatMap(vital => vital() ?? []), ready: notReady }),
  ];
  const [metricsPort, healthPort] = servers.map(server => server.port);
  log.info('operator started', { version, server: kubernetes.server, metricsPort, healthPort });
  if (config.targets.length === 0) log.warn('no DNS target is configured: no object can become Ready (--config)');
  try {
    await work(config, { kubernetes, metrics, queue, log }, stop);
  } finally {
    await kubernetes.close();
    for (const server of servers) await server.close();
    log.info('operator stopped');
  }
}

interface Parts {
  readonly kubernetes: Kubernetes;
  readonly metrics: Metrics;
  readonly queue: WorkQueue;
  readonly log: ScopedLog;
}

async function work(config: OperatorConfig, parts: Parts, stop: AbortSignal): Promise<void> {
  const { kubernetes, metrics, log } = parts;
  const installation = config.installationId ?? (await installationOf(parts, stop));
  if (installation === undefined) return;
  const targets = createTargets(config.targets, {
    installation,
    store: kubernetes.configMaps,
    endpoints: kubernetes.endpoints,
    log,
    reload: { clock, failures: readReloadFailures },
  });
  const controller = assemble(config, parts, { installation, targets });
  let leads = false;
  kubernetes.onObjectChange(key => leads && controller.enqueue(key, 'high'));
  kubernetes.onConfigMapChange(ref => leads && void onTargetChange(ref, { targets, controller, log }, stop));
  // Also without the lease: whoever takes over starts from caches that are filled.
  const watching = kubernetes.start(stop);
  await Promise.race([kubernetes.synced, watching]);
  const objects = kubernetes.cluster.objects().length;
  log.info('objects listed', { objects, installation });
  const name = config.leaderElection?.name ?? '';
  const changed = (now: boolean) => metrics.leading(name, now);
  await whileLeading({ lease: kubernetes.lease, changed }, stop, async signal => {
    leads = true;
    for (const { metadata } of kubernetes.cluster.objects()) controller.enqueue(metadata, 'low');
    for (const target of targets.all) void repair(target, log, signal);
    void tellTargets(targets, kubernetes.cluster.objects(), { log, signal });
    await controller.run(signal);
    leads = false;
    await kubernetes.flushEvents(AbortSignal.timeout(FLUSH_MS));
  });
  await watching;
}

function assemble(
  config: OperatorConfig,
  { kubernetes, metrics, queue, log }: Parts,
  { installation, targets }: { readonly installation: string; readonly targets: Targets },
): Controller {
  const guard = kubernetes.lease ? { guard: kubernetes.lease.guard } : {};
  const options = { settings: config.azure, log, clock, onRequest: metrics.azureRequest, version, ...guard };
  const azure = createAzure(options);
  return createController({
    world: {
      azure,
      identities: identitiesOf(config, azure, { options, kubernetes }),
      cluster: kubernetes.cluster,
      targets,
      configMaps: kubernetes.configMaps,
      resolver: createResolver(),
      prober: createProber({ ...config.azure.logsQuery, from: `pod ${hostname()}` }),
      clock,
      log,
      rules: { allowLoopback: config.simulatedAzure, isOtherCloud: isOtherCloud(config.azure.endpoint) },
      installation,
    },
    memory: createMemory(clock),
    queue,
    metrics: metrics.controller,
    concurrent: config.concurrent,
    passTimeoutMs: PASS_TIMEOUT_MS,
    random: Math.random,
    logScope: log.within,
  });
}

/** The uid of kube-system, however long the API server takes; `undefined` when the signal came first. */
async function installationOf({ kubernetes, log }: Parts, stop: AbortSignal): Promise<string | undefined> {
  while (!stop.aborted) {
    try {
      return await kubernetes.installation(stop);
    } catch (thrown) {
      if (stop.aborted) break;
      log.warn('the uid of namespace kube-system cannot be read yet', { error: failureOf(thrown).message });
      await delay(RETRY_MS, undefined, { signal: stop }).catch(() => {});
    }
  }
  return undefined;
}

interface Woken {
  readonly targets: Targets;
  readonly controller: Controller;
  readonly log: Log;
}

/** Somebody else wrote a ConfigMap of ours: our key is brought back, and every object that publishes there looks. */
async function onTargetChange(
  ref: ConfigMapRef,
  { targets, controller, log }: Woken,
  stop: AbortSignal,
): Promise<void> {
  const target = targets.all.find(({ refs }) =>
    refs.some(one => one.namespace === ref.namespace && one.name === ref.name),
  );
  if (target === undefined || stop.aborted) return;
  await repair(target, log, stop);
  controller.enqueueTarget(target.name);
}

async function repair(target: Targets['all'][number], log: Log, signal: AbortSignal): Promise<void> {
  try {
    await target.repair(signal);
  } catch (thrown) {
    if (signal.aborted) return;
    const error = failureOf(thrown).message;
    log.warn('a DNS target could not be repaired; its objects tell why', { target: target.name, error });
  }
}
