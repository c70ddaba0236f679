/**
 * `pms import`: the YAML for what was built by hand, with resourceId lines. Reads only, with the credentials of whoever
 * runs it (AZURE_*); the data alone on stdout, what became of each resource on stderr. Flags, signals and exit codes; what
 * is made of what was read is in src/domain/importing.ts.
 */
import { once } from 'node:events';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { createAzure } from '../azure/azure.ts';
import { AZURE_OPTIONS } from '../config/azure.ts';
import { type ImportConfig, type ImportFlags, readImport } from '../config/import.ts';
import { ConfigError } from '../config/problems.ts';
import { failureOf } from '../domain/failures.ts';
import {
  type FoundScope,
  type ImportedManifest,
  type ImportLine,
  importLeftovers,
  importScope,
  objectName,
} from '../domain/importing.ts';
import { version } from '../version.ts';
import { readGroup, readScope } from './import/read-scopes.ts';
import { quietLog } from './inquiry/surroundings.ts';
import { systemClock as clock } from './system-clock.ts';

const EXIT = { imported: 0, failed: 1, wrongUsage: 2 } as const;

/** The command; 0 when at least one object was written, 1 when there was none or Azure refused, 2 for wrong usage. */
export function importCommand(): Command {
  const command = new Command('import')
    .description('The YAML for what was built by hand; reads only')
    .option('--resource-group <name>', 'every private link scope of a resource group')
    .option('--scope-id <id>', 'one private link scope, wherever it is')
    .addOption(new Option('--subscription <uuid>', 'subscription of the resource group').env('AZURE_SUBSCRIPTION_ID'))
    .option('-n, --namespace <namespace>', 'namespace of the object (default: none is written)')
    .option('--name <name>', "name of the object (default: the scope's)");
  for (const [flag, variable, meaning] of AZURE_OPTIONS) command.addOption(new Option(flag, meaning).env(variable));
  return command
    .exitOverride(error => process.exit(error.exitCode === 0 ? EXIT.imported : EXIT.wrongUsage))
    .action(async (flags: ImportFlags) => {
      process.exitCode = await main(flags);
    });
}

async function main(flags: ImportFlags): Promise<number> {
  const stop = new AbortController();
  void Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]).then(() => {
    stop.abort();
    // Whatever hangs: nothing was written.
    process.exit(EXIT.failed);
  });
  try {
    const { manifests, lines } = await imported(readImport(flags), stop.signal);
    for (const line of lines) process.stderr.write(`${lineText(line)}\n`);
    process.stdout.write(manifests.map(manifest => stringify(manifest, { lineWidth: 0 })).join('---\n'));
    if (manifests.length > 0) return EXIT.imported;
    process.stderr.write('error: there is nothing to import\n');
    return EXIT.failed;
  } catch (thrown) {
    const isUsage = thrown instanceof ConfigError;
    const message = isUsage ? thrown.problems.join('\nerror: ') : failureOf(thrown).message;
    process.stderr.write(`error: ${message}\n`);
    return isUsage ? EXIT.wrongUsage : EXIT.failed;
  }
}

interface Result {
  readonly manifests: readonly ImportedManifest[];
  readonly lines: readonly ImportLine[];
}

async function imported({ azure: settings, source, ...naming }: ImportConfig, signal: AbortSignal): Promise<Result> {
  const azure = createAzure({ settings, log: quietLog, clock, version });
  if (source.is === 'Scope') return allOf([await readScope(azure, source.id, signal)], naming);
  const { scopes, others } = await readGroup(azure, source, signal);
  const result = allOf(scopes, naming);
  return { ...result, lines: [...result.lines, ...importLeftovers(others, result.lines)] };
}

/** Each scope is an object; a name that was asked for can only be one's. */
function allOf(scopes: readonly FoundScope[], { name, namespace }: { name?: string; namespace?: string }): Result {
  const taken = new Set<string>();
  const results = scopes.map(found => {
    const wanted = scopes.length === 1 && name !== undefined ? name : unique(objectName(found.scope.name), taken);
    taken.add(wanted);
    return importScope(found, { name: wanted, ...(namespace === undefined ? {} : { namespace }) });
  });
  return {
    manifests: results.flatMap(({ manifest }) => manifest ?? []),
    lines: results.flatMap(({ lines }) => lines),
  };
}

function unique(name: string, taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(number === 1 ? name : `${name}-${number}`)) number++;
  return number === 1 ? name : `${name}-${number}`;
}

const lineText = ({ name, id, skippedBecause }: ImportLine): string =>
  skippedBecause === undefined ? `Imported ${name} (${id})` : `Skipped ${name} (${id}) because ${skippedBecause}`;
