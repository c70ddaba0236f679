/**
 * The port on which the simulated private endpoints listen: 443 as in Azure where this process may have it, any other
 * one where not. Held for as long as the demo runs, so that two demos at once never meet at one address. The demo's Azure
 * side takes it; knows nothing of Azure.
 */
import { createServer, type Server } from 'node:net';

export interface HeldPort {
  readonly port: number;
  release(): Promise<void>;
}

const HTTPS = 443;
/** A router's address in Azure: no endpoint ever gets it, so that every demo can hold its port there. */
const GATEWAY = '127.13.1.1';

/**
 * A port that is free at the addresses: 443, else one that the system chooses. Throws the system's error when there is
 * none at all.
 */
export async function holdDataPlanePort(addresses: readonly string[]): Promise<HeldPort> {
  const standard = await listen(GATEWAY, HTTPS).catch(() => undefined);
  if (standard !== undefined && (await areFree(addresses, HTTPS))) return held(standard);
  await close(standard);
  // Some systems have 127.0.0.1 alone.
  return held(await listen(GATEWAY, 0).catch(() => listen('127.0.0.1', 0)));
}

async function areFree(addresses: readonly string[], port: number): Promise<boolean> {
  for (const address of addresses) {
    const server = await listen(address, port).catch(() => undefined);
    if (server === undefined) return false;
    await close(server);
  }
  return true;
}

function listen(host: string, port: number): Promise<Server> {
  const server = createServer(socket => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.unref()));
  });
}

function held(server: Server): HeldPort {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return { port: address.port, release: () => close(server) };
}

const close = (server: Server | undefined): Promise<void> =>
  new Promise(resolve => (server === undefined ? resolve() : server.close(() => resolve())));
