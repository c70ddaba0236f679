/**
 * Where the progress is shown: a picture that is drawn anew in place on a terminal, a line for each change elsewhere, or
 * nowhere. Writes to one stream; knows nothing of what it shows. src/commands/demo.ts makes one.
 */
import { changeLines } from './changes.ts';
import { type Canvas, drawLine, type Line, plain, wrapLine } from './paint.ts';
import type { Progress } from './progress.ts';
import { treeLines } from './tree.ts';

export interface View {
  /** Lines that stay: plan and report. */
  print(lines: readonly Line[]): void;
  /** A warning between the steps. */
  note(text: string): void;
  /** To be called on every change, and a few times a second: a picture shows that time goes by. */
  progress(progress: Progress): void;
  /** The picture stays as it is; later changes are lines. */
  settle(): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

/** A terminal or anything else that takes text. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  hasColors?(): boolean;
  write(text: string): unknown;
}

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
/** Up, to the first column, and away with all that is below. */
const backOver = (lines: number): string => (lines === 0 ? '' : `\x1b[${lines}A\r\x1b[J`);
/** A terminal that does not know its size says nothing, or 0. */
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

const nothing = (): void => {};

export const noView: View = { print: nothing, note: nothing, progress: nothing, settle: nothing, close: nothing };

/** The picture alone, for who gets plan and report otherwise. */
export const progressOnly = (view: View): View => ({ ...view, print: nothing });

/** Whether a stream can be drawn on in place. */
export const isTerminal = (screen: Screen): boolean => screen.isTTY === true && process.env.TERM !== 'dumb';

/** The width and colours of a stream; what is piped is neither cut nor coloured. */
export const canvasOf = (screen: Screen): Canvas =>
  isTerminal(screen)
    ? { columns: screen.columns || DEFAULT_COLUMNS, colour: screen.hasColors?.() ?? false }
    : { columns: Number.POSITIVE_INFINITY, colour: false };

/** One line for each change since `seen`. */
export function lineView(screen: Screen, seen?: Progress): View {
  let last = seen;
  const print = (lines: readonly Line[]) => {
    for (const line of lines) screen.write(`${wrapLine(line, canvasOf(screen))}\n`);
  };
  return {
    ...noView,
    print,
    note: text => print([noteLine(text)]),
    progress: progress => {
      print(changeLines(last, progress));
      last = progress;
    },
  };
}

/** A picture in place until `settle`, then a line for each change. */
export function liveView(screen: Screen): View {
  let height = 0;
  let frame = 0;
  let last: Progress | undefined;
  let lines: View | undefined;
  // In one write: a terminal that paints between two of them flickers.
  const draw = (above: string, progress: Progress) => {
    const hide = last === undefined ? HIDE_CURSOR : '';
    const picture = treeLines(progress, frame++, screen.rows || DEFAULT_ROWS);
    const text = picture.map(line => `${drawLine(line, canvasOf(screen))}\n`).join('');
    screen.write(`${hide}${backOver(height)}${above}${text}`);
    height = picture.length;
    last = progress;
  };
  const settle = () => {
    if (last !== undefined && lines === undefined) screen.write(SHOW_CURSOR);
    lines ??= lineView(screen, last);
  };
  const print = (added: readonly Line[]) => {
    if (lines !== undefined || last === undefined) (lines ?? lineView(screen)).print(added);
    else draw(added.map(line => `${wrapLine(line, canvasOf(screen))}\n`).join(''), last);
  };
  return {
    print,
    note: text => print([noteLine(text)]),
    progress: progress => (lines === undefined ? draw('', progress) : lines.progress(progress)),
    settle,
    close: settle,
  };
}

/** Below the steps' names, beside the times. */
const noteLine = (text: string): Line => [plain(`          ${text}`)];
