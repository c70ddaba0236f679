/**
 * The real CoreDNS on a loopback port, with the Corefile that deploy/coredns ships. Where its records come from is the
 * caller's: a folder, written by hand or kept by config-map-feed.ts. Used by tests and test/env/cluster.ts.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBinaries } from './binaries.ts';
import { removeAtExit, startProcess } from './child-process.ts';
import { onLoopback, shippedCorefile } from './corefile.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

export interface CoreDnsOptions {
  /** The folder with the hosts file, as it would be mounted into the pod (`pms.hosts` in the shipped Corefile). */
  readonly hostsDirectory: string;
  /** `127.0.0.1:port` of the resolver for every other name (upstream-dns.ts). */
  readonly upstream: string;
  /** Another Corefile of the same form instead of the shipped one; its ports and paths are replaced the same way. */
  readonly corefile?: string;
  /** How often the hosts file is looked at; default `250ms` (CoreDNS' own default: 5s). */
  readonly hostsReload?: string;
  /** Seconds that an answer is kept; default what the Corefile says (30). */
  readonly cacheSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface CoreDns {
  /** `127.0.0.1:port`, UDP and TCP. */
  readonly server: string;
  readonly address: '127.0.0.1';
  readonly port: number;
  readonly metricsUrl: string;
  /** The text that it runs with. */
  readonly corefile: string;
  readonly pid: number;
  /** The last lines of its log. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

const attempts = 3;

/** Starts CoreDNS; resolves when its `ready` plugin says so. Other ports are tried when somebody took ours meanwhile. */
export async function startCoreDns(options: CoreDnsOptions): Promise<CoreDns> {
  const signal = options.signal ?? new AbortController().signal;
  const binaries = await ensureBinaries(signal);
  const text = options.corefile ?? (await shippedCorefile());
  const directory = await mkdtemp(join(tmpdir(), 'pms-coredns-'));
  const removeDirectory = removeAtExit(directory);
  for (let attempt = 1; ; attempt++) {
    const [port, healthPort, readyPort, metricsPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const corefile = onLoopback(text, {
      port,
      healthPort,
      readyPort,
      metricsPort,
      upstream: options.upstream,
      directory: options.hostsDirectory,
      hostsReload: options.hostsReload ?? '250ms',
      cacheSeconds: options.cacheSeconds,
    });
    const file = join(directory, 'Corefile');
    await writeFile(file, corefile);
    const child = startProcess(binaries.coredns, ['-conf', file]);
    const stop = async () => {
      // SIGKILL: on SIGTERM it would first sit out `lameduck`.
      await child.stop('SIGKILL');
      removeDirectory();
    };
    const isReady = async () => !child.isRunning() || (await isOk(`http://127.0.0.1:${readyPort}/ready`));
    try {
      await eventually('CoreDNS is ready', isReady, { signal });
    } catch (error) {
      await stop();
      throw error;
    }
    if (child.isRunning()) {
      const metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
      const { pid, output } = child;
      return { server: `127.0.0.1:${port}`, address: '127.0.0.1', port, metricsUrl, corefile, pid, output, stop };
    }
    if (attempt === attempts || !/address already in use/.test(child.output())) {
      removeDirectory();
      throw new Error(`CoreDNS ended before it was ready:\n${child.output()}`);
    }
  }
}

async function isOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  return response.ok;
}
