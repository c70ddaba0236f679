/**
 * What can go wrong, as values: every adapter translates what its SDK throws into one of these three, and the pass
 * turns them into conditions and waiting times. Pure; any layer may import it.
 */
import type { Reason } from './reasons.ts';

/** The thing will settle by itself: look again after `retryAfterMs` milliseconds. */
export interface Waiting {
  readonly kind: 'Waiting';
  readonly reason: Reason;
  readonly message: string;
  readonly retryAfterMs: number;
}

/** Somebody has to change something (spec, rights, Azure). Still tried again hourly, and at once after an edit. */
export interface Stalled {
  readonly kind: 'Stalled';
  readonly reason: Reason;
  readonly message: string;
}

/** Unexpected, perhaps transient: exponential back-off. */
export interface Failed {
  readonly kind: 'Failed';
  readonly reason: Reason;
  readonly message: string;
}

export type Failure = Waiting | Stalled | Failed;

/** How long a stalled write is left alone before it is tried again, in milliseconds (Azure Service Operator #4902). */
export const STALLED_RETRY_MS = 3_600_000;

const BACKOFF_BASE_MS = 2_000;
const BACKOFF_MAX_MS = 300_000;

export const waiting = (reason: Reason, message: string, retryAfterMs: number): Waiting => ({
  kind: 'Waiting',
  reason,
  message,
  retryAfterMs,
});

export const stalled = (reason: Reason, message: string): Stalled => ({ kind: 'Stalled', reason, message });

export const failed = (reason: Reason, message: string): Failed => ({ kind: 'Failed', reason, message });

/** Milliseconds until a write that failed the `attempt`-th time in a row (from 1) is tried again. */
export function holdOffMs(failure: Failure, attempt: number): number {
  if (failure.kind === 'Stalled') return STALLED_RETRY_MS;
  const backoff = Math.min(BACKOFF_BASE_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS);
  return failure.kind === 'Waiting' ? Math.max(failure.retryAfterMs, Math.min(backoff, 30_000)) : backoff;
}

const IN_DOUBT: ReadonlySet<Reason> = new Set([
  'AzureUnreachable',
  'AzureError',
  'UnexpectedAnswer',
  'UnexpectedError',
]);

/** Whether a write that failed like this may have been carried out all the same: its answer was lost, or not one. */
export const isInDoubt = (failure: Failure): boolean => IN_DOUBT.has(failure.reason);

/**
 * The one exception that crosses a port: an adapter throws it with the failure it found and the original as `cause`.
 * Anything else that is thrown is a defect and ends in back-off.
 */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** A write came too late: the object changed since it was read. The pass is thrown away and starts again. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** The failure inside whatever was thrown; unknown throwables become `Failed`. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof PortError) return thrown.failure;
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return failed('UnexpectedError', message);
}
