/**
 * `pms plan -f FILE`: what the operator would do about an object, in order, with the difference of each change; reads
 * only: GETs, tokens, and two queries to Resource Graph, which go by POST. Flags and output; what it finds out is in
 * inquiry/ and src/domain/forecast.ts.
 */
import { Command } from 'commander';
import { type InquiryConfig, type InquiryFlags, readInquiry } from '../config/inquiry.ts';
import { desire } from '../domain/desire.ts';
import type { Finding } from '../domain/finding.ts';
import { type Forecast, forecast, hasChanges } from '../domain/forecast.ts';
import { keyText } from '../domain/object.ts';
import { elsewhereFindings, preflightFinding } from '../domain/preflight-finding.ts';
import { judgePrerequisites } from '../domain/prerequisites.ts';
import type { NewObject } from '../manifest/manifest.ts';
import { groupLines } from './check/report.ts';
import { readConfigFile } from './inquiry/config-file.ts';
import { checkGate } from './inquiry/identity-gate.ts';
import { observeWidely } from './inquiry/observe-widely.ts';
import { readPrerequisites } from './inquiry/prerequisites.ts';
import { askedBy, EXIT, printJson, printLines } from './inquiry/run-inquiry.ts';
import { openCluster, surroundingsOf } from './inquiry/surroundings.ts';
import { readManifest } from './manifest-file.ts';
import { planOutput } from './plan/output.ts';
import { paintedLines } from './plan/painted.ts';
import { systemClock as clock } from './system-clock.ts';

interface Flags extends InquiryFlags {
  readonly file: string;
  readonly output: 'text' | 'json';
  readonly detailedExitcode?: true;
}

/** The command; its action ends the process: 0 planned, 1 failed or cannot be carried out, 2 changes (when asked for). */
export function planCommand(): Command {
  const command = new Command('plan')
    .description('What the operator would do about an object, in order; reads only')
    .requiredOption('-f, --file <file>', "a PrivateMonitoringScope as YAML, '-' is stdin")
    .option('--detailed-exitcode', 'exit 2 when there is something to do');
  const help = 'With KUBECONFIG the cluster is asked what is there already; with --config the DNS target too.';
  return askedBy(command, help, plan);
}

async function plan(flags: Flags, signal: AbortSignal): Promise<number> {
  const manifest = await readManifest(flags.file);
  const options = readInquiry(flags, await readConfigFile(flags.config), process.env);
  const around = await surroundingsOf(manifest, options, { clock, signal });
  const gate = await gateOf(manifest, options, signal);
  const want = desire(around.object, around.world.installation);
  const seen = await observeWidely(want, around, signal);
  const isIn = seen.identity.is === 'present';
  const ahead = forecast(want, seen, around.world.rules);
  const prerequisites = isIn ? judgePrerequisites(want, await readPrerequisites(want, around.azure, signal)) : [];
  const findings = [...gate, ...prerequisites, ...warnings(ahead), ...elsewhereFindings(want, seen)];
  const shown = options.readsTarget ? ahead : withoutTarget(ahead);
  const actsAs = gate.filter(({ state }) => state === 'passed').map(({ message }) => message);
  for (const note of [...around.notes, ...actsAs]) process.stderr.write(`note: ${note}\n`);
  print({ ahead: shown, findings, object: keyText(around.object.metadata) }, flags);
  if (shown.obstacles.length > 0 || findings.some(({ state }) => state === 'failed')) return EXIT.notSo;
  return flags.detailedExitcode && hasChanges(shown) ? EXIT.changes : EXIT.fine;
}

/** Whether and as whom it may act: told where the operator's configuration was given. */
async function gateOf(manifest: NewObject, options: InquiryConfig, signal: AbortSignal): Promise<readonly Finding[]> {
  if (options.globalIdentity === undefined) return [];
  const cluster = openCluster(clock);
  try {
    return [await checkGate({ manifest, place: options, cluster, clientId: options.azure.clientId }, signal)];
  } finally {
    await cluster.close();
  }
}

/** What stands in the way is among the obstacles. */
const warnings = ({ now }: Forecast): readonly Finding[] =>
  [preflightFinding(now)].filter(({ state }) => state === 'warning');

/** A target that was not meant to be read is nothing that somebody has to put right. */
const withoutTarget = (ahead: Forecast): Forecast => ({
  ...ahead,
  obstacles: ahead.obstacles.filter(({ name }) => name !== 'RecordsPublished'),
});

interface Planned {
  readonly ahead: Forecast;
  readonly findings: readonly Finding[];
  readonly object: string;
}

function print({ ahead, findings, object }: Planned, { output }: Flags): void {
  if (output === 'json') {
    printJson(planOutput(ahead, findings, object));
    return;
  }
  const title = [`PrivateMonitoringScope ${object}`, ''].map(text => [{ text }]);
  const open = findings.filter(({ state }) => state !== 'passed');
  const preflight = open.length === 0 ? [] : [[], ...groupLines({ title: 'Preflight', findings: open })];
  printLines([...title, ...paintedLines(ahead), ...preflight]);
}
