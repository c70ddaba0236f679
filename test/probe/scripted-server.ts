/**
 * A DNS server on loopback that does to each query what the test says, also what no server should do. For test/probe.
 */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { type Socket as Connection, createServer } from 'node:net';
import { type Answer, type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import type { DnsServer } from '../../src/ports-dns.ts';
import { freePort } from '../env/free-port.ts';

/** A query by UDP and where it came from; `reply` sends a message back, `nth` counts the queries from 1. */
export interface Datagram {
  readonly query: DecodedPacket;
  readonly from: RemoteInfo;
  readonly nth: number;
  readonly reply: (message: Packet | Buffer) => void;
}

export interface Script {
  readonly udp?: (datagram: Datagram) => void;
  /** A query by TCP, without its length; what is written to the connection is the script's. */
  readonly tcp?: (query: DecodedPacket, connection: Connection) => void;
}

export interface ScriptedServer {
  readonly server: DnsServer;
  /** The datagrams so far. */
  readonly datagrams: readonly Datagram[];
  /** TCP connections so far. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

export async function startScripted(script: Script): Promise<ScriptedServer> {
  const port = await freePort();
  const datagrams: Datagram[] = [];
  const udp = createSocket('udp4');
  udp.on('message', (message, from) => {
    const reply = (answer: Packet | Buffer) => udp.send(bytesOf(answer), from.port, from.address);
    const datagram = { query: decode(message), from, nth: datagrams.length + 1, reply };
    datagrams.push(datagram);
    script.udp?.(datagram);
  });
  let connections = 0;
  const tcp = createServer(connection => {
    connections++;
    connection.on('error', () => connection.destroy());
    connection.once('data', chunk => script.tcp?.(decode(chunk.subarray(2)), connection));
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  tcp.listen(port, '127.0.0.1');
  await once(tcp, 'listening');
  const stop = async () => {
    const closed = [once(udp, 'close'), once(tcp, 'close')];
    udp.close();
    tcp.close();
    await Promise.all(closed);
  };
  const server = { name: 'scripted', address: '127.0.0.1', port };
  return { server, datagrams, connections: () => connections, stop };
}

export const bytesOf = (message: Packet | Buffer): Buffer => (Buffer.isBuffer(message) ? message : encode(message));

/** A right answer to the query: NOERROR with these records, unless `more` says otherwise. */
export const answerTo = (query: DecodedPacket, answers: readonly Answer[], more: Partial<Packet> = {}): Packet => ({
  type: 'response',
  id: query.id ?? 0,
  flags: 0,
  questions: query.questions ?? [],
  answers: [...answers],
  ...more,
});

export const a = (name: string, data: string): Answer => ({ type: 'A', name, data, ttl: 60 });
export const cname = (name: string, data: string): Answer => ({ type: 'CNAME', name, data, ttl: 60 });
