/**
 * One etcd on loopback for the test API server, its data in a temporary folder. Used by control-plane.ts.
 */
import { join } from 'node:path';
import { type OwnedProcess, startProcess } from './child-process.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

export interface Etcd {
  readonly url: string;
  readonly process: OwnedProcess;
}

const attempts = 3;

/** Starts etcd; resolves when it says it is healthy. Another port is tried when somebody took ours meanwhile. */
export async function startEtcd(binary: string, directory: string, signal: AbortSignal): Promise<Etcd> {
  for (let attempt = 1; ; attempt++) {
    const url = `http://127.0.0.1:${await freePort()}`;
    const peerUrl = `http://127.0.0.1:${await freePort()}`;
    const etcd = startProcess(binary, [
      '--name=pms-test',
      `--data-dir=${join(directory, `etcd-${attempt}`)}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=pms-test=${peerUrl}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ]);
    try {
      await eventually('etcd is healthy', async () => !etcd.isRunning() || (await isHealthy(url)), { signal });
      if (etcd.isRunning()) return { url, process: etcd };
    } catch (error) {
      await etcd.stop('SIGKILL');
      throw error;
    }
    if (attempt === attempts || !/address already in use/.test(etcd.output())) {
      throw new Error(`etcd ended before it was healthy:\n${etcd.output()}`);
    }
  }
}

async function isHealthy(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
  return /"health":"?true/.test(await response.text());
}
