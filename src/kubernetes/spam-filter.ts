/**
 * A token bucket per object and type of event, so that one sick object cannot flood the API server with events. Numbers of
 * client-go (tools/record/events_cache.go): a burst of 25, then one in 300 s, for those 4,096 heard of last. Generic;
 * src/kubernetes only.
 */
import { createRecentMap } from './recent-map.ts';

const BURST = 25;
const REFILL_MS = 300_000;
const MAX_BUCKETS = 4_096;

/** Takes a token of that bucket at that time (epoch ms); false when there is none. */
export type SpamFilter = (bucket: string, now: number) => boolean;

export function createSpamFilter(): SpamFilter {
  const buckets = createRecentMap<{ readonly tokens: number; readonly at: number }>(MAX_BUCKETS);
  return (name, now) => {
    const bucket = buckets.get(name) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, bucket.tokens + Math.max(0, now - bucket.at) / REFILL_MS);
    const isAllowed = tokens >= 1;
    buckets.set(name, { tokens: isAllowed ? tokens - 1 : tokens, at: now });
    return isAllowed;
  };
}
