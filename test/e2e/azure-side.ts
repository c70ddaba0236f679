/**
 * The packed `pms simulator` as a process, and what somebody at the Azure side sees and does: calls with a token of
 * their own, the journal, the state, and pulling the plug.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Agent, fetch } from 'undici';
import type { JournalEntry } from '../../src/simulator/simulator.ts';
import { startProcess } from '../env/child-process.ts';
import { eventually } from '../env/eventually.ts';
import { freePort } from '../env/free-port.ts';
import { versionFor } from '../simulator/arm.ts';
import { dialWith } from '../simulator/plane.ts';

// biome-ignore lint/suspicious/noExplicitAny: a body is what the wire gives; tests read the fields they know
type Body = any;

export interface AzureSide {
  readonly subscriptionId: string;
  /** Path of the seeded resource group. */
  readonly group: string;
  /** What a client needs to be told. */
  readonly env: Readonly<Record<string, string>>;
  /** One ARM call of somebody else, with the usual api-version unless the path has one; throws for anything but 2xx. */
  call(method: string, path: string, body?: unknown): Promise<Body>;
  /** Every ARM call that the operator has made. */
  calls(): Promise<readonly JournalEntry[]>;
  /** Every ARM call, whoever made it. */
  everybodysCalls(): Promise<readonly JournalEntry[]>;
  /** Ids of all resources, lower case, as Azure holds them. */
  ids(): Promise<readonly string[]>;
  /** Of every address of a private endpoint. */
  readonly dataPlanePort: number;
  /** A query of a workspace from the public side, as somebody with the operator's token; `403 Code` or `200`. */
  publicQuery(customerId: string): Promise<string>;
  /** Where every public name answers, as the rest of the world sees it. */
  readonly publicSide: { readonly address: string; readonly port: number };
  /** Queries and ingestion that came in, by whichever way. */
  dataPlaneCalls(): Promise<readonly JournalEntry[]>;
  /** From now on calls go wrong in this way; an empty list ends it. */
  faults(rules: readonly unknown[]): Promise<void>;
  /** How many calls each of those has met. */
  met(): Promise<readonly number[]>;
  /** How a machine's own DNS answers from now on. */
  resolves(machineId: string, as: 'Public' | 'Private'): Promise<void>;
  /** Everything as at the start, the journal too. */
  reset(): Promise<void>;
  /** Every resource as a GET shows it. */
  resources(): Promise<readonly Body[]>;
  /** Cuts every connection, or lets them in again. */
  unreachable(on: boolean): Promise<void>;
  stop(): Promise<void>;
}

export interface AzureStart {
  readonly pms: string;
  readonly directory: string;
  readonly latencyScale: number;
  /** File of another seed, with the same principals, absolute or beside this one; default `seed.yaml`. */
  readonly seed?: string;
  /** Whether machines with the agent's extension send data. */
  readonly agent?: boolean;
}

export const OPERATOR = '33333333-3333-4333-8333-333333333333';
/** What a second copy of the operator signs in with, so that the journal tells the two apart. */
export const SECOND_COPY = {
  AZURE_CLIENT_ID: '55555555-5555-4555-8555-555555555555',
  AZURE_CLIENT_SECRET: 'the-second-copys-secret',
} as const;
const SOMEBODY = { clientId: '44444444-4444-4444-8444-444444444444', secret: 'somebody-else' };

