/**
 * `pms demo`: the operator's controller over a cluster in memory, a simulated Azure and a small DNS server; no account, no
 * cluster. Reads the flags, owns signals and exit code; the work is in the folder demo/. src/main.ts has it in its table.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type NewObject, parseManifest } from '../manifest/manifest.ts';
import { readPackageFile } from '../manifest/package-file.ts';
import type { Outcome } from './demo/outcome.ts';
import type { DemoOutput } from './demo/output.ts';
import type { Line } from './demo/paint.ts';
import { SCENARIO_NAMES, SCENARIOS, type ScenarioName } from './demo/scenarios/names.ts';
import { SeedGapError } from './demo/seed-gap.ts';
import { isTerminal, lineView, liveView, noView, progressOnly, type View } from './demo/view.ts';
import { logOf } from './demo/view-log.ts';
import { readManifest, UsageError } from './manifest-file.ts';
import { systemClock } from './system-clock.ts';

interface Flags {
  readonly file?: string;
  readonly once?: true;
  readonly scenario?: ScenarioName;
  readonly latencyScale: number;
  readonly output: 'text' | 'json';
}

const SAMPLE = 'deploy/samples/closed.yaml';
const EXIT = { done: 0, notSo: 1, wrongUsage: 2 } as const;
/** The demo's own pace, as a part of the real Azure's: a person waits some seconds, not half a minute. */
const PACE = 0.25;
const DEADLINE_MS = 60_000;
/** Ending takes no longer than this, whatever hangs. */
const END_MS = 2_000;

/**
 * The command; its action ends the process: 0 Ready, as told, or ended by a signal; 1 not so; 2 a file or flag of no use.
 */
