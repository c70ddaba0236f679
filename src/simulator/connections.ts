/**
 * The connections of a server, so that one can be reset as a broken network would: with a TCP reset, which a TLS socket
 * cannot send by itself. Used by front.ts.
 */
import type { Server } from 'node:https';
import type { Socket } from 'node:net';

export interface Connections {
  /** From now on the server's connections are known. */
  follow(server: Server): void;
  /** Ends the connection of a request with a reset. */
  reset(socket: Socket): void;
}

const keyOf = ({ localAddress, localPort, remoteAddress, remotePort }: Socket): string =>
  [localAddress, localPort, remoteAddress, remotePort].join(' ');

export function connections(): Connections {
  const plain = new Map<string, Socket>();
  return {
    follow: server => {
      server.on('connection', (socket: Socket) => {
        const key = keyOf(socket);
        plain.set(key, socket);
        socket.once('close', () => plain.delete(key));
      });
    },
    reset: socket => {
      const below = plain.get(keyOf(socket));
      if (below === undefined) socket.destroy();
      else below.resetAndDestroy();
    },
  };
}
