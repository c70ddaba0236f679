/**
 * Finds the programs of the control plane, and makes those that are not there. In this order: the folder
 * KUBEBUILDER_ASSETS, PATH, our cache, the published envtest archive, `go build`. What is fetched or built goes into the
 * cache and nowhere else. Used by test/env, test/run.ts; a progress line on stderr tells what is going on.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../scripts/lock.mjs';
import { findArchive, unpackArchive } from './envtest-archive.ts';
import { goBuild, hasGo, usualBuildSeconds } from './go-build.ts';
import { coreDnsPlugins, kubernetesMinor, type ProgramName, programNames, versions } from './versions.ts';

const run = promisify(execFile);

export type Binaries = Readonly<Record<(typeof programNames)[number], string>>;

/** Where fetched and built programs are kept, keyed by version and platform. */
export const cacheDirectory = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'private-monitoring-scope');
const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** Our CoreDNS is one with our plugins: another list of plugins is another program. */
const pluginsHash = createHash('sha256').update(coreDnsPlugins.join()).digest('hex').slice(0, 6);
const cacheName = (program: ProgramName): string =>
  `${program}-${versions[program]}${program === 'coredns' ? `-${pluginsHash}` : ''}-${platform}`;

/**
 * The absolute paths of all programs of the control plane. The first call on a machine may take minutes (see
 * `usualBuildSeconds`); processes that ask at the same time wait for one another. Throws with the remedy when there is
 * neither a published archive nor Go.
 */
export async function ensureBinaries(signal: AbortSignal): Promise<Binaries> {
  const entries: [ProgramName, string][] = [];
  for (const program of programNames) entries.push([program, await ensureBinary(program, signal)]);
  return Object.fromEntries(entries) as Binaries;
}

/** The absolute path of one program, which may be helm; as `ensureBinaries`. */
export async function ensureBinary(program: ProgramName, signal: AbortSignal): Promise<string> {
  const found = (await findInstalled(program, signal)) ?? (await findCached(program));
  if (found !== undefined) return found;
  return withLock(
    join(cacheDirectory, `${program}.lock`),
    async () =>
      (await findCached(program)) ?? (await fetchArchived(program, signal)) ?? (await buildIntoCache(program, signal)),
    pid => progress(`waiting for process ${pid}, which is getting ${program}`),
  );
}

/** In KUBEBUILDER_ASSETS (taken as it is: somebody chose it), else on PATH when it is one that we can use. */
async function findInstalled(program: ProgramName, signal: AbortSignal): Promise<string | undefined> {
  const assets = process.env.KUBEBUILDER_ASSETS;
  if (assets && (await isExecutable(join(assets, program)))) return join(assets, program);
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(directory, program);
    if (directory !== '' && (await isExecutable(file)) && (await isUsable(program, file, signal))) return file;
  }
  return undefined;
}

async function isUsable(program: ProgramName, file: string, signal: AbortSignal): Promise<boolean> {
  const say = async (...args: string[]) => (await run(file, args, { signal, timeout: 10_000 })).stdout;
  try {
    switch (program) {
      case 'etcd':
        return /^etcd Version: 3\.[5-9]/m.test(await say('--version'));
      case 'kube-apiserver':
        return minorIn(await say('--version')) === kubernetesMinor;
      case 'kubectl':
        return Math.abs(minorIn(await say('version', '--client')) - kubernetesMinor) <= 1;
      case 'helm':
        return (await say('version', '--template', '{{.Version}}')).startsWith('v3.21');
      case 'coredns': {
        const plugins = (await say('-plugins')).split(/\s+/).map(word => word.replace(/^dns\./, ''));
        return coreDnsPlugins.every(plugin => plugins.includes(plugin));
      }
    }
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

const minorIn = (text: string): number => Number(/\bv1\.(\d+)\./.exec(text)?.[1]);

async function findCached(program: ProgramName): Promise<string | undefined> {
  const archives = (await readdir(cacheDirectory).catch(() => [])).filter(
    name => name.startsWith(`envtest-1.${kubernetesMinor}.`) && name.endsWith(`-${platform}`),
  );
  for (const directory of [cacheName(program), ...archives]) {
    const file = join(cacheDirectory, directory, program);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/** One attempt a process: what cannot be reached for the first program cannot be reached for the second. */
let archive: ReturnType<typeof findArchive> | undefined;

async function fetchArchived(program: ProgramName, signal: AbortSignal): Promise<string | undefined> {
  if (program === 'coredns' || program === 'helm') return undefined;
  archive ??= findArchive(signal);
  const found = await archive;
  if (found === undefined) return undefined;
  progress(`fetching the envtest archive ${found.version} (about 80 MB, once)`);
  try {
    await intoCache(`envtest-${found.version}-${platform}`, directory => unpackArchive(found, directory, signal));
  } catch (error) {
    signal.throwIfAborted();
    archive = Promise.resolve(undefined);
    progress(`${error instanceof Error ? error.message : error}; building instead`);
  }
  return findCached(program);
}

async function buildIntoCache(program: ProgramName, signal: AbortSignal): Promise<string> {
  const name = `${program} ${versions[program]}`;
  if (!(await hasGo(signal))) {
    throw new Error(
      `${name} is not here, and it cannot be built: install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a folder with ${[...programNames, 'helm'].join(', ')}.`,
    );
  }
  progress(`building ${name} from its Go module (usually ${inWords(usualBuildSeconds(program))} on two cores, once)`);
  const startedAt = Date.now();
  const elapsed = () => inWords(Math.round((Date.now() - startedAt) / 1000));
  const stillBuilding = setInterval(() => progress(`building ${name}: ${elapsed()} so far`), 30_000);
  try {
    await intoCache(cacheName(program), partial => goBuild(program, join(partial, program), signal));
    progress(`built ${name} in ${elapsed()}`);
    return join(cacheDirectory, cacheName(program), program);
  } finally {
    clearInterval(stillBuilding);
  }
}

/** Fills a folder of the cache as a whole or not at all. The caller holds a lock; two archives may still meet. */
async function intoCache(name: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const partial = join(cacheDirectory, `.partial-${name}-${process.pid}`);
  await mkdir(partial, { recursive: true });
  try {
    await fill(partial);
    await rename(partial, join(cacheDirectory, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

const inWords = (seconds: number): string =>
  seconds < 90 ? `${seconds} s` : `${Math.floor(seconds / 60)} min${seconds % 60 ? ` ${seconds % 60} s` : ''}`;

function progress(line: string): void {
  process.stderr.write(`test programs: ${line}\n`);
}
