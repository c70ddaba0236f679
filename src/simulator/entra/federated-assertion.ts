/**
 * A federated assertion: a token of another issuer, such as a Kubernetes service account's, checked against the keys of
 * that issuer and against the federated credential of the application (Workload identity federation, Microsoft Entra
 * documentation). Throws EntraError.
 */
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { SimulatorClock } from '../clock.ts';
import { clockTolerance, outOfTime, outOfTimeError, readAssertion } from './assertions.ts';
import { type EntraError, invalidClient } from './errors.ts';
import type { Principal } from './principals.ts';

const defaultAudience = 'api://AzureADTokenExchange';

const noMatch = (code: number, what: string, value: string): EntraError =>
  invalidClient(
    code,
    `No matching federated identity record found for presented assertion ${what} '${value}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`,
  );

export async function checkFederatedAssertion(
  assertion: string,
  principal: Principal,
  clock: SimulatorClock,
): Promise<void> {
  const { payload } = readAssertion(assertion);
  const credential = principal.federated;
  if (credential === undefined || payload.iss !== credential.issuer)
    throw noMatch(700211, 'issuer', String(payload.iss));
  if (payload.sub !== credential.subject) throw noMatch(700213, 'subject', String(payload.sub));
  const audiences = [payload.aud ?? []].flat();
  if (!audiences.includes(credential.audience ?? defaultAudience))
    throw noMatch(700212, 'audience', audiences.join(','));
  const currentDate = new Date(clock.now());
  try {
    await jwtVerify(assertion, createLocalJWKSet(credential.jwks), {
      currentDate,
      clockTolerance,
      requiredClaims: ['exp'],
    });
  } catch (cause) {
    const error = outOfTime(cause)
      ? outOfTimeError(payload, clock.now())
      : invalidClient(700027, 'Client assertion failed signature validation.');
    error.cause = cause;
    throw error;
  }
}
