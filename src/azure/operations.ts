/**
 * Long-running operations: where an answer says that one goes on, and why one failed. Nothing here waits for an end.
 * Source: ARM RPC, "Asynchronous operations"; facts: azure-sdk 1.4.
 */
import { type Failure, failed, PortError } from '../domain/failures.ts';
import { ArmError, readArmError } from './arm-error.ts';
import { armFailure } from './errors.ts';
import type { Answer, Calls, Task } from './pipeline.ts';
import { isObject, members, text } from './wire.ts';

/**
 * The address of the operation that an answer started; `undefined` when there is none, or it is not on the host that
 * answered. A `location` counts with a 202 only: with a 201 it is the new resource's own address.
 */
export function operationOf(answer: Answer): string | undefined {
  const status = answer.header('azure-asyncoperation') ?? answer.header('operation-location');
  const address = status ?? (answer.status === 202 ? answer.header('location') : undefined);
  if (address === undefined || !URL.canParse(address, answer.url)) return undefined;
  const url = new URL(address, answer.url);
  const asked = new URL(answer.url);
  if (url.origin !== asked.origin) return undefined;
  const version = asked.searchParams.get('api-version');
  // Appended as text: writing through searchParams would encode a signature in the query anew.
  if (url.searchParams.has('api-version') || version === null) return url.href;
  return `${url.href}${url.search === '' ? '?' : '&'}api-version=${encodeURIComponent(version)}`;
}

/** The subscription in an operation's path. */
export const subscriptionOf = (operation: string): string | undefined =>
  /\/subscriptions\/([^/?]+)/i.exec(operation)?.[1];

/** Statuses that speak of our asking, not of the operation. */
const ABOUT_ASKING = [401, 403, 404, 408, 410, 429];

/** Why an operation failed; `undefined` while it runs, when it succeeded, and when Azure does not tell (any more). */
export async function failureOfOperation(
  calls: Calls,
  task: Task,
  get: () => Promise<unknown>,
): Promise<Failure | undefined> {
  try {
    const [answer] = await calls.run(task, get);
    return answer === undefined ? undefined : failureIn(answer.body, task.what);
  } catch (thrown) {
    if (!(thrown instanceof PortError) || !(thrown.cause instanceof ArmError)) throw thrown;
    const { status = 0 } = thrown.cause.facts;
    return status < 400 || status >= 500 || ABOUT_ASKING.includes(status) ? undefined : thrown.failure;
  }
}

function failureIn(body: unknown, what: string): Failure | undefined {
  const status = text(members(body).status);
  if (status === undefined || !/^(failed|canceled|cancelled)$/i.test(status)) return undefined;
  const { error, properties } = members(body);
  const told = isObject(error) ? error : members(properties).error;
  const { items, policies } = readArmError({ error: members(told) });
  if (items.length === 0) return failed('ProvisioningFailed', `${what} ended as ${status}, and Azure gives no reason`);
  return armFailure({ items, policies, isForeign: false }, what);
}
