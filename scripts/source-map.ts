/**
 * Makes a source map smaller by leaving out what it says of dependencies. Text in, text out; scripts/build.ts alone uses
 * it. Source: ECMA-426, "Source map format".
 */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));

interface SourceMap {
  readonly version: number;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/**
 * The map with the mappings of the sources that `isKept` says alone; code of any other source maps to nothing, not to its
 * neighbour. Equal input gives equal text. Throws for what is no map of version 3.
 */
export function withSources(text: string, isKept: (source: string) => boolean): string {
  const map: SourceMap = JSON.parse(text);
  if (map.version !== 3) throw new Error(`a source map of version ${map.version}`);
  const sources = renumbered(map.sources, isKept);
  const names = renumbered(map.names, () => true);
  const mappings = rewritten(map.mappings, sources, names);
  return `${JSON.stringify({ version: 3, sources: sources.used, names: names.used, mappings })}\n`;
}

interface Numbering {
  /** In the order of their first use. */
  readonly used: string[];
  /** New number of an old one; undefined when it is not kept. */
  of(old: number): number | undefined;
}

function renumbered(items: readonly string[], isKept: (item: string) => boolean): Numbering {
  const used: string[] = [];
  const numbers = new Map<number, number>();
  const of = (old: number) => {
    const item = items[old];
    if (item === undefined || !isKept(item)) return undefined;
    const number = numbers.get(old) ?? used.push(item) - 1;
    numbers.set(old, number);
    return number;
  };
  return { used, of };
}

/** What a segment says, with whole numbers; only the column when it maps to nothing. */
type Segment =
  | readonly [column: number]
  | readonly [column: number, source: number, row: number, place: number]
  | readonly [column: number, source: number, row: number, place: number, name: number];

/** Every field but the column is a difference to the same field of the last segment that had it, also across lines. */
function rewritten(mappings: string, sources: Numbering, names: Numbering): string {
  const from = [0, 0, 0, 0, 0];
  const to = [0, 0, 0, 0, 0];
  const read = (text: string): Segment => {
    const fields = decoded(text);
    for (const [at, difference] of fields.entries()) from[at] = (from[at] ?? 0) + difference;
    const [column = 0, source = 0, row = 0, place = 0, name = 0] = from;
    if (fields.length < 4) return [column];
    return fields.length === 4 ? [column, source, row, place] : [column, source, row, place, name];
  };
  const write = (segment: Segment): string => {
    const fields: readonly number[] = segment;
    const differences = fields.map((value, at) => value - (to[at] ?? 0));
    for (const [at, value] of fields.entries()) to[at] = value;
    return differences.map(encoded).join('');
  };
  const lines = mappings.split(';').map(line => {
    from[0] = 0;
    to[0] = 0;
    const segments = line === '' ? [] : line.split(',').map(text => kept(read(text), sources, names));
    // One that maps to nothing ends the one before it; a second one says nothing new.
    return segments.filter((segment, at) => segment.length > 1 || (segments[at - 1]?.length ?? 1) > 1).map(write);
  });
  return lines.map(segments => segments.join(',')).join(';');
}

function kept(segment: Segment, sources: Numbering, names: Numbering): Segment {
  if (segment.length === 1) return segment;
  const [column, source, row, place, name] = segment;
  const number = sources.of(source);
  if (number === undefined) return [column];
  const named = name === undefined ? undefined : names.of(name);
  return named === undefined ? [column, number, row, place] : [column, number, row, place, named];
}

/** Base 64 digits of five bits, lowest first, the sixth says that more follow; the lowest bit of the whole is the sign. */
function decoded(segment: string): readonly number[] {
  const fields: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = VALUES.get(digit);
    if (bits === undefined) throw new Error(`a mapping with ${JSON.stringify(digit)}`);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    fields.push(value & 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return fields;
}

function encoded(number: number): string {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let digits = '';
  do {
    const bits = rest & 31;
    rest >>>= 5;
    digits += DIGITS[rest > 0 ? bits | 32 : bits];
  } while (rest > 0);
  return digits;
}
