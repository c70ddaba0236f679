/**
 * The HTTPS server of the resource manager and Entra ID: listens before anybody can answer, lets early callers wait, and
 * ends with every connection.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { CertificateAuthority } from './certificates.ts';
import { backlog, type Connections } from './connections.ts';

export interface OpenServer {
  /** `https://host:port`, without a slash at the end. */
  readonly endpoint: string;
  /** `host:port`. */
  readonly listens: string;
  /** From now on calls are answered, also those that came before. */
  answer(fetch: Parameters<typeof getRequestListener>[0]): void;
  close(): Promise<void>;
}

const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Listens. Throws the system's error when it cannot. */
export async function openServer(
  at: { readonly host: string; readonly port: number; readonly endpoint?: string },
  authority: CertificateAuthority,
  connections: Connections,
): Promise<OpenServer> {
  const told = at.endpoint === undefined ? [] : [new URL(at.endpoint).hostname.replace(/^\[|\]$/g, '')];
  const server = createServer(await authority.issue([...new Set(['127.0.0.1', 'localhost', at.host, ...told])]));
  connections.follow(server);
  // A client that knew the port beforehand may come before everything is in place: it waits.
  const ready = Promise.withResolvers<(request: IncomingMessage, response: ServerResponse) => void>();
  server.on('request', (request, response) => void ready.promise.then(answer => answer(request, response)));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, backlog, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: at.endpoint?.replace(/\/+$/, '') ?? `https://${hostInUrl(at.host)}:${port}`,
    listens: `${hostInUrl(at.host)}:${port}`,
    answer: fetch => {
      const listener = getRequestListener(fetch);
      ready.resolve((request, response) => void listener(request, response));
    },
    close: () => connections.end(server),
  };
}

/** A file of its own with the authority's certificate, for clients that want one. */
export async function certificateFile(caPem: string) {
  const folder = await mkdtemp(join(tmpdir(), 'pms-simulator-'));
  const file = join(folder, 'ca.pem');
  await writeFile(file, caPem);
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
