/**
 * What a call carries through the HTTP side: its facts for the journal, the part that answers it, whether it was cut.
 */
import type { HttpBindings } from '@hono/node-server';
import type { CallFacts, JournalEntry } from './journal.ts';

export type Service = JournalEntry['service'] | 'page';

export interface Bound {
  Bindings: HttpBindings;
  Variables: { facts: CallFacts; service: Service; cut: boolean };
}
