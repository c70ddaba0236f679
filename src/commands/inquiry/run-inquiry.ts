/**
 * What `pms plan`, `pms check` and `pms doctor` have in common around what they ask: exit codes, signals, errors, and how they print.
 * src/commands only.
 */
import { once } from 'node:events';
import type { Command } from 'commander';
import { ConfigError } from '../../config/problems.ts';
import { failureOf } from '../../domain/failures.ts';
import { drawLine, type Line } from '../demo/paint.ts';
import { UsageError } from '../manifest-file.ts';
import { withInquiryOptions } from './options.ts';

/** `changes` only where `--detailed-exitcode` asks for it; `wrongUsage` shares its number. */
export const EXIT = { fine: 0, notSo: 1, changes: 2, wrongUsage: 2 } as const;

/** Gives a command the shared options, and an action that ends with the exit code of `ask`. */
export const askedBy = <T extends object>(
  command: Command,
  helpText: string,
  ask: (flags: T, signal: AbortSignal) => Promise<number>,
): Command =>
  withInquiryOptions(command)
    .addHelpText('after', `\n${helpText}`)
    .exitOverride(error => process.exit(error.exitCode === 0 ? EXIT.fine : EXIT.wrongUsage))
    .action(async (flags: T) => {
      process.exitCode = await ended(signal => ask(flags, signal));
    });

/** Runs what only looks to its exit code: signals end it at once, errors are told on stderr. */
export async function ended(ask: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stop = new AbortController();
  void Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]).then(() => {
    stop.abort();
    // Whatever hangs: nothing was written.
    process.exit(EXIT.notSo);
  });
  try {
    return await ask(stop.signal);
  } catch (thrown) {
    process.stderr.write(`error: ${textOf(thrown)}\n`);
    return thrown instanceof UsageError || thrown instanceof ConfigError ? EXIT.wrongUsage : EXIT.notSo;
  }
}

function textOf(thrown: unknown): string {
  if (thrown instanceof ConfigError) return thrown.problems.join('\nerror: ');
  return thrown instanceof UsageError ? thrown.message : failureOf(thrown).message;
}

/** One JSON value on stdout. */
export const printJson = (value: unknown): void =>
  void process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);

/** Lines on stdout, in colours on a terminal that has them. */
export function printLines(lines: readonly Line[]): void {
  const colour = process.stdout.isTTY === true && process.stdout.hasColors();
  const canvas = { columns: Number.POSITIVE_INFINITY, colour };
  for (const line of lines) process.stdout.write(`${drawLine(line, canvas)}\n`);
}
