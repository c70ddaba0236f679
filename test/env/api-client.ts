/**
 * The smallest client of the test API server: raw requests as cluster administrator, on Node's own https. Not the
 * product's client, so that a test does not judge the product by itself. Used by test/**.
 */
import { Agent, request as httpsRequest } from 'node:https';

export interface ApiReply {
  readonly status: number;
  /** The parsed JSON body, or the text when it is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: any Kubernetes object; a test reads the fields it knows
  readonly body: any;
}

export interface ApiClient {
  /** One request; any HTTP status is an answer. A patch needs its content type. Rejects when there is no answer in 10 s. */
  readonly request: (method: string, path: string, body?: unknown, contentType?: string) => Promise<ApiReply>;
  readonly close: () => void;
}

export const applyPatch = 'application/apply-patch+yaml';
export const mergePatch = 'application/merge-patch+json';

const deadlineMs = 10_000;

export function apiClient(url: string, ca: string, token: string): ApiClient {
  const agent = new Agent({ keepAlive: true, ca });
  const request: ApiClient['request'] = (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'user-agent': 'pms-test',
        ...(body === undefined ? {} : { 'content-type': contentType }),
      };
      const signal = AbortSignal.timeout(deadlineMs);
      const outgoing = httpsRequest(new URL(path, url), { agent, method, headers, signal }, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString()) }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return { request, close: () => agent.destroy() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The body of a reply that had to succeed; throws with the API server's message otherwise. */
export function succeeded(reply: ApiReply, what: string): ApiReply['body'] {
  if (reply.status >= 200 && reply.status < 300) return reply.body;
  throw new Error(`${what}: HTTP ${reply.status}: ${reply.body?.message ?? reply.body}`);
}
