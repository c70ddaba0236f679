/**
 * `pms simulator` as a process of its own on one core, and a client that keeps a number of calls in the air. Used by the
 * benches beside this file.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Agent, request } from 'undici';
import { defaultSeed, type Seed } from '../../src/simulator/simulator.ts';
import { findTool } from '../env/require-tool.ts';

export interface LoadedSimulator {
  readonly group: string;
  /** Status of one call, its body read to the end. */
  call(method: string, path: string, apiVersion: string, body?: unknown): Promise<number>;
  /** Resident memory of the process, bytes. */
  residentBytes(): Promise<number>;
  /** Processor time of the process so far, seconds. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

const entry = join(import.meta.dirname, '../../src/main.ts');

/** Starts it without latency and throttling, and logs in. On one core where `taskset` can be had. */
export async function loadedSimulator(seed: Partial<Seed> = {}): Promise<LoadedSimulator> {
  const folder = await mkdtemp(join(tmpdir(), 'pms-bench-'));
  const seedFile = join(folder, 'seed.yaml');
  await writeFile(seedFile, JSON.stringify({ ...defaultSeed(), ...seed }));
  const flags = ['simulator', '--latency', 'none', '--seed', seedFile, '--data-plane-port', 'off'];
  const pinned = findTool('taskset') === undefined ? [] : ['taskset', '-c', '0'];
  const [program = '', ...args] = [...pinned, process.execPath, entry, ...flags];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  const { endpoint, tenantId, subscriptionId, clientId, clientSecret, caFile } = JSON.parse(String(line));
  const dispatcher = new Agent({ connect: { ca: await readFile(caFile, 'utf8') }, connections: 16 });

  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'https://management.azure.com/.default',
  });
  const login = await request(`${endpoint}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const { access_token: token } = (await login.body.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

  const processFile = (name: string) => readFile(`/proc/${child.pid}/${name}`, 'utf8');
  return {
    group: `/subscriptions/${subscriptionId}/resourceGroups/rg-monitor`,
    call: async (method, path, apiVersion, body) => {
      const answer = await request(`${endpoint}${path}?api-version=${apiVersion}`, {
        method: method as 'GET',
        dispatcher,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      await answer.body.dump({ limit: 64 * 1024 * 1024 });
      return answer.statusCode;
    },
    residentBytes: async () => Number(/VmRSS:\s+(\d+) kB/.exec(await processFile('status'))?.[1]) * 1024,
    cpuSeconds: async () => {
      const fields = (await processFile('stat')).replace(/^.*\) /, '').split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    stop: async () => {
      await dispatcher.destroy();
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

/** Runs `count` calls, so many at a time; resolves with the seconds that it took. */
export async function inParallel(
  count: number,
  width: number,
  call: (index: number) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await call(index);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return (performance.now() - startedAt) / 1000;
}
