/**
 * The picture of the progress: a line a step, its Azure resources below it, and a bar. Pure; the live view draws it
 * again and again, so its height depends on the object alone.
 */
import { type Line, type Piece, plain, type Style, seconds, styled } from './paint.ts';
import type { Mark, Progress, ResourceProgress, StepProgress } from './progress.ts';

const SYMBOL: Readonly<Record<Exclude<Mark, 'moving'>, Piece>> = {
  ready: styled('green', '✔'),
  waiting: styled('dim', '·'),
  stalled: styled('red', '✖'),
};
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const STATE_STYLE: Readonly<Record<Mark, Style>> = { ready: 'green', moving: 'yellow', waiting: 'dim', stalled: 'red' };
const BAR = 24;
const NAME_COLUMN = 19;

/** All lines; `frame` counts up and turns the spinner. When `rows` are too few, resources are left out first. */
export function treeLines(progress: Progress, frame: number, rows: number): readonly Line[] {
  const whole = progress.steps.flatMap(step => [stepLine(step, frame), ...resourceLines(step.resources)]);
  const short = progress.steps.map(step => stepLine(step, frame));
  const body = [whole, short, []].find(lines => lines.length + 2 < rows) ?? [];
  return [...body, ...(body.length > 0 ? [[]] : []), barLine(progress)];
}

function stepLine({ name, mark, message, resources }: StepProgress, frame: number): Line {
  const symbol = mark === 'moving' ? styled('cyan', SPINNER[frame % SPINNER.length] ?? '') : SYMBOL[mark];
  const title = name.padEnd(NAME_COLUMN);
  // What the resources below say already is not said twice.
  const told = resources.length > 0 && mark !== 'stalled' ? '' : message;
  return [
    plain('  '),
    symbol,
    plain(' '),
    mark === 'waiting' ? styled('dim', title) : plain(title),
    styled('dim', told),
  ];
}

const resourceLines = (resources: readonly ResourceProgress[]): readonly Line[] => {
  const width = Math.max(...resources.map(({ name }) => name.length), 24);
  return resources.map(({ name, mark, state, tookMs }, index) => [
    styled('dim', `    ${index === resources.length - 1 ? '└' : '├'} `),
    mark === 'waiting' ? styled('dim', name.padEnd(width)) : plain(name.padEnd(width)),
    plain('  '),
    styled(STATE_STYLE[mark], state.padEnd(20)),
    styled('dim', tookMs === undefined ? '' : ` ${seconds(tookMs).padStart(7)}`),
  ]);
};

function barLine({ steps, done, elapsedMs, calls }: Progress): Line {
  const filled = Math.round((BAR * done) / steps.length);
  const facts = `${done} of ${steps.length} steps, ${calls} calls to Azure, ${seconds(elapsedMs)}`;
  return [
    plain('  '),
    styled('green', '━'.repeat(filled)),
    styled('dim', '─'.repeat(BAR - filled)),
    plain(`  ${facts}`),
  ];
}
