/**
 * Preloaded into every test file's process (test/run.ts): keeps each exchange with the Resource Manager that the simulator
 * had there, one JSON line each, for check-kept.ts. Does nothing unless PMS_KEPT_ANSWERS names a folder.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Exchange, exchanges } from '../../src/simulator/exchange.ts';

/** An exchange as it is kept. */
export interface Kept extends Omit<Exchange, 'requestHeaders' | 'responseHeaders'> {
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
}

/**
 * Where bodies are wrong on purpose and the simulator, like Azure, takes some of them and shows them again; where
 * connections break; where the speed is measured; and the contract tests, which check for themselves.
 */
const left = /[\\/]test[\\/](bench|contract)[\\/]|[\\/](wrong-types|bad-input)\.test\.ts$/;

const folder = process.env.PMS_KEPT_ANSWERS;
const testFile = process.argv[1] ?? '';

if (folder !== undefined && !left.test(testFile)) {
  const file = join(folder, `${process.pid}.jsonl`);
  exchanges.subscribe(message => {
    const exchange = message as Exchange;
    if (exchange.service !== 'arm' || exchange.fault !== undefined) return;
    // The token is no part of any description.
    const { authorization: _token, ...requestHeaders } = Object.fromEntries(exchange.requestHeaders);
    const kept: Kept = { ...exchange, requestHeaders, responseHeaders: Object.fromEntries(exchange.responseHeaders) };
    appendFileSync(file, `${JSON.stringify(kept)}\n`);
  });
}
