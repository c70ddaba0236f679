/**
 * A place in a list of tokens, and the steps from there. Used by the parser alone.
 */
import type { DataError } from '../answers.ts';
import { syntaxError } from './errors.ts';
import type { Token } from './syntax.ts';

/** Nesting of parentheses and `not`; the service has a limit too, so that no query runs the stack full. */
const deepest = 100;

export class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  at(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new Error('a list of tokens has at least its end');
    return token;
  }

  advance(): Token {
    const token = this.at();
    this.#next += 1;
    return token;
  }

  /** Whether the next token is that sign or word; then it is passed. */
  take(text: string): boolean {
    const { kind } = this.at();
    if (this.at().text !== text || kind === 'text') return false;
    this.advance();
    return true;
  }

  sign(text: string): void {
    if (!this.take(text)) throw this.unexpected('');
  }

  word(text: string): void {
    this.sign(text);
  }

  name(): string {
    if (this.at().kind !== 'name') throw this.unexpected('');
    return this.advance().text;
  }

  count(): number {
    const { kind, text } = this.at();
    if (kind !== 'number' || !/^\d+$/.test(text)) throw this.unexpected('');
    this.advance();
    return Number(text);
  }

  /** Runs one level deeper. */
  deeper<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > deepest) throw this.unexpected('nested too deep');
    const result = read();
    this.#depth -= 1;
    return result;
  }

  unexpected(why: string): DataError {
    return syntaxError(this.at(), why);
  }
}
