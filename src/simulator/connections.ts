/**
 * The connections of the simulator's servers, below TLS: so that one can be reset as a broken network would (a TLS socket
 * cannot send a TCP reset by itself), and that a server can end with all of them, also those whose handshake is not done
 * and that node's HTTP server does not know yet.
 */
import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/**
 * How many connections may wait to be accepted; the system may allow fewer. Node's 511 is less than a burst of callers: what
 * comes beyond it is delayed by seconds, or, when the process is busy for longer than the system tries again, reset.
 */
export const backlog = 4_096;

export interface Connections {
  /** From now on the server's connections are known. Called before it listens. */
  follow(server: Server): void;
  /** Ends the connection of a request with a reset. */
  reset(socket: Socket): void;
  /** Stops a server that is followed, and ends its connections. Resolves when nothing of it is left. */
  end(server: Server): Promise<void>;
}

const keyOf = ({ localAddress, localPort, remoteAddress, remotePort }: Socket): string =>
  [localAddress, localPort, remoteAddress, remotePort].join(' ');

export function connections(): Connections {
  const plain = new Map<string, Socket>();
  const ofServer = new WeakMap<Server, Set<Socket>>();
  return {
    follow: server => {
      const own = new Set<Socket>();
      ofServer.set(server, own);
      server.on('connection', (socket: Socket) => {
        const key = keyOf(socket);
        plain.set(key, socket);
        own.add(socket);
        socket.once('close', () => {
          plain.delete(key);
          own.delete(socket);
        });
      });
    },
    reset: socket => {
      const below = plain.get(keyOf(socket));
      if (below === undefined) socket.destroy();
      else below.resetAndDestroy();
    },
    end: server =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of ofServer.get(server) ?? []) socket.destroy();
      }),
  };
}
