/**
 * An HTTP error of Azure Resource Manager as it was sent: status, codes, messages, details. Only reads; what the codes
 * mean for us is in error-table.ts. Source: Azure REST guidelines, "Error response"; facts: azure-sdk 5.
 */
import { type Json, list, members, text } from './wire.ts';

/** One `error` object: the outer one, or one of its `details` and `innererror`s. */
export interface ArmErrorItem {
  /** Empty when only a message was sent. */
  readonly code: string;
  readonly message: string;
}

/** What an HTTP error said, as far as it could be understood. */
export interface ArmErrorFacts {
  /** HTTP status; absent when the error was found in the body of an operation. */
  readonly status?: number;
  /** Outer error first; empty when the body was not ARM's. */
  readonly items: readonly ArmErrorItem[];
  /** Names of the policies that refused the request. */
  readonly policies: readonly string[];
  /** Milliseconds, from whichever Retry-After header was there. */
  readonly retryAfterMs?: number;
  readonly correlationId?: string;
  /** There was a body, and no ARM error in it: a proxy or a load balancer spoke. */
  readonly isForeign: boolean;
}

/** Thrown by the pipeline for every status that is not 2xx. */
export class ArmError extends Error {
  override readonly name = 'ArmError';
  readonly facts: ArmErrorFacts;

  constructor(facts: ArmErrorFacts) {
    const [first] = facts.items;
    super(`${facts.status ?? 'operation'} ${first?.code ?? ''} ${first?.message ?? ''}`.trim());
    this.facts = facts;
  }
}

/** Codes, messages and policies of a body `{error: {...}}`, or of the bare error object that some providers send. */
export function readArmError(body: unknown): Pick<ArmErrorFacts, 'items' | 'policies'> {
  const outer = members(members(body).error ?? body);
  const all = flatten(outer);
  return { items: all.flatMap(toItem), policies: [...new Set(all.flatMap(policiesOf))] };
}

function flatten(error: Json, depth = 0): readonly Json[] {
  if (depth > 5) return [];
  const inner = error.innererror ?? error.innerError;
  const nested = [...list(error.details), ...(inner === undefined ? [] : [members(inner)])];
  return [error, ...nested.flatMap(item => flatten(item, depth + 1))];
}

function toItem(error: Json): readonly ArmErrorItem[] {
  const code = text(error.code) ?? '';
  const message = text(error.message) ?? '';
  return code === '' && message === '' ? [] : [{ code, message }];
}

function policiesOf(error: Json): readonly string[] {
  return list(error.additionalInfo).flatMap(({ info }) => {
    const { policyAssignmentDisplayName, policyDefinitionDisplayName, policyAssignmentName, policyDefinitionName } =
      members(info);
    const name = [
      policyAssignmentDisplayName,
      policyDefinitionDisplayName,
      policyAssignmentName,
      policyDefinitionName,
    ].find(candidate => text(candidate) !== undefined);
    return text(name) ?? [];
  });
}

/** Nobody is kept waiting longer by a header; beyond 24 days a timer of Node.js would even fire at once. */
const RETRY_AFTER_MAX_MS = 3_600_000;

/** Milliseconds in a Retry-After, `retry-after-ms` or `x-ms-retry-after-ms` header; at most an hour. */
export function readRetryAfter(header: (name: string) => string | undefined, now: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const value = Number(header(name) ?? Number.NaN);
    if (value >= 0) return Math.min(value, RETRY_AFTER_MAX_MS);
  }
  const value = header('retry-after');
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const delayMs = Number.isNaN(seconds) ? Date.parse(value) - now : seconds * 1_000;
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(0, delayMs), RETRY_AFTER_MAX_MS);
}
