import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createController } from '../../src/controller/controller.ts';
import { WorkQueue } from '../../src/controller/queue.ts';
import { createMemory } from '../../src/controller/world.ts';
import { createTargets } from '../../src/coredns/targets.ts';
import { ConflictError, failed, PortError, waiting } from '../../src/domain/failures.ts';
import type { PmsObject, Spec } from '../../src/domain/object.ts';
import type { Cluster, ControllerMetrics, Log, LogScope } from '../../src/ports.ts';
import { eventually } from '../env/eventually.ts';
import { azureModel } from '../model/azure.ts';
import { clusterModel } from '../model/cluster.ts';
import { dnsModel } from '../model/dns.ts';
import { asCreated, INSTALLATION, pms, SUBNET } from '../model/plant.ts';
import { randomness } from '../model/randomness.ts';
import { steppingClock } from '../model/stepping-clock.ts';

const nothing = (): void => {};

function fresh(name = 'plant-a', spec: Partial<Spec> = {}): PmsObject {
  return asCreated(pms({ name, spec: { suspend: true, ...spec } }));
}

interface Over {
  readonly cluster?: Partial<Cluster>;
  readonly passTimeoutMs?: number;
  readonly random?: () => number;
  readonly logScope?: LogScope;
}

/** A controller over the models; passes of suspended objects are one status write and nothing else. */
function bench(over: Over = {}) {
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
    timedOut: () => void told.push('timed out'),
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
    ...(over.logScope ? { logScope: over.logScope } : {}),
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

  test('logs each pass under its object and an id of its own', async () => {
    const scopes: Readonly<Record<string, unknown>>[] = [];
    const { clock, cluster, controller, run } = bench({
      logScope: (fields, work) => {
        scopes.push(fields);
        return work();
      },
    });
    cluster.create(fresh());
    void run();
    controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
    await clock.runFor(4_000_000);
    assert.deepEqual(
      scopes.map(({ object }) => object),
      ['plant/plant-a', 'plant/plant-a'],
    );
    assert.equal(new Set(scopes.map(({ reconcileID }) => reconcileID)).size, 2);
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
    assert.ok(told.includes('timed out'));
    assert.ok(!told.includes('panicked'));
  });

  test('when it is stopped, what a pass has done is still written down, for ten seconds', async () => {
    for (const { takesMs, written } of [
      { takesMs: 9_000, written: 1 },
      { takesMs: 60_000, written: 0 },
    ]) {
      const { clock, cluster, controller, told, errors, stop, run } = bench({
        cluster: {
          applyStatus: async (object, status, signal) => {
            const { promise, reject, resolve } = Promise.withResolvers<void>();
            signal.addEventListener('abort', () => reject(signal.reason));
            clock.after(takesMs, resolve);
            await promise;
            return cluster.port.applyStatus(object, status, signal);
          },
        },
      });
      cluster.create(fresh());
      let ended = false;
      void run().then(() => {
        ended = true;
      });
      controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
      await clock.runFor(100);
      stop.abort();
      await clock.runFor(8_000);
      assert.equal(ended, false);
      await clock.runFor(2_100);
      assert.equal(ended, true);
      assert.equal(cluster.writes(), written);
      assert.deepEqual(errors, [], 'what the stop broke is not told');
      assert.equal(told.includes('requeue_after'), written === 1);
    }
  });

  test('when it is stopped, a pass that only looks ends at its next wait, and nothing new begins', async () => {
    const { clock, cluster, controller, told, errors, stop, run } = bench({
      cluster: {
        setFinalizer: (_object, _wanted, signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    cluster.create(fresh('plant-a', { suspend: false }));
    const running = run();
    controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
    await clock.runFor(1_000);
    stop.abort();
    controller.enqueue({ namespace: 'plant', name: 'plant-b' }, 'high');
    await running;
    assert.deepEqual(errors, []);
    assert.deepEqual(told, ['active 1', 'active 0']);
  });

  test('an object whose passes always fail harms no other, and is tried less and less', async () => {
    const { clock, cluster, controller, told, run } = bench({
      cluster: {
        applyStatus: async (object, status, signal) => {
          if (object.metadata.name === 'poison') throw new TypeError('a defect');
          return cluster.port.applyStatus(object, status, signal);
        },
      },
    });
    cluster.create(fresh('poison'));
    for (let index = 0; index < 20; index++) cluster.create(fresh(`plant-${index}`));
    void run();
    for (const { metadata } of cluster.port.objects()) controller.enqueue(metadata, 'low');
    await clock.runFor(1_000);
    assert.equal(told.filter(text => text === 'requeue_after').length, 20);
    await clock.runFor(600_000);
    const tries = told.filter(text => text === 'panicked').length;
    assert.ok(tries >= 9 && tries <= 12, `${tries} tries in ten minutes`);
  });

  test('a server that says when to come back is not asked before, in the longest back-off or the first', async () => {
    const moments: number[] = [];
    const { clock, cluster, controller, run } = bench({
      cluster: {
        applyStatus: async () => {
          moments.push(clock.now());
          throw new PortError(waiting('ClusterUnreachable', '429', 45_000));
        },
      },
    });
    cluster.create(fresh());
    void run();
    controller.enqueue({ namespace: 'plant', name: 'plant-a' }, 'high');
    await clock.runFor(1_200_000);
    const pauses = moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
    assert.deepEqual(pauses.slice(0, 9).map(Math.round), [
      ...[45_000, 45_000, 45_000, 45_000, 45_000, 45_000],
      ...[64_000, 128_000, 256_000],
    ]);
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
