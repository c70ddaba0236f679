/**
 * Every call with its answer as they were on the wire, for whoever subscribes within the process (test/contract/). Nothing
 * is read or copied while nobody does. Secrets are in it, unlike in the journal. Published by front.ts.
 */
import { channel } from 'node:diagnostics_channel';
import type { JournalEntry } from './journal.ts';

export interface Exchange {
  readonly service: JournalEntry['service'];
  readonly method: string;
  /** Absolute, with the query. */
  readonly url: string;
  readonly requestHeaders: Headers;
  /** Empty for a call without a body. */
  readonly request: string;
  readonly status: number;
  readonly responseHeaders: Headers;
  readonly response: string;
  /** Name of the fault rule that touched the call. */
  readonly fault?: string;
}

/** Its messages are exchanges, in the order of the answers; what was cut off instead of answered is not in it. */
export const exchanges = channel('pms.simulator.exchange');
