/**
 * A small DNS server on loopback that answers from a hosts text as CoreDNS' `hosts` plugin does and forwards nothing:
 * what `pms demo` has in the place of CoreDNS. Not for anybody's network. Only the demo and tests start it.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Socket as Connection, createServer, type Server } from 'node:net';
import { answerQuery, type HostsTable, hostsTable } from './hosts-answer.ts';

export interface HostsServer {
  readonly address: '127.0.0.1';
  /** One port for UDP and TCP. */
  readonly port: number;
  /** Answers from this text from now on. */
  update(text: string): void;
  /** Resolves when both sockets are closed; connections are cut. Safe to call twice. */
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';
/** UDP gets any free port, TCP must have the same one: somebody may hold it. */
const TRIES = 10;
const IDLE_MS = 10_000;

/** Starts the server on a free port. Throws the signal's reason, or the socket's error when no port can be had. */
export async function startHostsServer(text: string, signal: AbortSignal): Promise<HostsServer> {
  let table = hostsTable(text);
  const connections = new Set<Connection>();
  for (let tried = 1; ; tried++) {
    signal.throwIfAborted();
    const udp = udpServer(() => table);
    const tcp = tcpServer(() => table, connections);
    try {
      const port = await listen(udp, tcp, signal);
      const update = (newText: string) => {
        table = hostsTable(newText);
      };
      let closed: Promise<void> | undefined;
      const close = () => {
        closed ??= closeAll(udp, tcp, connections);
        return closed;
      };
      return { address: ADDRESS, port, update, close };
    } catch (thrown) {
      udp.close();
      tcp.close();
      if (tried === TRIES || signal.aborted) throw thrown;
    }
  }
}

async function listen(udp: Socket, tcp: Server, signal: AbortSignal): Promise<number> {
  udp.bind(0, ADDRESS);
  await once(udp, 'listening', { signal });
  const { port } = udp.address();
  tcp.listen(port, ADDRESS);
  await once(tcp, 'listening', { signal });
  return port;
}

async function closeAll(udp: Socket, tcp: Server, connections: ReadonlySet<Connection>): Promise<void> {
  const closed = [once(udp, 'close'), once(tcp, 'close')];
  udp.close();
  tcp.close();
  for (const connection of connections) connection.destroy();
  await Promise.all(closed);
}

function udpServer(table: () => HostsTable): Socket {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const answer = answerQuery(table(), message, 'udp');
    // The callback takes the error of a client that is gone: it would end the process otherwise.
    if (answer !== undefined) socket.send(answer, from.port, from.address, () => {});
  });
  return socket;
}

function tcpServer(table: () => HostsTable, connections: Set<Connection>): Server {
  return createServer(connection => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => connection.destroy());
    connection.setTimeout(IDLE_MS, () => connection.destroy());
    let received = Buffer.alloc(0);
    connection.on('data', chunk => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        reply(connection, answerQuery(table(), received.subarray(2, end), 'tcp'));
        received = received.subarray(end);
      }
    });
  });
}

/** Whoever sends what is not DNS is not talked to. */
function reply(connection: Connection, answer: Buffer | undefined): void {
  if (answer === undefined) {
    connection.destroy();
    return;
  }
  const length = Buffer.alloc(2);
  length.writeUInt16BE(answer.length);
  connection.write(Buffer.concat([length, answer]));
}
