/**
 * The structured log: one line an entry on stderr, as JSON or for a console. Fields that could hold a secret are blanked,
 * whoever passes them. Implements `Log` and `LogScope` of src/ports.ts with pino; the commands make it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { pino } from 'pino';
import type { Log, LogScope } from '../ports.ts';
import { consoleLine } from './console-line.ts';

const STDERR = 2;

/** Names under which a secret could come along, at the top and two levels down. */
const SECRETS = [
  ...['authorization', 'Authorization', 'cookie', 'token', 'accessToken', 'access_token', 'assertion'],
  ...['clientAssertion', 'client_assertion', 'clientSecret', 'client_secret', 'password', 'secret'],
  ...['sharedKey', 'primarySharedKey', 'secondarySharedKey'],
];

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Default `json`. */
  readonly encoding?: 'json' | 'console';
  /** Where lines go; default: stderr, unbuffered, so that the last line before a crash is there. */
  readonly destination?: Destination;
}

interface Destination {
  write(line: string): void;
}

export interface ScopedLog extends Log {
  readonly within: LogScope;
}

/** A log that writes at once. */
export function createLog({ level, encoding = 'json', destination }: LogOptions): ScopedLog {
  const scope = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();
  const lines: Destination = destination ?? pino.destination({ fd: STDERR, sync: true });
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      // pino adds an entry's own fields to what this returns.
      mixin: () => ({ ...scope.getStore() }),
      redact: { paths: SECRETS.flatMap(name => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    },
    encoding === 'json' ? lines : { write: line => lines.write(consoleLine(line)) },
  );
  const at =
    (name: LogOptions['level']): Log['info'] =>
    (message, fields = {}) =>
      logger[name](fields, message);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    within: (fields, work) => scope.run({ ...scope.getStore(), ...fields }, work),
  };
}
