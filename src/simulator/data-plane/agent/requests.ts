/**
 * The agent's HTTP: TLS to a given address under a given name, with the simulator's authority as the only one trusted.
 * It dials loopback alone.
 */
import { request } from 'node:https';
import { deflateSync } from 'node:zlib';

export interface Destination {
  readonly address: string;
  readonly port: number;
}

export interface AgentRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly token: string;
  /** Sent deflated, as the real agent does. */
  readonly body?: unknown;
}

export interface AgentAnswer {
  readonly status: number;
  /** Undefined for an empty answer. */
  readonly body: unknown;
}

const deadlineMs = 10_000;

/** One call. Rejects when there is no answer. */
export function send(
  { method, url, token, body }: AgentRequest,
  to: Destination,
  options: { readonly caPem: string; readonly signal: AbortSignal },
): Promise<AgentAnswer> {
  const payload = body === undefined ? undefined : deflateSync(JSON.stringify(body));
  const packed = { 'content-type': 'application/json; charset=utf-8', 'content-encoding': 'deflate' };
  return new Promise((resolve, reject) => {
    const call = request({
      host: to.address,
      port: to.port,
      servername: url.hostname,
      ca: options.caPem,
      agent: false,
      method,
      path: `${url.pathname}${url.search}`,
      headers: {
        host: url.hostname,
        authorization: `Bearer ${token}`,
        'user-agent': 'AMA/1.33.1 (Linux; x64)',
        ...(payload === undefined ? {} : { ...packed, 'content-length': payload.length }),
      },
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(deadlineMs)]),
    });
    call.on('error', reject);
    call.on('response', response => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        try {
          resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) });
        } catch (error) {
          reject(error);
        }
      });
    });
    call.end(payload);
  });
}
