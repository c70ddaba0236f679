/**
 * The words of a Corefile, with the place of each, as CoreDNS' own lexer cuts them: white space parts them, `"` holds
 * them together, `#` starts a comment even in the middle of one. Pure; src/coredns/corefile-reader.ts uses it. Source:
 * coredns/caddy, caddyfile/lexer.go.
 */

export interface Token {
  readonly text: string;
  /** Path of the file that it stands in. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Offsets in the text of the file: first character, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/** What is wrong with a Corefile, with file and line in the message. */
export class CorefileError extends Error {
  override readonly name = 'CorefileError';

  constructor(what: string, { file, line }: Pick<Token, 'file' | 'line'>) {
    super(`${file}, line ${line}: ${what}`);
  }
}

const SPACE = /\s/;

/**
 * The words of one file. Throws CorefileError for a quotation that does not end: CoreDNS takes the rest of the file for
 * one word.
 */
export function tokensOf(text: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  // A byte order mark is passed over.
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === '#') {
      at = endOfLine(text, at);
    } else if (SPACE.test(character)) {
      if (character === '\n') line++;
      at++;
    } else {
      const token = character === '"' ? quoted(text, at, { file, line }) : plain(text, at, { file, line });
      tokens.push(token);
      line += text.slice(token.start, token.end).split('\n').length - 1;
      at = token.end;
    }
  }
  return tokens;
}

type Place = Pick<Token, 'file' | 'line'>;

function plain(text: string, start: number, place: Place): Token {
  let end = start;
  while (end < text.length && text[end] !== '#' && !SPACE.test(text[end] ?? '')) end++;
  return { text: text.slice(start, end), ...place, start, end };
}

function quoted(text: string, start: number, place: Place): Token {
  let words = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\' && text[at + 1] === '"') words += text[++at];
    else if (text[at] === '"') return { text: words, ...place, start, end: at + 1 };
    else words += text[at];
  }
  throw new CorefileError('a quotation mark opens and is never closed', place);
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
