/**
 * DNS as a target and its server: the real HostsFile target over ConfigMaps in memory, and a server that answers from
 * the text as it was some time ago. Writes down when a name is lost that nobody took out.
 */

import { HOSTS_KEY, TARGET_ANNOTATION } from '../../src/coredns/config-map-claim.ts';
import type { HostsFileConfig } from '../../src/coredns/hosts-file-target.ts';
import { parseHosts, renderHosts } from '../../src/coredns/hosts-text.ts';
import { PortError, stalled } from '../../src/domain/failures.ts';
import type { PublishedLine } from '../../src/domain/merge.ts';
import type { ConfigMapStore, Resolver } from '../../src/ports-dns.ts';
import { configMapsInMemory } from '../coredns/config-map-in-memory.ts';
import type { Randomness } from './randomness.ts';
import type { SteppingClock } from './stepping-clock.ts';

export interface DnsModelOptions {
  readonly clock: SteppingClock;
  readonly random: Randomness;
  readonly installation: string;
}

export interface DnsModel {
  /** Targets `default` and `lan`, each with a ConfigMap and a server of its own. Read at the start of a process. */
  configs: readonly HostsFileConfig[];
  readonly store: ConfigMapStore;
  readonly resolver: Resolver;
  /** The lines of a target now. */
  lines(target?: Target): readonly PublishedLine[];
  /** The lines that a target's server answers from. */
  served(target?: Target): readonly PublishedLine[];
  seed(lines: readonly PublishedLine[]): void;
  /** Somebody deletes the ConfigMap of target `default`; its server keeps what it has. */
  lose(): void;
  writes(): number;
  /** Names that left a target, in order. */
  readonly lost: readonly string[];
  /** Names that a target had on two lines, or that changed hands without a text that lacks them in between. */
  readonly doubled: readonly string[];
  /** The API server refuses every write of a ConfigMap. */
  refusesWrites: boolean;
  /** Called after a write of target `default` that changed it. */
  onWrite: (before: readonly PublishedLine[], after: readonly PublishedLine[]) => void;
}

const TARGETS = ['default', 'lan'] as const;
type Target = (typeof TARGETS)[number];

const refOf = (target: string) => ({ namespace: 'pms', name: target });

const configOf = (name: Target): HostsFileConfig => ({
  name,
  kind: 'HostsFile',
  namespace: refOf(name).namespace,
  configMap: refOf(name).name,
  allowedNamespaces: ['*'],
  servers: [{ name, address: '127.0.0.1', port: 53 }],
  ttlSeconds: 60,
});

export function dnsModel({ clock, random, installation }: DnsModelOptions): DnsModel {
  const maps = configMapsInMemory();
  const lost: string[] = [];
  const doubled: string[] = [];
  const served = new Map<string, string>();
  let servedAt = 0;
  const linesOf = remembering(text => parseHosts(text).lines);
  const tableOf = remembering(text => new Map(linesOf(text).map(line => [line.name, line.addresses])));
  const textOf = (target: string): string => maps.data(refOf(target))?.[HOSTS_KEY] ?? '';

  const propagate = (target: string): void => {
    const text = textOf(target);
    // A kubelet brings texts in the order in which they were written.
    servedAt = Math.max(servedAt + 1, clock.now() + random.between(500, 20_000));
    clock.after(servedAt - clock.now(), () => served.set(target, text));
  };

  const store: ConfigMapStore = {
    read: async (ref, signal) => {
      await clock.sleep(random.between(0, 20));
      return maps.read(ref, signal);
    },
    remove: async (ref, resourceVersion, signal) => {
      await clock.sleep(random.between(1, 50));
      return maps.remove(ref, resourceVersion, signal);
    },
    apply: async (ref, wanted, options, signal) => {
      await clock.sleep(random.between(1, 50));
      if (model.refusesWrites) throw new PortError(stalled('Forbidden', 'the ConfigMap may not be written'));
      const before = linesOf(textOf(ref.name));
      const view = await maps.apply(ref, wanted, options, signal);
      const after = new Set(linesOf(textOf(ref.name)).map(line => line.name));
      doubled.push(...doubledIn(before, linesOf(textOf(ref.name))));
      lost.push(...before.map(line => line.name).filter(name => !after.has(name)));
      if (ref.name === 'default') model.onWrite(before, linesOf(textOf(ref.name)));
      propagate(ref.name);
      await clock.sleep(random.between(1, 50));
      return view;
    },
  };

  const answer: Resolver['ask'] = async (server, name, type, signal) => {
    signal.throwIfAborted();
    const addresses = tableOf(served.get(server.name) ?? '').get(name);
    if (addresses === undefined) return { rcode: 'NXDOMAIN', addresses: [] };
    return { rcode: 'NOERROR', addresses: type === 'A' ? addresses : [] };
  };
  const resolver: Resolver = { ask: answer, askOverTcp: answer };

  const model: DnsModel = {
    refusesWrites: false,
    onWrite: () => {},
    configs: TARGETS.map(configOf),
    store,
    resolver,
    lost,
    doubled,
    lines: (target = 'default') => linesOf(textOf(target)),
    served: (target = 'default') => linesOf(served.get(target) ?? ''),
    writes: () => maps.writes(),
    lose: () => maps.drop(refOf('default')),
    seed: lines => {
      maps.edit(refOf('default'), map => {
        map.annotations[TARGET_ANNOTATION] = `${installation}/default`;
        map.data[HOSTS_KEY] = renderHosts(lines);
      });
      served.set('default', textOf('default'));
    },
  };
  return model;
}

function doubledIn(before: readonly PublishedLine[], after: readonly PublishedLine[]): readonly string[] {
  const names = after.map(line => line.name.toLowerCase());
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const owners = new Map(before.map(line => [line.name, line.owners]));
  const taken = after.filter(({ name, owners: now }) => {
    const then = owners.get(name);
    return then !== undefined && !then.some(owner => now.includes(owner));
  });
  return [...twice, ...taken.map(({ name }) => name)];
}

function remembering<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return text => {
    const result = known.get(text) ?? compute(text);
    known.set(text, result);
    return result;
  };
}
