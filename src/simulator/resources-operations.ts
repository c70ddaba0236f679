/**
 * What the simulated Azure remembers of long-running work. Plain data; how an operation answers is in
 * types/*-operations.ts, how it begins and ends in operations.ts.
 */

/** A long-running operation that a client can ask after. */
export interface Operation {
  readonly id: string;
  readonly provider: 'Microsoft.Network' | 'Microsoft.Insights' | 'Microsoft.HybridCompute' | 'Microsoft.Resources';
  readonly location: string;
  readonly resourceId: string;
  readonly title: string;
  readonly status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled';
  readonly error?: Readonly<Record<string, unknown>>;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  /** How often a client has asked: Retry-After grows with it. */
  readonly polls: number;
  /** Retry-After of its first answers, seconds; default 10. */
  readonly paceSeconds?: number;
  readonly scopeGuid?: string;
}
