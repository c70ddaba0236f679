/**
 * The words of a Resource Graph query and the steps over them. Knows no grammar.
 */
import { type GraphError, parserFailure } from './errors.ts';

export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'sign' | 'end';
  /** As written; for a text its value. */
  readonly text: string;
  readonly line: number;
  readonly character: number;
}

const skipped = /(?:\s+|\/\/[^\n]*)*/y;
const forms: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /\d+(?:\.\d+)?\b/y],
  ['text', /@?"(?:\\.|[^"\\\n])*"|@?'(?:\\.|[^'\\\n])*'/y],
  ['name', /mv-expand\b|in~|[A-Za-z_$][A-Za-z0-9_]*/y],
  ['sign', /!in~|![a-z]+|==|!=|=~|!~|<=|>=|[|(),=<>+\-*/.;[\]]/y],
];

const textOf = (written: string): string =>
  written.startsWith('@') ? written.slice(2, -1) : written.slice(1, -1).replaceAll(/\\(.)/g, '$1');

function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    skipped.lastIndex = at;
    skipped.exec(query);
    at = skipped.lastIndex;
    const before = query.slice(0, at).split('\n');
    const place = { line: before.length, character: before.at(-1)?.length ?? 0 };
    if (at >= query.length) return [...tokens, { kind: 'end', text: '', ...place }];
    const found = forms.flatMap(([kind, form]) => {
      form.lastIndex = at;
      const match = form.exec(query);
      return match === null ? [] : [{ kind, written: match[0] }];
    })[0];
    if (found === undefined) throw parserFailure({ ...place, token: query.slice(at, at + 1) });
    const { kind, written } = found;
    tokens.push({ kind, text: kind === 'text' ? textOf(written) : written, ...place });
    at += written.length;
  }
}

/** Nesting beyond which no query goes, so that none runs the stack full. */
const deepest = 50;
const longestQuery = 32_000;

export class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(query: string) {
    if (query.length > longestQuery) throw parserFailure({ line: 1, character: longestQuery, token: '' });
    this.#tokens = tokensOf(query);
  }

  at(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new Error('a list of tokens has at least its end');
    return token;
  }

  /** Passes the next token when it is that sign or word, in any letter case. */
  take(text: string): boolean {
    const token = this.at();
    if (token.kind === 'text' || token.text.toLowerCase() !== text) return false;
    this.#next += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  one(kind: Token['kind']): string {
    const token = this.at();
    if (token.kind !== kind) throw this.unexpected();
    this.#next += 1;
    return token.text;
  }

  /** Runs one level deeper. */
  deeper<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > deepest) throw this.unexpected();
    const result = read();
    this.#depth -= 1;
    return result;
  }

  unexpected(): GraphError {
    const { line, character, text } = this.at();
    return parserFailure({ line, character, token: text });
  }
}
