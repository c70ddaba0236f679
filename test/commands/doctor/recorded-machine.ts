/**
 * A machine as files: what the kernel and the agents write, in the form in which they write it (connections as recorded
 * from a Linux 6 kernel, addresses put in), in a folder that goes with the test; a resolver that says what the test says;
 * and a TLS server on loopback in place of the private endpoint. Public addresses are text in these files alone.
 */
import { once } from 'node:events';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { createServer } from 'node:tls';
import type { Lookup, Machine } from '../../../src/commands/doctor/machine.ts';
import type { WantedRecord } from '../../../src/commands/doctor/records-input.ts';
import { systemClock as clock } from '../../../src/commands/system-clock.ts';
import { createProber } from '../../../src/probe/tls.ts';
import { certificateAuthority } from '../../../src/simulator/certificates.ts';
import { removeAtExit } from '../../env/child-process.ts';

export const customerId = 'e97e0ed9-0000-4000-8000-2c3dab8054b9';
export const ods = `${customerId}.ods.opinsights.azure.com`;
export const api = 'api.monitor.azure.com';
export const globalHandler = 'global.handler.control.monitor.azure.com';
export const handler = 'dce-plant-ab12.japaneast-1.handler.control.monitor.azure.com';
export const query = 'diagservices-query.monitor.azure.com';
/** Where the TLS server is. */
export const here = '127.0.0.1';

/** Of a workspace and a data collection endpoint, with an alias, as `pms records -o json` lists them. */
export const records: readonly WantedRecord[] = [ods, api, globalHandler, handler, query]
  .map(name => ({ name, addresses: [here], isDetour: false }))
  .concat({ name: 'api.loganalytics.io', addresses: [here], isDetour: true });

/** A record at another address, the others as they are. */
export const moved = (name: string, address: string): readonly WantedRecord[] =>
  records.map(record => (record.name === name ? { ...record, addresses: [address] } : record));

export interface RecordedConnection {
  readonly remote: string;
  readonly port?: number;
  /** `01` established (default), `02` being opened. */
  readonly state?: string;
  readonly inode: number;
}

export interface RecordedProgram {
  readonly pid: number;
  /** Its command line; none: a program without one. */
  readonly argv?: readonly string[];
  readonly comm?: string;
  readonly sockets?: readonly number[];
}

export interface Recorded {
  readonly files: Readonly<Record<string, string>>;
  readonly programs: readonly RecordedProgram[];
  /** In /proc/net/tcp. */
  readonly v4: readonly RecordedConnection[];
  /** In /proc/net/tcp6, IPv4 addresses mapped. */
  readonly v6: readonly RecordedConnection[];
}

const bin = '/opt/microsoft/azuremonitoragent/bin';

/** One channel of a rule, as the agent keeps it. */
export const chunk = (sends = ods, from = handler, protocol = 'ods'): string =>
  JSON.stringify({
    dataSources: [],
    channels: [
      {
        endpoint: `https://${sends}`,
        tokenEndpointUri: `https://${from}/subscriptions/s/resourceGroups/g/providers/Microsoft.HybridCompute/machines/m/agentConfigurations/dcr-1/channels/ods-1/issueIngestionToken?operatingLocation=japaneast`,
        id: 'ods-1',
        protocol,
      },
    ],
  });

export const chunkFile = '/etc/opt/microsoft/azuremonitoragent/config-cache/configchunks/2871056244766261301.json';
/** One of Entra's, as text. */
export const entra = '20.190.160.1';

/** The agents run, the Azure Monitor Agent connected to the endpoint, himds to Entra, a browser to somewhere. */
export const healthy: Recorded = {
  files: {
    '/etc/hosts': '127.0.0.1 localhost\n',
    '/etc/resolv.conf': '# Generated\nsearch plant.example\nnameserver 10.0.0.53\n',
    [`${bin}/mdsd`]: '',
    [chunkFile]: chunk(),
  },
  programs: [
    { pid: 1, argv: ['/sbin/init'] },
    { pid: 2, comm: 'kthreadd' },
    { pid: 410, argv: ['/opt/azcmagent/bin/himds'], sockets: [9001] },
    { pid: 700, argv: [`${bin}/agentlauncher`, '-d'] },
    { pid: 701, argv: [`${bin}/mdsd`, '-A', '-R'], sockets: [9002] },
    { pid: 702, argv: [`${bin}/amacoreagent`, '-c'], sockets: [9003] },
    { pid: 900, argv: ['/usr/bin/apt-get', 'update'], sockets: [9004] },
  ],
  v4: [
    { remote: entra, inode: 9001 },
    { remote: here, port: 13_000, inode: 9002 },
    { remote: '151.101.2.132', port: 80, inode: 9004 },
    // In TIME_WAIT nobody holds it.
    { remote: '20.43.70.1', state: '06', inode: 0 },
  ],
  v6: [{ remote: here, inode: 9003 }],
};

