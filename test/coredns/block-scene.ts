/**
 * Targets that write a server block, over ConfigMaps in memory, with a clock and a reload counter that the test turns.
 * For tests.
 */
import assert from 'node:assert/strict';
import { type CorefileConfig, createCorefileTarget } from '../../src/coredns/corefile-target.ts';
import { type CustomServerConfig, createCustomServerTarget } from '../../src/coredns/custom-server-target.ts';
import type { LineTarget } from '../../src/coredns/line-target.ts';
import { PortError } from '../../src/domain/failures.ts';
import type { Claim } from '../../src/domain/merge.ts';
import type { Log } from '../../src/ports.ts';
import type { ConfigMapStore, DnsServer, SeenAnswers } from '../../src/ports-dns.ts';
import { type ConfigMapsInMemory, configMapsInMemory } from './config-map-in-memory.ts';
import { AKS, KUBEADM } from './corefiles.ts';

export const API = 'api.monitor.azure.com';
export const ODS = 'x.ods.opinsights.azure.com';
export const CUSTOM = { namespace: 'kube-system', name: 'coredns-custom' };
export const COREDNS = { namespace: 'kube-system', name: 'coredns' };
export const STORE = { namespace: 'private-monitoring', name: 'pms-corefile' };
export const SERVERS: readonly DnsServer[] = [
  { name: 'coredns-a', address: '127.0.0.1', port: 53 },
  { name: 'coredns-b', address: '127.0.0.2', port: 53 },
];

const common = {
  name: 'cluster',
  namespace: 'kube-system',
  allowedNamespaces: ['*'],
  servers: SERVERS,
  ttlSeconds: 60,
} as const;
const block = { port: 53, bind: [], forward: ['/etc/resolv.conf'], metricsPort: 9153, extraPlugins: [] } as const;

export const customServer: CustomServerConfig = {
  ...common,
  kind: 'CustomServer',
  configMap: CUSTOM.name,
  server: {
    ...block,
    directory: '/etc/coredns/custom',
    records: 'File',
    corefile: { configMap: COREDNS.name, key: 'Corefile' },
  },
};

export const corefileConfig: CorefileConfig = {
  ...common,
  kind: 'Corefile',
  configMap: COREDNS.name,
  server: { ...block, key: 'Corefile', store: STORE },
};

export interface BlockScene {
  readonly store: ConfigMapsInMemory;
  readonly clock: { now: () => number; turn: (ms: number) => void };
  /** Failed reloads by server name; a server that is not in it does not tell. */
  readonly failures: Map<string, number>;
  readonly logged: string[];
  custom(changes?: Partial<CustomServerConfig['server']>): LineTarget;
  corefile(changes?: Partial<CorefileConfig['server']>): LineTarget;
  key(ref: typeof CUSTOM, key: string): string | undefined;
}

/** The cluster's Corefile is there, as its platform made it. */
export function blockScene(over: { readonly store?: ConfigMapStore } = {}): BlockScene {
  const store = configMapsInMemory();
  const failures = new Map(SERVERS.map(({ name }) => [name, 0]));
  const logged: string[] = [];
  const note = (message: string) => void logged.push(message);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  let time = 1_000_000;
  const clock = {
    now: () => time,
    turn: (ms: number) => {
      time += ms;
    },
  };
  const deps = { installation: 'plant', store: over.store ?? store, endpoints: { addresses: async () => [] }, log };
  const reload = { clock, failures: async ({ name }: DnsServer) => failures.get(name) };
  const server = <T extends { readonly server: object }>(config: T, changes: Partial<T['server']> | undefined): T => ({
    ...config,
    server: { ...config.server, ...changes },
  });
  return {
    store,
    clock,
    failures,
    logged,
    custom: changes => createCustomServerTarget(server(customServer, changes), deps, reload),
    corefile: changes => createCorefileTarget(server(corefileConfig, changes), deps, reload),
    key: (ref, key) => store.data(ref)?.[key],
  };
}

export const withCorefile = (scene: BlockScene, text: string): void =>
  scene.store.edit(COREDNS, map => Object.assign(map.data, { Corefile: text }));

export function aksScene(): BlockScene {
  const scene = blockScene();
  withCorefile(scene, AKS);
  return scene;
}

export function kubeadmScene(): BlockScene {
  const scene = blockScene();
  withCorefile(scene, KUBEADM);
  return scene;
}

export const claim = (owner: string, records: Readonly<Record<string, string>>): Claim => ({
  owner,
  records: Object.entries(records).map(([name, address]) => ({
    name,
    addresses: [address],
    shared: name.startsWith('api.'),
  })),
});

export const withReason = (reason: string, text: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof PortError, String(thrown));
  assert.equal(thrown.failure.reason, reason, thrown.message);
  assert.match(thrown.message, text);
  return true;
};

/** What the pass sees when the servers answer these names wrongly, at all servers or only some. */
export const seen = (
  names: readonly string[],
  wrong: readonly string[],
  { servers = SERVERS.map(({ name }) => name), rcode = 'NXDOMAIN' } = {},
): SeenAnswers => ({
  names,
  servers: SERVERS.map(({ name }) => name),
  wrong: servers.flatMap(server => wrong.map(name => ({ server, name, rcode }))),
});
