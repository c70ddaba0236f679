/**
 * Hears every call of every simulator in this process, with its answer. Used by the contract tests.
 */
import type { TestContext } from 'node:test';
import { type Exchange, exchanges } from '../../src/simulator/exchange.ts';

/** What is called from now on until the test ends, in the order of the answers; the array grows. */
export function recorded(t: TestContext): readonly Exchange[] {
  const heard: Exchange[] = [];
  const hear = (message: unknown): void => void heard.push(message as Exchange);
  exchanges.subscribe(hear);
  t.after(() => exchanges.unsubscribe(hear));
  return heard;
}
