/**
 * The metrics, under the names that dashboards for controller-runtime, client-go and Azure Service Operator know.
 * Implements `ControllerMetrics` of src/ports.ts with prom-client; the commands make it and serve its text.
 * Names: controller-runtime pkg/internal/controller/metrics and pkg/metrics; facts: ecosystem 8.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Condition, keyText, type ObjectKey, type Status } from '../domain/object.ts';
import type { ControllerMetrics } from '../ports.ts';

const CONTROLLER = 'privatemonitoringscope';

export interface AzureRequest {
  readonly resourceType: string;
  readonly method: string;
  /** Absent when no answer came. */
  readonly status?: number;
  readonly seconds: number;
}

export interface KubernetesRequest {
  readonly method: string;
  /** HTTP status, or `<error>` when no answer came. */
  readonly code: string;
  readonly seconds: number;
}

export interface Metrics {
  readonly controller: ControllerMetrics;
  /** Whether this process leads by that lease; told once at the start, and at each change. */
  leading(lease: string, leads: boolean): void;
  /** Asked at each scrape how long each object that a worker has has been worked on, in milliseconds. */
  watchWork(workingMs: () => readonly number[]): void;
  azureRequest(request: AzureRequest): void;
  kubernetesRequest(request: KubernetesRequest): void;
  /** In the exposition format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  readonly version: string;
  readonly concurrent: number;
}

/** Metrics in a registry of their own. */
export function createMetrics({ version, concurrent }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Gauges with the suffix of a counter, which `promtool check metrics` rightly refuses; each has a twin without it.
  for (const kind of ['resources', 'handles', 'requests']) registry.removeSingleMetric(`nodejs_active_${kind}_total`);
  const info = gauge(registry, 'pms_build_info', 'The running version.', ['version', 'node']);
  info.set({ version, node: process.version }, 1);
  gauge(registry, 'controller_runtime_max_concurrent_reconciles', 'Maximum number of concurrent reconciles.', [
    'controller',
  ]).set({ controller: CONTROLLER }, concurrent);
  return {
    controller: { ...passMetrics(registry), queue: queueMetrics(registry), conditions: conditionMetrics(registry) },
    azureRequest: azureMetrics(registry),
    kubernetesRequest: kubernetesMetrics(registry),
    leading: leadershipMetric(registry),
    watchWork: workingMs => watchWork(registry, workingMs),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function passMetrics(
  registry: Registry,
): Pick<ControllerMetrics, 'reconciled' | 'panicked' | 'timedOut' | 'activeWorkers'> {
  const labels = { controller: CONTROLLER };
  const total = counter(registry, 'controller_runtime_reconcile_total', 'Passes, by result.', ['controller', 'result']);
  const errors = counter(registry, 'controller_runtime_reconcile_errors_total', 'Passes that ended in an error.', [
    'controller',
  ]);
  const panics = counter(registry, 'controller_runtime_reconcile_panics_total', 'Passes that ended in a defect.', [
    'controller',
  ]);
  const timeouts = counter(registry, 'controller_runtime_reconcile_timeouts_total', 'Passes that took too long.', [
    'controller',
  ]);
  const time = histogram(registry, 'controller_runtime_reconcile_time_seconds', 'Length of a pass.', ['controller']);
  const active = gauge(registry, 'controller_runtime_active_workers', 'Passes under way.', ['controller']);
  for (const result of ['success', 'requeue_after', 'requeue', 'error']) total.inc({ ...labels, result }, 0);
  for (const series of [errors, panics, timeouts]) series.inc(labels, 0);
  active.set(labels, 0);
  return {
    reconciled: (result, seconds) => {
      total.inc({ ...labels, result });
      if (result === 'error') errors.inc(labels);
      time.observe(labels, seconds);
    },
    panicked: () => panics.inc(labels),
    timedOut: () => timeouts.inc(labels),
    activeWorkers: count => active.set(labels, count),
  };
}

function queueMetrics(registry: Registry): ControllerMetrics['queue'] {
  const name = { name: CONTROLLER };
  const depth = gauge(registry, 'workqueue_depth', 'Objects that wait for a pass.', ['name']);
  const adds = counter(registry, 'workqueue_adds_total', 'Objects that were queued.', ['name']);
  const retries = counter(registry, 'workqueue_retries_total', 'Objects that were queued again with back-off.', [
    'name',
  ]);
  const waited = histogram(registry, 'workqueue_queue_duration_seconds', 'Time in the queue.', ['name']);
  const worked = histogram(registry, 'workqueue_work_duration_seconds', 'Time of work on an object.', ['name']);
  depth.set(name, 0);
  for (const series of [adds, retries]) series.inc(name, 0);
  return {
    depth: count => depth.set(name, count),
    added: () => adds.inc(name),
    retried: () => retries.inc(name),
    waited: seconds => waited.observe(name, seconds),
    worked: seconds => worked.observe(name, seconds),
  };
}

function watchWork(registry: Registry, workingMs: () => readonly number[]): void {
  const measured = (name: string, help: string, value: (seconds: readonly number[]) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['name'],
      registers: [registry],
      collect() {
        this.set({ name: CONTROLLER }, value(workingMs().map(ms => ms / 1_000)));
      },
    });
  measured('workqueue_unfinished_work_seconds', 'Seconds of work that is under way, of all workers.', seconds =>
    seconds.reduce((sum, one) => sum + one, 0),
  );
  measured(
    'workqueue_longest_running_processor_seconds',
    'Seconds of work of the worker that has taken longest.',
    seconds => Math.max(0, ...seconds),
  );
}

function leadershipMetric(registry: Registry): Metrics['leading'] {
  const help = 'Whether this process leads (1) or waits to (0); there is one leader of a lease.';
  const status = gauge(registry, 'leader_election_master_status', help, ['name']);
  return (lease, leads) => status.set({ name: lease }, leads ? 1 : 0);
}

/** One series a condition, 1 for the status and reason that hold; an object that is gone takes its series along. */
function conditionMetrics(registry: Registry): ControllerMetrics['conditions'] {
  const labelNames = ['type', 'status', 'reason', 'namespace', 'name'] as const;
  const conditions = gauge(registry, 'pms_status_condition', 'Conditions of each object.', labelNames);
  const records = gauge(registry, 'pms_dns_records', 'DNS records of each object.', ['namespace', 'name']);
  const shown = new Map<string, readonly Pick<Condition, 'type' | 'status' | 'reason'>[]>();
  return ({ namespace, name }: ObjectKey, status: Status | undefined) => {
    const key = keyText({ namespace, name });
    for (const labels of shown.get(key) ?? []) conditions.remove({ ...labels, namespace, name });
    shown.delete(key);
    if (status === undefined) return records.remove({ namespace, name });
    const now = (status.conditions ?? []).map(({ type, status: value, reason }) => ({ type, status: value, reason }));
    for (const labels of now) conditions.set({ ...labels, namespace, name }, 1);
    shown.set(key, now);
    records.set({ namespace, name }, status.recordCount ?? 0);
  };
}

function azureMetrics(registry: Registry): Metrics['azureRequest'] {
  const labels = ['resource', 'method', 'code'] as const;
  const total = counter(registry, 'azure_requests_total', 'Calls of Azure Resource Manager, by outcome.', labels);
  const throttled = counter(registry, 'azure_throttled_total', 'Calls that Azure answered with 429.', ['resource']);
  const time = histogram(registry, 'azure_request_duration_seconds', 'Time until Azure answered.', [
    'resource',
    'method',
  ]);
  return ({ resourceType: resource, method, status, seconds }) => {
    total.inc({ resource, method, code: status ?? 'none' });
    if (status === 429) throttled.inc({ resource });
    time.observe({ resource, method }, seconds);
  };
}

function kubernetesMetrics(registry: Registry): Metrics['kubernetesRequest'] {
  const total = counter(registry, 'rest_client_requests_total', 'Calls of the API server, by outcome.', [
    'method',
    'code',
  ]);
  const time = histogram(registry, 'rest_client_request_duration_seconds', 'Time until the API server answered.', [
    'method',
  ]);
  return ({ method, code, seconds }) => {
    total.inc({ method, code });
    time.observe({ method }, seconds);
  };
}

/** Seconds; wide enough for a pass that waits for Azure's first answers. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const counter = <L extends string>(registry: Registry, name: string, help: string, labelNames: readonly L[]) =>
  new Counter({ name, help, labelNames, registers: [registry] });

const gauge = <L extends string>(registry: Registry, name: string, help: string, labelNames: readonly L[]) =>
  new Gauge({ name, help, labelNames, registers: [registry] });

const histogram = <L extends string>(registry: Registry, name: string, help: string, labelNames: readonly L[]) =>
  new Histogram({ name, help, labelNames, buckets: BUCKETS, registers: [registry] });
