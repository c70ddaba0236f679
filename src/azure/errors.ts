/**
 * Whatever was thrown between us and Azure -> `PortError` with a failure and a message that names the resource, what
 * was tried, Azure's code and words, and the correlation id. Tokens never are in what is read here. src/azure only.
 */
import { type Failure, failed, PortError, stalled, waiting } from '../domain/failures.ts';
import { ArmError, type ArmErrorFacts } from './arm-error.ts';
import { rowFor, saysAbsent } from './error-table.ts';
import { UnexpectedAnswerError } from './wire.ts';

/** A condition holds 1,024 characters, and what stands behind Azure's words must fit too. */
const MESSAGE_MAX = 700;

export interface Attempt {
  /** `creating workspace law-a` */
  readonly what: string;
  readonly correlationId?: string;
  /** Seconds, when our own deadline ended the call. */
  readonly timedOutAfter?: number;
}

/** A request was about to leave for a host that is not the Resource Manager. */
export class ForeignHostError extends Error {
  override readonly name = 'ForeignHostError';
}

export function toPortError(thrown: unknown, attempt: Attempt): PortError {
  if (thrown instanceof PortError) return thrown;
  return new PortError(failureFor(thrown, attempt), { cause: thrown });
}

/** Whether a thrown error proves that the resource is not there. */
export const isAbsence = (thrown: unknown): boolean =>
  thrown instanceof PortError && thrown.cause instanceof ArmError && saysAbsent(thrown.cause.facts);

function failureFor(thrown: unknown, { what, correlationId, timedOutAfter }: Attempt): Failure {
  const id = correlationId === undefined ? '' : ` (correlation id ${correlationId})`;
  if (timedOutAfter !== undefined)
    return failed('AzureUnreachable', `${what}: no answer within ${timedOutAfter} s${id}`);
  if (thrown instanceof ArmError) return armFailure(thrown.facts, what);
  const words = thrown instanceof Error ? shorten(thrown.message) : String(thrown);
  const code = errorCode(thrown);
  if (isConnectionCode(code)) return failed('AzureUnreachable', `${what}: ${code}: ${words}${trustHint(code)}`);
  if (thrown instanceof UnexpectedAnswerError || thrown instanceof ForeignHostError) {
    return failed('UnexpectedAnswer', `${what}: ${words}${id}`);
  }
  // The SDK's deserializers die of a TypeError where a required field is missing (facts: azure-sdk 1.8).
  return failed('UnexpectedAnswer', `${what}: Azure's answer could not be read: ${words}${id}`);
}

/** The failure that an ARM error means, by the table. */
export function armFailure(facts: ArmErrorFacts, what: string): Failure {
  const row = rowFor(facts);
  const message = armMessage(facts, what, row.cure ?? registrationCure(facts, row.reason));
  if (row.then === 'stall') return stalled(row.reason, message);
  if (row.then === 'backOff') return failed(row.reason, message);
  return waiting(
    row.reason,
    message,
    Math.max(row.reason === 'Throttled' ? 0 : row.then, facts.retryAfterMs ?? row.then),
  );
}

function armMessage(facts: ArmErrorFacts, what: string, cure: string | undefined): string {
  const { status, items, policies, correlationId, isForeign } = facts;
  const [first, ...nested] = items;
  const outer =
    first === undefined ? (isForeign ? 'with something that is not JSON' : '') : `${first.code}: ${first.message}`;
  const inner = nested.filter(({ message }) => message !== '' && !outer.includes(message));
  const words = shorten([outer, ...inner.map(({ code, message }) => `${code}: ${message}`)].join('; '));
  const answered = status === undefined ? `${what} failed in Azure:` : `${what}: Azure answered ${status}`;
  const told = [`${answered} ${words}`.trim()];
  if (policies.length > 0) told.push(`policy: ${policies.join(', ')}`);
  if (cure !== undefined) told.push(cure);
  return told.join('; ') + (correlationId === undefined ? '' : ` (correlation id ${correlationId})`);
}

function registrationCure({ items }: ArmErrorFacts, reason: string): string | undefined {
  if (reason !== 'ProviderNotRegistered') return undefined;
  const words = items.map(item => item.message).join(' ');
  const namespace = /'(Microsoft\.[A-Za-z]+)'/i.exec(words)?.[1] ?? /\b(Microsoft\.[A-Za-z]+)/i.exec(words)?.[1];
  return `az provider register --namespace ${namespace ?? 'NAMESPACE'} --wait`;
}

function shorten(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length <= MESSAGE_MAX ? line : `${line.slice(0, MESSAGE_MAX)}...`;
}

/** The `code` of an error or of its cause: ENOTFOUND, DEPTH_ZERO_SELF_SIGNED_CERT, ... */
export function errorCode(thrown: unknown, depth = 0): string | undefined {
  if (!(thrown instanceof Error) || depth > 4) return undefined;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  return isConnectionCode(code) ? code : (errorCode(thrown.cause, depth + 1) ?? code);
}

const TRUST = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT)/;
const CONNECTION = /^(E[A-Z]{3,}|EAI_[A-Z]+|HPE_[A-Z_]+|UND_ERR_[A-Z_]+|ERR_SSL_[A-Z_0-9]+|REQUEST_SEND_ERROR)$/;

const isConnectionCode = (code: string | undefined): code is string =>
  code !== undefined && (TRUST.test(code) || CONNECTION.test(code));

/** What to do about a certificate that is not trusted; empty for every other code. */
export const trustHint = (code: string | undefined): string =>
  code !== undefined && TRUST.test(code) ? '; if the certificate is of a private CA, set NODE_EXTRA_CA_CERTS' : '';
