/**
 * The structured log: one JSON object a line on stderr. Fields that could hold a secret are blanked, whoever passes
 * them. Implements `Log` of src/ports.ts with pino; the commands make it.
 */
import { pino } from 'pino';
import type { Log } from '../ports.ts';

const STDERR = 2;

/** Names under which a secret could come along, at the top and one level down. */
const SECRETS = ['authorization', 'token', 'accessToken', 'clientSecret', 'client_secret', 'password', 'secret'];

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Where lines go; default: stderr, unbuffered, so that the last line before a crash is there. */
  readonly destination?: { write(line: string): void };
}

/** A log that writes at once. */
export function createLog({ level, destination }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: SECRETS.flatMap(name => [name, `*.${name}`]), censor: '[redacted]' },
    },
    destination ?? pino.destination({ fd: STDERR, sync: true }),
  );
  const at =
    (name: LogOptions['level']): Log['info'] =>
    (message, fields = {}) =>
      logger[name](fields, message);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
