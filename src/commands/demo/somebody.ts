/**
 * Somebody else at the simulated Azure: a colleague in the portal who changes things by hand, and a machine on the public
 * side that queries a workspace. Has an identity of its own, so that the journal tells its calls from the operator's.
 * The demo and its scenarios use it.
 */
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Simulator } from '../../simulator/simulator.ts';

/** What is read of Azure's answers; each has a part of it. */
export interface Body {
  readonly access_token?: string;
  readonly error?: { readonly innererror?: { readonly code?: string } };
  readonly properties?: { readonly provisioningState?: string; readonly customerId?: string };
}

export interface Somebody {
  /** One call to the resource manager; throws for anything but 2xx, with what it was answered. */
  call(method: string, path: string, body?: object): Promise<Body>;
  /** The same for what takes its time: resolves when the resource is Succeeded, or gone after a DELETE. */
  settle(method: 'PUT' | 'DELETE', path: string, body?: object): Promise<void>;
  /** A query of a workspace from the public side: `200`, or `403 NspValidationFailedError` and the like. */
  publicQuery(customerId: string): Promise<string>;
}

export interface Credentials {
  readonly clientId: string;
  readonly secret: string;
}

const SETTLE_POLL_MS = 50;
const QUERY_HOST = 'api.loganalytics.io';
const VERSIONS: readonly (readonly [RegExp, string])[] = [
  [/microsoft\.operationalinsights/i, '2025-07-01'],
  [/microsoft\.network/i, '2026-01-01'],
  [/microsoft\.insights\/datacollection/i, '2023-03-11'],
  [/./, '2023-06-01-preview'],
];

/** Makes no call before it is asked to. Trusts what this process trusts. Its calls end with the signal. */
export function createSomebody(simulator: Simulator, credentials: Credentials, signal: AbortSignal): Somebody {
  const { endpoint, authority, tenantId, publicAddress } = simulator;

  const token = async (audience: string): Promise<string> => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_secret: credentials.secret,
      scope: `${audience}/.default`,
    });
    const answer = await fetch(`${authority}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body, signal });
    const { access_token: bearer = '' } = (await answer.json()) as Body;
    return bearer;
  };

  const send = async (method: string, path: string, body?: object) => {
    const [, version] = VERSIONS.find(([pattern]) => pattern.test(path)) ?? [];
    return fetch(`${endpoint}${path}?api-version=${version}`, {
      method,
      signal,
      headers: { authorization: `Bearer ${await token(endpoint)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };

  const call: Somebody['call'] = async (method, path, body) => {
    const answer = await send(method, path, body);
    const told = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status} ${told}`);
    return told === '' ? {} : JSON.parse(told);
  };

  return {
    call,
    settle: async (method, path, body) => {
      await call(method, path, body);
      for (;;) {
        const answer = await send('GET', path);
        const told = await answer.text();
        if (method === 'DELETE' && answer.status === 404) return;
        const { properties }: Body = told === '' ? {} : JSON.parse(told);
        if (method === 'PUT' && properties?.provisioningState === 'Succeeded') return;
        await delay(SETTLE_POLL_MS, undefined, { signal });
      }
    },
    publicQuery: async customerId => {
      const bearer = await token(`https://${QUERY_HOST}`);
      const { status, told } = await post(
        { at: publicAddress ?? '', path: `/v1/workspaces/${customerId}/query`, bearer },
        signal,
      );
      const code = told.error?.innererror?.code;
      return code === undefined ? String(status) : `${status} ${code}`;
    },
  };
}

interface Asked {
  /** `address:port`. */
  readonly at: string;
  readonly path: string;
  readonly bearer: string;
}

/** A connection to the address, whatever DNS says of the host. */
async function post({ at, path, bearer }: Asked, signal: AbortSignal): Promise<{ status: number; told: Body }> {
  const [host, port] = at.split(':');
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; told: Body }>();
  const headers = { host: QUERY_HOST, authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const asked = request({ host, port, path, method: 'POST', servername: QUERY_HOST, headers, agent: false, signal });
  asked.once('error', reject);
  asked.once('response', answer => {
    const { statusCode: status = 0 } = answer;
    text(answer).then(body => resolve({ status, told: JSON.parse(body) }), reject);
  });
  asked.end(JSON.stringify({ query: 'print proof = 1' }));
  return promise;
}
