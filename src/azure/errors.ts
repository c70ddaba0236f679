/**
 * Whatever was thrown between us and Azure -> `PortError` with a failure and a message that names the resource, what
 * was tried, Azure's code and words, and the correlation id. Tokens never are in what is read here. src/azure only.
 */
import { type Failure, failed, PortError, stalled, waiting } from '../domain/failures.ts';
import { ArmError, type ArmErrorFacts, type ArmErrorItem } from './arm-error.ts';
import { rowFor, saysAbsent } from './error-table.ts';
import { UnexpectedAnswerError } from './wire.ts';

/** An event holds 1,024 characters, and what stands behind Azure's words must fit too. */
const MESSAGE_MAX = 700;
const POLICIES_MAX = 150;

/** A connection that broke or a name server that hesitated: gone as quickly as it came. */
const HICCUPS = ['EAI_AGAIN', 'EPIPE', 'ECONNRESET'];
const HICCUP_MS = 5_000;

/** However often Azure says "at once": a throttled caller that comes back at once is throttled again. */
const THROTTLED_MIN_MS = 1_000;

/** What was tried when something was thrown. */
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

/** Whatever was thrown as a `PortError`; one that is one already stays as it is. */
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
  if (isConnectionCode(code)) return connectionFailure(code, `${what}: ${code}: ${words}${trustHint(code)}`);
  if (thrown instanceof UnexpectedAnswerError || thrown instanceof ForeignHostError) {
    return failed('UnexpectedAnswer', `${what}: ${words}${id}`);
  }
  // The SDK's deserializers die of a TypeError where a required field is missing (facts: azure-sdk 1.8).
  return failed('UnexpectedAnswer', `${what}: Azure's answer could not be read: ${words}${id}`);
}

const connectionFailure = (code: string, message: string): Failure =>
  HICCUPS.includes(code) ? waiting('AzureUnreachable', message, HICCUP_MS) : failed('AzureUnreachable', message);

/** The failure that an ARM error means, by the table; where Azure says when to come back, then. */
export function armFailure(facts: ArmErrorFacts, what: string): Failure {
  const { reason, treatment, cure } = rowFor(facts);
  const message = armMessage(facts, what, cure ?? registrationCure(facts, reason));
  const { retryAfterMs } = facts;
  if (treatment === 'stall') return stalled(reason, message);
  if (treatment === 'backOff') {
    return retryAfterMs === undefined ? failed(reason, message) : waiting(reason, message, retryAfterMs);
  }
  const leastMs = reason === 'Throttled' && retryAfterMs !== undefined ? THROTTLED_MIN_MS : treatment;
  return waiting(reason, message, Math.max(leastMs, retryAfterMs ?? 0));
}

function armMessage(facts: ArmErrorFacts, what: string, cure: string | undefined): string {
  const { status, items, policies, correlationId, isForeign } = facts;
  const [first, ...nested] = items;
  const outer = first === undefined ? (isForeign ? FOREIGN : '') : itemText(first);
  const inner = nested.filter(({ message }) => message !== '' && !outer.includes(message));
  const words = shorten([outer, ...inner.map(itemText)].join('; '));
  const answered = status === undefined ? `${what} failed in Azure:` : `${what}: Azure answered ${status}`;
  const told = [`${answered} ${words}`.trim()];
  if (policies.length > 0) told.push(shorten(`policy: ${policies.join(', ')}`, POLICIES_MAX));
  if (cure !== undefined) told.push(cure);
  return told.join('; ') + (correlationId === undefined ? '' : ` (correlation id ${correlationId})`);
}

const FOREIGN = 'with something that is not an Azure error (a proxy?)';

const itemText = ({ code, message }: ArmErrorItem): string => (code === '' ? message : `${code}: ${message}`);

function registrationCure({ items }: ArmErrorFacts, reason: string): string | undefined {
  if (reason !== 'ProviderNotRegistered') return undefined;
  const words = items.map(item => item.message).join(' ');
  const namespace = /'(Microsoft\.[A-Za-z]+)'/i.exec(words)?.[1] ?? /\b(Microsoft\.[A-Za-z]+)/i.exec(words)?.[1];
  return `az provider register --namespace ${namespace ?? 'NAMESPACE'} --wait`;
}

function shorten(words: string, most = MESSAGE_MAX): string {
  // Control characters would speak to the terminal of whoever reads the message.
  const line = words.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most)}...`;
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
