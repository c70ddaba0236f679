/**
 * What has become different between two looks at the progress, one line a change: for pipes, logs and the time after the
 * first report. Pure; the views print it.
 */
import { type Line, plain, seconds, styled } from './paint.ts';
import type { Mark, Progress, ResourceProgress, StepProgress } from './progress.ts';

/** Every step whose reason or message is new and every resource whose state is, in the order of the plan. */
export function changeLines(before: Progress | undefined, now: Progress): readonly Line[] {
  const time = plain(`${seconds(now.elapsedMs).padStart(8)}  `);
  return now.steps.flatMap(step => {
    const known = before?.steps.find(({ name }) => name === step.name);
    const resources = step.resources
      .filter(resource => stateBefore(known, resource) !== resource.state)
      .map((resource): Line => [time, ...resourcePieces(step, resource)]);
    return isNews(known, step) ? [...resources, [time, ...stepPieces(step)]] : resources;
  });
}

const NOTHING_YET = 'not there yet';

const stateBefore = (known: StepProgress | undefined, { name }: ResourceProgress): string =>
  known?.resources.find(resource => resource.name === name)?.state ?? NOTHING_YET;

/** Waiting for another step is no news; that it no longer holds is. */
const isNews = (known: StepProgress | undefined, step: StepProgress): boolean =>
  step.mark === 'waiting'
    ? known !== undefined && known.mark !== 'waiting'
    : known?.reason !== step.reason || known.message !== step.message;

const STYLE = { ready: 'green', moving: 'yellow', waiting: 'dim', stalled: 'red' } as const satisfies Record<
  Mark,
  string
>;

const stepPieces = ({ name, mark, reason, message }: StepProgress): Line => [
  plain(`${name.padEnd(18)} `),
  styled(STYLE[mark], reason),
  plain(`: ${message}`),
];

const resourcePieces = ({ name: step }: StepProgress, { name, mark, state }: ResourceProgress): Line => [
  plain(`${step.padEnd(18)} ${name}: `),
  styled(STYLE[mark], state),
];
