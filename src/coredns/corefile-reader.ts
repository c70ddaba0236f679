/**
 * A Corefile with everything that it imports -> its server blocks, read as CoreDNS reads them, so that a configuration
 * that would not load is known before it is written: CoreDNS itself says so only at the next start, hours later. What
 * the blocks mean is judged in corefile-checks.ts. Pure; src/coredns only. Source: coredns/caddy, caddyfile/parse.go.
 */
import { CorefileError, type Token, tokensOf } from './corefile-tokens.ts';

export interface Directive {
  readonly name: Token;
  /** All words after the name, braces included. */
  readonly words: readonly Token[];
}

export interface ServerBlock {
  readonly keys: readonly Token[];
  readonly directives: readonly Directive[];
  /** Path of the file that its keys stand in. */
  readonly file: string;
  /** Offsets in that file: the first key's first character, and the one after the closing brace. */
  readonly start: number;
  readonly end: number;
}

export interface CorefileSource {
  /** Path of the Corefile in the pod. */
  readonly path: string;
  /** Texts by path: the Corefile and all files of the folders that are known. */
  readonly files: ReadonlyMap<string, string>;
  /** Folders whose files are all in `files`; what is imported from elsewhere is passed over, it cannot be seen. */
  readonly folders: readonly string[];
}

export interface Corefile {
  readonly blocks: readonly ServerBlock[];
  /** Paths of the files that are imported outside of every server block. */
  readonly imported: ReadonlySet<string>;
}

/** CoreDNS stops at more; a file that imports itself never ends. */
const MAX_IMPORTS = 1_000;

interface Reading {
  readonly source: CorefileSource;
  readonly snippets: Map<string, readonly Token[]>;
  readonly imported: Set<string>;
  /** All words that are left and those already read, each import replaced by what it brings once it is reached. */
  tokens: readonly Token[];
  imports: number;
}

/** Reads it all. Throws CorefileError for what CoreDNS would not load, and for a block without braces. */
export function readCorefile(source: CorefileSource): Corefile {
  const tokens = tokensOf(source.files.get(source.path) ?? '', source.path);
  const reading: Reading = { source, snippets: new Map(), imported: new Set(), tokens, imports: 0 };
  const blocks: ServerBlock[] = [];
  let at = 0;
  while (at < reading.tokens.length) {
    if (isImport(reading, at)) importAt(reading, at, reading.imported);
    else at = blockAt(reading, at, blocks);
  }
  return { blocks, imported: reading.imported };
}

function startsLine({ tokens }: Reading, at: number): boolean {
  const [before, token] = [tokens[at - 1], tokens[at]];
  if (before === undefined || token === undefined || before.file !== token.file) return true;
  return before.line + before.text.split('\n').length - 1 < token.line;
}

const textAt = (reading: Reading, at: number): string | undefined => reading.tokens[at]?.text;
const isImport = (reading: Reading, at: number): boolean => textAt(reading, at) === 'import' && startsLine(reading, at);

/** Reads one block or snippet; returns where the next one starts. */
function blockAt(reading: Reading, start: number, blocks: ServerBlock[]): number {
  const keys = keysAt(reading, start);
  const [first] = keys;
  const open = start + keys.length;
  if (first === undefined) throw new CorefileError('a { without a name before it', tokenAt(reading, start));
  if (textAt(reading, open) !== '{') {
    throw new CorefileError(`${first.text} has no { after its names: nothing can be added to such a file`, first);
  }
  const snippet = keys.length === 1 ? /^\((.+)\)$/.exec(first.text)?.[1] : undefined;
  if (snippet !== undefined) {
    const close = closeOf(reading, open);
    reading.snippets.set(snippet, reading.tokens.slice(open + 1, close));
    return close + 1;
  }
  const { directives, close } = directivesAfter(reading, open);
  const { file, start: from } = first;
  blocks.push({ keys: keys.map(withoutComma), directives, file, start: from, end: tokenAt(reading, close).end });
  return close + 1;
}

/** Keys stand in one line, which a comma at its end continues. */
function keysAt(reading: Reading, start: number): readonly Token[] {
  let at = start;
  while (at < reading.tokens.length && textAt(reading, at) !== '{') {
    if (at > start && startsLine(reading, at) && !textAt(reading, at - 1)?.endsWith(',')) break;
    at++;
  }
  return reading.tokens.slice(start, at);
}

