/**
 * Everything around one controller, in memory and on a stepping clock: Azure, an API server, a DNS target with its
 * server; and processes that are killed at any call of a port and started again with nothing but what is written down.
 */
import { createController } from '../../src/controller/controller.ts';
import { WorkQueue } from '../../src/controller/queue.ts';
import { createMemory } from '../../src/controller/world.ts';
import { createTargets } from '../../src/coredns/targets.ts';
import { failed, PortError } from '../../src/domain/failures.ts';
import type { ObjectKey } from '../../src/domain/object.ts';
import type { PathOutcome, PathResult } from '../../src/domain/path-proof.ts';
import type { Clock, ControllerMetrics, Log, Prober } from '../../src/ports.ts';
import { type AzureModel, azureModel } from './azure.ts';
import { type ClusterModel, clusterModel } from './cluster.ts';
import { type DnsModel, dnsModel } from './dns.ts';
import { INSTALLATION, SUBNET } from './plant.ts';
import { HUB_SUBNET } from './plant-adoption.ts';
import { randomness } from './randomness.ts';
import { type SteppingClock, steppingClock } from './stepping-clock.ts';

/** What happens at one call of a port: the process dies, or the call throws; before or after it took effect. */
export interface Fault {
  /** Calls after the fault before. */
  readonly after: number;
  readonly kind: 'crash' | 'failure' | 'defect';
  readonly when: 'before' | 'after';
}

/** Where a sweep kills the process: around its nth write, counted from when this was said; the next one starts anew. */
export interface KillPoint {
  /** From 1; of all ports together. */
  readonly write: number;
  /** `answered`: with the answer known, before any other call. */
  readonly when: 'before' | 'after' | 'answered';
}

/** The private path as the operator meets it: connections and queries. */
export interface PathModel {
  readonly prober: Prober;
  down(as: PathOutcome): void;
  up(): void;
  /** Since when (epoch ms) it is down. */
  downSince(): number | undefined;
}

export interface Floor {
  readonly path: PathModel;
  readonly clock: SteppingClock;
  readonly azure: AzureModel;
  readonly cluster: ClusterModel;
  readonly dns: DnsModel;
  /** Starts the first process. */
  start(): void;
  /** The process dies, and another one starts: with the configuration as it is then. */
  restart(): void;
  /** No fault happens any more. */
  calm(): void;
  /** Counts writes from now on; kills at that one. */
  killAt(point: KillPoint | undefined): void;
  /** Writes of all ports since the last `killAt`. */
  portWrites(): number;
  /** Processes that were started. */
  starts(): number;
  /** Defects that a pass threw and the controller caught. */
  panics(): number;
  /** What happened, line by line. */
  readonly journal: readonly string[];
}

interface Process {
  isDead: boolean;
  /** Dies at its next call. */
  isDoomed: boolean;
}

const never = new Promise<never>(() => {});
const CALLS_PER_QUESTION = 20;

