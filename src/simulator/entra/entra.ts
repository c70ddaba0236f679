/**
 * Entra ID v2 of one tenant: the discovery document, the public keys, the token endpoint for client credentials. Answers
 * in the forms of login.microsoftonline.com; the token endpoint's checks are in client-authentication.ts.
 */
import type { CallFacts } from '../journal.ts';
import type { AccessTokens } from './access-tokens.ts';
import { authenticateClient, type TenantPrincipals } from './client-authentication.ts';
import { EntraError, errorBody, invalidRequest, tenantNotFound } from './errors.ts';

export interface EntraAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Entra {
  discovery(tenant: string, correlationId: string): EntraAnswer;
  keys(tenant: string, correlationId: string): EntraAnswer;
  token(
    tenant: string,
    form: URLSearchParams,
    facts: CallFacts & { readonly correlationId: string },
  ): Promise<EntraAnswer>;
}

export interface EntraOptions extends TenantPrincipals {
  readonly endpoint: string;
  readonly tokens: AccessTokens;
}

/** Services that the tenant gives tokens for, beside the simulator's own resource manager. */
const services = [
  'https://management.azure.com',
  'https://management.core.windows.net',
  'https://api.loganalytics.io',
  'https://api.loganalytics.azure.com',
  'https://monitor.azure.com',
];

/** The audience that `.../.default` asks for: one trailing slash of the resource is kept, as Entra does. */
function audienceOf(scope: string, endpoint: string): string {
  const resource = /^(.+)\/\.default$/.exec(scope)?.[1];
  if (resource === undefined) {
    const text = `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`;
    throw new EntraError({ status: 400, error: 'invalid_scope', code: 1002012, text });
  }
  const name = resource.replace(/\/$/, '');
  if (!services.includes(name) && name !== endpoint) {
    throw invalidRequest(500011, `The resource principal named ${resource} was not found in the tenant.`);
  }
  return resource;
}

function discoveryDocument(endpoint: string, tenantId: string): Record<string, unknown> {
  const base = `${endpoint}/${tenantId}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${base}/v2.0`,
    request_uri_parameter_supported: false,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid', 'ver'],
    tenant_region_scope: 'AS',
    cloud_instance_name: 'microsoftonline.com',
  };
}

/** Entra ID for the one tenant of the options; any other tenant is answered AADSTS90002. */
export function entra(options: EntraOptions): Entra {
  const { endpoint, tokens, clock } = options;
  const refuse = (error: unknown, correlationId: string): EntraAnswer => {
    if (!(error instanceof EntraError)) throw error;
    return { status: error.status, body: errorBody(error, clock, correlationId) };
  };
  const forTenant = (tenant: string, correlationId: string, body: () => unknown): EntraAnswer =>
    tenant.toLowerCase() === options.tenantId.toLowerCase()
      ? { status: 200, body: body() }
      : refuse(tenantNotFound(tenant), correlationId);

  const issue = async (tenant: string, form: URLSearchParams, facts: CallFacts): Promise<unknown> => {
    if (tenant.toLowerCase() !== options.tenantId.toLowerCase()) throw tenantNotFound(tenant);
    const grant = form.get('grant_type');
    if (grant === null)
      throw invalidRequest(900144, "The request body must contain the following parameter: 'grant_type'.");
    if (grant !== 'client_credentials') {
      const text = `The app requested an unsupported grant type '${grant}'.`;
      throw new EntraError({ status: 400, error: 'unsupported_grant_type', code: 70003, text });
    }
    const scope = form.get('scope');
    if (scope === null) throw invalidRequest(900144, "The request body must contain the following parameter: 'scope'.");
    const principal = await authenticateClient(form, options);
    facts.principal = principal.clientId;
    const audience = audienceOf(scope.split(' ')[0] ?? '', endpoint);
    const issued = await tokens.issue(principal.clientId, audience);
    return {
      token_type: 'Bearer',
      expires_in: issued.expiresInSeconds,
      ext_expires_in: issued.expiresInSeconds,
      access_token: issued.accessToken,
    };
  };

  return {
    discovery: (tenant, correlationId) =>
      forTenant(tenant, correlationId, () => discoveryDocument(endpoint, options.tenantId)),
    keys: (tenant, correlationId) => forTenant(tenant, correlationId, () => tokens.jwks),
    token: async (tenant, form, facts) => {
      try {
        return { status: 200, body: await issue(tenant, form, facts) };
      } catch (error) {
        return refuse(error, facts.correlationId);
      }
    },
  };
}
