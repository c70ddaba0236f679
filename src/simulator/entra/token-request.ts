/**
 * One token request of the client credentials grant, in the three shapes that clients send: version 2 (`scope`), version 1
 * (`resource`), and AD FS (`scope` or `resource`, without a tenant in the address). Throws EntraError.
 */
import type { AccessTokens } from './access-tokens.ts';
import type { AuthenticationOptions } from './assertions.ts';
import { authenticateClient, credentialsOf } from './client-authentication.ts';
import { EntraError, invalidRequest } from './errors.ts';
import { type Caller, objectIdOf } from './principals.ts';

export interface TokenRequest {
  readonly form: URLSearchParams;
  /** The header of that name. */
  readonly authorization: string | undefined;
  readonly shape: 'v1' | 'v2' | 'adfs';
}

export interface TokenOptions extends AuthenticationOptions {
  readonly endpoint: string;
  readonly tokens: AccessTokens;
}

/** Services that a tenant gives tokens for, beside the simulator's own resource manager. */
const services = [
  'https://management.azure.com',
  'https://management.core.windows.net',
  'https://graph.microsoft.com',
  'https://graph.windows.net',
  'https://api.loganalytics.io',
  'https://api.loganalytics.azure.com',
  'https://monitor.azure.com',
];

const required = (form: URLSearchParams, name: string): string => {
  const value = form.get(name);
  if (value !== null) return value;
  throw invalidRequest(900144, `The request body must contain the following parameter: '${name}'.`);
};

/** The resource that `.../.default` asks for: one trailing slash of it is kept, as Entra does. */
function resourceOf(scope: string): string {
  const resource = /^(.+)\/\.default$/.exec(scope)?.[1];
  if (resource !== undefined) return resource;
  const text = `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`;
  throw new EntraError({ status: 400, error: 'invalid_scope', code: 1002012, text });
}

function audienceOf({ form, shape }: TokenRequest, endpoint: string): string {
  const byResource = shape === 'v1' || (shape === 'adfs' && form.has('resource'));
  const resource = byResource ? required(form, 'resource') : resourceOf(required(form, 'scope').split(' ')[0] ?? '');
  const name = resource.replace(/\/$/, '');
  if (services.includes(name) || name === endpoint) return resource;
  throw invalidRequest(500011, `The resource principal named ${resource} was not found in the tenant.`);
}

/** The answer's body, and who asked. */
export async function issueToken(
  request: TokenRequest,
  options: TokenOptions,
): Promise<{ readonly caller: Caller; readonly body: Readonly<Record<string, unknown>> }> {
  const { form, authorization, shape } = request;
  const grant = required(form, 'grant_type');
  if (grant !== 'client_credentials') {
    const text = `The app requested an unsupported grant type '${grant}'.`;
    throw new EntraError({ status: 400, error: 'unsupported_grant_type', code: 70003, text });
  }
  const credentials = credentialsOf(form, authorization);
  if (credentials.clientId === '') required(form, 'client_id');
  const { tenant, principal } = await authenticateClient(credentials, options);
  const { tenantId } = tenant;
  const caller = { clientId: principal.clientId, objectId: objectIdOf(principal, tenantId), tenantId };
  const audience = audienceOf(request, options.endpoint);
  const { accessToken, issuedAtSeconds, expiresInSeconds } = await options.tokens.issue(caller, audience);
  if (shape !== 'v1') {
    const lifetimes = { expires_in: expiresInSeconds, ext_expires_in: expiresInSeconds };
    return { caller, body: { token_type: 'Bearer', ...lifetimes, access_token: accessToken } };
  }
  return {
    caller,
    body: {
      token_type: 'Bearer',
      expires_in: String(expiresInSeconds),
      ext_expires_in: String(expiresInSeconds),
      expires_on: String(issuedAtSeconds + expiresInSeconds),
      not_before: String(issuedAtSeconds),
      resource: audience,
      access_token: accessToken,
    },
  };
}
