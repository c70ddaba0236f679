/**
 * Ports for programs that cannot be told to take port 0. Used by test/env.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which the kernel takes the ports of outgoing connections, which would race with us for them. */
const [lowest, highest] = [20_000, 32_000];

/** A port of 127.0.0.1 that was free a moment ago, for TCP and UDP. Whoever binds it must still be ready to fail. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if ((await isFreeTcp(port)) && (await isFreeUdp(port))) return port;
  }
}

async function isFreeTcp(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}

async function isFreeUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
