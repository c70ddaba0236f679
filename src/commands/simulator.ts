/**
 * `pms simulator`: the simulated Azure as a process of its own. Prints one JSON line once it listens, runs until SIGTERM
 * or SIGINT. Imports src/simulator alone.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseSeed, type Seed, SeedError, type Simulator, startSimulator } from '../simulator/simulator.ts';

interface Flags {
  readonly listen: { readonly host: string; readonly port: number };
  readonly seed?: string;
  readonly latency: 'none' | 'real';
  readonly latencyScale: number;
  readonly journal?: string;
  readonly caFile?: string;
}

function addressAndPort(value: string): Flags['listen'] {
  const match = /^(\[[0-9a-f:]+\]|[^:[\]]+):(\d{1,5})$/i.exec(value);
  const host = match?.[1]?.replace(/^\[|\]$/g, '');
  const port = Number(match?.[2]);
  if (host === undefined || port > 65_535) throw new InvalidArgumentError('It must be ADDRESS:PORT, e.g. 127.0.0.1:0.');
  return { host, port };
}

function scale(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('It must be a number, 0 or more.');
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

async function seedFrom(file: string | undefined): Promise<Seed | undefined> {
  if (file === undefined) return undefined;
  try {
    return parseSeed(await readFile(file, 'utf8'));
  } catch (cause) {
    const what = cause instanceof SeedError ? cause.message : `cannot be read: ${reasonOf(cause)}`;
    throw new Error(`option '--seed ${file}': ${what}`, { cause });
  }
}

/** Where journal entries go, one JSON line each; `end` resolves when all of them are written. */
async function journalTo(file: string) {
  const stream = createWriteStream(file, { flags: 'a' });
  try {
    await once(stream, 'open');
  } catch (cause) {
    throw new Error(`option '--journal ${file}': cannot be written: ${reasonOf(cause)}`, { cause });
  }
  return {
    write: (entry: unknown) => void stream.write(`${JSON.stringify(entry)}\n`),
    end: () => new Promise<void>(resolve => stream.end(resolve)),
  };
}

async function publishCa(simulator: Simulator, file: string | undefined): Promise<string> {
  if (file === undefined) return simulator.caFile;
  try {
    await copyFile(simulator.caFile, file);
    return file;
  } catch (cause) {
    throw new Error(`option '--ca-file ${file}': cannot be written: ${reasonOf(cause)}`, { cause });
  }
}

async function run(flags: Flags, stopped: Promise<unknown>): Promise<void> {
  const seed = await seedFrom(flags.seed);
  const journal = flags.journal === undefined ? undefined : await journalTo(flags.journal);
  const { listen, latency, latencyScale } = flags;
  const optional = {
    ...(seed === undefined ? {} : { seed }),
    ...(journal === undefined ? {} : { journal: journal.write }),
  };
  let simulator: Simulator;
  try {
    simulator = await startSimulator({ listen, latency, latencyScale, ...optional });
  } catch (cause) {
    throw new Error(`option '--listen ${listen.host}:${listen.port}': ${reasonOf(cause)}`, { cause });
  }
  try {
    const { endpoint, authority, tenantId, subscriptionId, clientId, clientSecret } = simulator;
    const caFile = await publishCa(simulator, flags.caFile);
    const line = { endpoint, authority, tenantId, subscriptionId, clientId, clientSecret, caFile };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    await stopped;
  } finally {
    await simulator.close();
    await journal?.end();
  }
}

/** The command; its action ends when a signal came (then exit 0), and fails with exit 2 for a flag that cannot be used. */
export function simulatorCommand(): Command {
  const command: Command = new Command('simulator')
    .description('A simulated Azure for Azure Monitor Private Link: resource manager and Entra ID over TLS')
    .option('--listen <address:port>', 'where to listen; port 0 takes any free one', addressAndPort, {
      host: '127.0.0.1',
      port: 0,
    })
    .option('--seed <file>', 'YAML file of what is there at start; default: one subscription, group and network')
    .addOption(
      new Option('--latency <profile>', "'real': as slow as Azure, 'none': at once")
        .choices(['none', 'real'])
        .default('real'),
    )
    .option('--latency-scale <factor>', 'multiplies every time of --latency real; 0 = at once', scale, 1)
    .option('--journal <file>', 'append every call as one JSON line')
    .option('--ca-file <file>', 'write the certificate authority there; default: a temporary file')
    .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))
    .action(async (flags: Flags) => {
      const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
      try {
        await run(flags, stopped);
      } catch (error) {
        process.stderr.write(`error: ${reasonOf(error)}\n`);
        process.exit(2);
      }
      process.exit(0);
    });
  command.addHelpText(
    'after',
    '\nOnce it listens it prints one JSON line: endpoint, authority, tenantId, subscriptionId, clientId, clientSecret, caFile.',
  );
  return command;
}
