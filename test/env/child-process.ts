/**
 * Long-running programs of a test, owned by it: started in their own process group (so that Ctrl-C reaches the owner
 * alone, which ends them in order), ended by pid, and not outliving the owner however that ends. Used by test/**.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, rmSync } from 'node:fs';

export interface OwnedProcess {
  readonly pid: number;
  /** The last lines of stdout and stderr, for a failure message. */
  readonly output: () => string;
  /** Settles when the program has ended: its exit code, or the signal's name. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly isRunning: () => boolean;
  /** Sends the signal (default SIGTERM), SIGKILL after `graceMs` (default 5000), and waits for the end. */
  readonly stop: (signal?: NodeJS.Signals, graceMs?: number) => Promise<void>;
}

export interface StartOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Called with each piece of stdout and stderr as it comes. */
  readonly onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
}

const keptOutputCharacters = 16_384;

/** Starts a program without a shell. The returned process is ended with ours at the latest. */
export function startProcess(command: string, args: readonly string[], options: StartOptions = {}): OwnedProcess {
  const [file, ...rest] = [...endingWithParent, command, ...args] as [string, ...string[]];
  const child = spawn(file, rest, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid === undefined) {
    child.once('error', () => {});
    throw new Error(`${command} could not be started`);
  }
  let output = '';
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-keptOutputCharacters);
      options.onOutput?.(text, stream);
    });
  }
  const ended = endOf(child);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM', graceMs = 5_000) => {
    if (!isRunning()) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(timer);
  };
  return { pid: child.pid, output: () => output, ended, isRunning, stop };
}

function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const forget = atExit(() => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      forget();
      resolve(code ?? signal ?? 0);
    });
  });
}

/** With setpriv (util-linux), the kernel ends the program even when we are ended by SIGKILL. */
const endingWithParent = ((): readonly string[] => {
  try {
    accessSync('/usr/bin/setpriv', constants.X_OK);
    return ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'];
  } catch {
    return [];
  }
})();

const cleanups = new Set<() => void>();

/** Removes the folder when this process ends, if it was not removed before; returns the function that removes it now. */
export function removeAtExit(directory: string): () => void {
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  const forget = atExit(remove);
  return () => {
    forget();
    remove();
  };
}

/** Runs a synchronous cleanup when this process exits or is ended by SIGINT, SIGTERM or SIGHUP; returns its undoing. */
export function atExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) listen();
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) unlisten();
  };
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function cleanUp(): void {
  for (const cleanup of [...cleanups].reverse()) cleanup();
  cleanups.clear();
}

/** A program with its own listener for the signal decides itself when it ends; the exit listener then still holds. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  cleanUp();
  unlisten();
  process.kill(process.pid, signal);
}

function listen(): void {
  process.on('exit', cleanUp);
  for (const signal of signals) process.on(signal, onSignal);
}

function unlisten(): void {
  process.off('exit', cleanUp);
  for (const signal of signals) process.off(signal, onSignal);
}