/** Starts the simulator with its default seed and one principal more. */
export async function startAzure({ pms, directory, latencyScale, ...start }: AzureStart): Promise<AzureSide> {
  const seed = resolve(import.meta.dirname, start.seed ?? 'seed.yaml');
  const journal = join(directory, 'journal.jsonl');
  const dataPlanePort = await freePort();
  const flags = ['--seed', seed, '--journal', journal, '--latency-scale', String(latencyScale)];
  flags.push('--data-plane-port', String(dataPlanePort), '--public-address', '127.0.0.1:0');
  if (start.agent) flags.push('--agent');
  const simulator = startProcess(process.execPath, [pms, 'simulator', ...flags]);
  const line = await eventually('the simulator prints its line', () => {
    if (!simulator.isRunning()) throw new Error(simulator.output());
    return /^\{.*"endpoint".*\}$/m.exec(simulator.output())?.[0];
  });
  const { endpoint, authority, tenantId, subscriptionId, clientId, clientSecret, caFile, publicAddress } =
    JSON.parse(line);
  const [publicHost = '', publicPort = ''] = String(publicAddress).split(':');
  const publicSide = { address: publicHost, port: Number(publicPort) };
  const dispatcher = new Agent({ connect: { ca: await readFile(caFile, 'utf8') } });

  const json = async (method: string, path: string, init: { headers?: Record<string, string>; body?: string } = {}) => {
    const response = await fetch(`${endpoint}${path}`, { method, dispatcher, ...init });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const token = async (audience = endpoint) => {
    const form = { grant_type: 'client_credentials', client_id: SOMEBODY.clientId, client_secret: SOMEBODY.secret };
    const body = new URLSearchParams({ ...form, scope: `${audience}/.default` }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return (await json('POST', `/${tenantId}/oauth2/v2.0/token`, { headers, body })).access_token;
  };
  return {
    subscriptionId,
    group: `/subscriptions/${subscriptionId}/resourceGroups/rg-monitor`,
    env: {
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: clientSecret,
      AZURE_AUTHORITY_HOST: authority,
      AZURE_RESOURCE_MANAGER_ENDPOINT: endpoint,
      NODE_EXTRA_CA_CERTS: caFile,
    },
    call: async (method, path, body) =>
      json(method, path.includes('?') ? path : `${path}?api-version=${versionFor(path)}`, {
        headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    dataPlanePort,
    publicSide,
    publicQuery: async customerId => {
      const ca = await readFile(caFile, 'utf8');
      const asked = { path: `/v1/workspaces/${customerId}/query`, body: { query: 'print x = 1' } };
      const way = { ...publicSide, host: 'api.loganalytics.io' };
      const { status, body } = await dialWith(ca, {
        ...way,
        ...asked,
        token: await token('https://api.loganalytics.io'),
      });
      return [status, body?.error?.innererror?.code].filter(part => part !== undefined).join(' ');
    },
    dataPlaneCalls: async () => {
      const entries: JournalEntry[] = await json('GET', '/_sim/journal');
      return entries.filter(entry => entry.service === 'data-plane');
    },
    faults: async rules => {
      const headers = { 'content-type': 'application/json' };
      await json('POST', '/_sim/faults', { headers, body: JSON.stringify({ faults: rules }) });
    },
    met: async () => (await json('GET', '/_sim/faults')).map(({ met }: { met: number }) => met),
    resolves: async (id, as) => {
      const headers = { 'content-type': 'application/json' };
      await json('POST', '/_sim/machines', { headers, body: JSON.stringify({ id, resolves: as }) });
    },
    reset: async () => void (await json('POST', '/_sim/reset')),
    resources: async () => (await json('GET', '/_sim/state')).resources,
    calls: async () => {
      const entries: JournalEntry[] = await json('GET', '/_sim/journal');
      return entries.filter(entry => entry.service === 'arm' && entry.principal === OPERATOR);
    },
    everybodysCalls: async () => {
      const entries: JournalEntry[] = await json('GET', '/_sim/journal');
      return entries.filter(entry => entry.service === 'arm');
    },
    ids: async () => {
      const { resources } = await json('GET', '/_sim/state');
      return resources.map((resource: { id: string }) => resource.id.toLowerCase()).sort();
    },
    unreachable: async on => {
      const headers = { 'content-type': 'application/json' };
      await json('POST', '/_sim/deny', { headers, body: JSON.stringify({ on }) });
    },
    stop: async () => {
      await dispatcher.destroy();
      await simulator.stop('SIGTERM');
    },
  };
}
