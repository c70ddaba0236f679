/**
 * What both kinds of client assertion have in common: reading one, and its time. Throws EntraError.
 */
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type ProtectedHeaderParameters } from 'jose';
import type { SimulatorClock } from '../clock.ts';
import { type EntraError, invalidClient } from './errors.ts';
import type { Tenant } from './principals.ts';

export interface AuthenticationOptions {
  /** Those that the client may be found in: one, or for AD FS all. */
  readonly tenants: readonly Tenant[];
  readonly clock: SimulatorClock;
  /** What an assertion signed with a certificate may be made out to. */
  readonly tokenEndpoints: readonly string[];
}

/** How far the clocks of a client and of Entra ID may be apart, seconds. */
export const clockTolerance = 300;

/** Header and claims, unchecked. Throws AADSTS50027 for what is no JWT. */
export function readAssertion(assertion: string): {
  readonly header: ProtectedHeaderParameters;
  readonly payload: JWTPayload;
} {
  try {
    return { header: decodeProtectedHeader(assertion), payload: decodeJwt(assertion) };
  } catch (cause) {
    const error = invalidClient(50027, 'JWT token is invalid or malformed.');
    error.cause = cause;
    throw error;
  }
}

/** Whether a check failed for the time alone. */
export const outOfTime = (cause: unknown): boolean =>
  cause instanceof errors.JWTExpired || (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'nbf');

const timeOf = (seconds: number | undefined): string =>
  seconds === undefined ? 'unknown' : new Date(seconds * 1000).toISOString();

/** AADSTS700024, with the times that count. */
export const outOfTimeError = (payload: JWTPayload, nowMs: number): EntraError =>
  invalidClient(
    700024,
    `Client assertion is not within its valid time range. Current time: ${new Date(nowMs).toISOString()}, assertion valid from ${timeOf(payload.nbf ?? payload.iat)}, expiry time of assertion ${timeOf(payload.exp)}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .`,
  );
