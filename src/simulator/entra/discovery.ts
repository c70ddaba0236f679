/**
 * The documents that clients read before they ask for a token: OpenID configuration of a tenant (versions 1 and 2) and of
 * AD FS, and instance discovery. Fields as login.microsoftonline.com gives them, read in recorded traffic; the addresses
 * are the simulator's own, so that a client never leaves it.
 */

/** Tenant names that stand for any tenant; their issuer is a pattern. */
export const anyTenant: ReadonlySet<string> = new Set(['common', 'organizations']);

const claims =
  'sub iss cloud_instance_name cloud_instance_host_name cloud_graph_host_name msgraph_host aud exp iat auth_time acr ' +
  'nonce preferred_username name tid ver at_hash c_hash email';

const common = {
  token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
};

/** `tenant` is the tenant's id, or one of `anyTenant`. */
export function openIdConfiguration(endpoint: string, tenant: string, version: 1 | 2): Record<string, unknown> {
  const base = `${endpoint}/${tenant}`;
  const [oauth, keys] = version === 2 ? ['oauth2/v2.0', 'discovery/v2.0/keys'] : ['oauth2', 'discovery/keys'];
  const issuerTenant = anyTenant.has(tenant) ? '{tenantid}' : tenant;
  const issuer = version === 2 ? `${endpoint}/${issuerTenant}/v2.0` : `https://sts.windows.net/${issuerTenant}/`;
  return {
    token_endpoint: `${base}/${oauth}/token`,
    ...common,
    jwks_uri: `${base}/${keys}`,
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer,
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${endpoint}/oidc/userinfo`,
    authorization_endpoint: `${base}/${oauth}/authorize`,
    device_authorization_endpoint: `${base}/${oauth}/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/${oauth}/logout`,
    claims_supported: claims.split(' '),
    kerberos_endpoint: `${base}/kerberos`,
    tenant_region_scope: anyTenant.has(tenant) ? null : 'AS',
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
    rbac_url: 'https://pas.windows.net',
  };
}

/** What an authority that ends in `/adfs` publishes (az before 2.74 must be pointed at one: facts/azure-sdk.md 7). */
export function adfsConfiguration(endpoint: string): Record<string, unknown> {
  const base = `${endpoint}/adfs`;
  return {
    issuer: base,
    authorization_endpoint: `${base}/oauth2/authorize/`,
    token_endpoint: `${base}/oauth2/token/`,
    jwks_uri: `${base}/discovery/keys`,
    ...common,
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token', 'code token'],
    scopes_supported: ['allatclaims', 'email', 'openid', 'profile', 'user_impersonation'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials', 'password'],
    access_token_issuer: `${base}/services/trust`,
    device_authorization_endpoint: `${base}/oauth2/devicecode`,
    end_session_endpoint: `${base}/oauth2/logout`,
    claims_supported: ['aud', 'iss', 'iat', 'exp', 'sub', 'unique_name', 'upn', 'ver'],
    as_access_token_token_binding_supported: false,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
  };
}

/** Instance discovery knows one instance, its own. Undefined: the authority asked after is not of this instance. */
export function instanceDiscovery(endpoint: string, authorizationEndpoint: string): unknown {
  const { host, origin } = new URL(endpoint);
  if (!URL.canParse(authorizationEndpoint) || new URL(authorizationEndpoint).origin !== origin) return undefined;
  const tenant = new URL(authorizationEndpoint).pathname.split('/')[1] ?? 'common';
  return {
    tenant_discovery_endpoint: `${endpoint}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}
