/**
 * One DNS exchange over TCP: a message each way, led by its length in two bytes (RFC 1035, 4.2.2). Only src/probe
 * imports it.
 */
import { connect } from 'node:net';
import type { DecodedPacket } from 'dns-packet';
import type { Exchange } from './dns-message.ts';

/** Throws the signal's reason, the socket's error, or an Error when the connection ends before the answer. */
export async function exchangeTcp({ server, query, match }: Exchange, signal: AbortSignal): Promise<DecodedPacket> {
  const socket = connect({ host: server.address, port: server.port, signal });
  try {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const answer = match(received.subarray(2, end));
        if (answer !== undefined) return answer;
        received = received.subarray(end);
      }
    }
    throw new Error('closed the TCP connection without an answer to our question');
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown;
  } finally {
    socket.destroy();
  }
}
