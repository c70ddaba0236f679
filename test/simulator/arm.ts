/**
 * A simulator for one test and a raw ARM client for it: no SDK between the test and the wire. Also the real profile with
 * every answer at once, so that a virtual clock decides alone when things settle.
 */
import type { TestContext } from 'node:test';
import { Agent, fetch } from 'undici';
import {
  type LatencyProfile,
  realProfile,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../src/simulator/simulator.ts';

// biome-ignore lint/suspicious/noExplicitAny: a body is what the wire gives; tests assert on its fields
export type Body = Record<string, any>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined for an empty answer. */
  readonly body: Body | undefined;
  readonly text: string;
}

export interface Arm {
  readonly simulator: Simulator;
  /** `/subscriptions/{id}/resourceGroups/rg-monitor`. */
  readonly group: string;
  token(scope?: string): Promise<string>;
  /** A call with a valid token; `apiVersion` defaults to what the pinned SDK sends for the path. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** A call as given, nothing added. */
  raw(
    method: string,
    url: string,
    options?: { readonly headers?: Record<string, string>; readonly body?: string; readonly signal?: AbortSignal },
  ): Promise<Answer>;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is, instead of a body. */
  readonly text?: string;
  readonly apiVersion?: string;
  readonly headers?: Record<string, string>;
}

const versions: readonly (readonly [RegExp, string])[] = [
  [/\/(un)?register$/i, '2021-04-01'],
  [/microsoft\.operationalinsights/i, '2025-07-01'],
  [/privatedns(zones|operation)/i, '2024-06-01'],
  [/microsoft\.network/i, '2026-01-01'],
  [/microsoft\.insights\/components/i, '2020-02-02'],
  [/microsoft\.resourcegraph/i, '2024-04-01'],
  [/datacollection/i, '2024-03-11'],
  [/microsoft\.hybridcompute/i, '2025-01-13'],
  [/microsoft\.insights/i, '2023-06-01-preview'],
  [/./, '2021-04-01'],
];

export const versionFor = (path: string): string => versions.find(([pattern]) => pattern.test(path))?.[1] ?? '';

/** Answers come at once; settling takes the real times. */
export const settlingOnly: Partial<LatencyProfile> = Object.fromEntries(
  Object.entries(realProfile).map(([work, { settleMs }]) => [work, { answerMs: 0, settleMs }]),
);

/** Starts a simulator (no latency unless asked) that ends with the test. */
export async function arm(t: TestContext, options: Partial<SimulatorOptions> = {}): Promise<Arm> {
  const simulator = await startSimulator({ latency: 'none', ...options });
  const dispatcher = new Agent({ connect: { ca: simulator.caPem } });
  t.after(async () => {
    await dispatcher.destroy();
    await simulator.close();
  });

  const raw: Arm['raw'] = async (method, url, { headers = {}, body, signal } = {}) => {
    const target = url.startsWith('https:') ? url : `${simulator.endpoint}${url}`;
    const response = await fetch(target, {
      method,
      headers,
      dispatcher,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const parsed = isJson ? (JSON.parse(text) as Body) : undefined;
    return { status: response.status, headers: response.headers as unknown as Headers, body: parsed, text };
  };

  const token: Arm['token'] = async (scope = 'https://management.azure.com/.default') => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: simulator.clientId,
      client_secret: simulator.clientSecret,
      scope,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await raw('POST', `/${simulator.tenantId}/oauth2/v2.0/token`, { headers, body: form.toString() });
    return String(answer.body?.access_token);
  };

  let cached: string | undefined;
  const call: Arm['call'] = async (method, path, options = {}) => {
    cached ??= await token();
    const absolute = path.includes('api-version=');
    const query = absolute
      ? ''
      : `${path.includes('?') ? '&' : '?'}api-version=${options.apiVersion ?? versionFor(path)}`;
    const headers = { authorization: `Bearer ${cached}`, 'content-type': 'application/json', ...options.headers };
    const text = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const body = text === undefined ? {} : { body: text };
    return raw(method, `${path}${query}`, { headers, ...body });
  };

  return { simulator, group: `/subscriptions/${simulator.subscriptionId}/resourceGroups/rg-monitor`, token, call, raw };
}
