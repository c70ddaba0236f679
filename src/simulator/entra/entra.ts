/**
 * Entra ID of the simulated tenants: discovery documents, public keys, the token endpoint for client credentials, each
 * in the addresses of version 1, version 2 and AD FS. Answers in the forms of login.microsoftonline.com. What a route
 * does is in discovery.ts and token-request.ts.
 */
import type { SimulatorClock } from '../clock.ts';
import type { CallFacts } from '../journal.ts';
import type { AccessTokens } from './access-tokens.ts';
import { adfsConfiguration, anyTenant, instanceDiscovery, openIdConfiguration } from './discovery.ts';
import { EntraError, errorBody, invalidInstance, tenantNotFound } from './errors.ts';
import { findTenant, type Tenant } from './principals.ts';
import { issueToken, type TokenRequest } from './token-request.ts';

export interface EntraAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface EntraRequest {
  /** As the address names it; empty where it has none. */
  readonly tenant: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
  readonly facts: CallFacts & { readonly correlationId: string };
}

export interface EntraRoute {
  readonly method: 'GET' | 'POST';
  /** In the router's notation, `:tenant` for the tenant. */
  readonly path: string;
  readonly answer: (request: EntraRequest) => Promise<EntraAnswer>;
}

export interface EntraOptions {
  readonly endpoint: string;
  readonly clock: SimulatorClock;
  readonly tokens: AccessTokens;
  readonly tenants: readonly Tenant[];
}

/** The issuers and token addresses of a tenant that a certificate assertion may be made out to. */
const tokenEndpointsOf = (endpoint: string, tenant: string): readonly string[] => {
  const base = `${endpoint}/${tenant}`;
  return tenant === 'adfs'
    ? [`${base}/oauth2/token`, base]
    : [`${base}/oauth2/v2.0/token`, `${base}/oauth2/token`, `${base}/v2.0`, base];
};

/** Every address of the simulated Entra ID. A tenant that is not among the options is answered AADSTS90002. */
export function entraRoutes(options: EntraOptions): readonly EntraRoute[] {
  const { endpoint, clock, tokens, tenants } = options;

  const guarded =
    (answer: (request: EntraRequest) => unknown): EntraRoute['answer'] =>
    async request => {
      try {
        return { status: 200, body: await answer(request) };
      } catch (error) {
        if (!(error instanceof EntraError)) throw error;
        return { status: error.status, body: errorBody(error, clock, request.facts.correlationId) };
      }
    };
  const tenantOf = (name: string): Tenant => {
    const tenant = findTenant(tenants, name);
    if (tenant === undefined) throw tenantNotFound(name);
    return tenant;
  };
  const named = (name: string): string =>
    anyTenant.has(name.toLowerCase()) ? name.toLowerCase() : tenantOf(name).tenantId;

  const configuration = (version: 1 | 2) =>
    guarded(({ tenant }) => openIdConfiguration(endpoint, named(tenant), version));
  const keys = guarded(({ tenant }) => {
    if (tenant !== '') named(tenant);
    return tokens.jwks;
  });
  const instance = guarded(({ query }) => {
    const asked = query.get('authorization_endpoint') ?? '';
    const found = instanceDiscovery(endpoint, asked);
    if (found === undefined) throw invalidInstance(asked);
    return found;
  });
  const token = (shape: TokenRequest['shape']) =>
    guarded(async ({ tenant, form, authorization, facts }) => {
      const candidates = shape === 'adfs' ? tenants : [tenantOf(tenant)];
      const tokenEndpoints = [shape === 'adfs' ? 'adfs' : tenant, ...candidates.map(each => each.tenantId)].flatMap(
        name => tokenEndpointsOf(endpoint, name),
      );
      const client = { tenants: candidates, clock, tokenEndpoints, endpoint, tokens };
      const { caller, body } = await issueToken({ form, authorization, shape }, client);
      facts.principal = caller.clientId;
      return body;
    });

  return [
    {
      method: 'GET',
      path: '/adfs/.well-known/openid-configuration',
      answer: guarded(() => adfsConfiguration(endpoint)),
    },
    { method: 'GET', path: '/adfs/discovery/keys', answer: keys },
    { method: 'POST', path: '/adfs/oauth2/token', answer: token('adfs') },
    { method: 'POST', path: '/adfs/oauth2/token/', answer: token('adfs') },
    { method: 'GET', path: '/:tenant/discovery/instance', answer: instance },
    { method: 'GET', path: '/:tenant/v2.0/.well-known/openid-configuration', answer: configuration(2) },
    { method: 'GET', path: '/:tenant/.well-known/openid-configuration', answer: configuration(1) },
    { method: 'GET', path: '/:tenant/discovery/v2.0/keys', answer: keys },
    { method: 'GET', path: '/:tenant/discovery/keys', answer: keys },
    { method: 'POST', path: '/:tenant/oauth2/v2.0/token', answer: token('v2') },
    { method: 'POST', path: '/:tenant/oauth2/token', answer: token('v1') },
  ];
}
