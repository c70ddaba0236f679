/**
 * The system's resolver: what getaddrinfo says is what the agents are told, `/etc/hosts`, search domains and all. And
 * what stands behind it, for the words of a finding. src/commands/doctor only.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { readEntry } from '../../coredns/hosts-text.ts';
import { oneSpelling } from './addresses.ts';
import { type Lookup, type Machine, readSystemFile } from './machine.ts';

/** Asks getaddrinfo, which takes as long as resolv.conf says; never rejects. */
export async function systemLookup(name: string): Promise<Lookup> {
  try {
    const found = await lookup(name, { all: true });
    return { state: 'answered', addresses: [...new Set(found.map(({ address }) => oneSpelling(address)))] };
  } catch (thrown) {
    const isAbsent = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOTFOUND';
    return { state: isAbsent ? 'absent' : 'silent' };
  }
}

/** As many as Node.js has threads for; more would only wait in its queue. */
const PARALLEL = 4;
/** After which no further name is asked: a dead server costs ten seconds and more a name. */
const PATIENCE_MS = 30_000;

/** The answer to each name; names that were not asked any more are silent. */
export async function lookUpAll(
  names: readonly string[],
  { lookup: ask, clock }: Pick<Machine, 'lookup' | 'clock'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Lookup>> {
  const until = clock.now() + PATIENCE_MS;
  const left = [...names];
  const answers = new Map<string, Lookup>();
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      signal.throwIfAborted();
      answers.set(name, clock.now() < until ? await ask(name) : { state: 'silent' });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return answers;
}

export interface ResolverFiles {
  /** Servers of resolv.conf; behind the stub of systemd-resolved those that it asks itself. */
  readonly servers: readonly string[];
  /** The file that names them. */
  readonly file: string;
  /** By `address name`: the line of /etc/hosts that says so. */
  readonly hosts: ReadonlyMap<string, number>;
}

const RESOLV = '/etc/resolv.conf';
/** systemd-resolved.service(8): the servers behind its stub 127.0.0.53. */
const UPLINK = '/run/systemd/resolve/resolv.conf';
const STUB = '127.0.0.53';

/** What the resolver is set up with, for messages alone; what cannot be read is empty. */
export async function readResolverFiles(root: string): Promise<ResolverFiles> {
  const own = await serversOf(root, RESOLV);
  const uplink = own.includes(STUB) ? await serversOf(root, UPLINK) : [];
  const hosts = await readSystemFile(root, '/etc/hosts');
  return {
    servers: uplink.length > 0 ? uplink : own,
    file: uplink.length > 0 ? UPLINK : RESOLV,
    hosts: hosts.state === 'read' ? hostsLines(hosts.text) : new Map(),
  };
}

async function serversOf(root: string, file: string): Promise<readonly string[]> {
  const sight = await readSystemFile(root, file);
  if (sight.state !== 'read') return [];
  return [...sight.text.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(([, server = '']) =>
    isIP(server) === 0 ? [] : [server],
  );
}

function hostsLines(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const entry = readEntry(line);
    for (const name of entry?.names ?? []) {
      const key = `${oneSpelling(entry?.address ?? '')} ${name}`;
      if (!found.has(key)) found.set(key, index + 1);
    }
  }
  return found;
}
