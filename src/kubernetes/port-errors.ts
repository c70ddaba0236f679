/**
 * What an error of the API server means for a pass: KubeError -> `PortError` with a failure, or `ConflictError`. The one
 * table of src/kubernetes, used by every module that implements a port.
 */
import { ConflictError, type Failure, failed, PortError, stalled, waiting } from '../domain/failures.ts';
import { KubeError } from './kube-error.ts';

const UNREACHABLE_RETRY_MS = 5_000;
/** Nobody announces when a namespace is made. */
const NOT_FOUND_RETRY_MS = 30_000;

/** The API server's words for an object over 1 MiB, and etcd's for a request over 1.5 MiB. */
const TOO_LARGE = /\bToo long\b|\btoo large\b/i;

/** Server-side apply of a value of the wrong type, which the API server answers with 500. */
const WRONG_TYPE = /failed to create typed patch object/;

/**
 * Runs a call of a port. Rejects with `ConflictError` for 409, else with `PortError` whose message starts with `what`
 * ("writing ConfigMap dns/hosts"); an abort by the caller goes through as it is.
 */
export async function translated<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    if (!(thrown instanceof KubeError)) throw thrown;
    if (thrown.facts.status === 409) throw new ConflictError(`${what}: ${thrown.message}`, { cause: thrown });
    throw new PortError(failureOf(what, thrown), { cause: thrown });
  }
}

function failureOf(what: string, { message, facts }: KubeError): Failure {
  const text = `${what}: ${message}`;
  const { status, retryAfterMs = UNREACHABLE_RETRY_MS } = facts;
  if (status === 413 || (status !== undefined && status >= 422 && TOO_LARGE.test(message))) {
    return stalled('TooLarge', text);
  }
  if (status === 400 || status === 422 || WRONG_TYPE.test(message)) return stalled('InvalidRequest', text);
  if (status === undefined || status === 401 || status === 429 || status >= 500) {
    return waiting('ClusterUnreachable', text, retryAfterMs);
  }
  if (status === 403) return stalled('Forbidden', text);
  if (status === 404) return waiting('NotFound', text, NOT_FOUND_RETRY_MS);
  return failed('UnexpectedError', text);
}
