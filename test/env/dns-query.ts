/**
 * One DNS question to one server, with the header's words that Node's own resolver hides. Used by tests.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { decode, encode, type Packet, RECURSION_DESIRED, streamDecode, streamEncode } from 'dns-packet';

export interface DnsQuestion {
  /** `address:port`, address in 127.0.0.0/8. */
  readonly server: string;
  readonly name: string;
  /** Default A. */
  readonly type?: 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'TXT';
  /** Default udp. */
  readonly protocol?: 'udp' | 'tcp';
}

export interface DnsReply {
  /** NOERROR, NXDOMAIN, SERVFAIL, ... */
  readonly code: string;
  /** The data of the answers of the asked type, sorted. */
  readonly answers: readonly string[];
  /** The smallest time to live among all answers, in seconds. */
  readonly ttlSeconds: number | undefined;
}

const deadlineMs = 3_000;

/** Asks once; rejects when there is no reply in 3 s. */
export async function dnsQuery(question: DnsQuestion): Promise<DnsReply> {
  const [address = '', port = ''] = question.server.split(':');
  const type = question.type ?? 'A';
  const query: Packet = {
    type: 'query',
    id: Math.floor(Math.random() * 65_536),
    flags: RECURSION_DESIRED,
    questions: [{ type, name: question.name }],
  };
  const ask = question.protocol === 'tcp' ? askTcp : askUdp;
  const reply = await ask(query, address, Number(port));
  const answers = reply.answers ?? [];
  return {
    code: (reply as { rcode?: string }).rcode ?? '',
    answers: answers.flatMap(answer => (answer.type === type ? [String(answer.data)] : [])).sort(),
    ttlSeconds:
      answers.length === 0 ? undefined : Math.min(...answers.map(answer => ('ttl' in answer && answer.ttl) || 0)),
  };
}

async function askUdp(query: Packet, address: string, port: number): Promise<Packet> {
  const socket = createSocket('udp4');
  try {
    const reply = once(socket, 'message', { signal: AbortSignal.timeout(deadlineMs) });
    socket.connect(port, address, () => socket.send(encode(query)));
    const [message] = await reply;
    return decode(message);
  } finally {
    socket.close();
  }
}

async function askTcp(query: Packet, address: string, port: number): Promise<Packet> {
  const connection = connect({ port, host: address, signal: AbortSignal.timeout(deadlineMs) });
  try {
    connection.write(streamEncode(query));
    let received = Buffer.alloc(0);
    for await (const chunk of connection) {
      received = Buffer.concat([received, chunk as Buffer]);
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) break;
    }
    const reply = streamDecode(received);
    if (reply === null) throw new Error(`${address}:${port} closed the connection without a reply`);
    return reply;
  } finally {
    connection.destroy();
  }
}
