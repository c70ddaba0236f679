/**
 * Lines for a terminal: made of pieces with a style each, cut to its width before they are coloured, so that no line
 * wraps and no colour runs on. Pure. The demo's views and report use it.
 */
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

export interface Piece {
  readonly text: string;
  readonly style?: Style;
}

export type Line = readonly Piece[];

export interface Canvas {
  /** Characters of a line; `Infinity`: never cut. */
  readonly columns: number;
  readonly colour: boolean;
}

export const plain = (text: string): Piece => ({ text });
export const styled = (style: Style, text: string): Piece => ({ text, style });

/** The line's text, at most as wide as the canvas; a longer one ends in an ellipsis. */
export function drawLine(line: Line, { columns, colour }: Canvas): string {
  let left = columns;
  return line
    .map(({ text, style }, index) => {
      const rest = line.slice(index + 1).some(piece => piece.text !== '');
      const shown = fit(text, left, rest);
      left -= shown.length;
      return colour && style !== undefined && shown !== '' ? styleText(style, shown, { validateStream: false }) : shown;
    })
    .join('');
}

function fit(text: string, left: number, rest: boolean): string {
  if (left <= 0) return '';
  const fits = text.length < left || (text.length === left && !rest);
  return fits ? text : `${text.slice(0, left - 1)}…`;
}

/** The narrowest column that text is still wrapped in. */
const NARROW = 20;
/** A blank, or a slash inside a word. */
const BREAK = / |(?<=\S)\//g;

/** The whole line: what does not fit of its last piece goes on below that piece's beginning. */
export function wrapLine(line: Line, canvas: Canvas): string {
  const last = line.at(-1);
  const before = line.slice(0, -1);
  const hang = before.reduce((sum, { text }) => sum + text.length, 0);
  const width = canvas.columns - hang;
  const unlimited = { ...canvas, columns: Number.POSITIVE_INFINITY };
  if (last === undefined || last.text.length <= width || width < NARROW) return drawLine(line, unlimited);
  const [first = '', ...more] = chunks(last.text, width);
  const piece = (text: string): Piece => ({ ...last, text });
  const head = drawLine([...before, piece(first)], unlimited);
  const rest = more.map(text => drawLine([plain(' '.repeat(hang)), piece(text)], unlimited));
  return [head, ...rest].join('\n');
}

/** Pieces of at most `width`, broken after a blank or a slash where there is one. */
function chunks(text: string, width: number): readonly string[] {
  const found: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const window = rest.slice(0, width);
    const at = rest.length <= width ? undefined : [...window.matchAll(BREAK)].at(-1)?.index;
    const size = at ? at + 1 : width;
    found.push(rest.slice(0, size).trimEnd());
    rest = rest.slice(size);
  }
  return found;
}

/** `0.4 s`, `12.3 s`, `2m05s`. */
export function seconds(ms: number): string {
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const whole = Math.floor(ms / 1_000);
  return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
}
