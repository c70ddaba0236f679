/**
 * The kernel's list of TCP connections, `/proc/net/tcp` and `/proc/net/tcp6`, as data: those that are established and
 * those that are being opened, which is how an attempt at a blocked public address looks. Pure. src/commands/doctor only.
 * Source: proc_net_tcp.txt of the Linux kernel's documentation; states of include/net/tcp_states.h.
 */
import ipaddr from 'ipaddr.js';
import { oneSpelling } from './addresses.ts';

export interface End {
  readonly address: string;
  readonly port: number;
}

export interface Connection {
  readonly local: End;
  readonly remote: End;
  readonly state: 'established' | 'opening';
  /** Of the socket; what a process' descriptor is compared with. */
  readonly inode: string;
}

const STATES: Readonly<Record<string, Connection['state']>> = { '01': 'established', '02': 'opening' };
const END = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/;

/** Lines of other states, and what is no such line, are left out. */
export const parseConnections = (text: string): readonly Connection[] =>
  text.split('\n').flatMap(line => {
    const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
    const ends = [parseEnd(local), parseEnd(remote)] as const;
    const known = STATES[state];
    if (ends[0] === undefined || ends[1] === undefined || known === undefined) return [];
    return [{ local: ends[0], remote: ends[1], state: known, inode }];
  });

/**
 * `0100007F:01BB` is 127.0.0.1:443. Each 32 bits of an address are written as the machine's own number, the port is not;
 * the agents run on little-endian machines alone (x86-64, Arm64).
 */
function parseEnd(text: string): End | undefined {
  const [, words = '', port = ''] = END.exec(text) ?? [];
  if (words === '') return undefined;
  const bytes = [...Buffer.from(words, 'hex').swap32()];
  return { address: oneSpelling(ipaddr.fromByteArray(bytes).toString()), port: Number.parseInt(port, 16) };
}
