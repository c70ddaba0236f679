/**
 * Whether a client is who it says: its secret, or a federated assertion (a token of another issuer, such as a Kubernetes
 * service account's) checked against the keys of that issuer. Throws EntraError with the real AADSTS codes.
 */
import { timingSafeEqual } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { SimulatorClock } from '../clock.ts';
import { EntraError, invalidClient } from './errors.ts';
import type { FederatedCredential, Principal } from './principals.ts';

/** What an assertion must be made out to (Workload identity federation, Microsoft Entra documentation). */
const assertionAudience = 'api://AzureADTokenExchange';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface TenantPrincipals {
  readonly tenantId: string;
  readonly principals: readonly Principal[];
  readonly clock: SimulatorClock;
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const noMatch = (code: number, what: string, value: string): EntraError =>
  invalidClient(
    code,
    `No matching federated identity record found for presented assertion ${what} '${value}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`,
  );

function readAssertion(assertion: string): JWTPayload {
  try {
    return decodeJwt(assertion);
  } catch (cause) {
    const error = invalidClient(50027, 'JWT token is invalid or malformed.');
    error.cause = cause;
    throw error;
  }
}

async function checkSignature(
  assertion: string,
  credential: FederatedCredential,
  clock: SimulatorClock,
): Promise<void> {
  const now = new Date(clock.now());
  try {
    await jwtVerify(assertion, createLocalJWKSet(credential.jwks), { currentDate: now, requiredClaims: ['exp'] });
  } catch (cause) {
    const outOfTime =
      cause instanceof errors.JWTExpired || (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'nbf');
    const payload = readAssertion(assertion);
    const error = outOfTime
      ? invalidClient(
          700024,
          `Client assertion is not within its valid time range. Current time: ${now.toISOString()}, assertion valid from ${timeOf(payload.nbf ?? payload.iat)}, expiry time of assertion ${timeOf(payload.exp)}.`,
        )
      : invalidClient(700027, 'Client assertion failed signature validation.');
    error.cause = cause;
    throw error;
  }
}

const timeOf = (seconds: number | undefined): string =>
  seconds === undefined ? 'unknown' : new Date(seconds * 1000).toISOString();

async function checkAssertion(assertion: string, principal: Principal, clock: SimulatorClock): Promise<void> {
  const payload = readAssertion(assertion);
  const credential = principal.federated;
  if (credential === undefined || payload.iss !== credential.issuer)
    throw noMatch(700211, 'issuer', String(payload.iss));
  if (payload.sub !== credential.subject) throw noMatch(700213, 'subject', String(payload.sub));
  const audiences = [payload.aud ?? []].flat();
  if (!audiences.includes(assertionAudience)) throw noMatch(700212, 'audience', audiences.join(','));
  await checkSignature(assertion, credential, clock);
}

/** The principal that a token request comes from. */
export async function authenticateClient(form: URLSearchParams, tenant: TenantPrincipals): Promise<Principal> {
  const clientId = form.get('client_id') ?? '';
  const principal = tenant.principals.find(candidate => candidate.clientId.toLowerCase() === clientId.toLowerCase());
  if (principal === undefined) {
    const text = `Application with identifier '${clientId}' was not found in the directory '${tenant.tenantId}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`;
    throw new EntraError({ status: 400, error: 'unauthorized_client', code: 700016, text });
  }
  const assertion = form.get('client_assertion');
  if (assertion !== null && form.get('client_assertion_type') === assertionType) {
    await checkAssertion(assertion, principal, tenant.clock);
    return principal;
  }
  const secret = form.get('client_secret');
  if (secret === null) {
    throw invalidClient(
      7000216,
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    );
  }
  if (principal.secret === undefined || !sameText(secret, principal.secret)) {
    throw invalidClient(
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    );
  }
  return principal;
}
