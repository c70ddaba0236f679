/**
 * One object of the cluster, by one GET with the user's own rights: for the commands that only print what its status says.
 * src/commands only.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { failureOf } from '../../domain/failures.ts';
import { keyText, type PmsObject } from '../../domain/object.ts';
import { connectKubernetes } from '../../kubernetes/kubernetes.ts';
import type { Log } from '../../ports.ts';
import { version } from '../../version.ts';
import { systemClock as clock } from '../system-clock.ts';

export interface ObjectFlags {
  readonly namespace?: string;
  readonly kubeconfig?: string;
}

const TIMEOUT_MS = 30_000;
const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Thrown with words for the user. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
}

/** Gives a command the object's name and how to reach its cluster, and an action that exits with 1 and says why it failed. */
export const forObject = <T extends ObjectFlags>(
  command: Command,
  print: (object: PmsObject, flags: T) => Promise<void>,
): Command =>
  command
    .argument('<name>', 'the object', kubernetesName)
    .option('-n, --namespace <namespace>', 'its namespace (default: that of the kubeconfig)', kubernetesName)
    .option('--kubeconfig <file>', 'default: KUBECONFIG, ~/.kube/config, or the pod')
    .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))
    .action(async (name: string, flags: T) => {
      try {
        await print(await readObject(name, flags), flags);
      } catch (thrown) {
        process.stderr.write(`error: ${failureOf(thrown).message.replace(/^(Missing|Type)?Error: /, '')}\n`);
        process.exitCode = 1;
      }
    });

/** What it names becomes part of an address. */
function kubernetesName(text: string): string {
  if (/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a Kubernetes name (lower-case letters, digits, hyphens).');
}

async function readObject(name: string, { namespace, kubeconfig }: ObjectFlags): Promise<PmsObject> {
  const kubernetes = connectKubernetes({
    version,
    log: SILENT,
    clock,
    random: Math.random,
    configMaps: [],
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  });
  try {
    const key = { namespace: namespace ?? kubernetes.namespace, name };
    const object = await kubernetes.read(key, AbortSignal.timeout(TIMEOUT_MS));
    if (object === undefined) throw new MissingError(`there is no PrivateMonitoringScope ${keyText(key)}`);
    return object;
  } finally {
    await kubernetes.close();
  }
}

/** What the object says of itself. */
export const readyText = ({ status }: PmsObject): string =>
  status.conditions?.find(({ type }) => type === 'Ready')?.message ?? 'the operator has not looked at it';
