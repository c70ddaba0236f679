/**
 * `pms plan -f FILE`: what the operator would do about an object, in order, with the difference of each change; reads
 * only. Flags, signals and exit codes; what it finds out is in inquiry/ and src/domain/forecast.ts.
 */
import { once } from 'node:events';
import { Command } from 'commander';
import { type InquiryFlags, readInquiry } from '../config/inquiry.ts';
import { ConfigError } from '../config/problems.ts';
import { observe } from '../controller/observe.ts';
import { desire } from '../domain/desire.ts';
import { failureOf } from '../domain/failures.ts';
import type { Finding } from '../domain/finding.ts';
import { type Forecast, forecast, hasChanges } from '../domain/forecast.ts';
import { keyText } from '../domain/object.ts';
import { judgePrerequisites } from '../domain/prerequisites.ts';
import { groupLines } from './check/report.ts';
import { drawLine } from './demo/paint.ts';
import { readConfigFile } from './inquiry/config-file.ts';
import { withInquiryOptions } from './inquiry/options.ts';
import { readPrerequisites } from './inquiry/prerequisites.ts';
import { lookingPass, surroundingsOf } from './inquiry/surroundings.ts';
import { readManifest, UsageError } from './manifest-file.ts';
import { planOutput } from './plan/output.ts';
import { paintedLines } from './plan/painted.ts';
import { systemClock as clock } from './system-clock.ts';

interface Flags extends InquiryFlags {
  readonly file: string;
  readonly output: 'text' | 'json';
  readonly detailedExitcode?: true;
}

const EXIT = { nothing: 0, failed: 1, changes: 2, wrongUsage: 2 } as const;

/** The command; its action ends the process: 0 planned, 1 failed or cannot be carried out, 2 changes (when asked for). */
export function planCommand(): Command {
  const command = new Command('plan')
    .description('What the operator would do about an object, in order; reads only')
    .requiredOption('-f, --file <file>', "a PrivateMonitoringScope as YAML, '-' is stdin")
    .option('--detailed-exitcode', 'exit 2 when there is something to do');
  return withInquiryOptions(command)
    .addHelpText(
      'after',
      '\nWith KUBECONFIG the cluster is asked what is there already; with --config the DNS target too.',
    )
    .exitOverride(error => process.exit(error.exitCode === 0 ? EXIT.nothing : EXIT.wrongUsage))
    .action(async (flags: Flags) => {
      process.exitCode = await main(flags);
    });
}

async function main(flags: Flags): Promise<number> {
  const stop = new AbortController();
  void Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]).then(() => {
    stop.abort();
    // Whatever hangs: nothing was written.
    process.exit(EXIT.failed);
  });
  try {
    const manifest = await readManifest(flags.file);
    const options = readInquiry(flags, await readConfigFile(flags.config), process.env);
    const around = await surroundingsOf(manifest, options, { clock, signal: stop.signal });
    const want = desire(around.object, around.world.installation);
    const seen = await observe(want, lookingPass(around, stop.signal));
    const isIn = seen.identity.is === 'present';
    const findings = isIn ? judgePrerequisites(want, await readPrerequisites(want, around.azure, stop.signal)) : [];
    const ahead = forecast(want, seen, around.world.rules);
    const shown = options.readsTarget ? ahead : withoutTarget(ahead);
    for (const note of around.notes) process.stderr.write(`note: ${note}\n`);
    print({ ahead: shown, findings, object: keyText(around.object.metadata) }, flags);
    if (shown.obstacles.length > 0 || findings.some(({ state }) => state === 'failed')) return EXIT.failed;
    return flags.detailedExitcode && hasChanges(shown) ? EXIT.changes : EXIT.nothing;
  } catch (thrown) {
    return told(thrown);
  }
}

/** A target that was not meant to be read is nothing that somebody has to put right. */
const withoutTarget = (ahead: Forecast): Forecast => ({
  ...ahead,
  obstacles: ahead.obstacles.filter(({ name }) => name !== 'RecordsPublished'),
});

function told(thrown: unknown): number {
  const isUsage = thrown instanceof UsageError || thrown instanceof ConfigError;
  const message = thrown instanceof ConfigError ? thrown.problems.join('\nerror: ') : failureOf(thrown).message;
  process.stderr.write(`error: ${isUsage && thrown instanceof UsageError ? thrown.message : message}\n`);
  return isUsage ? EXIT.wrongUsage : EXIT.failed;
}

interface Planned {
  readonly ahead: Forecast;
  readonly findings: readonly Finding[];
  readonly object: string;
}

function print({ ahead, findings, object }: Planned, { output }: Flags): void {
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify(planOutput(ahead, findings, object), undefined, 2)}\n`);
    return;
  }
  const colour = process.stdout.isTTY === true && process.stdout.hasColors();
  const canvas = { columns: Number.POSITIVE_INFINITY, colour };
  const lines = [`PrivateMonitoringScope ${object}`, ''].map(text => [{ text }]);
  const open = findings.filter(({ state }) => state !== 'passed');
  const preflight = open.length === 0 ? [] : [[], ...groupLines({ title: 'Preflight', findings: open })];
  for (const line of [...lines, ...paintedLines(ahead), ...preflight])
    process.stdout.write(`${drawLine(line, canvas)}\n`);
}
