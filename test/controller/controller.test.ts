import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createController } from '../../src/controller/controller.ts';
import { WorkQueue } from '../../src/controller/queue.ts';
import { createMemory } from '../../src/controller/world.ts';
import { createTargets } from '../../src/coredns/targets.ts';
import { ConflictError, failed, PortError } from '../../src/domain/failures.ts';
import type { PmsObject, Spec } from '../../src/domain/object.ts';
import type { Cluster, ControllerMetrics, Log } from '../../src/ports.ts';
import { eventually } from '../env/eventually.ts';
import { azureModel } from '../model/azure.ts';
import { clusterModel } from '../model/cluster.ts';
import { dnsModel } from '../model/dns.ts';
import { INSTALLATION, pms, SUBNET } from '../model/plant.ts';
import { randomness } from '../model/randomness.ts';
import { steppingClock } from '../model/stepping-clock.ts';

const nothing = (): void => {};

function fresh(name = 'plant-a', spec: Partial<Spec> = {}): PmsObject {
  const object = pms({ name, spec: { suspend: true, ...spec } });
  return { ...object, metadata: { ...object.metadata, finalizers: [] } };
}

/** A controller over the models; passes of suspended objects are one status write and nothing else. */
function bench(over: { cluster?: Partial<Cluster>; passTimeoutMs?: number; random?: () => number } = {}) {
  const clock = steppingClock();
  const random = randomness(1);
  const cluster = clusterModel(clock, random);
  const dns = dnsModel({ clock, random, installation: INSTALLATION });
  const azure = azureModel({ clock, random, subnets: [SUBNET], location: 'japaneast' });
  const told: string[] = [];
  const errors: string[] = [];
  const log: Log = { debug: nothing, info: nothing, warn: nothing, error: message => void errors.push(message) };
  const queueMetrics = {
    depth: nothing,
    added: nothing,
    retried: () => void told.push('retried'),
    waited: nothing,
    worked: nothing,
  };
  const metrics: ControllerMetrics = {
    reconciled: (result, seconds) => void told.push(`${result}${seconds > 10 ? ' slowly' : ''}`),
    panicked: () => void told.push('panicked'),
    activeWorkers: count => void told.push(`active ${count}`),
    queue: queueMetrics,
    conditions: ({ name }, status) => void told.push(`conditions ${name} ${status === undefined ? 'gone' : 'there'}`),
  };
  const stop = new AbortController();
  const deps = {
    installation: INSTALLATION,
    store: dns.store,
    endpoints: { addresses: () => Promise.resolve([]) },
    log,
  };
  const controller = createController({
    world: {
      azure: azure.port,
      cluster: { ...cluster.port, ...over.cluster },
      targets: createTargets(dns.configs, deps),
      configMaps: dns.store,
      resolver: dns.resolver,
      prober: { from: 'here', look: async () => ({ outcome: 'Held' }) },
      clock,
      log,
      rules: { allowLoopback: false },
      installation: INSTALLATION,
    },
    memory: createMemory(clock),
    queue: new WorkQueue({ clock, random: () => 0.5, metrics: queueMetrics, log }),
    metrics,
    concurrent: 2,
    passTimeoutMs: over.passTimeoutMs ?? 600_000,
    random: over.random ?? (() => 0.5),
  });
  return { clock, cluster, azure, controller, told, errors, stop, run: () => controller.run(stop.signal) };
}

