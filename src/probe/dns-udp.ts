/**
 * One DNS exchange over UDP. The socket is connected: the kernel drops what comes from elsewhere and tells us when the
 * port is closed. Only src/probe imports it.
 */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { DecodedPacket } from 'dns-packet';
import type { Exchange } from './dns-message.ts';

/** Throws the signal's reason, or the socket's error (`ECONNREFUSED` for a closed port). Other messages are passed over. */
export async function exchangeUdp({ server, query, match }: Exchange, signal: AbortSignal): Promise<DecodedPacket> {
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
  const { promise, resolve, reject } = Promise.withResolvers<DecodedPacket>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  socket.on('error', reject);
  socket.on('message', message => {
    const answer = match(message);
    if (answer !== undefined) resolve(answer);
  });
  try {
    signal.throwIfAborted();
    socket.connect(server.port, server.address, () => socket.send(query));
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    socket.close();
  }
}
