/**
 * The gate as one answer: does it hold, since when is that known, and since when is it known not to. Pure.
 */
import type { Desired } from './desire.ts';
import { LOST_AFTER_MS } from './isolation-pace.ts';
import { bodyOf, type Observed } from './observed.ts';
import { hasNoVantage, isFailure } from './path-proof.ts';
import type { Verdict } from './steps.ts';

export interface Proof {
  readonly held: boolean;
  /** Epoch ms of its oldest part. */
  readonly at: number;
  /** What fails, since when (epoch ms), and for the workspaces and endpoints of which keys; for all when it names none. */
  readonly failures: readonly { readonly since: number; readonly of: readonly string[] }[];
  /** DNS or the path cannot be measured from here. */
  readonly noVantage: boolean;
  /** Why it does not hold. */
  readonly why?: string;
}

interface Proving {
  readonly resolving: Verdict;
  readonly verified: Verdict | undefined;
  readonly flowing: Verdict | undefined;
}

/** What the steps that prove something say together, as far as the gate asks for them. */
export function proofOf(want: Desired, seen: Observed, { resolving, verified, flowing }: Proving): Proof {
  if (want.gate === 'None') return { held: true, at: seen.now, failures: [], noVantage: false };
  const resolution = bodyOf(seen.resolution);
  const path = want.gate === 'DNS' ? undefined : bodyOf(seen.path);
  const reports = want.gate === 'Telemetry' ? flowing : undefined;
  const steps = [resolving, verified, reports].filter(step => step !== undefined);
  const open = steps.find(({ state, unknown }) => state !== 'Ready' || unknown);
  const parts = [resolution?.askedAt ?? 0, ...(want.gate === 'DNS' ? [] : [path?.measuredAt ?? 0])];
  const isWrong = resolving.state === 'Stalled' && resolution !== undefined;
  // New records take their time to be answered, which is no failure.
  const wrong = isWrong ? [{ since: resolution.wrongSince ?? resolution.askedAt, of: [] }] : [];
  const broken = (path?.findings ?? [])
    .filter(isFailure)
    .map(({ failedSince, of }) => ({ since: failedSince ?? seen.now, of }));
  const isBlind = (path !== undefined && hasNoVantage(path)) || (isWrong && resolving.unknown === true);
  return {
    held: open === undefined,
    at: Math.min(...parts),
    noVantage: isBlind,
    failures: [...wrong, ...broken],
    ...(open === undefined ? {} : { why: open.message }),
  };
}

/** Whether it has failed for long enough to act on it, for one resource by its key or, without one, for any. */
export const isLost = ({ failures }: Proof, now: number, key?: string): boolean =>
  failures.some(
    ({ since, of }) => now - since >= LOST_AFTER_MS && (of.length === 0 || key === undefined || of.includes(key)),
  );
