/**
 * Builds the programs of the control plane, and helm, from their Go modules, through the ordinary `go` command and its module
 * proxy. Knows the modules, not where the result goes; used by binaries.ts alone.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { coreDnsPlugins, kubernetesMinor, type ProgramName, versions } from './versions.ts';

const run = promisify(execFile);

interface Module {
  /** Arguments of `go get`, which writes the module's requirements. */
  readonly get: readonly string[];
  /** The package to build. */
  readonly package: string;
  readonly linkerFlags: string;
  /** Seconds on two cores with an empty Go cache; for the progress line only. */
  readonly usualSeconds: number;
  /** Lines added to go.mod before `go get`. */
  readonly replacements?: (cwd: string, signal: AbortSignal) => Promise<string>;
  readonly mainGo?: string;
}

/** Without its version stamp helm takes the cluster for a Kubernetes of 2020. Source: helm's Makefile. */
const helmStamps = ['chartutil', 'lint/rules']
  .flatMap(part => [`${part}.k8sVersionMajor=1`, `${part}.k8sVersionMinor=${kubernetesMinor}`])
  .map(stamp => `-X helm.sh/helm/v3/pkg/${stamp}`)
  .join(' ');

/** The plugin folder is the directive's name, but for one. */
const coreDnsMain = `package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

${coreDnsPlugins
  .map(name => (name === 'prometheus' ? 'metrics' : name))
  .map(folder => `\t_ "github.com/coredns/coredns/plugin/${folder}"`)
  .join('\n')}
)

func init() { dnsserver.Directives = []string{${coreDnsPlugins.map(name => `"${name}"`).join(', ')}} }

func main() { coremain.Run() }
`;

const kubernetesModule = (command: string, usualSeconds: number): Module => {
  const version = versions['kube-apiserver'];
  const [major, minor] = version.split('.');
  const stamp = 'k8s.io/component-base/version';
  return {
    get: ['-tool', `k8s.io/kubernetes/cmd/${command}@v${version}`],
    package: `k8s.io/kubernetes/cmd/${command}`,
    linkerFlags: `-X ${stamp}.gitVersion=v${version} -X ${stamp}.gitMajor=${major} -X ${stamp}.gitMinor=${minor}`,
    usualSeconds,
    replacements: stagingReplacements,
  };
};

const modules: Record<ProgramName, Module> = {
  etcd: {
    get: ['-tool', `go.etcd.io/etcd/server/v3@v${versions.etcd}`],
    package: 'go.etcd.io/etcd/server/v3',
    linkerFlags: '',
    usualSeconds: 40,
  },
  'kube-apiserver': kubernetesModule('kube-apiserver', 240),
  kubectl: kubernetesModule('kubectl', 60),
  coredns: {
    get: [`github.com/coredns/coredns@v${versions.coredns}`],
    package: '.',
    linkerFlags: '',
    usualSeconds: 60,
    mainGo: coreDnsMain,
  },
  helm: {
    get: ['-tool', `helm.sh/helm/v3/cmd/helm@v${versions.helm}`],
    package: 'helm.sh/helm/v3/cmd/helm',
    linkerFlags: `-X helm.sh/helm/v3/internal/version.version=v${versions.helm} ${helmStamps}`,
    usualSeconds: 80,
  },
};

export const usualBuildSeconds = (program: ProgramName): number => modules[program].usualSeconds;

/** True when a `go` command is on PATH. */
export async function hasGo(signal: AbortSignal): Promise<boolean> {
  return run('go', ['version'], { signal }).then(
    () => true,
    () => false,
  );
}

/**
 * Builds `program` into the file `output`. Needs `go` (1.26, or one that may fetch its own toolchain) and the Go module
 * proxy; fails with go's own words. Leaves nothing behind but Go's caches.
 */
export async function goBuild(program: ProgramName, output: string, signal: AbortSignal): Promise<void> {
  const module = modules[program];
  const cwd = await mkdtemp(join(tmpdir(), 'pms-go-build-'));
  try {
    const replacements = (await module.replacements?.(cwd, signal)) ?? '';
    await writeFile(join(cwd, 'go.mod'), `module build\n\ngo 1.26.0\n${replacements}`);
    await go(['get', ...module.get], cwd, signal);
    if (module.mainGo !== undefined) {
      await writeFile(join(cwd, 'main.go'), module.mainGo);
      await go(['mod', 'tidy'], cwd, signal);
    }
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags', `-s -w ${module.linkerFlags}`.trim()];
    await go(['build', ...flags, '-o', output, module.package], cwd, signal);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/**
 * k8s.io/kubernetes takes its staging modules (k8s.io/api and 32 more) from its own folders, by `replace` lines that Go
 * ignores in a dependency: ours point at the same modules as published, v1.36.3 of the whole being v0.36.3 of each.
 */
async function stagingReplacements(cwd: string, signal: AbortSignal): Promise<string> {
  const version = versions['kube-apiserver'];
  const text = await go(['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`], cwd, signal);
  const { GoMod: goMod } = JSON.parse(text) as { GoMod: string };
  const staging = (await readFile(goMod, 'utf8')).matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging\//gm);
  const lines = [...staging].map(([, name]) => `\t${name} => ${name} v${version.replace(/^1\./, '0.')}`);
  return `\nreplace (\n${lines.join('\n')}\n)\n`;
}

async function go(args: readonly string[], cwd: string, signal: AbortSignal): Promise<string> {
  const env = {
    ...process.env,
    CGO_ENABLED: '0',
    GOWORK: 'off',
    GOFLAGS: `${process.env.GOFLAGS ?? ''} -mod=mod`.trim(),
  };
  try {
    const { stdout } = await run('go', args, { cwd, env, signal, maxBuffer: 64 << 20 });
    return stdout;
  } catch (error) {
    if (signal.aborted) throw error;
    const output = String((error as { stderr?: unknown }).stderr ?? '').trim();
    throw new Error(`go ${args.join(' ')} failed:\n${output.split('\n').slice(-20).join('\n')}`, { cause: error });
  }
}
