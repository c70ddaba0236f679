/**
 * The one error that comes out of a call to the API server: its Status as data, or the fact that no answer came.
 * Generic; src/kubernetes only. What it means for a pass: port-errors.ts.
 */
import { isRecord, recordAt, recordsAt, textAt } from './raw-object.ts';

export interface KubeErrorFacts {
  /** HTTP status; absent when no (readable) answer came. */
  readonly status?: number;
  /** `Status.reason`: Conflict, Expired, AlreadyExists, ... */
  readonly reason?: string;
  /** Reasons of `Status.details.causes`. */
  readonly causes?: readonly string[];
  /** What the server asked us to wait. */
  readonly retryAfterMs?: number;
}

export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly facts: KubeErrorFacts;

  constructor(message: string, facts: KubeErrorFacts = {}, options?: ErrorOptions) {
    super(message, options);
    this.facts = facts;
  }
}

/** The error of an HTTP answer that is not 2xx. `body` is its text, `retryAfter` the header. */
export function errorOfAnswer(status: number, body: string, retryAfter?: string): KubeError {
  const parsed = parse(body);
  if (isRecord(parsed) && parsed.kind === 'Status') return errorOfStatus(parsed, status, retryAfter);
  const words = body.replace(/\s+/g, ' ').trim().slice(0, 200);
  return new KubeError(`HTTP ${status}${words && `: ${words}`}`, {
    status,
    ...waitOf(undefined, retryAfter),
  });
}

/** The error that a Status object tells, also as the object of a watch's ERROR event. */
export function errorOfStatus(status: unknown, httpStatus?: number, retryAfter?: string): KubeError {
  const code = isRecord(status) && typeof status.code === 'number' ? status.code : httpStatus;
  const reason = textAt(status, 'reason');
  const details = recordAt(status, 'details');
  const words = (textAt(status, 'message') ?? 'no message').slice(0, 700);
  const head = [code, reason].filter(part => part !== undefined && part !== '').join(' ');
  return new KubeError(`${head || 'error'}: ${words}`, {
    ...(code === undefined ? {} : { status: code }),
    ...(reason ? { reason } : {}),
    causes: recordsAt(details, 'causes').map(cause => textAt(cause, 'reason') ?? ''),
    ...waitOf(details.retryAfterSeconds, retryAfter),
  });
}

/** Whether a thrown error is an answer with this HTTP status. */
export const hasStatus = (thrown: unknown, ...statuses: readonly number[]): boolean =>
  thrown instanceof KubeError && thrown.facts.status !== undefined && statuses.includes(thrown.facts.status);

/** Whether a list or watch has to start again from a list: the resourceVersion is too old, or of another history. */
export function isExpired(thrown: unknown): boolean {
  if (!(thrown instanceof KubeError)) return false;
  const { status, reason, causes } = thrown.facts;
  if (status === 410 || reason === 'Expired' || reason === 'Gone') return true;
  return causes?.includes('ResourceVersionTooLarge') ?? false;
}

export const retryAfterOf = (thrown: unknown): number | undefined =>
  thrown instanceof KubeError ? thrown.facts.retryAfterMs : undefined;

/** The API server always sends whole seconds (Retry-After of 429 and 503, `retryAfterSeconds` of a Status). */
function waitOf(inBody: unknown, inHeader: string | undefined): Pick<KubeErrorFacts, 'retryAfterMs'> {
  const seconds = inHeader !== undefined && /^\d+$/.test(inHeader) ? Number(inHeader) : inBody;
  return typeof seconds === 'number' && seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
