/**
 * `pms records NAME`: the records of a PrivateMonitoringScope in the form that a resolver outside of the cluster reads.
 * From the object's status, by one GET with the user's own rights; the data alone on stdout, or as files in a folder.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ExportFile } from '../domain/exports/export-record.ts';
import { EXPORT_FORMATS, type ExportFormat, exportRecords } from '../domain/exports/exports.ts';
import { failureOf } from '../domain/failures.ts';
import { keyText, type PmsObject } from '../domain/object.ts';
import { connectKubernetes } from '../kubernetes/kubernetes.ts';
import type { Log } from '../ports.ts';
import { version } from '../version.ts';
import { systemClock as clock } from './system-clock.ts';

interface Flags {
  readonly namespace?: string;
  readonly output: ExportFormat;
  readonly directory?: string;
  readonly kubeconfig?: string;
}

const TIMEOUT_MS = 30_000;
const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The command; exit 0 with the data, 1 when there are no records to print, 2 for wrong usage. */
export const recordsCommand = (): Command =>
  new Command('records')
    .description('The DNS records of a PrivateMonitoringScope, for other resolvers')
    .argument('<name>', 'the object', kubernetesName)
    .option('-n, --namespace <namespace>', 'its namespace (default: that of the kubeconfig)', kubernetesName)
    .addOption(new Option('-o, --output <format>', 'form of the records').choices(EXPORT_FORMATS).default('hosts'))
    .option('-d, --directory <folder>', 'write the files there; default: all on stdout')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, ~/.kube/config, or the pod')
    .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))
    .action(async (name: string, flags: Flags) => {
      try {
        await print(exportRecords(flags.output, ...(await recordsOf(name, flags))), flags.directory);
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

/** Thrown with words for the user. */
class MissingError extends Error {
  override readonly name = 'MissingError';
}

type Exported = readonly [NonNullable<PmsObject['status']['records']>, Parameters<typeof exportRecords>[2]];

async function recordsOf(name: string, { namespace, kubeconfig }: Flags): Promise<Exported> {
  const kubernetes = connectKubernetes({
    version,
    log: SILENT,
    clock,
    random: Math.random,
    configMaps: [],
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  });
  try {
    const owner = { namespace: namespace ?? kubernetes.namespace, name };
    const object = await kubernetes.read(owner, AbortSignal.timeout(TIMEOUT_MS));
    if (object === undefined) throw new MissingError(`there is no PrivateMonitoringScope ${keyText(owner)}`);
    const { records = [], recordCount = records.length } = object.status;
    if (records.length === 0) throw new MissingError(`${keyText(owner)} has no records yet: ${readyText(object)}`);
    if (recordCount > records.length) {
      const text = `the status of ${keyText(owner)} lists ${records.length} of ${recordCount} records: take them from the ConfigMap of its DNS target`;
      throw new MissingError(text);
    }
    return [records, { owner, serial: serialOf(object) }];
  } finally {
    await kubernetes.close();
  }
}

const readyText = ({ status }: PmsObject): string =>
  status.conditions?.find(({ type }) => type === 'Ready')?.message ?? 'the operator has not looked at it';

/**
 * Seconds since 1970 of the last time that the records were published: grows with every change, and stays the same
 * without one, so that equal records are equal bytes.
 */
function serialOf({ metadata, status }: PmsObject): number {
  const published = status.conditions?.find(({ type }) => type === 'RecordsPublished');
  return Math.floor(Date.parse(published?.lastTransitionTime ?? metadata.creationTimestamp) / 1_000);
}

async function print(files: readonly ExportFile[], directory: string | undefined): Promise<void> {
  if (directory === undefined) {
    process.stdout.write(files.map(textOf).join(''));
    return;
  }
  await mkdir(directory, { recursive: true });
  for (const { file, text } of files) await writeFile(join(directory, file), text);
}

/** Several files after one another are told apart as `head` does it. */
function textOf({ file, text }: ExportFile, _index: number, all: readonly ExportFile[]): string {
  return all.length === 1 ? text : `==> ${file} <==\n${text}\n`;
}
