/**
 * The operator's log as far as the demo shows it. Writes to a view alone.
 */
import type { Log } from '../../ports.ts';
import type { View } from './view.ts';

/** Warnings and errors are shown between the steps; the rest is what the steps show anyway. */
export function logOf(view: Pick<View, 'note'>): Log {
  const note = (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    const [reason = ''] = String(fields.error ?? '').split('\n');
    view.note(reason === '' ? message : `${message}: ${reason}`);
  };
  return { debug: () => {}, info: () => {}, warn: note, error: note };
}