export function demoCommand(): Command {
  return new Command('demo')
    .description('The whole road in one command: the operator on a simulated Azure, without account or cluster')
    .option('-f, --file <file>', `a PrivateMonitoringScope as YAML, '-' is stdin; default: ${SAMPLE} of this package`)
    .option('--once', 'end when the object is Ready (exit 0), or when it cannot become so (exit 1, with the reason)')
    .option(
      '--latency-scale <factor>',
      `multiplies Azure's times; ${1 / PACE} is as slow as Azure, 0 is at once`,
      scale,
      1,
    )
    .addOption(
      new Option('--scenario <name>', 'what goes wrong, how it is told and how it is cured; ends by itself')
        .choices(SCENARIO_NAMES)
        .conflicts('file'),
    )
    .addOption(
      new Option(
        '-o, --output <format>',
        "'json' prints {object, plan, records, calls, publicQuery}, or {scenario, asTold, story}",
      )
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText('after', scenarioHelp)
    .exitOverride(error => process.exit(error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage))
    .action(async (flags: Flags) => {
      process.exit(await main(flags));
    });
}

/** One line a scenario. */
function scenarioHelp(): string {
  const width = Math.max(...SCENARIO_NAMES.map(name => name.length));
  const lines = SCENARIO_NAMES.map(name => `  ${name.padEnd(width)}  ${SCENARIOS[name]}`);
  return ['', 'Scenarios; the story goes to stderr, and exit is 1 when one goes another way:', ...lines].join('\n');
}

function scale(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('It must be a number, 0 or more.');
}

async function main(flags: Flags): Promise<number> {
  const stop = stopSignal(flags);
  reachLoopbackDirectly();
  try {
    if (flags.scenario !== undefined) return await play(flags, flags.scenario, stop);
    const manifest = await manifestOf(flags);
    const outcome = await run(flags, manifest, stop);
    if (stop.aborted) return codeOfStop(flags);
    if (!outcome.ready) process.stderr.write(`not Ready: ${outcome.text}\n`);
    return outcome.ready ? EXIT.done : EXIT.notSo;
  } catch (thrown) {
    if (stop.aborted) return codeOfStop(flags);
    process.stderr.write(`error: ${reasonOf(thrown)}\n`);
    return thrown instanceof UsageError ? EXIT.wrongUsage : EXIT.notSo;
  }
}

/** Ctrl-C is how the demo ends; with --once it is one way of not having become Ready, or of not having been played. */
const codeOfStop = ({ once, scenario }: Flags): number => (once || scenario !== undefined ? EXIT.notSo : EXIT.done);

/** Aborted by SIGINT, SIGTERM, SIGHUP and when nobody reads our output any more. Then the process ends, hung or not. */
function stopSignal(flags: Flags): AbortSignal {
  const stop = new AbortController();
  const end = () => {
    // Ctrl-C under npm comes twice: from the terminal and from npm.
    if (stop.signal.aborted) return;
    stop.abort();
    setTimeout(() => process.exit(codeOfStop(flags)), END_MS).unref();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, end);
  process.stdout.on('error', end);
  return stop.signal;
}

/** A proxy that this machine uses for the real Azure cannot reach a simulated one inside this process. */
function reachLoopbackDirectly(): void {
  const { NO_PROXY, no_proxy: lower } = process.env;
  process.env.NO_PROXY = [NO_PROXY ?? lower ?? '', '127.0.0.1'].filter(host => host !== '').join(',');
}

async function manifestOf({ file }: Flags): Promise<NewObject> {
  if (file === undefined) return parseManifest(await readPackageFile(SAMPLE));
  return readManifest(file);
}

const timesOf = ({ latencyScale }: Flags) => ({
  latencyScale: latencyScale * PACE,
  deadlineMs: DEADLINE_MS * Math.max(1, latencyScale),
});

async function play(flags: Flags, name: ScenarioName, stop: AbortSignal): Promise<number> {
  const view = lineView(process.stderr);
  const { playScenario } = await import('./demo/scenarios/play.ts');
  stop.throwIfAborted();
  const tellers = { clock: systemClock, log: logOf(view), print: (line: Line) => view.print([line]) };
  const played = await playScenario({ name, ...timesOf(flags), ...tellers }, stop);
  const text = `${name}: ${played.asTold ? 'as told' : 'not as told'}, ${played.story.length} lines\n`;
  await print(flags.output === 'json' ? `${JSON.stringify(played, undefined, 2)}\n` : text);
  return played.asTold ? EXIT.done : EXIT.notSo;
}

async function run(flags: Flags, manifest: NewObject, stop: AbortSignal): Promise<Outcome> {
  const { once = false } = flags;
  const view = viewOf(flags);
  const printed: Promise<void>[] = [];
  const result = (output: DemoOutput) => {
    if (flags.output === 'json') printed.push(print(`${JSON.stringify(output, undefined, 2)}\n`));
  };
  try {
    // Loaded now: the Azure SDKs take a second that a wrong flag or file need not wait for.
    const { runSession } = await import('./demo/session.ts');
    stop.throwIfAborted();
    return await runSession({ manifest, once, ...timesOf(flags), clock: systemClock, view, result }, stop);
  } catch (cause) {
    if (cause instanceof SeedGapError) {
      throw new UsageError(`the simulated Azure cannot have what the object names:\n  ${cause.message}`, { cause });
    }
    throw cause;
  } finally {
    view.close();
    // The terminal has written ^C at the beginning of the line.
    if (stop.aborted && isTerminal(process.stdout)) process.stdout.write('\n');
    // Ending the process does not wait for a pipe.
    await Promise.all([...printed, print('')]);
  }
}

const print = (output: string): Promise<void> => new Promise(resolve => process.stdout.write(output, () => resolve()));

/** Data goes to stdout alone; with it, the progress is for whoever sits at the terminal. */
function viewOf({ output }: Flags): View {
  if (output === 'json') return isTerminal(process.stderr) ? progressOnly(liveView(process.stderr)) : noView;
  return isTerminal(process.stdout) ? liveView(process.stdout) : lineView(process.stdout);
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
