/**
 * The answers to a call that came too early: 429 with Retry-After, in the wording of the resource manager, of a provider's
 * backend and of Resource Graph (all from public reports).
 */
import { ArmError } from './errors.ts';
import type { Charge, LimitedCall } from './rate-limits.ts';

type Refusal = NonNullable<Charge['refusal']>;

const words = { reads: 'read', writes: 'write', deletes: 'delete' } as const;

/** The operation as the backend's message has it: verb and types, without names, in capitals. */
function operationText(verb: string, path: string): string {
  const kept = path
    .split('/')
    .filter(segment => segment !== '')
    .filter((_segment, index, all) => index % 2 === 0 || all[index - 1]?.toLowerCase() === 'providers')
    .map(segment => segment.toUpperCase());
  return [verb, ...kept].join('/');
}

function graphError(): ArmError {
  const message =
    'Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help.';
  return new ArmError(429, {
    code: 'RateLimiting',
    message: 'Please provide below info when asking for support.',
    details: [{ code: 'RateLimiting', message }],
  });
}

function messageOf(refusal: Refusal, call: LimitedCall, path: string): string {
  const wait = `'${refusal.retryAfterSeconds}' seconds`;
  if (refusal.limit === 'provider') {
    return `Number of requests for subscription '${call.subscriptionId}' and operation '${operationText(call.verb, path)}' exceeded the backend storage limit. Please try again after ${wait}.`;
  }
  const whose =
    call.subscriptionId === ''
      ? `actor '${call.clientId}'`
      : `subscription '${call.subscriptionId}' actor '${call.clientId}'`;
  return `Number of '${words[refusal.kind]}' requests for ${whose} exceeded. Please try again after ${wait} after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`;
}

/** ArmError 429 for a refused call; `path` is the one asked. */
export function throttled(charge: Charge & { readonly refusal: Refusal }, call: LimitedCall, path: string): ArmError {
  const { refusal, headers } = charge;
  const code = call.subscriptionId === '' ? 'TenantRequestsThrottled' : 'SubscriptionRequestsThrottled';
  const error =
    refusal.limit === 'graph' ? graphError() : new ArmError(429, { code, message: messageOf(refusal, call, path) });
  return new ArmError(429, error.body, { ...headers, 'retry-after': String(refusal.retryAfterSeconds) });
}
