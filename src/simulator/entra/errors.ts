/**
 * Errors of Entra ID: OAuth 2.0 error bodies with AADSTS codes, as the token endpoint gives them.
 */
import { randomUUID } from 'node:crypto';
import type { SimulatorClock } from '../clock.ts';

export class EntraError extends Error {
  readonly status: 400 | 401;
  /** The OAuth error name, e.g. `invalid_client`. */
  readonly error: string;
  readonly code: number;

  constructor(options: {
    readonly status: 400 | 401;
    readonly error: string;
    readonly code: number;
    readonly text: string;
  }) {
    super(options.text);
    this.name = 'EntraError';
    this.status = options.status;
    this.error = options.error;
    this.code = options.code;
  }
}

export const invalidClient = (code: number, text: string): EntraError =>
  new EntraError({ status: 401, error: 'invalid_client', code, text });

export const invalidRequest = (code: number, text: string): EntraError =>
  new EntraError({ status: 400, error: 'invalid_request', code, text });

export const tenantNotFound = (tenant: string): EntraError =>
  invalidRequest(
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  );

export const invalidInstance = (authority: string): EntraError =>
  new EntraError({
    status: 400,
    error: 'invalid_instance',
    code: 50049,
    text: `Unknown or invalid instance. The authorization endpoint '${authority}' does not belong to this authority.`,
  });

/** The body of an error answer. */
export function errorBody(error: EntraError, clock: SimulatorClock, correlationId: string): Record<string, unknown> {
  const traceId = randomUUID();
  const timestamp = new Date(clock.now())
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
  return {
    error: error.error,
    error_description: `AADSTS${error.code}: ${error.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [error.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${error.code}`,
  };
}
