/**
 * A terminal as far as the demo's views use one: lines that wrap at the width, the cursor up, erase below, show and hide.
 * Fails on any other escape code but colours. For test/commands alone.
 */
import type { Screen } from '../../src/commands/demo/view.ts';

export interface Terminal extends Screen {
  /** What a person sees: every line without trailing blanks, colours left out. */
  lines(): readonly string[];
  isCursorShown(): boolean;
  /** Everything that was written, as it was written. */
  raw(): string;
}

export function terminal({ columns = 80, rows = 24, colour = false } = {}): Terminal {
  const grid: string[] = [''];
  let [row, column] = [0, 0];
  let shown = true;
  let raw = '';

  const put = (character: string) => {
    if (column === columns) [row, column] = [row + 1, 0];
    const line = (grid[row] ?? '').padEnd(column);
    grid[row] = `${line.slice(0, column)}${character}${line.slice(column + 1)}`;
    column++;
  };
  const control = (code: string) => {
    const up = /^\[(\d+)A$/.exec(code)?.[1];
    if (up !== undefined) row = Math.max(0, row - Number(up));
    else if (code === '[J') grid.splice(row + (column === 0 ? 0 : 1));
    else if (code === '[?25h' || code === '[?25l') shown = code.endsWith('h');
    else if (!/^\[\d+m$/.test(code)) throw new Error(`unexpected escape code ${JSON.stringify(code)}`);
  };

  return {
    isTTY: true,
    columns,
    rows,
    hasColors: () => colour,
    write(text) {
      raw += text;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what this is about
      for (const [token, code] of text.matchAll(/\x1b(\[[?\d]*[A-Za-z])|[\s\S]/gu)) {
        if (code !== undefined) control(code);
        else if (token === '\n') [row, column] = [row + 1, 0];
        else if (token === '\r') column = 0;
        else put(token);
      }
      return true;
    },
    lines: () => Array.from(grid, line => (line ?? '').trimEnd()),
    isCursorShown: () => shown,
    raw: () => raw,
  };
}
