/**
 * A command of `pms` as a process of its own, from the sources, with bounded time, against a simulated Azure of the
 * test. For test/commands and test/e2e.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { removeAtExit } from '../env/child-process.ts';
import { compiledOnce } from '../env/packed.ts';

/** The program; run by this process's Node. */
export const main = join(import.meta.dirname, '../../src/main.ts');
const DEADLINE_MS = 180_000;

export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

export interface Run {
  readonly args: readonly string[];
  /** All of it, but PATH. */
  readonly env?: Environment;
  readonly input?: string;
}

/** Runs a command to its end. */
export async function pms(t: TestContext, { args, env = {}, input = '' }: Run): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: 'pipe',
    timeout: DEADLINE_MS,
    env: { PATH: process.env.PATH, ...compiledOnce, ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    written.stdout += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    written.stderr += piece;
  });
  // It may end without having read it.
  child.stdin.on('error', () => {}).end(input);
  const [code, signal] = await once(child, 'close');
  return { code: code ?? signal, ...written };
}

/** What a user sets to reach a simulator; its authority lies in a file that goes with the test. */
export async function azureEnvironment(t: TestContext, simulator: Simulator): Promise<Environment> {
  const directory = await mkdtemp(join(tmpdir(), 'pms-command-'));
  t.after(removeAtExit(directory));
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, simulator.caPem);
  return {
    AZURE_TENANT_ID: simulator.tenantId,
    AZURE_CLIENT_ID: simulator.clientId,
    AZURE_CLIENT_SECRET: simulator.clientSecret,
    AZURE_AUTHORITY_HOST: simulator.authority,
    AZURE_RESOURCE_MANAGER_ENDPOINT: simulator.endpoint,
    NODE_EXTRA_CA_CERTS: caFile,
  };
}
