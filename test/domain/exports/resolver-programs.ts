/**
 * BIND, Unbound and dnsmasq on loopback ports, each with an export of ours as an administrator would put it in, and
 * every other name from an upstream of the test. For real-resolvers.test.ts.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportFile } from '../../../src/domain/exports/export-record.ts';
import { type OwnedProcess, removeAtExit, startProcess } from '../../env/child-process.ts';
import { dnsQuery } from '../../env/dns-query.ts';
import { eventually } from '../../env/eventually.ts';
import { freePort } from '../../env/free-port.ts';

export interface Place {
  readonly directory: string;
  readonly port: number;
  /** Of the upstream, on 127.0.0.1. */
  readonly upstreamPort: number;
}

export interface ResolverProgram {
  readonly tool: 'named' | 'unbound' | 'dnsmasq';
  /** The main configuration of a resolver that has the export in it. */
  readonly configuration: (place: Place) => string;
  readonly args: (file: string) => readonly string[];
}

export interface RunningResolver {
  /** `127.0.0.1:port` */
  readonly server: string;
  readonly stop: () => Promise<void>;
}

const named = (inOptions: string, beside: string) => (place: Place) =>
  `
options {
  directory "${place.directory}";
  managed-keys-directory "${place.directory}";
  session-keyfile "${place.directory}/session.key";
  pid-file none;
  listen-on port ${place.port} { 127.0.0.1; };
  listen-on-v6 { none; };
  forwarders { 127.0.0.1 port ${place.upstreamPort}; };
  forward only;
  recursion yes;
  dnssec-validation no;
  ${inOptions}
};
controls { };
${beside}
`;

const unbound = (inServer: string, beside: string) => (place: Place) =>
  `
server:
  do-daemonize: no
  chroot: ""
  username: ""
  directory: "${place.directory}"
  pidfile: ""
  logfile: ""
  use-syslog: no
  interface: 127.0.0.1
  port: ${place.port}
  do-not-query-localhost: no
  ${inServer}
${beside}
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${place.upstreamPort}
remote-control:
  control-enable: no
`;

const dnsmasq = (place: Place) => `
no-daemon
no-resolv
no-hosts
user=root
port=${place.port}
listen-address=127.0.0.1
bind-interfaces
server=127.0.0.1#${place.upstreamPort}
conf-file=${place.directory}/dnsmasq.conf
`;

/** What the head of pms.rpz.db says, word for word. */
const bindRpz = {
  inOptions: 'response-policy { zone "pms.rpz" policy given max-policy-ttl 300; } qname-wait-recurse no;',
  beside: 'zone "pms.rpz" { type primary; file "pms.rpz.db"; };',
};
const unboundRpz = {
  inServer: 'module-config: "respip validator iterator"',
  beside: 'rpz:\n  name: "pms.rpz."\n  zonefile: "pms.rpz.db"',
};

export const RECIPES = { bindRpz, unboundRpz } as const;

export const PROGRAMS = {
  'BIND with the policy zone': {
    tool: 'named',
    configuration: named(bindRpz.inOptions, bindRpz.beside),
    args: file => ['-g', '-c', file],
  },
  'BIND with a zone a name': {
    tool: 'named',
    configuration: named('', 'include "pms.named.conf";'),
    args: file => ['-g', '-c', file],
  },
  'Unbound with the policy zone': {
    tool: 'unbound',
    configuration: unbound(unboundRpz.inServer, unboundRpz.beside),
    args: file => ['-d', '-c', file],
  },
  'Unbound with local data': {
    tool: 'unbound',
    configuration: place => unbound('', `include: "${place.directory}/unbound.conf"`)(place),
    args: file => ['-d', '-c', file],
  },
  dnsmasq: { tool: 'dnsmasq', configuration: dnsmasq, args: file => [`--conf-file=${file}`] },
} as const satisfies Readonly<Record<string, ResolverProgram>>;

const attempts = 3;

/** Starts it with the files in its folder; resolves when it answers. */
export async function startResolver(
  program: ResolverProgram,
  files: readonly ExportFile[],
  upstreamPort: number,
): Promise<RunningResolver> {
  for (let attempt = 1; ; attempt++) {
    const { main, port, remove } = await prepare(program, files, upstreamPort);
    const child = startProcess(program.tool, program.args(main), { cwd: join(main, '..') });
    const stop = async () => {
      await child.stop('SIGTERM');
      remove();
    };
    const server = `127.0.0.1:${port}`;
    try {
      await eventually(`${program.tool} answers`, async () => !child.isRunning() || (await answers(server)), {});
      if (child.isRunning()) return { server, stop };
    } catch (error) {
      await stop();
      throw new Error(`${program.tool}:\n${child.output()}`, { cause: error });
    }
    await stop();
    if (attempt === attempts) throw new Error(`${program.tool} ended:\n${(child as OwnedProcess).output()}`);
  }
}

/** A folder with the export and a main configuration that takes it in. */
export async function prepare(program: ResolverProgram, files: readonly ExportFile[], upstreamPort: number) {
  const directory = await mkdtemp(join(tmpdir(), 'pms-resolver-'));
  const remove = removeAtExit(directory);
  const port = await freePort();
  for (const { file, text } of files) await writeFile(join(directory, file), text);
  const main = join(directory, 'main.conf');
  await writeFile(main, program.configuration({ directory, port, upstreamPort }));
  return { main, port, directory, remove };
}

async function answers(server: string): Promise<boolean> {
  return (await dnsQuery({ server, name: 'www.example.com' })).answers.length > 0;
}
