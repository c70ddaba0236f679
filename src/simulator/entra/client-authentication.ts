/**
 * Whether a client is who it says: its secret, or an assertion. An assertion that the client issued itself is signed with
 * a certificate (certificate-assertion.ts); any other is a federated one (federated-assertion.ts). Throws EntraError with
 * the real AADSTS codes.
 */
import { timingSafeEqual } from 'node:crypto';
import type { SimulatorClock } from '../clock.ts';
import { type AuthenticationOptions, readAssertion } from './assertions.ts';
import { checkCertificateAssertion } from './certificate-assertion.ts';
import { EntraError, invalidClient } from './errors.ts';
import { checkFederatedAssertion } from './federated-assertion.ts';
import { findPrincipal, type Principal, type Tenant } from './principals.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface ClientCredentials {
  readonly clientId: string;
  readonly secret: string | undefined;
  readonly assertion: string | undefined;
}

/** From the form, or from a Basic header (`client_secret_basic`), which wins. */
export function credentialsOf(form: URLSearchParams, authorization: string | undefined): ClientCredentials {
  const assertion = form.get('client_assertion_type') === assertionType ? form.get('client_assertion') : null;
  const [scheme, encoded] = authorization?.split(' ') ?? [];
  if (scheme?.toLowerCase() === 'basic' && encoded !== undefined) {
    const [clientId = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    const decode = (text: string): string => new URLSearchParams(`v=${text}`).get('v') ?? '';
    return { clientId: decode(clientId), secret: decode(secret.join(':')), assertion: undefined };
  }
  return {
    clientId: form.get('client_id') ?? '',
    secret: form.get('client_secret') ?? undefined,
    assertion: assertion ?? undefined,
  };
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function checkSecret(secret: string, principal: Principal, clock: SimulatorClock): void {
  const { clientId, secretExpiresAt } = principal;
  if (principal.secret === undefined || !sameText(secret, principal.secret)) {
    throw invalidClient(
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    );
  }
  if (secretExpiresAt !== undefined && Date.parse(secretExpiresAt) <= clock.now()) {
    throw invalidClient(
      7000222,
      `The provided client secret keys for app '${clientId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
    );
  }
}

function checkAssertion(assertion: string, principal: Principal, options: AuthenticationOptions): Promise<void> {
  const { iss } = readAssertion(assertion).payload;
  return iss?.toLowerCase() === principal.clientId.toLowerCase()
    ? checkCertificateAssertion(assertion, principal, options)
    : checkFederatedAssertion(assertion, principal, options.clock);
}

/** The principal that a token request comes from, with its tenant. */
export async function authenticateClient(
  credentials: ClientCredentials,
  options: AuthenticationOptions,
): Promise<{ readonly tenant: Tenant; readonly principal: Principal }> {
  const { clientId, secret, assertion } = credentials;
  const found = findPrincipal(options.tenants, clientId);
  if (found === undefined) {
    const directory = options.tenants[0]?.displayName ?? options.tenants[0]?.tenantId ?? '';
    const text = `Application with identifier '${clientId}' was not found in the directory '${directory}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`;
    throw new EntraError({ status: 400, error: 'unauthorized_client', code: 700016, text });
  }
  if (assertion !== undefined) await checkAssertion(assertion, found.principal, options);
  else if (secret !== undefined) checkSecret(secret, found.principal, options.clock);
  else {
    throw invalidClient(
      7000216,
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    );
  }
  return found;
}
