/**
 * What was asked of the public side, and what came of it. Pure; src/controller/observe-public-side.ts asks, public-side.ts
 * judges.
 */
import type { PathResult } from './path-proof.ts';

export interface PublicTarget {
  /** Of the workspace: `workspace/law-a`. */
  readonly key: string;
  readonly customerId: string;
}

export interface PublicFinding {
  readonly key: string;
  readonly is: 'Refused' | 'Answered' | 'Unknown';
  /** Why it is not known. */
  readonly detail?: string;
  /** Since when (epoch ms) this process has seen it answered. */
  readonly answeredSince?: number;
}

export interface PublicProof {
  /** What was asked, so that another question is not answered by it. */
  readonly asked: string;
  /** Epoch ms. */
  readonly measuredAt: number;
  readonly findings: readonly PublicFinding[];
}

/** What came of one query. */
export function publicFinding(
  key: string,
  { outcome, detail = 'no answer' }: PathResult,
  { before, now }: { readonly before: PublicFinding | undefined; readonly now: number },
): PublicFinding {
  if (outcome === 'Public') return { key, is: 'Refused' };
  if (outcome === 'Held') return { key, is: 'Answered', answeredSince: before?.answeredSince ?? now };
  if (outcome !== 'OtherScope') return { key, is: 'Unknown', detail };
  return { key, is: 'Unknown', detail: `the egress leads to a private endpoint, not to the public side (${detail})` };
}
