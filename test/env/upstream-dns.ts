/**
 * A small public resolver on loopback, UDP and TCP, for the place behind CoreDNS: it answers the names that it was given
 * and counts what it was asked. Used by tests and test/env/cluster.ts.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Packet, streamDecode, streamEncode } from 'dns-packet';
import { freePort } from './free-port.ts';

/** What a name has: addresses, or another name. */
export interface UpstreamRecord {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly CNAME?: string;
}

export interface UpstreamDns {
  /** `127.0.0.1:port` */
  readonly server: string;
  readonly port: number;
  /** Every question so far, as `name type`, name in lower case. */
  readonly queries: () => readonly string[];
  readonly stop: () => Promise<void>;
}

const attempts = 5;
const ttlSeconds = 60;

/**
 * Starts the resolver. Keys of `records` are names in lower case; a CNAME's chain is followed within them, as a public
 * resolver would. An unknown name is NXDOMAIN, a known one without the type NOERROR with no answer.
 */
export async function startUpstreamDns(records: Readonly<Record<string, UpstreamRecord>> = {}): Promise<UpstreamDns> {
  const queries: string[] = [];
  const answer = (query: Packet): Packet => {
    const question = query.questions?.[0];
    const name = question?.name.toLowerCase() ?? '';
    queries.push(`${name} ${question?.type}`);
    return {
      type: 'response',
      id: query.id ?? 0,
      flags: AUTHORITATIVE_ANSWER | (records[name] ? 0 : nxDomain),
      questions: query.questions ?? [],
      answers: answersFor(records, name, question?.type ?? 'A'),
    };
  };
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const udp = udpServer(answer);
    const tcp = tcpServer(answer);
    try {
      udp.bind(port, '127.0.0.1');
      await once(udp, 'listening');
      tcp.listen(port, '127.0.0.1');
      await once(tcp, 'listening');
    } catch (error) {
      udp.close();
      if (attempt === attempts) throw error;
      continue;
    }
    const stop = async () => {
      udp.close();
      tcp.close();
      await Promise.all([once(udp, 'close'), once(tcp, 'close')]);
    };
    return { server: `127.0.0.1:${port}`, port, queries: () => queries, stop };
  }
}

const nxDomain = 3;

function answersFor(records: Readonly<Record<string, UpstreamRecord>>, asked: string, type: string): Answer[] {
  const answers: Answer[] = [];
  let name = asked;
  for (let cname = records[name]?.CNAME; cname !== undefined && answers.length < 8; cname = records[name]?.CNAME) {
    answers.push({ type: 'CNAME', name, ttl: ttlSeconds, data: cname });
    name = cname;
  }
  if (type === 'A' || type === 'AAAA') {
    for (const data of records[name]?.[type] ?? []) answers.push({ type, name, ttl: ttlSeconds, data });
  }
  return answers;
}

function udpServer(answer: (query: Packet) => Packet): Socket {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    try {
      socket.send(encode(answer(decode(message))), from.port, from.address);
    } catch {
      // Not a DNS message: no answer, as any resolver would.
    }
  });
  return socket;
}

function tcpServer(answer: (query: Packet) => Packet): Server {
  return createServer(connection => {
    let received = Buffer.alloc(0);
    connection.on('error', () => connection.destroy());
    connection.on('data', chunk => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const query = streamDecode(received.subarray(0, end));
        received = received.subarray(end);
        if (query !== null) connection.write(streamEncode(answer(query)));
      }
    });
  });
}