/** Adds files and connections, puts programs of the same pid in the others' place. */
export const withMore = (base: Recorded, more: Partial<Recorded>): Recorded => ({
  files: { ...base.files, ...more.files },
  programs: [
    ...base.programs.filter(({ pid }) => !more.programs?.some(one => one.pid === pid)),
    ...(more.programs ?? []),
  ],
  v4: [...base.v4, ...(more.v4 ?? [])],
  v6: [...base.v6, ...(more.v6 ?? [])],
});

export const without = (base: Recorded, ...files: readonly string[]): Recorded => ({
  ...base,
  files: Object.fromEntries(Object.entries(base.files).filter(([name]) => !files.includes(name))),
});

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
/** `20.43.70.1` -> `01462B14`: the number as a little-endian machine has it. */
const word = (address: string): string =>
  address
    .split('.')
    .reverse()
    .map(octet => hex(Number(octet), 2))
    .join('');

const HEAD_V4 =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     ';
const HEAD_V6 =
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

function lineOf({ remote, port = 443, state = '01', inode }: RecordedConnection, prefix: string): string {
  const ends = `${prefix}${word('10.9.0.4')}:B458 ${prefix}${word(remote)}:${hex(port, 4)}`;
  return `   0: ${ends} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 2 00000000b8bf30d0 20 0 0 10 -1`;
}

const table = (head: string, connections: readonly RecordedConnection[], prefix = ''): string =>
  `${[head, ...connections.map(one => lineOf(one, prefix))].join('\n')}\n`;

/** Writes it into a folder. */
export async function rootOf(t: TestContext, { files, programs, v4, v6 }: Recorded): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'pms-doctor-'));
  t.after(removeAtExit(root));
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  await write('proc/net/tcp', table(HEAD_V4, v4));
  await write('proc/net/tcp6', table(HEAD_V6, v6, `${'0'.repeat(16)}FFFF0000`));
  for (const { pid, argv = [], comm, sockets = [] } of programs) {
    await write(`proc/${pid}/cmdline`, argv.map(one => `${one}\0`).join(''));
    await write(`proc/${pid}/comm`, `${(comm ?? argv[0]?.split('/').at(-1) ?? '').slice(0, 15)}\n`);
    await mkdir(join(root, `proc/${pid}/fd`));
    await symlink('/dev/null', join(root, `proc/${pid}/fd/0`));
    for (const [index, inode] of sockets.entries()) {
      await symlink(`socket:[${inode}]`, join(root, `proc/${pid}/fd/${index + 3}`));
    }
  }
  return root;
}

const authority = await certificateAuthority();

/** A TLS server for all names of the records, and whom the machine trusts. */
export async function endpoint(t: TestContext): Promise<{ readonly port: number; readonly ca: string }> {
  const certificate = await authority.issue(records.map(({ name }) => name));
  const server = createServer(certificate);
  const sockets = new Set<Socket>();
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, here);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, ca: authority.caPem };
}

export interface MachineOptions {
  readonly recorded?: Recorded;
  /** In place of what the records say; addresses, or that there are none. */
  readonly answers?: Readonly<Record<string, readonly string[] | 'absent' | 'silent'>>;
  readonly isRoot?: boolean;
  /** Whether it trusts the authority of the endpoint; default true. */
  readonly trusts?: boolean;
}

/** The machine, and the names that were asked. */
export async function machine(
  t: TestContext,
  { recorded = healthy, answers = {}, isRoot = true, trusts = true }: MachineOptions = {},
): Promise<{ readonly machine: Machine; readonly asked: readonly string[] }> {
  const { port, ca } = await endpoint(t);
  const asked: string[] = [];
  const known: MachineOptions['answers'] = { 'login.microsoftonline.com': [entra], ...answers };
  const lookup = async (name: string): Promise<Lookup> => {
    asked.push(name);
    const answer = known[name] ?? records.find(record => record.name === name)?.addresses ?? 'absent';
    return typeof answer === 'string' ? { state: answer } : { state: 'answered', addresses: answer };
  };
  const prober = createProber({ from: 'here', port, timeoutMs: 120_000, ...(trusts ? { ca } : {}) });
  return { machine: { root: await rootOf(t, recorded), isRoot, lookup, prober, clock }, asked };
}
