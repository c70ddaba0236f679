/**
 * DNS messages of any kind to a server on loopback, and its answer with every bit of the header: what test/env's
 * dns-query.ts does not show. For tests.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type DecodedPacket, decode, encode, type Packet, RECURSION_DESIRED, type StringRecordType } from 'dns-packet';

const deadlineMs = 3_000;

export const queryOf = (name: string, type: string, more: Partial<Packet> = {}): Packet => ({
  type: 'query',
  id: 4711,
  flags: RECURSION_DESIRED,
  questions: [{ name, type: type as StringRecordType, class: 'IN' }],
  ...more,
});

/** Sends the messages; the first answer that comes back. Rejects after 3 s of silence. */
export async function overUdp(port: number, ...messages: readonly (Packet | Buffer)[]): Promise<DecodedPacket> {
  const socket = createSocket('udp4');
  try {
    const reply = once(socket, 'message', { signal: AbortSignal.timeout(deadlineMs) });
    socket.connect(port, '127.0.0.1', () => {
      for (const message of messages) socket.send(Buffer.isBuffer(message) ? message : encode(message));
    });
    const [answer] = await reply;
    return decode(answer);
  } finally {
    socket.close();
  }
}

export const framed = (query: Packet): Buffer => {
  const message = encode(query);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
};

/** Writes the pieces one after another; the answers in their order, `count` of them or fewer when the server closes. */
export async function overTcp(port: number, pieces: readonly Buffer[], count = 1): Promise<readonly DecodedPacket[]> {
  const connection = connect({ port, host: '127.0.0.1', noDelay: true, signal: AbortSignal.timeout(deadlineMs) });
  try {
    await once(connection, 'connect');
    for (const piece of pieces) await new Promise(resolve => connection.write(piece, resolve));
    const answers: DecodedPacket[] = [];
    let received = Buffer.alloc(0);
    for await (const chunk of connection) {
      received = Buffer.concat([received, chunk as Buffer]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        answers.push(decode(received.subarray(2, end)));
        received = received.subarray(end);
      }
      if (answers.length >= count) break;
    }
    return answers;
  } finally {
    connection.destroy();
  }
}

/** What a client can tell answers apart by. */
export const tellingPartOf = (answer: DecodedPacket) => ({
  flags: (answer.flags ?? 0).toString(2),
  questions: answer.questions,
  answers: answer.answers?.map(record => ({
    name: record.name,
    type: record.type,
    ttl: 'ttl' in record ? record.ttl : undefined,
    data: 'data' in record ? record.data : undefined,
  })),
  edns: answer.additionals?.map(record => (record.type === 'OPT' ? [record.udpPayloadSize, record.flags] : record)),
});

export const addressesIn = (answer: DecodedPacket | undefined): readonly string[] =>
  (answer?.answers ?? []).flatMap(record => (record.type === 'A' || record.type === 'AAAA' ? [record.data] : []));

/** NOERROR, REFUSED, ...: dns-packet decodes the code, its types do not know. */
export const rcodeOf = (answer: DecodedPacket | undefined): unknown =>
  (answer as { rcode?: unknown } | undefined)?.rcode;
