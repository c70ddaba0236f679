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
import { createLog } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { version } from '../version.ts';
import { systemClock as clock } from './system-clock.ts';

/** A pass looks at writes for 2 s and at reads for 30 s at most; whatever takes this long hangs. */
const PASS_TIMEOUT_MS = 120_000;
const RETRY_MS = 2_000;
const FLUSH_MS = 3_000;

/**
 * Runs until the signal; then lets passes reach their next await, sends what events are left, and resolves. Throws when
 * a port is taken or there is no usable kubeconfig; an API server that cannot be reached is waited for.
 */
export async function runOperator(config: OperatorConfig, stop: AbortSignal): Promise<void> {
  const log = createLog({ level: config.logLevel });
  const metrics = createMetrics({ version, concurrent: config.concurrent });
  const kubernetes = connectKubernetes({
    version,
    log,
    clock,
    random: Math.random,
    configMaps: config.targets.flatMap(configMapsOf),
    onRequest: ({ method, code, seconds }) => metrics.kubernetesRequest({ method, code, seconds }),
  });
  const notReady = () => (kubernetes.isSynced() ? [] : ['the objects of the API server are not listed yet']);
  const servers = [
    await serveMetrics(config.metrics, metrics),
    await serveHealth(config.health, { healthy: () => [], ready: notReady }),
  ];
  const [metricsPort, healthPort] = servers.map(server => server.port);
  log.info('operator started', { version, server: kubernetes.server, metricsPort, healthPort });
  if (config.targets.length === 0) log.warn('no DNS target is configured: no object can become Ready (--config)');
  try {
    await work(config, { kubernetes, metrics, log }, stop);
  } finally {
    await kubernetes.flushEvents(AbortSignal.timeout(FLUSH_MS));
    await kubernetes.close();
    for (const server of servers) await server.close();
    log.info('operator stopped');
  }
}

interface Parts {
  readonly kubernetes: Kubernetes;
  readonly metrics: Metrics;
  readonly log: Log;
}

async function work(config: OperatorConfig, parts: Parts, stop: AbortSignal): Promise<void> {
  const { kubernetes, log } = parts;
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
  kubernetes.onObjectChange((key, change) => controller.enqueue(key, change === 'listed' ? 'low' : 'high'));
  kubernetes.onConfigMapChange(ref => void onTargetChange(ref, { targets, controller, log }, stop));
  const watching = kubernetes.start(stop);
  await Promise.race([kubernetes.synced, watching]);
  log.info('objects listed', { objects: kubernetes.cluster.objects().length, installation });
  await Promise.all([controller.run(stop), watching]);
}

function assemble(
  config: OperatorConfig,
  { kubernetes, metrics, log }: Parts,
  { installation, targets }: { readonly installation: string; readonly targets: Targets },
): Controller {
  return createController({
    world: {
      azure: createAzure({ settings: config.azure, log, clock, onRequest: metrics.azureRequest, version }),
      cluster: kubernetes.cluster,
      targets,
      resolver: createResolver(),
      prober: createProber({ ...config.azure.logsQuery, from: `pod ${hostname()}` }),
      clock,
      log,
      rules: { allowLoopback: config.simulatedAzure, isOtherCloud: isOtherCloud(config.azure.endpoint) },
      installation,
    },
    memory: createMemory(clock),
    queue: new WorkQueue({ clock, random: Math.random, metrics: metrics.controller.queue, log }),
    metrics: metrics.controller,
    concurrent: config.concurrent,
    passTimeoutMs: PASS_TIMEOUT_MS,
    random: Math.random,
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
  try {
    await target.repair(stop);
  } catch (thrown) {
    log.warn('a DNS target could not be repaired; its objects tell why', {
      target: target.name,
      error: failureOf(thrown).message,
    });
  }
  controller.enqueueTarget(target.name);
}
