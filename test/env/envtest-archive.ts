/**
 * The published envtest archive (kube-apiserver, etcd and kubectl in one), for machines that may reach it and have no
 * Go. Only fetches and unpacks; used by binaries.ts alone.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { kubernetesMinor } from './versions.ts';

/** The index that setup-envtest reads (controller-tools, "envtest binaries"). */
const indexUrl = 'https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml';
const indexDeadlineMs = 4_000;
const archiveDeadlineMs = 180_000;

interface Index {
  readonly releases: Readonly<
    Record<string, Readonly<Record<string, { readonly hash: string; readonly selfLink: string }>>>
  >;
}

export interface Archive {
  readonly version: string;
  readonly url: string;
  readonly sha512: string;
}

/** The newest archive of our Kubernetes minor for this machine; undefined when there is none or no way to the index. */
export async function findArchive(signal: AbortSignal): Promise<Archive | undefined> {
  try {
    const response = await fetch(indexUrl, { signal: AbortSignal.any([signal, AbortSignal.timeout(indexDeadlineMs)]) });
    return response.ok ? newestArchive(parse(await response.text()) as Index) : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

export function newestArchive(index: Index): Archive | undefined {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const patchOf = (release: string) => Number(release.split('.')[2]);
  const [newest] = Object.keys(index.releases)
    .filter(release => new RegExp(`^v1\\.${kubernetesMinor}\\.\\d+$`).test(release))
    .sort((a, b) => patchOf(b) - patchOf(a));
  if (newest === undefined) return undefined;
  const file = index.releases[newest]?.[`envtest-${newest}-${process.platform}-${architecture}.tar.gz`];
  return file && { version: newest.slice(1), url: file.selfLink, sha512: file.hash };
}

/** Fetches the archive, checks it against the index, and unpacks its programs into `directory`, which exists. */
export async function unpackArchive(archive: Archive, directory: string, signal: AbortSignal): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(archiveDeadlineMs)]);
  const response = await fetch(archive.url, { signal: deadline });
  if (!response.ok) throw new Error(`${archive.url}: HTTP ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const sha512 = createHash('sha512').update(bytes).digest('hex');
  if (sha512 !== archive.sha512) throw new Error(`${archive.url}: SHA-512 ${sha512}, the index says ${archive.sha512}`);
  const temporary = await mkdtemp(join(tmpdir(), 'pms-envtest-'));
  try {
    const file = join(temporary, 'envtest.tar.gz');
    await writeFile(file, bytes);
    await promisify(execFile)('tar', ['-xzf', file, '-C', directory, '--strip-components=2'], { signal });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
