/**
 * Who still runs: for tests that assert that nothing was left behind.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The command lines of all processes that contain `text`, such as the path of a temporary folder. */
export async function processesWith(text: string): Promise<string[]> {
  const lines = existsSync('/proc/self/cmdline') ? await linuxCommandLines() : await otherCommandLines();
  return lines.filter(line => line.includes(text));
}

async function linuxCommandLines(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const read = (pid: string) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return (await Promise.all(pids.map(read))).map(words => words.replaceAll('\0', ' '));
}

async function otherCommandLines(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'args=']);
  return stdout.split('\n');
}
