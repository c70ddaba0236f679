/**
 * Whether a call in the journal changes something in Azure.
 */
import type { JournalEntry } from '../../src/simulator/simulator.ts';

/** The POSTs of the operator and its commands are questions to Resource Graph. */
export const isWrite = ({ method, path }: Pick<JournalEntry, 'method' | 'path'>): boolean =>
  method !== 'GET' && !path.endsWith('/Microsoft.ResourceGraph/resources');
