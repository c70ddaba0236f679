/**
 * A TCP relay that holds every connection back until it is told to let them on: so a TLS handshake takes as long as a
 * test wants. On loopback; ends with the test.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface HeldConnections {
  readonly port: number;
  /** Connections that came in. */
  waiting(): number;
  /** Lets those on that came in, and all to come. */
  letOn(): void;
}

export async function holdConnections(t: TestContext, to: number): Promise<HeldConnections> {
  const sockets: Socket[] = [];
  const held: (() => void)[] = [];
  let open = false;
  let came = 0;
  const server = createServer(incoming => {
    came += 1;
    sockets.push(incoming);
    incoming.on('error', () => {});
    const on = () => {
      const outgoing = connect(to, '127.0.0.1');
      sockets.push(outgoing);
      outgoing.on('error', () => incoming.destroy());
      incoming.pipe(outgoing).pipe(incoming);
    };
    if (open) on();
    else held.push(on);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    waiting: () => came,
    letOn() {
      open = true;
      for (const on of held.splice(0)) on();
    },
  };
}
