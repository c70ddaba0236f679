/**
 * What a pass tells through Kubernetes events: each action once, and each change of the conditions that people wait
 * for. Pure.
 */
import { actionNote, isTold, leftNotes, severalNote } from './event-notes.ts';
import type { Failure } from './failures.ts';
import type { Condition, Status, StatusRecord } from './object.ts';
import type { Action } from './steps.ts';

/**
 * What became of one action. `Done` may let the next step go at once; `Started` goes on in Azure, to be looked at after
 * `retryAfterMs`, or when its late answer wakes the object.
 */
export interface ActionResult {
  readonly action: Action;
  readonly outcome:
    | { readonly is: 'Done' }
    | { readonly is: 'Started'; readonly retryAfterMs?: number }
    | { readonly is: 'Failed'; readonly failure: Failure };
}

export interface PassEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}

const VERB_TEXT = {
  create: 'Creating',
  update: 'Updating',
  delete: 'Deleting',
  close: 'Isolating',
  open: 'Reopening',
  untag: 'Updating',
  adopt: 'Adopted',
  forget: 'Released',
  join: 'Updating',
  leave: 'Updating',
} as const;

/** An event for each action that was sent, and for each that was refused unless a condition says so already. */
export function actionEvents(results: readonly ActionResult[], before: readonly Condition[]): readonly PassEvent[] {
  const left = results.filter(({ action, outcome }) => isLeaving(action) && outcome.is !== 'Failed');
  const several = results.filter(isOneOfSeveral);
  const apart = results.filter(result => !left.includes(result) && !several.includes(result));
  return [
    ...apart.flatMap(result => actionEvent(result, before)),
    ...severalEvents(several.map(({ action }) => action).filter(isCounted)),
    // Of an abandoned object these are the last events.
    ...leftNotes(left.map(({ action }) => action).filter(isLeaving)).map(note =>
      event('Normal', VERB_TEXT.forget, note),
    ),
  ];
}

function actionEvent({ action, outcome }: ActionResult, before: readonly Condition[]): readonly PassEvent[] {
  if (outcome.is === 'Failed') {
    const { reason, message } = outcome.failure;
    if (before.some(condition => condition.reason === reason && condition.message.includes(message))) return [];
    return [event('Warning', reason, `${action.key}: ${message}`)];
  }
  if (!isTold(action)) return [];
  if (action.verb === 'open' && (action.why === 'RolledBack' || action.why === 'LostPath')) {
    return [event('Warning', 'IsolationRolledBack', actionNote(action))];
  }
  return [event('Normal', VERB_TEXT[action.verb], actionNote(action))];
}

type Counted = Extract<Action, { verb: 'create' | 'delete' | 'forget' }>;

const isCounted = (action: Action): action is Counted => ['create', 'delete', 'forget'].includes(action.verb);

/** Zones and their links come and go by the dozen; the API server's patience with events is for all of them. */
const isOneOfSeveral = ({ action, outcome }: ActionResult): boolean =>
  outcome.is !== 'Failed' && isCounted(action) && !isLeaving(action) && /^(dnsZone|zoneLink)\//.test(action.key);

/** One event for what is done to several of them. */
const severalEvents = (actions: readonly Counted[]): readonly PassEvent[] =>
  [...Map.groupBy(actions, ({ verb }) => verb)].map(([verb, items]) =>
    event('Normal', VERB_TEXT[verb], verb === 'forget' ? `gone: ${severalNote(items)}` : severalNote(items)),
  );

type Leaving = Extract<Action, { verb: 'forget' }>;

const isLeaving = (action: Action): action is Leaving => action.verb === 'forget' && action.why === 'Retained';

/** What the API server takes of a note. */
const NOTE_MAX = 1_024;

const event = (type: PassEvent['type'], reason: string, note: string): PassEvent => ({
  type,
  reason,
  note: note.length > NOTE_MAX ? `${note.slice(0, NOTE_MAX - 3)}...` : note,
});

/** Drift is told when it is found, and again when it is no more; both by the conditions, so that nothing is told twice. */
export function driftEvents(before: readonly Condition[], now: readonly Condition[]): readonly PassEvent[] {
  return now
    .filter(({ type }) => !SUMMARY.includes(type))
    .flatMap(condition => {
      const previous = before.find(({ type }) => type === condition.type);
      const was = previous?.reason === 'DriftDetected';
      if (condition.reason === 'DriftDetected') {
        return was && previous.message === condition.message
          ? []
          : [event('Warning', 'DriftDetected', condition.message)];
      }
      return was && condition.status === 'True'
        ? [event('Normal', 'DriftCorrected', `as asked again: ${condition.message}`)]
        : [];
    });
}

/** A warning beside a condition that holds changes no status: its reason tells that it is new. */
export function warningEvents(before: readonly Condition[], now: readonly Condition[]): readonly PassEvent[] {
  return now
    .filter(({ type, status, reason }) => status === 'True' && BESIDE.includes(reason) && !SUMMARY.includes(type))
    .filter(({ type, reason }) => before.find(condition => condition.type === type)?.reason !== reason)
    .map(({ reason, message }) => event('Warning', reason, message));
}

/** Reasons that warn while the condition is True. */
const BESIDE = ['PublicSideAnswers', 'TargetDraining'];
const SUMMARY = ['Ready', 'Reconciling', 'Stalled'];

/** Names that an event tells before it counts the rest. */
const NAMES_SHOWN = 6;

/** `+3 -0`: names that came and went since the pass began, by whoever's doing; and what got other addresses. */
export function recordEvents(before: Status['records'], { records: now }: Status): readonly PassEvent[] {
  if (before === undefined || before.length === 0 || now === undefined) return [];
  const added = now.filter(({ name }) => !before.some(other => other.name === name));
  const removed = before.filter(({ name }) => !now.some(other => other.name === name));
  const moved = now.filter(record => before.some(other => other.name === record.name && !sameAddresses(other, record)));
  const changed = [...added, ...removed, ...moved];
  if (changed.length === 0) return [];
  const names = changed.slice(0, NAMES_SHOWN).map(({ name }) => name);
  const more = changed.length > names.length ? ` and ${changed.length - names.length} more` : '';
  const others = moved.length > 0 ? ` ~${moved.length}` : '';
  return [
    event('Normal', 'RecordsChanged', `+${added.length} -${removed.length}${others}: ${names.join(', ')}${more}`),
  ];
}

const sameAddresses = (a: StatusRecord, b: StatusRecord): boolean =>
  [...a.addresses].sort().join() === [...b.addresses].sort().join();

const TOLD = ['Ready', 'Stalled', 'RecordsPublished', 'RecordsResolving', 'PathVerified', 'Isolated'];

/** Events only when a condition's status changes, never on every look. */
export function transitionEvents(before: readonly Condition[], now: readonly Condition[]): readonly PassEvent[] {
  return (
    now
      .filter(condition => TOLD.includes(condition.type))
      // Drift is told by its own events.
      .filter(({ type, reason }) => type !== 'Stalled' || reason !== 'DriftDetected')
      .filter(condition => {
        const previous = before.find(candidate => candidate.type === condition.type);
        const changed = previous?.status !== condition.status;
        return changed && (condition.status === 'True' || previous?.status === 'True');
      })
      .map(({ type, status, reason, message }) => {
        const good = (status === 'True') === (type !== 'Stalled');
        const told = type === 'Stalled' ? reason : type;
        return event(good ? 'Normal' : 'Warning', status === 'True' ? told : `Not${type}`, message);
      })
  );
}
