/**
 * The figures of the `x-ms-ratelimit-remaining-*` headers: one token bucket per principal and kind of call, sized and
 * refilled as Azure Resource Manager documents it. It counts; it refuses nothing.
 */
import type { SimulatorClock } from '../clock.ts';
import type { Verb } from './resource-type.ts';

const buckets = {
  reads: { size: 250, perSecond: 25, global: 3_750 },
  writes: { size: 200, perSecond: 10, global: 3_000 },
  deletes: { size: 200, perSecond: 10, global: 3_000 },
} as const;

type Kind = keyof typeof buckets;

const kindOf = (verb: Verb): Kind => (verb === 'GET' ? 'reads' : verb === 'DELETE' ? 'deletes' : 'writes');

export interface RateLimits {
  /** Takes one token and says what is left, as headers. */
  take(principal: string, verb: Verb): Record<string, string>;
}

export function rateLimits(clock: SimulatorClock): RateLimits {
  const levels = new Map<string, { tokens: number; atMs: number }>();
  return {
    take: (principal, verb) => {
      const kind = kindOf(verb);
      const { size, perSecond, global } = buckets[kind];
      const key = `${principal} ${kind}`;
      const now = clock.now();
      const before = levels.get(key) ?? { tokens: size, atMs: now };
      const refilled = Math.min(size, before.tokens + ((now - before.atMs) / 1000) * perSecond);
      const tokens = Math.max(0, refilled - 1);
      levels.set(key, { tokens, atMs: now });
      return {
        [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(Math.floor(tokens)),
        [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(Math.floor(global - (size - tokens))),
      };
    },
  };
}
