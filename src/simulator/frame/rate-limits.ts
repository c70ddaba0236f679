/**
 * Token buckets: Azure Resource Manager's own, one for each subscription (or the tenant), principal and kind of call with
 * a larger one for all principals together, and those of providers (facts: "Understand how Azure Resource Manager
 * throttles requests", Microsoft Learn; the providers' limits are published as a number in a window, which is a bucket
 * here that refills evenly). Counts always, refuses only when it is told to.
 */
import type { SimulatorClock } from '../clock.ts';
import type { Verb } from './resource-type.ts';

export interface ThrottlingOptions {
  /** `none`: everything passes, the headers count all the same. */
  readonly kind: 'none' | 'real';
  /** Multiplies every bucket's size and refill; default 1. */
  readonly scale?: number;
}

export interface LimitedCall {
  readonly clientId: string;
  /** Empty at the tenant's level. */
  readonly subscriptionId: string;
  readonly verb: Verb;
  /** `namespace/type/type`, lower case. */
  readonly type: string;
}

export interface Charge {
  /** What is left, as headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Set when the call is refused. */
  readonly refusal?: {
    readonly limit: 'arm' | 'provider' | 'graph';
    readonly kind: Kind;
    readonly retryAfterSeconds: number;
  };
}

export interface RateLimits {
  take(call: LimitedCall): Charge;
}

interface Limit {
  readonly size: number;
  readonly perSecond: number;
}

export type Kind = 'reads' | 'writes' | 'deletes';

const armLimits: Readonly<Record<Kind, Limit>> = {
  reads: { size: 250, perSecond: 25 },
  writes: { size: 200, perSecond: 10 },
  deletes: { size: 200, perSecond: 10 },
};

/** All principals together have so many times the limit of one. */
const globalFactor = 15;

const per = (size: number, seconds: number): Limit => ({ size, perSecond: size / seconds });

interface ProviderLimit {
  readonly name: string;
  readonly limit: Limit;
  readonly applies: (call: LimitedCall) => boolean;
  /** Whether each principal has its own. */
  readonly personal?: boolean;
}

const isOf = (call: LimitedCall, prefix: string): boolean => call.type.startsWith(prefix);

/** Writes that providers count for themselves: the figures are recorded, their window (a minute) is a guess. */
const writeCounts: readonly (readonly [string, number])[] = [
  ['microsoft.insights/datacollectionrules', 150],
  ['microsoft.insights/datacollectionendpoints', 60],
  ['microsoft.insights/datacollectionruleassociations', 300],
  ['microsoft.hybridcompute/machines', 320],
  ['microsoft.hybridcompute/machines/extensions', 320],
];

/** The first that applies counts. */
const providerLimits: readonly ProviderLimit[] = [
  { name: 'graph', limit: per(15, 5), applies: call => isOf(call, 'microsoft.resourcegraph/'), personal: true },
  {
    name: 'scope-operations',
    limit: per(500, 300),
    applies: call => isOf(call, 'microsoft.insights/privatelinkscopeoperationstatuses'),
  },
  ...writeCounts.map(
    ([type, size]): ProviderLimit => ({
      name: `own-count ${type}`,
      limit: per(size, 60),
      applies: call => call.type === type && (call.verb === 'PUT' || call.verb === 'PATCH'),
    }),
  ),
  {
    name: 'private-dns-reads',
    limit: per(500, 300),
    applies: call => isOf(call, 'microsoft.network/privatednszones') && call.verb === 'GET',
  },
  {
    name: 'network-reads',
    limit: per(10_000, 300),
    applies: call => isOf(call, 'microsoft.network/') && call.verb === 'GET',
  },
  {
    name: 'network-writes',
    limit: per(1_000, 300),
    applies: call => isOf(call, 'microsoft.network/') && (call.verb === 'PUT' || call.verb === 'DELETE'),
  },
];

const kindOf = (verb: Verb): Kind => (verb === 'GET' ? 'reads' : verb === 'DELETE' ? 'deletes' : 'writes');

