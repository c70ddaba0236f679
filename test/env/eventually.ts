/**
 * Waiting for a condition, with a deadline. The tests' only way to wait for something that another process does.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Default 30 s. */
  readonly deadlineMs?: number;
  /** Default 100 ms. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Calls `probe` until it returns something other than undefined or false, and returns that. A probe that throws is asked
 * again; at the deadline the last failure is the cause of the error, whose message says what was waited for.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const deadlineMs = options.deadlineMs ?? 30_000;
  const startedAt = performance.now();
  let cause: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const value = await probe();
      cause = undefined;
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    } catch (error) {
      cause = error;
    }
    if (performance.now() - startedAt > deadlineMs) {
      const reason = cause instanceof Error ? `: ${cause.message}` : '';
      throw new Error(`not within ${deadlineMs / 1000} s: ${what}${reason}`, { cause });
    }
    await delay(options.everyMs ?? 100, undefined, { signal: options.signal });
  }
}
