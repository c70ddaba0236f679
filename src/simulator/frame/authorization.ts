/**
 * Who calls: the bearer token of an ARM request, checked as Azure Resource Manager checks it, with its answers.
 * Signature and expiry are checked by what Entra ID of the same simulator issued (entra/signing.ts).
 */
import type { AccessTokens } from '../entra/access-tokens.ts';
import { ArmError, gatewayError } from './errors.ts';

const refuse = (code: string, message: string, challenge: string): ArmError => {
  const error = gatewayError(401, code, message);
  return new ArmError(401, error.body, { ...error.headers, 'www-authenticate': challenge });
};

/** Times as this error has them: `3/19/2023 8:55:46 AM`. */
const americanTime = (epochMs: number): string =>
  new Date(epochMs).toLocaleString('en-US', { timeZone: 'UTC' }).replace(',', '').replaceAll('\u202f', ' ');

/**
 * The client id of the caller. Throws ArmError 401: AuthenticationFailed without a token, InvalidAuthenticationToken for
 * one that is not ours, ExpiredAuthenticationToken, InvalidAuthenticationTokenAudience for one that is for another service.
 */
export async function authenticate(header: string | undefined, tokens: AccessTokens): Promise<string> {
  const challenge = (error: string, text: string) =>
    `Bearer authorization_uri="${tokens.authorizationUri}", error="${error}", error_description="${text}"`;
  const [scheme, token] = header?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '') {
    const text = "Authentication failed. The 'Authorization' header is missing.";
    throw refuse('AuthenticationFailed', text, challenge('invalid_token', text));
  }
  const verdict = await tokens.check(token);
  switch (verdict.kind) {
    case 'valid':
      return verdict.clientId;
    case 'expired': {
      const text = `The access token expiry UTC time '${americanTime(verdict.expiredAtMs)}' is earlier than current UTC time '${americanTime(verdict.nowMs)}'.`;
      throw refuse('ExpiredAuthenticationToken', text, challenge('invalid_token', 'The access token expired.'));
    }
    case 'audience': {
      const text = `The access token has been obtained for wrong audience or resource '${verdict.audience}'. It should exactly match with one of the allowed audiences '${tokens.armAudiences.join("','")}'.`;
      throw refuse('InvalidAuthenticationTokenAudience', text, challenge('invalid_token', 'Wrong audience.'));
    }
    case 'invalid':
      throw refuse(
        'InvalidAuthenticationToken',
        'The access token is invalid.',
        challenge('invalid_token', 'The access token is invalid.'),
      );
  }
}
