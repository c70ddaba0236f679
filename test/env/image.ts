/**
 * The operator's image without an engine: the files that deploy/Dockerfile copies, packed as a layer and unpacked again,
 * on a base of the pinned Node and the libraries that it needs; and a container of it, which is a process with that root,
 * read-only, as the image's user, on the network of this machine. What is not proved by it: the published base image.
 * Needs root (chroot, a mount namespace). Used by test/deploy.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type OwnedProcess, removeAtExit, type StartOptions, startProcess } from './child-process.ts';
import { parseDockerfile, type Stage } from './dockerfile.ts';
import { packedPms } from './packed.ts';
import { requireTool } from './require-tool.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
/** What `RUN node scripts/build.ts` makes in the stage `build`. */
const BUILT = '/src/dist/';

export interface Image {
  readonly stage: Stage;
  /** The file system, unpacked. */
  readonly directory: string;
  /** Files of the layer, as tar lists them. */
  readonly files: readonly string[];
  readonly remove: () => void;
}

/** The tools that containers here need, or undefined when the test cannot run and was told so (see `requireTool`). */
export function requireContainers(t: TestContext): true | undefined {
  for (const tool of ['unshare', 'chroot', 'setpriv', 'tar', 'ldd']) if (!requireTool(t, tool)) return undefined;
  if (process.getuid?.() === 0) return true;
  if (process.env.CI === 'true') throw new Error('not root: this test must run where CI=true');
  t.skip('not root');
  return undefined;
}

export const readDockerfile = async (): Promise<readonly Stage[]> =>
  parseDockerfile(await readFile(join(root, 'deploy/Dockerfile'), 'utf8'));

/** Builds it in a temporary folder. */
export async function buildImage(): Promise<Image> {
  const work = await mkdtemp(join(tmpdir(), 'pms-image-'));
  const remove = removeAtExit(work);
  const stage = (await readDockerfile()).at(-1);
  if (stage === undefined) throw new Error('deploy/Dockerfile has no stage');
  const [layer, directory] = [join(work, 'layer'), join(work, 'root')];
  const built = dirname(await packedPms());
  for (const { sources, destination } of stage.copies) {
    for (const source of sources) {
      const from = source.startsWith(BUILT) ? join(built, source.slice(BUILT.length)) : join(root, inContext(source));
      const isFolder = (await stat(from)).isDirectory();
      await cp(from, join(layer, destination, isFolder ? '' : basename(source)), { recursive: true });
    }
  }
  const tar = join(work, 'layer.tar');
  // As an engine stores it: no owner of this machine, no time.
  await run('tar', [
    '--create',
    '--file',
    tar,
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '-C',
    layer,
    '.',
  ]);
  await rm(layer, { recursive: true });
  await mkdir(directory);
  await run('tar', ['--extract', '--file', tar, '-C', directory]);
  const { stdout } = await run('tar', ['--list', '--file', tar]);
  await addBase(directory);
  const files = stdout.split('\n').filter(name => name !== '' && !name.endsWith('/'));
  return { stage, directory, files: files.map(name => name.replace(/^\./, '')).sort(), remove };
}

function inContext(source: string): string {
  if (!source.startsWith('/src/')) throw new Error(`COPY of ${source}, which is not in the sources`);
  return source.slice('/src/'.length);
}

/** Where distroless has it, with what the dynamic linker finds for it here. */
async function addBase(directory: string): Promise<void> {
  const node = await pinnedNode();
  const { stdout } = await run('ldd', [node]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file);
  for (const file of libraries) {
    await mkdir(join(directory, dirname(file)), { recursive: true });
    await cp(file, join(directory, file), { dereference: true });
  }
  await mkdir(join(directory, 'nodejs/bin'), { recursive: true });
  await cp(node, join(directory, 'nodejs/bin/node'), { dereference: true });
  for (const folder of ['proc', 'dev', 'tmp', 'etc']) await mkdir(join(directory, folder), { recursive: true });
}

/** The Node of package.json, which is the Dockerfile's (a test compares); not always the one that runs the tests. */
export async function pinnedNode(): Promise<string> {
  const file = join(root, 'node_modules/node/bin/node');
  await stat(file);
  return file;
}

export interface Container extends StartOptions {
  readonly args?: readonly string[];
  /** In the place of the image's entrypoint. */
  readonly entrypoint?: readonly string[];
  /** Beside those of the image. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder of this machine -> path in the container; read-only unless it is said. */
  readonly mounts?: readonly { readonly from: string; readonly to: string; readonly writable?: boolean }[];
}

/** Every mount is private to the container's namespace and gone with it. */
const START = `
set -e
root=$1; ids=$2; workdir=$3; shift 3
mount --bind "$root" "$root"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
  mount --bind "$2" "$root$3"
  if [ "$1" = ro ]; then mount -o remount,bind,ro "$root$3"; fi
  shift 3
done
shift
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --groups= --userspec="$ids" "$root" "$@"
`;

/** Starts a container of the image, with no capability and no way to get one. */
export async function startContainer(image: Image, container: Container): Promise<OwnedProcess> {
  const { stage, directory } = image;
  const { entrypoint = stage.entrypoint, args = stage.command, env = {}, mounts = [], ...options } = container;
  for (const { to } of mounts) await mkdir(join(directory, to), { recursive: true });
  const bound = mounts.flatMap(({ from, to, writable }) => [writable ? 'rw' : 'ro', from, to]);
  const inside = [directory, stage.user ?? '0:0', stage.workdir, ...bound, '--', ...entrypoint, ...args];
  const start = ['--mount', '--propagation', 'private', 'sh', '-c', START, 'container', ...inside];
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return startProcess('unshare', start, { ...options, env: { PATH: path, ...stage.env, ...env } });
}
