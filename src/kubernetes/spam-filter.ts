/**
 * Token buckets, so that one sick object cannot flood the API server with events and what it says all the time does not
 * keep back what it says once. A reason has a few tokens of its own at each object, then takes from those that the object
 * has for all. Together a burst of 25, then one in 300 s, as client-go (tools/record/events_cache.go). Generic;
 * src/kubernetes only.
 */
import { createRecentMap } from './recent-map.ts';

const SHARED = { burst: 20, refillMs: 300_000 } as const;
const OWN = { burst: 5, refillMs: 3_600_000 } as const;
/** Heard of last: objects, and reasons at objects. */
const MAX_BUCKETS = 16_384;

/** Takes a token for that reason at that object, at that time (epoch ms); false when there is none. */
export type SpamFilter = (of: { readonly object: string; readonly reason: string }, now: number) => boolean;

export function createSpamFilter(): SpamFilter {
  const buckets = createRecentMap<{ readonly tokens: number; readonly at: number }>(MAX_BUCKETS);
  const take = (name: string, { burst, refillMs }: typeof SHARED | typeof OWN, now: number): boolean => {
    const bucket = buckets.get(name) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) / refillMs);
    const isAllowed = tokens >= 1;
    buckets.set(name, { tokens: isAllowed ? tokens - 1 : tokens, at: now });
    return isAllowed;
  };
  return ({ object, reason }, now) => take(`${object} ${reason}`, OWN, now) || take(object, SHARED, now);
}