export function plantFloor(options: { readonly seed: number; readonly faults: readonly Fault[] }): Floor {
  const clock = steppingClock();
  const random = randomness(options.seed);
  const azure = azureModel({ clock, random, subnets: [SUBNET, HUB_SUBNET], location: 'japaneast' });
  const cluster = clusterModel(clock, random);
  const dns = dnsModel({ clock, random, installation: INSTALLATION });
  let trouble: { readonly since: number; readonly as: PathOutcome } | undefined;
  const result = (): PathResult =>
    trouble === undefined ? { outcome: 'Held' } : { outcome: trouble.as, detail: `it is ${trouble.as}` };
  const path: PathModel = {
    prober: {
      from: 'pod pms-operator-0',
      look: async (_, signal) => {
        signal.throwIfAborted();
        await clock.sleep(random.between(1, 50));
        return result();
      },
    },
    down: as => {
      trouble = { since: trouble?.since ?? clock.now(), as };
    },
    up: () => {
      trouble = undefined;
    },
    downSince: () => trouble?.since,
  };
  azure.queries = result;
  const faults = [...options.faults];
  const journal: string[] = [];
  const note = (text: string) => void journal.push(`${((clock.now() - startMs) / 1_000).toFixed(3)} ${text}`);
  const startMs = clock.now();
  let calls = 0;
  let starts = 0;
  let panics = 0;
  let portWrites = 0;
  let kill: KillPoint | undefined;
  let current: Process | undefined;

  const crash = (process: Process): Promise<never> => {
    note('the process dies');
    process.isDead = true;
    clock.after(random.between(100, 5_000), start);
    return never;
  };

  const strike = (name: string, process: Process, fault: Fault): Promise<never> => {
    if (fault.kind === 'crash') return crash(process);
    note(`${name} throws (${fault.kind}, ${fault.when})`);
    const failure = new PortError(failed('AzureUnreachable', 'the connection broke'));
    return Promise.reject(fault.kind === 'failure' ? failure : new Error('a defect'));
  };

  const disturbed = async <T>(name: string, process: Process, call: () => Promise<T>): Promise<T> => {
    if (process.isDead) return never;
    const [next] = faults;
    const fault = next !== undefined && ++calls > next.after ? next : undefined;
    if (fault) {
      faults.shift();
      calls = 0;
    }
    if (fault?.when === 'before') return strike(name, process, fault);
    const outcome = await call().then(
      value => () => Promise.resolve(value),
      thrown => () => Promise.reject(thrown),
    );
    if (process.isDead) return never;
    return fault ? strike(name, process, fault) : outcome();
  };

  /** The kill of a sweep, around what else may happen to the call. */
  const through = async <T>(name: string, process: Process, call: () => Promise<T>): Promise<T> => {
    if (process.isDoomed && !process.isDead) return crash(process);
    const isSwept = WRITES.includes(name) && !process.isDead && ++portWrites === kill?.write;
    const when = isSwept ? kill?.when : undefined;
    if (when === 'before') return crash(process);
    const outcome = disturbed(name, process, call);
    if (when === undefined) return outcome;
    await outcome.catch(() => {});
    if (when === 'after' && !process.isDead) return crash(process);
    process.isDoomed = true;
    // Nobody calls any more after the last write.
    clock.after(1_000, () => process.isDead || void crash(process));
    return outcome;
  };

  const guard = <T extends object>(port: T, process: Process, isCounted: () => boolean = () => true): T =>
    new Proxy(port, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function' || SYNCHRONOUS.includes(String(name))) return value;
        return (...given: unknown[]) => {
          const call = () => value.apply(target, given);
          if (WRITES.includes(String(name))) note(`${String(name)} ${idIn(given)}`);
          return isCounted() ? through(String(name), process, call) : process.isDead ? never : call();
        };
      },
    });

  const start = (): void => {
    starts++;
    note('a process starts');
    const process: Process = { isDead: false, isDoomed: false };
    current = process;
    const own: Clock = {
      now: clock.now,
      after: (delayMs, callback) => clock.after(delayMs, () => process.isDead || callback()),
    };
    let questions = 0;
    const store = guard(dns.store, process);
    const controller = createController({
      world: {
        azure: guard(azure.port, process),
        cluster: guard(cluster.port, process),
        targets: createTargets(dns.configs, {
          installation: INSTALLATION,
          store,
          endpoints: { addresses: () => Promise.resolve([]) },
          log: quiet,
        }),
        configMaps: store,
        resolver: guard(dns.resolver, process, () => ++questions % CALLS_PER_QUESTION === 0),
        prober: guard(path.prober, process, () => ++questions % CALLS_PER_QUESTION === 0),
        clock: own,
        log: logInto(note),
        rules: { allowLoopback: false },
        installation: INSTALLATION,
      },
      memory: createMemory(own),
      queue: new WorkQueue({ clock: own, random: random.next, metrics: noQueueMetrics, log: quiet }),
      metrics: { ...noMetrics, panicked: () => void panics++ },
      concurrent: 2,
      passTimeoutMs: 600_000,
      random: random.next,
    });
    cluster.relist();
    cluster.onChange = (key: ObjectKey) => controller.enqueue(key, 'high');
    void controller.run(new AbortController().signal);
    for (const object of cluster.port.objects()) controller.enqueue(object.metadata, 'low');
  };

  const restart = (): void => {
    if (current?.isDead === false) void crash(current);
  };

  const calm = (): void => {
    faults.length = 0;
    azure.troubles = 0;
  };

  const killAt: Floor['killAt'] = point => {
    kill = point;
    portWrites = 0;
  };

  const counts = { starts: () => starts, panics: () => panics, portWrites: () => portWrites };
  return { clock, azure, cluster, dns, path, start, restart, calm, killAt, ...counts, journal };
}

const SYNCHRONOUS = ['object', 'objects', 'emit'];
const WRITES = ['create', 'update', 'setAccess', 'untag', 'remove', 'apply', 'setFinalizer', 'applyStatus'];

function idIn([first, second]: readonly unknown[]): string {
  if (typeof second === 'string') return second;
  if (typeof first === 'object' && first !== null && 'id' in first) return String(first.id);
  return '';
}

const nothing = (): void => {};
const quiet: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const noQueueMetrics = { depth: nothing, added: nothing, retried: nothing, waited: nothing, worked: nothing };
const noMetrics: ControllerMetrics = {
  reconciled: nothing,
  panicked: nothing,
  timedOut: nothing,
  activeWorkers: nothing,
  conditions: nothing,
  queue: noQueueMetrics,
};

const logInto = (note: (text: string) => void): Log => {
  const told = (message: string, fields?: Readonly<Record<string, unknown>>) =>
    note(`${message} ${fields === undefined ? '' : JSON.stringify(fields)}`);
  return { debug: told, info: told, warn: told, error: told };
};
