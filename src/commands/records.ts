/**
 * `pms records NAME`: the records of a PrivateMonitoringScope in the form that a resolver outside of the cluster reads.
 * From the object's status; the data alone on stdout, or as files in a folder.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { ExportFile } from '../domain/exports/export-record.ts';
import { EXPORT_FORMATS, type ExportFormat, exportRecords } from '../domain/exports/exports.ts';
import { keyText, type PmsObject } from '../domain/object.ts';
import { forObject, MissingError, type ObjectFlags, readyText } from './inquiry/read-object.ts';

interface Flags extends ObjectFlags {
  readonly output: ExportFormat;
  readonly directory?: string;
}

/** The command; exit 0 with the data, 1 when there are no records to print, 2 for wrong usage. */
export const recordsCommand = (): Command =>
  forObject<Flags>(
    new Command('records')
      .description('The DNS records of a PrivateMonitoringScope, for other resolvers')
      .addOption(new Option('-o, --output <format>', 'form of the records').choices(EXPORT_FORMATS).default('hosts'))
      .option('-d, --directory <folder>', 'write the files there; default: all on stdout'),
    (object, { output, directory }) => print(exportRecords(output, ...recordsOf(object)), directory),
  );

type Exported = readonly [NonNullable<PmsObject['status']['records']>, Parameters<typeof exportRecords>[2]];

function recordsOf(object: PmsObject): Exported {
  const { namespace, name } = object.metadata;
  const owner = { namespace, name };
  const { records = [], recordCount = records.length } = object.status;
  if (records.length === 0) throw new MissingError(`${keyText(owner)} has no records yet: ${readyText(object)}`);
  if (recordCount > records.length) {
    const text = `the status of ${keyText(owner)} lists ${records.length} of ${recordCount} records: take them from the ConfigMap of its DNS target`;
    throw new MissingError(text);
  }
  return [records, { owner, serial: serialOf(object) }];
}

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
