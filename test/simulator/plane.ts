/**
 * A simulator whose private endpoints listen, in a loopback network that no other test uses, and a client that dials an
 * address under a name, as a machine does whose DNS has the private endpoint's names.
 */
import { request } from 'node:https';
import type { TestContext } from 'node:test';
import { deflateSync } from 'node:zlib';
import { defaultSeed, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import { freePort } from '../env/free-port.ts';
import { type Arm, arm, type Body } from './arm.ts';

export interface Dialled {
  readonly status: number;
  readonly body: Body | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  /** DNS names of the certificate. */
  readonly names: readonly string[];
}

export interface Dial {
  readonly address: string;
  readonly port: number;
  readonly host: string;
  /** TLS server name; default: the host. */
  readonly servername?: string;
  readonly path: string;
  readonly method?: string;
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly deflate?: boolean;
}

export interface Plane {
  readonly azure: Arm;
  readonly port: number;
  readonly publicSide: { readonly address: string; readonly port: number };
  /** Rejects when nothing listens there, or the certificate does not hold for the host. */
  dial(dial: Dial): Promise<Dialled>;
  /** A query by that way; `host` default api.loganalytics.io. */
  query(
    way: { readonly address: string; readonly port: number },
    customerId: string,
    options?: { readonly query?: string; readonly host?: string; readonly token?: string },
  ): Promise<Dialled>;
}

const networks = new Uint8Array(1);

/** A /16 of loopback, drawn: other test files may be running at the same time. */
export function drawnNetwork(): string {
  crypto.getRandomValues(networks);
  return `127.${20 + ((networks[0] ?? 0) % 200)}`;
}

export function dialWith(ca: string, { address, port, host, path, ...rest }: Dial): Promise<Dialled> {
  const json = rest.body === undefined ? undefined : Buffer.from(JSON.stringify(rest.body));
  const payload = json !== undefined && rest.deflate === true ? deflateSync(json) : json;
  return new Promise((resolve, reject) => {
    const call = request({
      host: address,
      port,
      servername: rest.servername ?? host,
      path,
      ca,
      agent: false,
      method: rest.method ?? (payload === undefined ? 'GET' : 'POST'),
      headers: {
        host,
        ...(rest.token === undefined ? {} : { authorization: `Bearer ${rest.token}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
        ...(rest.deflate === true ? { 'content-encoding': 'deflate' } : {}),
      },
    });
    let names: readonly string[] = [];
    call.on('socket', socket => {
      socket.once('secureConnect', () => {
        const certificate = (socket as import('node:tls').TLSSocket).getPeerCertificate();
        names = (certificate.subjectaltname ?? '').split(', ').map(each => each.replace(/^(DNS|IP Address):/, ''));
      });
    });
    call.on('error', reject);
    call.on('response', response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', chunk => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        const body = text.startsWith('{') ? (JSON.parse(text) as Body) : undefined;
        resolve({ status: response.statusCode ?? 0, body, headers: response.headers, names });
      });
    });
    call.end(payload);
  });
}

/** Starts one that ends with the test; with `listens: false` private endpoints do not listen. Its subnet is `{network}.1.0/27` and is called `monitoring`, as by default. */
export async function plane(
  t: TestContext,
  { listens = true, ...options }: Partial<SimulatorOptions> & { readonly listens?: boolean } = {},
): Promise<Plane> {
  const network = drawnNetwork();
  const port = await freePort();
  const seed = options.seed ?? defaultSeed();
  const azure = await arm(t, {
    ...(listens ? { dataPlanePort: port } : {}),
    publicAddress: { host: '127.0.0.1', port: 0 },
    ...options,
    seed: {
      ...seed,
      virtualNetworks: [
        {
          resourceGroup: 'rg-monitor',
          name: 'vnet-plant',
          location: 'japaneast',
          addressPrefix: `${network}.0.0/16`,
          subnets: [
            { name: 'monitoring', addressPrefix: `${network}.1.0/27` },
            { name: 'monitoring-b', addressPrefix: `${network}.2.0/27` },
          ],
        },
      ],
    },
  });
  const [publicHost = '', publicPort = ''] = azure.simulator.publicAddress?.split(':') ?? [];
  const dial: Plane['dial'] = asked => dialWith(azure.simulator.caPem, asked);
  const query: Plane['query'] = async (way, customerId, asked = {}) =>
    dial({
      ...way,
      host: asked.host ?? 'api.loganalytics.io',
      path: `/v1/workspaces/${customerId}/query`,
      token: asked.token ?? (await azure.token('https://api.loganalytics.io/.default')),
      body: { query: asked.query ?? 'print x = 1' },
    });
  return { azure, port, publicSide: { address: publicHost, port: Number(publicPort) }, dial, query };
}

/** Where the endpoint `pe` has a name; undefined when it has not. */
export async function addressOf(azure: Arm, name: string): Promise<string | undefined> {
  const path = `${azure.group}/providers/Microsoft.Network/privateEndpoints/pe`;
  const endpoint = await azure.call('GET', path);
  const nic = await azure.call('GET', String(endpoint.body?.properties.networkInterfaces[0].id));
  for (const { properties } of nic.body?.properties.ipConfigurations ?? []) {
    if (properties.privateLinkConnectionProperties.fqdns.includes(name)) return properties.privateIPAddress;
  }
  return undefined;
}
