/**
 * Who calls: the bearer token of a request to the resource manager, checked as Azure Resource Manager checks it, with its
 * answers. Signature and expiry are checked by what Entra ID of the same simulator issued (entra/access-tokens.ts).
 */
import { type AccessTokens, issuerOf } from '../entra/access-tokens.ts';
import type { Caller } from '../entra/principals.ts';
import type { World } from '../world.ts';
import { ArmError, gatewayError } from './errors.ts';

interface Refusal {
  readonly code: string;
  readonly message: string;
  /** The text in WWW-Authenticate, where it is another; quotes in it are not allowed there. */
  readonly challenge?: string;
  /** Where to get a token instead; default: any tenant. */
  readonly tenantId?: string;
}

function refuse(endpoint: string, { code, message, challenge = message, tenantId = '' }: Refusal): ArmError {
  const error = gatewayError(401, code, message);
  const authenticate = `Bearer authorization_uri="${endpoint}/${tenantId}", error="invalid_token", error_description="${challenge}"`;
  return new ArmError(401, error.body, { ...error.headers, 'www-authenticate': authenticate });
}

/** Times as this error has them: `3/19/2023 8:55:46 AM`. */
const americanTime = (epochMs: number): string =>
  new Date(epochMs).toLocaleString('en-US', { timeZone: 'UTC' }).replace(',', '').replaceAll('\u202f', ' ');

/**
 * The caller. Throws ArmError 401: AuthenticationFailed without a token, AuthenticationFailedInvalidHeader for another
 * scheme, InvalidAuthenticationToken for a token that is not ours, ExpiredAuthenticationToken,
 * InvalidAuthenticationTokenAudience for one that is for another service.
 */
export async function authenticate(world: World, header: string | undefined, tokens: AccessTokens): Promise<Caller> {
  const { endpoint } = world;
  if (header === undefined || header.trim() === '') {
    throw refuse(endpoint, {
      code: 'AuthenticationFailed',
      message: "Authentication failed. The 'Authorization' header is missing.",
      challenge: "The authentication failed because of missing 'Authorization' header.",
    });
  }
  const [scheme, token, ...more] = header.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || more.length > 0) {
    const message = "Authentication failed. The 'Authorization' header is provided in an invalid format.";
    throw refuse(endpoint, { code: 'AuthenticationFailedInvalidHeader', message });
  }
  const verdict = await tokens.check(token);
  switch (verdict.kind) {
    case 'valid':
      return verdict.caller;
    case 'expired':
      throw refuse(endpoint, {
        code: 'ExpiredAuthenticationToken',
        message: `The access token expiry UTC time '${americanTime(verdict.expiredAtMs)}' is earlier than current UTC time '${americanTime(verdict.nowMs)}'.`,
        challenge: 'The access token expiry UTC time is earlier than current UTC time.',
      });
    case 'audience':
      throw refuse(endpoint, {
        code: 'InvalidAuthenticationTokenAudience',
        message: `The access token has been obtained for wrong audience or resource '${verdict.audience}'. It should exactly match with one of the allowed audiences '${tokens.armAudiences.map(each => `${each}/`).join("','")}'.`,
        challenge: 'The access token has been obtained from wrong audience or resource.',
      });
    case 'invalid':
      throw refuse(endpoint, { code: 'InvalidAuthenticationToken', message: 'The access token is invalid.' });
  }
}

/** The subscription's tenant takes tokens of no other. Throws ArmError 401 InvalidAuthenticationTokenTenant. */
export function checkTenant(world: World, caller: Caller): void {
  const { endpoint, tenantId } = world;
  if (caller.tenantId.toLowerCase() === tenantId.toLowerCase()) return;
  throw refuse(endpoint, {
    code: 'InvalidAuthenticationTokenTenant',
    message: `The access token is from the wrong issuer '${issuerOf(caller.tenantId)}'. It must match the tenant '${issuerOf(tenantId)}' associated with this subscription. Please use the authority (URL) '${endpoint}/${tenantId}' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.`,
    challenge:
      'The access token is from the wrong issuer. It must match the tenant associated with this subscription. Please use correct authority to get the token.',
    tenantId,
  });
}
