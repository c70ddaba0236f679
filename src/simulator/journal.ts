/**
 * The record of every call that reached the simulator, in order of arrival at the answer. Holds no bodies and no
 * secrets. Written by server.ts alone.
 */

export interface JournalEntry {
  /** When the call arrived, ISO 8601. */
  readonly time: string;
  /** Which part answered: the resource manager, Entra ID, or the simulator's own admin calls. */
  readonly service: 'arm' | 'entra' | 'admin';
  readonly method: string;
  /** As asked, without the query. */
  readonly path: string;
  readonly apiVersion: string | undefined;
  /** Client id of the caller; undefined when nobody was recognised. */
  readonly principal: string | undefined;
  /** HTTP status; 0 when the connection was cut instead of answered. */
  readonly status: number;
  readonly durationMs: number;
  readonly correlationId: string | undefined;
}

/** The parts of an entry that only the answering service knows. */
export interface CallFacts {
  apiVersion?: string;
  principal?: string;
  correlationId?: string;
}
