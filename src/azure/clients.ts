/**
 * The SDK clients of one subscription, made once each, all with the same credential, the same policies and the same
 * pool of connections. Retries and redirects are off: waiting and host checks are ours. src/azure only.
 */
import { MonitorClient } from '@azure/arm-monitor';
import { NetworkManagementClient } from '@azure/arm-network';
import { OperationalInsightsManagementClient } from '@azure/arm-operationalinsights';
import { PrivateDnsManagementClient } from '@azure/arm-privatedns';
import type { TokenCredential } from '@azure/core-auth';
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpMethods,
  type Pipeline,
  type PipelinePolicy,
} from '@azure/core-rest-pipeline';
import type { WriteGuard } from '../ports.ts';
import { guardWrites } from './last-moment.ts';
import { type AzureSettings, tokenScope } from './settings.ts';

/** A request that the SDK has no method for, or whose model would drop what it does not know. */
export interface RawRequest {
  readonly method: HttpMethods;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The clients of one subscription. Their retries are off; every request passes the policy of pipeline.ts. */
export interface Sdk {
  readonly monitor: MonitorClient;
  readonly network: NetworkManagementClient;
  readonly privateDns: PrivateDnsManagementClient;
  readonly operationalInsights: OperationalInsightsManagementClient;
  /** Through the same policies as the SDK's own calls. */
  send(request: RawRequest): Promise<unknown>;
  /** One write of such a path. */
  write(method: 'PUT' | 'PATCH' | 'DELETE', path: string, apiVersion: string, body?: unknown): Promise<unknown>;
  /** One GET of a path (an ARM id, or one with a type behind it) that no client of the SDK has a method for. */
  read(path: string, apiVersion: string): Promise<unknown>;
}

/** Made once for the process; `policy` stands before the SDK's authentication. */
export interface ClientOptions {
  readonly settings: AzureSettings;
  readonly credential: TokenCredential;
  readonly policy: PipelinePolicy;
  readonly version: string;
  /** Asked at the last moment before each write. */
  readonly guard?: WriteGuard;
}

/** The clients of a subscription, from a cache. */
export function createClients(clientOptions: ClientOptions): (subscription: string) => Sdk {
  const { settings, credential, policy, version, guard: writeGuard } = clientOptions;
  const httpClient = writeGuard ? guardWrites(createDefaultHttpClient(), writeGuard) : createDefaultHttpClient();
  const options = {
    endpoint: settings.endpoint.replace(/\/+$/, ''),
    credentials: { scopes: [tokenScope(settings)] },
    // The SDK's retries sleep inside the call for as long as Retry-After says (facts: azure-sdk 1.6).
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: `private-monitoring-scope/${version}` },
    httpClient,
  };
  const guard = <T extends { readonly pipeline: Pipeline }>(client: T): T => {
    client.pipeline.addPolicy(policy, { beforePolicies: ['bearerTokenAuthenticationPolicy'] });
    return client;
  };
  const urlOf = (path: string, apiVersion: string) =>
    `${options.endpoint}${encodePath(path)}?api-version=${apiVersion}`;
  const make = (subscription: string): Sdk => {
    const network = guard(new NetworkManagementClient(credential, subscription, options));
    const send: Sdk['send'] = request => network.pipeline.sendRequest(httpClient, toPipelineRequest(request));
    return {
      monitor: guard(new MonitorClient(credential, subscription, options)),
      network,
      privateDns: guard(new PrivateDnsManagementClient(credential, subscription, options)),
      operationalInsights: guard(new OperationalInsightsManagementClient(credential, subscription, options)),
      send,
      write: (method, path, apiVersion, body) =>
        send({ method, url: urlOf(path, apiVersion), ...(body === undefined ? {} : { body }) }),
      read: (path, apiVersion) => send({ method: 'GET', url: urlOf(path, apiVersion) }),
    };
  };
  const cache = new Map<string, Sdk>();
  return subscription => {
    const key = subscription.toLowerCase();
    const sdk = cache.get(key) ?? make(subscription);
    cache.set(key, sdk);
    return sdk;
  };
}

/** A name may hold what would end a path. */
const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

function toPipelineRequest({ method, url, headers = {}, body }: RawRequest) {
  const sent = body === undefined ? {} : { 'content-type': 'application/json' };
  return createPipelineRequest({
    method,
    url,
    headers: createHttpHeaders({ accept: 'application/json', ...sent, ...headers }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