/** What a provider that counts by itself says instead of the resource manager's figures. */
function providerHeaders(limit: ProviderLimit, left: number): Record<string, string> | undefined {
  switch (limit.name) {
    case 'graph':
      return { 'x-ms-user-quota-remaining': String(left), 'x-ms-user-quota-resets-after': '00:00:05' };
    case 'scope-operations':
      return { 'x-ms-ratelimit-remaining-subscription-resource-requests': String(left) };
    default:
      return limit.name.startsWith('own-count ')
        ? { 'x-ms-ratelimit-remaining-subscription-resource-requests': String(left) }
        : undefined;
  }
}

interface Bucket {
  readonly left: number;
  /** 0 when there is a token now. */
  readonly waitSeconds: number;
  /** Takes one, and says what is left. */
  take(): number;
}

/** The limit that a call waits for longest, or undefined. */
function refusalOf(arm: readonly Bucket[], provider: Bucket | undefined, name: string | undefined) {
  const armWait = Math.max(...arm.map(each => each.waitSeconds));
  const retryAfterSeconds = Math.max(armWait, provider?.waitSeconds ?? 0);
  if (retryAfterSeconds === 0) return undefined;
  if (armWait > 0) return { limit: 'arm', retryAfterSeconds } as const;
  return { limit: name === 'graph' ? 'graph' : 'provider', retryAfterSeconds } as const;
}

export function rateLimits(clock: SimulatorClock, { kind: mode, scale = 1 }: ThrottlingOptions): RateLimits {
  const levels = new Map<string, { readonly tokens: number; readonly atMs: number }>();
  const factor = mode === 'none' ? 1 : scale;

  const bucket = (key: string, limit: Limit): Bucket => {
    const [size, perSecond] = [Math.max(1, limit.size * factor), limit.perSecond * factor];
    const atMs = clock.now();
    const before = levels.get(key) ?? { tokens: size, atMs };
    const tokens = Math.min(size, before.tokens + (Math.max(0, atMs - before.atMs) / 1000) * perSecond);
    return {
      left: Math.floor(tokens),
      // Sums of thirds are never quite one.
      waitSeconds: tokens >= 1 - 1e-9 ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond)),
      take: () => {
        const rest = Math.max(0, tokens - 1);
        levels.set(key, { tokens: rest, atMs });
        return Math.floor(rest);
      },
    };
  };
  const armBuckets = ({ clientId, subscriptionId, verb }: LimitedCall): readonly [Bucket, Bucket] => {
    const place = `${subscriptionId.toLowerCase()} ${kindOf(verb)}`;
    const { size, perSecond } = armLimits[kindOf(verb)];
    const shared = { size: size * globalFactor, perSecond: perSecond * globalFactor };
    return [bucket(`${place} ${clientId}`, { size, perSecond }), bucket(place, shared)];
  };
  const providerBucket = (
    { clientId, subscriptionId }: LimitedCall,
    { name, limit, personal }: ProviderLimit,
  ): Bucket => bucket([name, subscriptionId.toLowerCase(), personal === true ? clientId : ''].join(' '), limit);

  return {
    take: call => {
      const kind = kindOf(call.verb);
      const level = call.subscriptionId === '' ? 'tenant' : 'subscription';
      const [own, shared] = armBuckets(call);
      const provider = providerLimits.find(each => each.applies(call));
      const theirs = provider === undefined ? undefined : providerBucket(call, provider);
      const figures = (ownLeft: number, sharedLeft: number) => ({
        [`x-ms-ratelimit-remaining-${level}-${kind}`]: String(ownLeft),
        [`x-ms-ratelimit-remaining-${level}-global-${kind}`]: String(sharedLeft),
      });
      const refusal = mode === 'real' ? refusalOf([own, shared], theirs, provider?.name) : undefined;
      if (refusal !== undefined) return { headers: figures(own.left, shared.left), refusal: { ...refusal, kind } };
      const left = figures(own.take(), shared.take());
      const theirLeft = theirs?.take() ?? 0;
      return { headers: (provider && providerHeaders(provider, theirLeft)) ?? left };
    },
  };
}
