/**
 * What `npm test` runs: types, lint and layers, generated types, the bundle, the control plane's programs, then every
 * test file, then what the simulator answered in all of them (test/contract), what the operator asked of API servers
 * (test/rights), and guards against a run that is green because nothing ran (run-tally.ts).
 *
 *   node test/run.ts                  everything
 *   node test/run.ts --unit           no control plane, no end-to-end: types, lint and the fast tests
 *   node test/run.ts FILE.test.ts...  these test files alone
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join, relative, resolve, sep } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';
import { checkKept } from './contract/check-kept.ts';
import { ensureBinaries, ensureBinary } from './env/binaries.ts';
import { installMissingTools } from './env/debian.ts';
import { packForAll } from './env/packed.ts';
import { checkRights, keptIn } from './rights/check-kept.ts';
import { longestFirst, slowest } from './run-order.ts';
import { complaints, count, emptyTally, type TestEvent } from './run-tally.ts';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const fileDeadlineMs = 15 * 60_000;

/** Most of the slow tests wait: for Azure's times, for a proof that must hold a while, for CoreDNS. */
const concurrency = 2 * availableParallelism();

/** Where tests start other programs or take their time; they come before the rest, and `--unit` leaves them out. */
const slowPlaces = [
  ...[
    'test/e2e/',
    'test/faults/',
    'test/bench/',
    'test/env/',
    'test/deploy/server',
    'test/deploy/chart',
    'test/crd/crd.test.ts',
  ],
  ...[
    'test/simulator/',
    'test/contract/',
    'test/azure/',
    'test/commands/',
    'test/kubernetes/',
    'test/layers.test.ts',
    'test/run.test.ts',
    'test/manifest/',
  ],
  ...['convergence', 'sharing', 'one-target', 'rivals', 'plan-mode', 'isolation', 'component-isolation'].map(
    name => `test/controller/${name}.test.ts`,
  ),
  ...['test/coredns/real-coredns', 'test/probe/real-coredns'],
];
const isSlow = (file: string) => slowPlaces.some(place => file.startsWith(place));

interface Stage {
  readonly name: string;
  /** Resolves with a word on the result; throws when the stage failed. */
  readonly run: (signal: AbortSignal) => Promise<string>;
}

const command = (name: string, program: string, ...args: string[]): Stage => ({
  name,
  run: async signal => {
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
    const child = spawn(program, args, { cwd: root, env, stdio: 'inherit', signal });
    const [code, endedBy] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${name}: ${program} ended with ${code ?? endedBy}`);
    return 'ok';
  },
});

const staticStages: readonly Stage[] = [
  command('types', 'tsc'),
  command('lint and layers', 'biome', 'ci', '--colors=off', '--error-on-warnings'),
  command('generated files', process.execPath, 'scripts/generate.ts', '--check'),
];

const programs: Stage = {
  name: 'programs',
  run: async signal => {
    await installMissingTools(signal);
    await ensureBinaries(signal);
    await ensureBinary('helm', signal);
    return 'ok';
  },
};

/** A folder for what test files share or keep for a later stage; every process is told where. Gone with this process. */
function kept(variable: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'pms-kept-'));
  process.env[variable] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const answers = kept('PMS_KEPT_ANSWERS');
const calls = kept('PMS_KEPT_CALLS');

/** What is made once for all test files: the packed program, and what Node compiles, half of a small file's time. */
const packed = kept('PMS_SHARED');
process.env.NODE_COMPILE_CACHE ??= join(packed, 'compiled');
const bundle: Stage = { name: 'bundle', run: () => packForAll(packed).then(() => 'ok') };

const keeping = ['--import', pathToFileURL(join(root, 'test/contract/keep-answers.ts')).href];

const contract: Stage = { name: 'contract', run: () => checkKept(answers) };

/** Why rights that were never used are none to complain of; undefined when every test of the repository passed. */
let partly: string | undefined = 'no test ran';

const rights: Stage = { name: 'rights', run: async () => checkRights(keptIn(calls), partly) };

const tests = (files: readonly string[]): Stage => ({
  name: 'tests',
  run: async signal => {
    const ci = process.env.CI === 'true';
    let tally = emptyTally;
    const msByFile = new Map<string, number>();
    const add = (outcome: 'passed' | 'failed') => (event: TestEvent) => {
      const file = event.file === undefined ? undefined : pathInRepository(event.file);
      tally = count(tally, { ...event, file, name: event.name === event.file ? (file ?? '') : event.name }, outcome);
    };
    if (files.length > 0) {
      const absolute = files.map(file => resolve(root, file));
      const options = { concurrency, timeout: fileDeadlineMs, signal, cwd: root, execArgv: keeping };
      const stream = run({ files: absolute, ...options });
      stream.on('test:pass', add('passed')).on('test:fail', add('failed'));
      stream.on('test:summary', ({ file, duration_ms }) => {
        if (file !== undefined) msByFile.set(pathInRepository(file), duration_ms);
      });
      const report = stream.compose(new spec());
      report.pipe(process.stdout, { end: false });
      await once(report, 'end');
      process.stdout.write(`\nslowest files\n${slowest(msByFile, 25).join('\n')}\n`);
    }
    const wrong = complaints(tally, files, ci);
    const isWhole = testFiles().every(file => files.includes(file));
    if (!isWhole) partly = 'only some test files ran';
    else partly = wrong.length + tally.skipped.length > 0 ? 'tests failed or were skipped' : undefined;
    const result = `${tally.passed + tally.failed} tests in ${files.length} files: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped.length} skipped, ${tally.todo.length} todo`;
    if (wrong.length > 0) throw new Error(`${result}\n${wrong.map(line => `  ${line}`).join('\n')}`);
    return result;
  },
});

const pathInRepository = (file: string): string => {
  const path = relative(root, file);
  return path.startsWith('..') ? file : path.split(sep).join('/');
};

function testFiles(): string[] {
  const files = globSync('test/**/*.test.ts', { cwd: root });
  return longestFirst(files, isSlow);
}

function stagesFor(args: readonly string[]): readonly Stage[] {
  const [first] = args;
  if (first === undefined) return [...staticStages, bundle, programs, tests(testFiles()), contract, rights];
  if (first === '--unit') return [...staticStages, tests(testFiles().filter(file => !isSlow(file))), contract, rights];
  if (args.some(arg => arg.startsWith('-'))) throw new Error('usage: node test/run.ts [--unit | FILE.test.ts ...]');
  return [tests(args.map(file => pathInRepository(resolve(file)))), contract, rights];
}

/** Runs every stage, also after one failed, so that one run shows all there is to mend. */
async function main(): Promise<number> {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
  const lines: string[] = [];
  let failed = false;
  for (const stage of stagesFor(process.argv.slice(2))) {
    if (interrupted.signal.aborted) break;
    process.stdout.write(`== ${stage.name}\n`);
    const startedAt = performance.now();
    const result = await stage.run(interrupted.signal).catch((error: Error) => {
      failed = true;
      return `FAILED: ${error.message}`;
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    lines.push(`${stage.name.padEnd(16)} ${seconds.padStart(7)} s  ${result}`);
  }
  process.stdout.write(`\n${lines.join('\n')}\n`);
  return failed || interrupted.signal.aborted ? 1 : 0;
}

process.exitCode = await main();
