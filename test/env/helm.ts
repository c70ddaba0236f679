/**
 * helm as the tests and `npm run generate` use it: the chart of deploy/chart, rendered without a cluster. Any exit code is
 * an answer.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ensureBinary } from './binaries.ts';
import { kubernetesMinor } from './versions.ts';

export const chart = join(import.meta.dirname, '../../deploy/chart');

export interface HelmResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs helm to its end, with a home of its own: no repository or plugin of this machine has a say. */
export async function helm(args: readonly string[], { input = '' } = {}): Promise<HelmResult> {
  const program = await ensureBinary('helm', new AbortController().signal);
  const env = { PATH: process.env.PATH, HELM_CONFIG_HOME: '/nonexistent', HELM_PLUGINS: '/nonexistent' };
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { env, maxBuffer: 16 << 20, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') return reject(error);
      resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** `helm template` of the chart as release `pms` in `private-monitoring`; `values` is YAML. */
export const template = (args: readonly string[] = [], values = ''): Promise<HelmResult> =>
  helm(
    [
      ...['template', 'pms', chart, '--namespace', 'private-monitoring', '--kube-version', `1.${kubernetesMinor}.0`],
      ...['--values', '-', ...args],
    ],
    { input: values },
  );

/** What `template` rendered; throws with helm's words when it refused. */
export async function rendered(args: readonly string[] = [], values = ''): Promise<string> {
  const { exitCode, stdout, stderr } = await template(args, values);
  if (exitCode !== 0) throw new Error(`helm template: ${stderr}`);
  return stdout;
}
