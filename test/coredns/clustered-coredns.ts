/**
 * The real CoreDNS as a platform runs it: its Corefile and the folder `custom` from ConfigMaps in memory, kept as a
 * kubelet keeps them, with one of our targets that writes there. Only ports, paths and the upstream are replaced. For
 * tests.
 */
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LineTarget } from '../../src/coredns/line-target.ts';
import { readReloadFailures } from '../../src/coredns/reload-counter.ts';
import { createTargets } from '../../src/coredns/targets.ts';
import { ensureBinaries } from '../env/binaries.ts';
import { type OwnedProcess, removeAtExit, startProcess } from '../env/child-process.ts';
import { writeVolume } from '../env/config-map-feed.ts';
import { eventually } from '../env/eventually.ts';
import { freePort } from '../env/free-port.ts';
import { COREDNS, CUSTOM, corefileConfig, customServer } from './block-scene.ts';
import { type ConfigMapsInMemory, configMapsInMemory } from './config-map-in-memory.ts';

export interface ClusteredOptions {
  /** As the platform ships it (corefiles.ts). */
  readonly corefile: string;
  readonly kind: 'CustomServer' | 'Corefile';
  readonly records?: 'File' | 'Inline';
  /** `127.0.0.1:port`, for every other name. */
  readonly upstream: string;
}

export interface ClusteredCoreDns {
  /** `127.0.0.1:port` */
  readonly server: string;
  readonly port: number;
  readonly store: ConfigMapsInMemory;
  readonly target: LineTarget;
  /** Turns the clock that the target has. */
  readonly turn: (ms: number) => void;
  /** Makes the files those of the ConfigMaps now. */
  readonly sync: () => Promise<void>;
  /** Failed reloads so far. */
  readonly failures: () => Promise<number | undefined>;
  /** Ends it and starts it anew from the files, as a node drain does. */
  readonly restart: () => Promise<void>;
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

interface Ports {
  readonly dns: number;
  readonly health: number;
  readonly ready: number;
  readonly metrics: number;
}

export async function startClusteredCoreDns(options: ClusteredOptions): Promise<ClusteredCoreDns> {
  const { coredns } = await ensureBinaries(new AbortController().signal);
  const directory = await mkdtemp(join(tmpdir(), 'pms-clustered-'));
  const remove = removeAtExit(directory);
  await mkdir(join(directory, 'custom'));
  await writeFile(join(directory, 'NodeHosts'), '192.0.2.77 node-1\n');
  const ports = { dns: await freePort(), health: await freePort(), ready: await freePort(), metrics: await freePort() };
  const store = configMapsInMemory();
  store.edit(COREDNS, map =>
    Object.assign(map.data, { Corefile: onLoopback(options.corefile, ports, options.upstream) }),
  );
  let time = 0;
  const target = targetOf(options, ports, { store, now: () => time });
  const inPod = (text: string) => text.replaceAll('/etc/coredns/', `${directory}/`);
  const sync = async () => {
    const custom = Object.entries(store.data(CUSTOM) ?? {}).map(([key, text]) => [key, inPod(text)]);
    await writeVolume(join(directory, 'custom'), Object.fromEntries(custom));
    await writeFile(join(directory, 'Corefile.new'), inPod(store.data(COREDNS)?.Corefile ?? ''));
    await rename(join(directory, 'Corefile.new'), join(directory, 'Corefile'));
  };
  await sync();
  const start = async (): Promise<OwnedProcess> => {
    const child = startProcess(coredns, ['-conf', join(directory, 'Corefile')]);
    await eventually('CoreDNS is ready', async () => {
      if (!child.isRunning()) return true;
      return (await fetch(`http://127.0.0.1:${ports.ready}/ready`)).ok;
    });
    if (!child.isRunning()) throw new Error(`CoreDNS ended:\n${child.output()}`);
    return child;
  };
  let running = await start();
  return {
    server: `127.0.0.1:${ports.dns}`,
    port: ports.dns,
    store,
    target,
    turn: ms => {
      time += ms;
    },
    sync,
    failures: () => readReloadFailures(serverOf(ports), ports.metrics, AbortSignal.timeout(3_000)),
    async restart() {
      await running.stop('SIGKILL');
      running = await start();
    },
    output: () => running.output(),
    async stop() {
      await running.stop('SIGKILL');
      remove();
    },
  };
}

const serverOf = ({ dns }: Ports) => ({ name: 'coredns', address: '127.0.0.1', port: dns });

function targetOf(
  { kind, records = 'File', upstream }: ClusteredOptions,
  ports: Ports,
  { store, now }: { readonly store: ConfigMapsInMemory; readonly now: () => number },
): LineTarget {
  const block = { port: ports.dns, bind: ['127.0.0.1'], forward: [upstream], metricsPort: ports.metrics };
  const servers = [serverOf(ports)];
  const config =
    kind === 'CustomServer'
      ? { ...customServer, servers, server: { ...customServer.server, ...block, records } }
      : { ...corefileConfig, servers, server: { ...corefileConfig.server, ...block } };
  const targets = createTargets([config], {
    installation: 'plant',
    store,
    endpoints: { addresses: async () => [] },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    reload: { clock: { now }, failures: readReloadFailures },
  });
  const [target] = targets.all;
  if (target === undefined) throw new Error('no target');
  return target;
}

/** Ports, addresses and the upstream; every other line stays as shipped. Reloads every 2 s, the least that there is. */
export function onLoopback(text: string, ports: Ports, upstream: string): string {
  const on = (port: number) => `127.0.0.1:${port}`;
  return text
    .replace(/^(\S+):53 \{$/gm, `$1:${ports.dns} {\n    bind 127.0.0.1`)
    .replace(/^( +)health\b/gm, `$1health ${on(ports.health)}`)
    .replace(/^( +)ready\b/gm, `$1ready ${on(ports.ready)}`)
    .replace(/^( +)prometheus .*/gm, `$1prometheus ${on(ports.metrics)}`)
    .replace(/^( +)reload$/gm, '$1reload 2s 0s')
    .replaceAll('/etc/resolv.conf', upstream);
}
