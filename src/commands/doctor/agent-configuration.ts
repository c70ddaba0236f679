/**
 * What the Azure Monitor Agent has been told: the hosts in its cached configuration, one file a data collection rule.
 * src/commands/doctor only. Source of the shape: agents.ts.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIGURATION, ERRORS, PROXY_FILES } from './agents.ts';
import { isDenied, printable, readSystemFile } from './machine.ts';

export interface Channel {
  /** `ods` for logs and counters of a workspace, `gig` for an ingestion endpoint, `me` for Azure Monitor Metrics. */
  readonly protocol: string;
  /** Where it sends; absent where the file names none. */
  readonly endpoint?: string;
  /** The handler that it had its configuration from, and gets its tokens from. */
  readonly handler?: string;
}

export interface AgentConfiguration {
  /** `denied`: there, and not for us to read. `none`: the agent has never received any. */
  readonly state: 'read' | 'denied' | 'none';
  readonly channels: readonly Channel[];
  /** Files that are no configuration. */
  readonly broken: readonly string[];
  /** Of its settings. */
  readonly proxy?: string;
  /** The host that it last failed to get its configuration from. */
  readonly refusedBy?: string;
}

/** Never rejects. */
export async function readAgentConfiguration(root: string): Promise<AgentConfiguration> {
  const proxy = await proxyOf(root);
  const chunks = await readChunks(root);
  const refusedBy = chunks.state === 'none' ? await refusalOf(root) : undefined;
  return {
    ...chunks,
    ...(proxy === undefined ? {} : { proxy }),
    ...(refusedBy === undefined ? {} : { refusedBy }),
  };
}

async function readChunks(root: string): Promise<Pick<AgentConfiguration, 'state' | 'channels' | 'broken'>> {
  try {
    const files = (await readdir(join(root, CONFIGURATION))).filter(name => name.endsWith('.json')).sort();
    const sights = await Promise.all(files.map(async file => ({ file, ...(await readChunk(root, file)) })));
    if (sights.some(({ state }) => state === 'denied')) return { state: 'denied', channels: [], broken: [] };
    const channels = sights.flatMap(sight => sight.channels ?? []);
    const broken = sights.filter(sight => sight.channels === undefined).map(({ file }) => printable(file));
    return { state: sights.length === 0 ? 'none' : 'read', channels, broken };
  } catch (thrown) {
    return { state: isDenied(thrown) ? 'denied' : 'none', channels: [], broken: [] };
  }
}

interface Chunk {
  readonly state: 'read' | 'denied' | 'absent';
  /** Absent: it is no configuration. */
  readonly channels?: readonly Channel[];
}

async function readChunk(root: string, file: string): Promise<Chunk> {
  const sight = await readSystemFile(root, join(CONFIGURATION, file));
  if (sight.state !== 'read') return { state: sight.state };
  const channels = parseChunk(sight.text);
  return { state: 'read', ...(channels === undefined ? {} : { channels }) };
}

/** `undefined` for what is no configuration. A rule without a destination has no channels. */
export function parseChunk(text: string): readonly Channel[] | undefined {
  try {
    const chunk: unknown = JSON.parse(text);
    if (typeof chunk !== 'object' || chunk === null) return undefined;
    const list: unknown = 'channels' in chunk ? chunk.channels : [];
    return Array.isArray(list) ? list.flatMap(channelOf) : undefined;
  } catch {
    return undefined;
  }
}

function channelOf(entry: unknown): readonly Channel[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const field = (name: string): unknown => (name in entry ? entry[name as keyof typeof entry] : undefined);
  // A channel to an ingestion endpoint has a template in its place: the stream's name is put in.
  const endpoint = hostOf(field('endpoint')) ?? hostOf(field('endpointUriTemplate'));
  const handler = hostOf(field('tokenEndpointUri'));
  return [
    {
      protocol: printable(String(field('protocol') ?? '')),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(handler === undefined ? {} : { handler }),
    },
  ];
}

const hostOf = (value: unknown): string | undefined =>
  typeof value === 'string' && URL.canParse(value) ? new URL(value).hostname.replace(/\.$/, '') : undefined;

const PROXY = /\b(?:MDSD_PROXY_ADDRESS|MDSD_http_proxy|https_proxy)=["']?([^"'\s]+)/i;

/** `http://proxy:3128`, without what may be a password in it. */
async function proxyOf(root: string): Promise<string | undefined> {
  for (const file of PROXY_FILES) {
    const [, address] = PROXY.exec(textIn(await readSystemFile(root, file))) ?? [];
    if (address !== undefined) return printable(address.replace(/^(\w+:\/\/)?[^@/]*@/, '$1'));
  }
  return undefined;
}

const REFUSED = /Could not obtain configuration from https:\/\/([-.a-z0-9]+)/gi;

async function refusalOf(root: string): Promise<string | undefined> {
  const sight = await readSystemFile(root, ERRORS);
  return [...textIn(sight).matchAll(REFUSED)].at(-1)?.[1]?.toLowerCase();
}

const textIn = (sight: Awaited<ReturnType<typeof readSystemFile>>): string =>
  sight.state === 'read' ? sight.text : '';
