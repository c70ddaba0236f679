/**
 * A log that is kept, and the real clock as the port wants it. For tests of src/kubernetes.
 */
import type { Clock, Log } from '../../src/ports.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Logbook extends Log {
  readonly lines: readonly LogLine[];
}

export function logbook(): Logbook {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']): Log['info'] =>
    (message, fields = {}) =>
      void lines.push({ level, message, fields });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export const realClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
