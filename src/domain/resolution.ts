/**
 * What the servers of the DNS target answered, as plain data. Others import it from observed.ts. Pure.
 */
import type { Failure } from './failures.ts';

/** One question to one DNS endpoint and what came back. */
export interface DnsFinding {
  /** `coredns-abc (10.0.0.53:53)`. */
  readonly server: string;
  readonly name: string;
  readonly type: 'A' | 'AAAA';
  /** Absent: UDP. */
  readonly transport?: 'TCP';
  /** `NOERROR`, `NXDOMAIN`, ...; or `silent` with the reason in `detail`. */
  readonly rcode: string;
  readonly addresses: readonly string[];
  readonly detail?: string;
  /** Until then (epoch ms) the server may repeat an answer from before the records were there. */
  readonly cachedUntil?: number;
}

/** In place of a response code: no answer came. */
export const SILENT = 'silent';

/** The answers of all DNS endpoints of the target, and of the servers that the spec names, to all published names. */
export interface Resolution {
  /** Hash of the records that were asked for. */
  readonly recordsHash: string;
  readonly servers: readonly string[];
  readonly questions: number;
  /** Only the answers that are not as they should be. */
  readonly wrong: readonly DnsFinding[];
  /** Epoch ms. */
  readonly askedAt: number;
  /** Since when (epoch ms) this process has seen any of them wrong. */
  readonly wrongSince?: number;
  /** CoreDNS did not take up what was published, or will not by itself. */
  readonly reload?: Failure;
  /** Since when (epoch ms) no server gives any of our addresses; only while the object is being deleted. */
  readonly unansweredSince?: number;
}
