/**
 * The sockets of the data plane. Every loopback address of an open private endpoint listens, with a certificate for names
 * like those that it has; the listeners follow the interfaces as they change and end with the endpoint. The public side is one
 * listener more, whose certificate is made for whichever of its names is asked.
 */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import type { CertificateAuthority } from '../certificates.ts';
import { backlog, type Connections } from '../connections.ts';
import type { World } from '../world.ts';
import { type Arrival, certificateNames, type EndpointAddress, endpointAddresses } from './arrivals.ts';
import type { DataPlaneApp } from './data-plane-app.ts';
import { publicNames } from './services.ts';

export interface ListenerOptions {
  readonly world: World;
  readonly authority: CertificateAuthority;
  readonly connections: Connections;
  readonly app: (arrivalOf: (localAddress: string) => Arrival) => DataPlaneApp;
  /** Of every private endpoint's addresses. */
  readonly port: number;
  /** Hears of an address that cannot be listened on; said once for each reason. */
  readonly failed: (message: string) => void;
}

export interface Listeners {
  /** Resolves when what the world holds now is listened on, or has failed to be. */
  ready(): Promise<void>;
  /** Where private endpoints answer now. */
  addresses(): readonly string[];
  close(): Promise<void>;
}

interface Open {
  readonly server: Server;
  names: string;
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, backlog, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** An address in use may be free a moment later: the simulator before this one is still ending. */
const againMs = 1_000;

/** Listens for the private endpoints of a world from now on. */
export function endpointListeners(options: ListenerOptions): Listeners {
  const { world, authority, port } = options;
  const open = new Map<string, Open>();
  const told = new Set<string>();
  let endpointAt = new Map<string, string>();
  let closed = false;
  let running: Promise<void> | undefined;
  let dirty = true;
  let again: NodeJS.Timeout | undefined;

  const answer = getRequestListener(
    options.app(address => ({ kind: 'endpoint', endpointId: endpointAt.get(address) ?? '', address })).fetch,
  );

  const openOne = async (wanted: EndpointAddress): Promise<void> => {
    const { address, names } = wanted;
    const server = createServer(await authority.issue(certificateNames(wanted)));
    options.connections.follow(server);
    server.on('request', (request, response) => void answer(request, response));
    try {
      await listen(server, address, port);
      open.set(address, { server, names: names.join() });
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      if (!told.has(code)) options.failed(`no data plane at ${address}:${port}, and maybe at more: ${code}`);
      told.add(code);
      again ??= setTimeout(changed, againMs).unref();
    }
  };

  const bring = async (wanted: EndpointAddress): Promise<void> => {
    const now = open.get(wanted.address);
    if (now === undefined) return openOne(wanted);
    if (now.names === wanted.names.join()) return;
    now.names = wanted.names.join();
    now.server.setSecureContext(await authority.issue(certificateNames(wanted)));
  };

  const follow = async (): Promise<void> => {
    while (dirty && !closed) {
      dirty = false;
      const wanted = endpointAddresses(world);
      endpointAt = new Map(wanted.map(each => [each.address, each.endpointId]));
      const gone = [...open].filter(([address]) => !endpointAt.has(address));
      for (const [address] of gone) open.delete(address);
      await Promise.all([...gone.map(([, { server }]) => options.connections.end(server)), ...wanted.map(bring)]);
    }
  };

  function changed(): void {
    clearTimeout(again);
    again = undefined;
    dirty = true;
    // In the next turn: one call changes many resources, and listening follows once.
    running ??= Promise.resolve()
      .then(follow)
      .finally(() => {
        running = undefined;
      });
  }

  const concerning = new Set(['privateEndpoints', 'networkInterfaces', 'scopes']);
  const unwatch = world.watch(({ collection }) => {
    if (concerning.has(collection)) changed();
  });
  changed();

  return {
    ready: async () => {
      while (running !== undefined) await running;
    },
    addresses: () => [...open.keys()],
    close: async () => {
      closed = true;
      unwatch();
      clearTimeout(again);
      await running;
      await Promise.all([...open.values()].map(({ server }) => options.connections.end(server)));
      open.clear();
    },
  };
}

export interface PublicListener {
  readonly destination: { readonly address: string; readonly port: number };
  close(): Promise<void>;
}

/** Listens as the public side. Throws the system's error when it cannot. */
export async function publicListener(
  options: Omit<ListenerOptions, 'port' | 'failed'>,
  at: { readonly host: string; readonly port: number },
): Promise<PublicListener> {
  const { world, authority } = options;
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextOf = (name: string): Promise<SecureContext> => {
    const known = contexts.get(name) ?? authority.issue([name]).then(createSecureContext);
    contexts.set(name, known);
    return known;
  };
  const server = createServer({
    ...(await authority.issue([at.host, 'localhost'])),
    SNICallback: (name, done) => {
      // Only names that there are: no caller can make us keep a certificate for every name it thinks of.
      if (!publicNames(world).has(name.toLowerCase())) done(null);
      else contextOf(name.toLowerCase()).then(context => done(null, context), done);
    },
  });
  options.connections.follow(server);
  const answer = getRequestListener(options.app(() => ({ kind: 'public' })).fetch);
  server.on('request', (request, response) => void answer(request, response));
  const { address, port } = await listen(server, at.host, at.port);
  return { destination: { address, port }, close: () => options.connections.end(server) };
}
