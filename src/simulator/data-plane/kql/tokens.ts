/**
 * The words of a query of the Kusto Query Language, with their places. Knows no grammar.
 */
import { syntaxError } from './errors.ts';
import type { Token } from './syntax.ts';

const skipped = /(?:\s+|\/\/[^\n]*)*/y;
const forms: readonly (readonly [Token['kind'], RegExp])[] = [
  ['datetime', /datetime\(\s*(?:"[^"\n]*"|'[^'\n]*'|[^()'"\n]*)\s*\)/y],
  ['timespan', /\d+(?:\.\d+)?(?:ms|d|h|m|s)\b/y],
  ['number', /\d+(?:\.\d+)?(?:e[+-]?\d+)?\b/y],
  ['text', /@?"(?:\\.|[^"\\\n])*"|@?'(?:\\.|[^'\\\n])*'/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['sign', /!in\b|==|!=|=~|!~|<=|>=|[|(),=<>+\-*/.;[\]]/y],
];

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function textValue(written: string): string {
  if (written.startsWith('@')) return written.slice(2, -1);
  return written.slice(1, -1).replaceAll(/\\(.)/g, (_all, letter: string) => escapes[letter] ?? letter);
}

/** More of them are no query of a check; and each may cost a level of the stack. */
const mostTokens = 2_000;

/** The tokens, an `end` last. Throws a syntax error for a sign that no query has, and for too many. */
export function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const move = (to: number) => {
    for (
      let newline = query.indexOf('\n', at);
      newline !== -1 && newline < to;
      newline = query.indexOf('\n', newline + 1)
    ) {
      line += 1;
      lineStart = newline + 1;
    }
    at = to;
  };
  for (;;) {
    skipped.lastIndex = at;
    skipped.exec(query);
    move(skipped.lastIndex);
    const place = { line, pos: at - lineStart };
    if (at >= query.length) return [...tokens, { kind: 'end', text: '', ...place }];
    const found = forms.flatMap(([kind, form]) => {
      form.lastIndex = at;
      const match = form.exec(query);
      return match === null ? [] : [{ kind, written: match[0] }];
    })[0];
    if (found === undefined) throw syntaxError({ kind: 'sign', text: query.slice(at, at + 1), ...place });
    const { kind, written } = found;
    if (tokens.length >= mostTokens) throw syntaxError({ kind, text: written, ...place }, 'too long for the simulator');
    tokens.push({ kind, text: kind === 'text' ? textValue(written) : written, ...place });
    move(at + written.length);
  }
}
