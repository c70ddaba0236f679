/**
 * `pms doctor`: run on a machine, tells the one thing that keeps it from reporting over the private path. Needs no cluster
 * and no account. What is looked at stands in doctor/.
 */
import { hostname } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createProber } from '../probe/tls.ts';
import { diagnosisOf } from './doctor/diagnosis.ts';
import { examine } from './doctor/examine.ts';
import { readRecords } from './doctor/records-input.ts';
import { systemLookup } from './doctor/system-resolver.ts';
import { EXIT, ended, printJson, printLines } from './inquiry/run-inquiry.ts';
import { systemClock as clock } from './system-clock.ts';

const HTTPS_PORT = 443;
/** Of one handshake: somebody waits, and a machine at the far end of a VPN is no operator's pod. */
const HANDSHAKE_MS = 15_000;

interface Flags {
  readonly records: string;
  readonly allow: readonly string[];
  readonly dataPlanePort: number;
  readonly output: 'text' | 'json';
}

const HELP = `
The records are what \`pms records NAME -o json\` prints where the cluster can be reached; hosts text will do.
As root, it also sees what the programs of other users are connected to. NODE_EXTRA_CA_CERTS names a private authority.
Exit code: 0 nothing to mend, 1 something, 2 wrong usage.`;

/** The command; its action sets the exit code: 0 nothing to mend, 1 something, 2 wrong usage. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('On a machine: names, TLS, agents and their connections, beside the records; the one thing to mend')
    .requiredOption('--records <file|url>', "the records to compare with, JSON or hosts text; '-' is stdin")
    .option(
      '--allow <name|prefix>',
      'what else azcmagent, himds and guest configuration may go to; repeatable',
      more,
      [],
    )
    .option('--data-plane-port <port>', "port of the records' addresses, with a simulated Azure", port, HTTPS_PORT)
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['text', 'json']).default('text'))
    .addHelpText('after', HELP)
    .exitOverride(error => process.exit(error.exitCode === 0 ? EXIT.fine : EXIT.wrongUsage))
    .action(async (flags: Flags) => {
      process.exitCode = await ended(signal => doctor(flags, signal));
    });
}

const more = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function port(text: string): number {
  const value = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && value > 0 && value < 65_536) return value;
  throw new InvalidArgumentError('It must be a port, 1 to 65535.');
}

async function doctor(flags: Flags, signal: AbortSignal): Promise<number> {
  const records = await readRecords(flags.records, signal);
  const machine = {
    root: '/',
    isRoot: process.getuid?.() === 0,
    lookup: systemLookup,
    prober: createProber({ from: hostname(), port: flags.dataPlanePort, timeoutMs: HANDSHAKE_MS }),
    clock,
  };
  const groups = await examine({ records, alsoAllowed: flags.allow }, machine, signal);
  const { exitCode, lines, output } = diagnosisOf(groups, machine.isRoot);
  if (flags.output === 'json') printJson(output);
  else printLines(lines);
  return exitCode;
}
