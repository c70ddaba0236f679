/**
 * An HTTP proxy that takes CONNECT and leads every tunnel to one destination, as a site's proxy does whose DNS is not
 * ours. It remembers what it was asked for. Loopback only.
 */
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface Destination {
  readonly address: string;
  readonly port: number;
}

export interface ConnectProxy {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** From now on tunnels lead there; `undefined`: they are refused with 403. */
  leadTo(destination: Destination | undefined): void;
  /** `host:port` and the user that was told, in order. */
  asked(): readonly string[];
  close(): Promise<void>;
}

export async function startConnectProxy(first?: Destination): Promise<ConnectProxy> {
  let destination = first;
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connection', socket => sockets.add(socket));
  server.on('connect', (request, socket: Socket, head) => {
    const basic = request.headers['proxy-authorization']?.replace(/^Basic /, '');
    const user = basic === undefined ? '' : ` ${Buffer.from(basic, 'base64').toString().split(':')[0]}`;
    asked.push(`${request.url}${user}`);
    socket.on('error', () => socket.destroy());
    if (destination === undefined) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const upstream = connect({ host: destination.address, port: destination.port }, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    socket.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: next => {
      destination = next;
    },
    asked: () => asked,
    close: async () => {
      const closed = new Promise(resolve => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