suite('the controller', () => {
  test('passes over an object, counts it, and looks again after the interval', async () => {
    const { clock, cluster, controller, told, run } = bench();
    cluster.create(fresh());
    void run();
    controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
    await clock.runFor(60_000);
    assert.deepEqual(told.splice(0), ['active 1', 'conditions plant-a there', 'requeue_after', 'active 0']);
    await clock.runFor(3_600_000);
    assert.deepEqual(told, ['active 1', 'conditions plant-a there', 'requeue_after', 'active 0']);
    assert.equal(cluster.writes(), 1);
  });

  test('forgets an object that is gone', async () => {
    const { clock, controller, told, run } = bench();
    void run();
    controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
    await clock.runFor(3_600_000);
    assert.deepEqual(told, ['active 1', 'conditions plant-a gone', 'success', 'active 0']);
  });

  test('throws a pass away that lost a race, and starts another soon', async () => {
    let races = 2;
    const { clock, cluster, controller, told, errors, run } = bench({
      cluster: {
        applyStatus: async (object, status, signal) => {
          if (races-- > 0) throw new ConflictError('resourceVersion');
          return cluster.port.applyStatus(object, status, signal);
        },
      },
    });
    cluster.create(fresh());
    void run();
    controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
    await clock.runFor(1_000);
    assert.deepEqual(
      told.filter(text => text.startsWith('requeue')),
      ['requeue', 'requeue', 'requeue_after'],
    );
    assert.deepEqual(errors, [], 'a lost race is no error');
    assert.ok(!told.includes('retried'));
  });

  test('backs off when the API server cannot be written to, and counts a defect as one', async () => {
    const failures = [new PortError(failed('ClusterUnreachable', 'refused')), new TypeError('a defect')];
    const { clock, cluster, controller, told, errors, run } = bench({
      cluster: {
        applyStatus: async (object, status, signal) => {
          const failure = failures.shift();
          if (failure) throw failure;
          return cluster.port.applyStatus(object, status, signal);
        },
      },
    });
    cluster.create(fresh());
    void run();
    controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
    await clock.runFor(900);
    assert.deepEqual(told.splice(0), ['active 1', 'retried', 'error', 'active 0']);
    await clock.runFor(10_000);
    assert.deepEqual(told, [
      ...['active 1', 'panicked', 'retried', 'error', 'active 0'],
      ...['active 1', 'conditions plant-a there', 'requeue_after', 'active 0'],
    ]);
    assert.deepEqual(errors, ['the pass failed', 'the pass failed']);
  });

  test('aborts a pass that takes too long, which is no defect', async () => {
    const { clock, cluster, controller, told, errors, run } = bench({
      passTimeoutMs: 20,
      cluster: {
        applyStatus: (_object, _status, signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    cluster.create(fresh());
    void run();
    controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
    await clock.runFor(100);
    // The deadline of a pass is the machine's time: no clock of a test may stop it.
    await eventually('the pass is aborted', () => told.includes('error'), { everyMs: 5, deadlineMs: 5_000 });
    assert.deepEqual(errors, ['the pass took too long']);
    assert.ok(!told.includes('panicked'));
  });

  test('lets running passes end when it is stopped, and is silent about what the stop broke', async () => {
    const { clock, cluster, controller, told, errors, stop, run } = bench({
      cluster: {
        applyStatus: (_object, _status, signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    cluster.create(fresh());
    const running = run();
    controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
    await clock.runFor(1_000);
    stop.abort();
    await running;
    assert.deepEqual(errors, []);
    assert.deepEqual(told, ['active 1', 'active 0']);
  });

  test('has the objects of a DNS target looked at, and no others', async () => {
    const { clock, cluster, controller, told, run } = bench();
    cluster.create(fresh('plant-a'));
    cluster.create(fresh('plant-b', { dns: { target: 'lan' } }));
    const { dns: _, ...rest } = fresh('plant-c').spec;
    cluster.create({ ...fresh('plant-c'), spec: rest });
    void run();
    controller.enqueueTarget('default');
    await clock.runFor(1_000);
    const seen = told.filter(text => text.startsWith('conditions'));
    assert.deepEqual(seen.sort(), ['conditions plant-a there', 'conditions plant-c there']);
  });

  test('spreads resyncs by a tenth', async () => {
    for (const [random, seconds] of [
      [0, 3_240],
      [0.999_999, 3_960],
    ] as const) {
      const { clock, cluster, controller, told, run } = bench({ random: () => random });
      cluster.create(fresh());
      void run();
      controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
      const passes = () => told.filter(text => text === 'requeue_after').length;
      await clock.runFor((seconds - 10) * 1_000);
      assert.equal(passes(), 1);
      await clock.runFor(20_000);
      assert.equal(passes(), 2);
    }
  });
});
