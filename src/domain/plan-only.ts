/**
 * The status of an object that is only planned (`spec.mode: Plan`): what would be done, in order and bounded, with Ready
 * False whatever it is. Nothing is written but this. Pure.
 */
import { accessChangeText } from './access.ts';
import { plannedConditions } from './conditions.ts';
import type { PassEvent } from './events.ts';
import { type Forecast, hasChanges } from './forecast.ts';
import type { RecordChange } from './forecast-records.ts';
import { afterText, summaryLine } from './forecast-text.ts';
import type { Status } from './object.ts';
import { actionLines } from './plan-text.ts';
import type { Action, Plan, Step } from './steps.ts';
import { type PassContext, type Summary, statusOf } from './summarize.ts';

/** The CRD admits this many actions, and this much of each. */
const ACTIONS_SHOWN = 32;
const CHANGES_SHOWN = 8;
const CHANGE_MAX = 128;
const AFTER_MAX = 64;
const SUMMARY_MAX = 512;

type StatusPlan = NonNullable<Status['plan']>;

/** Status, events and next look of a pass that only looked ahead. */
export function summarizePlan(ahead: Forecast, context: PassContext): Summary {
  const { seen, object } = context;
  const steps: Plan = { ...ahead.now, steps: ahead.now.steps.map(planned) };
  const told = `${summaryLine(ahead)} spec.mode is Plan: nothing is written`;
  const obstacle = ahead.obstacles[0]?.verdict;
  const stamp = { previous: object.status.conditions ?? [], generation: object.metadata.generation, now: seen.now };
  const conditions = plannedConditions(
    steps,
    { message: told, ...(obstacle === undefined ? {} : { obstacle }) },
    stamp,
  );
  const status: Status = {
    ...statusOf(ahead.now, context, seen.inventory),
    conditions: [...conditions],
    plan: statusPlan(ahead),
  };
  const requeueAfterMs = nextLook(ahead, context);
  return {
    status,
    events: eventsOf(object.status.plan, status.plan, ahead),
    ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }),
  };
}

/** A read that failed is tried again as its failure says; what Azure works on is looked at when it is due. */
function nextLook({ now }: Forecast, { want, seen }: PassContext): number | undefined {
  const unread = now.steps.map(step => step.verdict).filter(verdict => verdict.unknown);
  if (unread.some(verdict => verdict.retryAfterMs === undefined)) return undefined;
  const due = seen.lookAgainAt === undefined ? want.intervalMs : Math.max(SOON_MS, seen.lookAgainAt - seen.now);
  return Math.min(want.intervalMs, due, ...unread.map(verdict => verdict.retryAfterMs ?? want.intervalMs));
}

const SOON_MS = 1_000;

/** Nothing is on its way: what a step would do is said as that. */
function planned(step: Step): Step {
  const { actions } = step.verdict;
  if (actions.length === 0) return step;
  const heads = actions.map(action => actionLines(action)[0] ?? '');
  return { ...step, verdict: { ...step.verdict, state: 'Waiting', reason: 'Planned', message: heads.join('; ') } };
}

function statusPlan(ahead: Forecast): StatusPlan {
  const marks = (mark: RecordChange['mark']) => ahead.records.changes.filter(change => change.mark === mark).length;
  return {
    summary: cut(summaryLine(ahead), SUMMARY_MAX),
    actionCount: ahead.actions.length,
    actions: ahead.actions.slice(0, ACTIONS_SHOWN).map(({ number, action, after }) => {
      const waits = afterText(after).replace(/^after /, '');
      return {
        number,
        verb: action.verb,
        key: action.key,
        ...subjectOf(action),
        ...(waits === '' ? {} : { after: cut(waits, AFTER_MAX) }),
      };
    }),
    recordsAdded: marks('+'),
    recordsChanged: marks('~'),
    recordsRemoved: marks('-'),
  };
}

type StatusAction = NonNullable<StatusPlan['actions']>[number];

function subjectOf(action: Action): Pick<StatusAction, 'id' | 'changes'> {
  switch (action.verb) {
    case 'create':
      return { id: action.want.id };
    case 'update': {
      const changes = action.changes.map(({ field, found, wanted }) =>
        cut(`${field} ${found} -> ${wanted}`, CHANGE_MAX),
      );
      return { id: action.want.id, changes: changes.slice(0, CHANGES_SHOWN) };
    }
    case 'close':
    case 'open': {
      const { kind, changes } = action;
      const told = changes.map(change => cut(accessChangeText(kind, [change]), CHANGE_MAX));
      return { id: action.id, changes: told };
    }
    case 'publish':
    case 'unpublish':
    case 'export':
    case 'unexport':
    case 'note':
    case 'join':
    case 'leave':
      return {};
    default:
      return { id: action.id };
  }
}

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 3)}...`);

/** Told once, and again when it has become another plan. */
function eventsOf(before: Status['plan'], now: Status['plan'], ahead: Forecast): readonly PassEvent[] {
  if (now?.summary === undefined || before?.summary === now.summary) return [];
  return [
    {
      type: hasChanges(ahead) || ahead.obstacles.length === 0 ? 'Normal' : 'Warning',
      reason: 'Planned',
      note: now.summary,
    },
  ];
}