const withoutComma = (key: Token): Token => ({ ...key, text: key.text.replace(/,$/, '') });

function directivesAfter(reading: Reading, open: number): { directives: readonly Directive[]; close: number } {
  const directives: Directive[] = [];
  let at = open + 1;
  while (textAt(reading, at) !== '}') {
    if (at >= reading.tokens.length) throw new CorefileError('a block has no closing }', tokenAt(reading, open));
    if (textAt(reading, at) === 'import') importAt(reading, at, undefined);
    else at = directiveAt(reading, at, directives);
  }
  return { directives, close: at };
}

/** A directive ends with its line, or with the } that closes what it opened. */
function directiveAt(reading: Reading, start: number, directives: Directive[]): number {
  const name = tokenAt(reading, start);
  let depth = 0;
  let at = start + 1;
  while (at < reading.tokens.length && !endsBefore(reading, at, depth)) {
    if (depth > 0 && isImport(reading, at)) {
      importAt(reading, at, undefined);
      continue;
    }
    depth += depthChange(textAt(reading, at));
    if (depth < 0) throw new CorefileError('a } without a { before it', tokenAt(reading, at));
    at++;
  }
  if (depth > 0) throw new CorefileError(`${name.text} has no closing }`, name);
  directives.push({ name, words: reading.tokens.slice(start + 1, at) });
  return at;
}

const endsBefore = (reading: Reading, at: number, depth: number): boolean =>
  depth === 0 && textAt(reading, at) !== '{' && startsLine(reading, at);

const depthChange = (text: string | undefined): number => (text === '{' ? 1 : text === '}' ? -1 : 0);

function closeOf(reading: Reading, open: number): number {
  let depth = 0;
  for (let at = open; at < reading.tokens.length; at++) {
    depth += depthChange(textAt(reading, at));
    if (depth === 0) return at;
  }
  throw new CorefileError('a { is never closed', tokenAt(reading, open));
}

function tokenAt({ tokens, source }: Reading, at: number): Token {
  return tokens[at] ?? { text: '', file: source.path, line: 1, start: 0, end: 0 };
}

/** Puts what is imported into the place of `import` and its one argument. */
function importAt(reading: Reading, at: number, imported: Set<string> | undefined): void {
  const word = tokenAt(reading, at);
  if (startsLine(reading, at + 1)) throw new CorefileError('import of nothing', word);
  if (!startsLine(reading, at + 2)) throw new CorefileError('import takes one file or pattern', word);
  if (++reading.imports > MAX_IMPORTS) throw new CorefileError('too many imports', word);
  const argument = tokenAt(reading, at + 1);
  const body = reading.snippets.get(argument.text) ?? imports(reading, argument, imported);
  reading.tokens = [...reading.tokens.slice(0, at), ...body, ...reading.tokens.slice(at + 2)];
}

function imports(reading: Reading, pattern: Token, imported: Set<string> | undefined): readonly Token[] {
  const { source } = reading;
  return filesOf(source, pattern).flatMap(file => {
    imported?.add(file);
    return tokensOf(source.files.get(file) ?? '', file);
  });
}

/** The files that a pattern finds, sorted; none for what is in a folder that is not known. */
function filesOf({ files, folders }: CorefileSource, pattern: Token): readonly string[] {
  const path = absolute(pattern.text, folderOf(pattern.file));
  if (/\*.*\*|\?.*\?|\[.*\]/.test(path)) {
    throw new CorefileError(`import ${pattern.text}: only one * is allowed`, pattern);
  }
  if (!folders.includes(folderOf(path))) return [];
  const expression = path
    .replace(/[.+^$(){}|[\]\\]/g, '\\$&')
    .replace('*', '[^/]*')
    .replace('?', '[^/]');
  const isFound = new RegExp(`^${expression}$`);
  const found = [...files.keys()].filter(file => isFound.test(file)).sort();
  if (found.length === 0 && !/[*?]/.test(path)) {
    throw new CorefileError(`import ${pattern.text}: there is no such file`, pattern);
  }
  return found;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

function absolute(path: string, folder: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
