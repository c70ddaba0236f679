/**
 * One try to get or keep a Lease, after client-go's rules (tools/leaderelection/leaderelection.go,
 * tryAcquireOrRenew). No time in the record is believed: a lease that we do not hold has run out when its record has not
 * changed, under our eyes and by our monotonic clock, for as long as its holder said. Generic; src/kubernetes/lease only.
 */
import type { KubeClient } from '../client.ts';
import { hasStatus, KubeError } from '../kube-error.ts';
import { isRecord, type RawObject } from '../raw-object.ts';
import type { Moment } from './fence.ts';
import { type Claimant, heldLease, type LeaseRecord, readRecord, releasedLease } from './lease-record.ts';

export interface ClaimOptions extends Claimant {
  readonly client: KubeClient;
  readonly now: () => Moment;
}

export type Try =
  /** It is ours; `at` is the moment before the first request. */
  { readonly is: 'Held'; readonly at: Moment } | { readonly is: 'Others'; readonly holder: string };

export interface Claim {
  /** At most three requests. Rejects with KubeError, also when somebody else was faster (409, 422). */
  take(signal: AbortSignal): Promise<Try>;
  /** Gives it back if it is ours; resolves with whether it was. Rejects with KubeError. */
  release(signal: AbortSignal): Promise<boolean>;
}

interface Observed {
  readonly raw: RawObject;
  readonly record: LeaseRecord;
  /** When the record was first seen as it is, by the monotonic clock. */
  readonly sinceMs: number;
}

export function createClaim(options: ClaimOptions): Claim {
  const { client, now, ref, identity } = options;
  const path = `/apis/coordination.k8s.io/v1/namespaces/${ref.namespace}/leases/${ref.name}`;
  let observed: Observed | undefined;

  const observe = (raw: RawObject): Observed => {
    const record = readRecord(raw);
    const isSame = observed?.record.text === record.text;
    observed = { raw, record, sinceMs: isSame && observed ? observed.sinceMs : now().monotonicMs };
    return observed;
  };

  /** PUT also creates, and unlike POST it says the name, to which RBAC can bind it. */
  const put = async (body: RawObject, signal: AbortSignal): Promise<void> => {
    observe(objectOf(await client.request('PUT', path, { body, signal })));
  };

  const find = async (signal: AbortSignal): Promise<Observed | undefined> => {
    try {
      return observe(objectOf(await client.request('GET', path, { signal })));
    } catch (thrown) {
      if (!hasStatus(thrown, 404)) throw thrown;
      observed = undefined;
      return undefined;
    }
  };

  const hasRunOut = ({ record, sinceMs }: Observed): boolean => now().monotonicMs - sinceMs >= record.durationMs;

  return {
    async take(signal) {
      const at = now();
      if (observed?.record.holder === identity && !hasRunOut(observed)) {
        try {
          await put(heldLease(options, observed.raw, at.wallMs), signal);
          return { is: 'Held', at };
        } catch (thrown) {
          // Somebody wrote in between, or deleted it: what is there now decides.
          if (!hasStatus(thrown, 404, 409, 422)) throw thrown;
        }
      }
      const found = await find(signal);
      const { holder = '' } = found?.record ?? {};
      if (found && holder !== '' && holder !== identity && !hasRunOut(found)) return { is: 'Others', holder };
      await put(heldLease(options, found?.raw, at.wallMs), signal);
      return { is: 'Held', at };
    },
    async release(signal) {
      // Twice: a renewal that was broken off may arrive in between.
      for (let last = false; ; last = true) {
        const found = await find(signal);
        if (found?.record.holder !== identity) return false;
        try {
          await put(releasedLease(ref, found.raw, now().wallMs), signal);
          return true;
        } catch (thrown) {
          if (last || !hasStatus(thrown, 409)) throw thrown;
        }
      }
    },
  };
}

function objectOf(answer: unknown): RawObject {
  if (isRecord(answer)) return answer;
  throw new KubeError('the answer is no Lease');
}
