/**
 * `pms simulator`: the simulated Azure as a process of its own. Prints one JSON line once it listens, runs until SIGTERM
 * or SIGINT. Imports src/simulator alone.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type FaultPlan,
  FaultPlanError,
  parseFaultPlan,
  parseSeed,
  type Seed,
  SeedError,
  type Simulator,
  type SimulatorOptions,
  StateError,
  startSimulator,
} from '../simulator/simulator.ts';

interface Flags {
  readonly listen: { readonly host: string; readonly port: number };
  readonly endpoint?: string;
  readonly seed?: string;
  readonly latency: 'none' | 'real';
  readonly latencyScale: number;
  readonly latencyJitter: number;
  readonly throttling: 'none' | 'real';
  readonly throttlingScale: number;
  readonly faults?: string;
  readonly state?: string;
  readonly dataPlanePort: number | 'off';
  readonly publicAddress?: Flags['listen'];
  readonly agent: boolean;
  readonly adminToken?: string;
  readonly journal?: string;
  readonly journalBodies: boolean;
  readonly caFile?: string;
}

function addressAndPort(value: string): Flags['listen'] {
  const match = /^(\[[0-9a-f:]+\]|[^:[\]]+):(\d{1,5})$/i.exec(value);
  const host = match?.[1]?.replace(/^\[|\]$/g, '');
  const port = Number(match?.[2]);
  if (host === undefined || port > 65_535) throw new InvalidArgumentError('It must be ADDRESS:PORT, e.g. 127.0.0.1:0.');
  return { host, port };
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}

function scale(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('It must be a number, 0 or more.');
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function portOrOff(value: string): Flags['dataPlanePort'] {
  if (value === 'off') return value;
  const port = Number(value);
  if (/^\d{1,5}$/.test(value) && port > 0 && port <= 65_535) return port;
  throw new InvalidArgumentError("It must be a port from 1 to 65535, or 'off'.");
}

function httpsUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'https:' && url.pathname === '/' && url.search === '' && url.username === '') return url.origin;
  throw new InvalidArgumentError('It must be https://HOST[:PORT].');
}

function secretText(value: string): string {
  if (value.length >= 8) return value;
  throw new InvalidArgumentError('It must have at least 8 characters.');
}

/** What a file of a flag holds; undefined without the flag. */
async function fromFile<T>(flag: string, file: string | undefined, read: (text: string) => T): Promise<T | undefined> {
  if (file === undefined) return undefined;
  try {
    return read(await readFile(file, 'utf8'));
  } catch (cause) {
    const ownWords = cause instanceof SeedError || cause instanceof FaultPlanError;
    const what = ownWords ? cause.message : `cannot be read: ${reasonOf(cause)}`;
    throw new Error(`option '${flag} ${file}': ${what}`, { cause });
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

const given = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, V>);

async function optionsOf(flags: Flags): Promise<SimulatorOptions> {
  const seed = await fromFile<Seed>('--seed', flags.seed, parseSeed);
  const faults = await fromFile<FaultPlan>('--faults', flags.faults, parseFaultPlan);
  const { listen, latency, latencyScale, latencyJitter, throttling, throttlingScale, journalBodies, agent } = flags;
  return {
    ...{ listen, latency, latencyScale, latencyJitter, throttling, throttlingScale, journalBodies, agent },
    ...given('endpoint', flags.endpoint),
    ...given('seed', seed),
    ...given('faults', faults),
    ...given('stateFile', flags.state),
    ...given('dataPlanePort', flags.dataPlanePort === 'off' ? undefined : flags.dataPlanePort),
    ...given('publicAddress', flags.publicAddress),
    ...given('adminToken', flags.adminToken),
    warn: message => process.stderr.write(`warning: ${message}\n`),
  };
}

/** The flag that a failed start is about. */
function startFailure(cause: unknown, flags: Flags): Error {
  const { listen, publicAddress: open } = flags;
  const isOpenOne = open !== undefined && reasonOf(cause).includes(`${open.host}:${open.port}`);
  const at = isOpenOne ? { flag: '--public-address', ...open } : { flag: '--listen', ...listen };
  const what = cause instanceof StateError ? `--state ${flags.state}` : `${at.flag} ${at.host}:${at.port}`;
  return new Error(`option '${what}': ${reasonOf(cause)}`, { cause });
}

async function run(flags: Flags, stopped: Promise<unknown>): Promise<void> {
  const options = await optionsOf(flags);
  const journal = flags.journal === undefined ? undefined : await journalTo(flags.journal);
  let simulator: Simulator;
  try {
    simulator = await startSimulator({ ...options, ...given('journal', journal?.write) });
  } catch (cause) {
    throw startFailure(cause, flags);
  }
  try {
    const { endpoint, authority, tenantId, subscriptionId, clientId, clientSecret, publicAddress } = simulator;
    const caFile = await publishCa(simulator, flags.caFile);
    const line = { endpoint, authority, tenantId, subscriptionId, clientId, clientSecret, caFile };
    process.stdout.write(`${JSON.stringify({ ...line, ...given('publicAddress', publicAddress) })}\n`);
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
    .option('--endpoint <url>', 'https://HOST[:PORT] by which clients reach it, if not where it listens', httpsUrl)
    .option('--seed <file>', 'YAML file of what is there at start; default: one subscription, group and network')
    .addOption(
      new Option('--latency <profile>', "'real': as slow as Azure, 'none': at once")
        .choices(['none', 'real'])
        .default('real'),
    )
    .option('--latency-scale <factor>', 'multiplies every time of --latency real; 0 = at once', scale, 1)
    .option('--latency-jitter <share>', 'makes each time up to this share longer or shorter, 0 to 1', share, 0)
    .addOption(
      new Option('--throttling <profile>', "'real': calls above Azure's published limits get 429")
        .choices(['none', 'real'])
        .default('none'),
    )
    .option('--throttling-scale <factor>', 'multiplies every limit of --throttling real', scale, 1)
    .option('--faults <file>', 'YAML file of which calls go wrong, and how')
    .option('--state <file>', 'keep the whole world there; what it holds at start is taken up again')
    .option(
      '--data-plane-port <port>',
      "private endpoints in 127.0.0.0/8 listen on this port of their addresses; 'off': they do not",
      portOrOff,
      443,
    )
    .option(
      '--public-address <address:port>',
      "the data plane's public side listens there; default: nowhere",
      addressAndPort,
    )
    .option('--agent', "machines with the monitoring agent's extension send heartbeats and counters", false)
    .addOption(
      new Option(
        '--admin-token <text>',
        'asked of whoever opens the page or calls /_sim; default: only this machine may',
      )
        .env('PMS_SIMULATOR_ADMIN_TOKEN')
        .argParser(secretText),
    )
    .option('--journal <file>', 'append every call as one JSON line')
    .option('--journal-bodies', 'keep bodies in the journal, without secrets', false)
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
    '\nOnce it listens it prints one JSON line: endpoint, authority, tenantId, subscriptionId, clientId, clientSecret, caFile.\nIts page, at the endpoint, shows what there is.',
  );
  return command;
}
