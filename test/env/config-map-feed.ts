/**
 * Does for one ConfigMap what a kubelet does for a ConfigMap volume: keeps a folder that holds its keys as files and is
 * swapped as a whole (kubernetes/kubernetes, pkg/volume/util/atomic_writer.go). Used by tests and test/env/cluster.ts.
 */
import { mkdir, mkdtemp, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';

export interface ConfigMapFeedOptions extends Pick<ApiClient, 'request'> {
  readonly namespace: string;
  readonly name: string;
  /** The folder to keep; made when it is not there. */
  readonly directory: string;
  /** How often the ConfigMap is looked at. Default 200 ms (a kubelet takes up to a minute). */
  readonly everyMs?: number;
}

export interface ConfigMapFeed {
  /** How many times the ConfigMap was looked at, whatever came of it. */
  readonly looks: () => number;
  /** How many times the folder was swapped. */
  readonly swaps: () => number;
  readonly stop: () => Promise<void>;
}

/**
 * Feeds the folder until `stop()`; resolves after the first look. As with a kubelet, a ConfigMap that does not exist
 * (optional: true) leaves the folder empty, one that goes away or cannot be read leaves what was there.
 */
export async function feedConfigMap(options: ConfigMapFeedOptions): Promise<ConfigMapFeed> {
  const path = `/api/v1/namespaces/${options.namespace}/configmaps/${options.name}`;
  await mkdir(options.directory, { recursive: true });
  const stopping = new AbortController();
  let seen = '';
  let written = '';
  let swaps = 0;
  let looks = 0;
  const look = async () => {
    const reply = await options.request('GET', path).catch(() => undefined);
    if (reply?.status !== 200 || reply.body.metadata.resourceVersion === seen || stopping.signal.aborted) return;
    seen = reply.body.metadata.resourceVersion;
    const data: Record<string, string> = reply.body.data ?? {};
    const text = JSON.stringify(Object.entries(data).sort());
    if (text === written) return;
    await writeVolume(options.directory, data);
    written = text;
    swaps++;
  };
  await look();
  const looping = (async () => {
    while (!stopping.signal.aborted) {
      looks++;
      await delay(options.everyMs ?? 200, undefined, { signal: stopping.signal }).catch(() => {});
      await look();
    }
  })();
  const stop = async () => {
    stopping.abort();
    await looping;
  };
  return { looks: () => looks, swaps: () => swaps, stop };
}

/**
 * Makes the files of `directory` those of `data`, all at one moment: a new timestamped folder, `..data` renamed onto it,
 * one link a key.
 */
export async function writeVolume(directory: string, data: Readonly<Record<string, string>>): Promise<void> {
  const old = await readlink(join(directory, '..data')).catch(() => undefined);
  const stamp = new Date().toISOString().replace(/[-:T]/g, '_').replace('Z', '');
  const fresh = await mkdtemp(join(directory, `..${stamp}`));
  for (const [key, value] of Object.entries(data)) await writeFile(join(fresh, key), value);
  await symlink(fresh.slice(directory.length + 1), join(directory, '..data_tmp'));
  await rename(join(directory, '..data_tmp'), join(directory, '..data'));
  const links = (await readdir(directory)).filter(name => !name.startsWith('..'));
  for (const key of Object.keys(data)) {
    if (!links.includes(key)) await symlink(join('..data', key), join(directory, key));
  }
  for (const link of links) if (!(link in data)) await rm(join(directory, link));
  if (old !== undefined) await rm(join(directory, old), { recursive: true });
}
