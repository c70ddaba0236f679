/**
 * The end of a pass: plan and results become the status, the events and the time of the next look. Pure.
 */
import { conditionsOf, suspendedConditions } from './conditions.ts';
import type { Desired } from './desire.ts';
import {
  type ActionResult,
  actionEvents,
  driftEvents,
  type PassEvent,
  recordEvents,
  transitionEvents,
  warningEvents,
} from './events.ts';
import { afterActions } from './inventory.ts';
import { machinesStatus } from './machine-status.ts';
import { REQUEST_ANNOTATION } from './names.ts';
import type { Condition, InventoryEntry, PmsObject, Status, StatusRecord } from './object.ts';
import type { Observed } from './observed.ts';
import { type RecordSet, recordsHash } from './records.ts';
import { combine, type Plan, type Step, type Verdict, verdictOf } from './steps.ts';

export interface Summary {
  readonly status: Status;
  readonly events: readonly PassEvent[];
  /** Milliseconds until the next pass; `undefined`: exponential back-off. */
  readonly requeueAfterMs?: number;
}

export interface PassContext {
  readonly object: PmsObject;
  /** The conditions when the pass began: what events are compared with. */
  readonly before: readonly Condition[];
  /** The records when the pass began. */
  readonly recordsBefore?: Status['records'];
  readonly want: Desired;
  readonly seen: Observed;
}

/** The CRD admits this many; `recordCount` tells the whole number. */
const RECORDS_SHOWN = 256;
/** So many characters of JSON: with the longest inventory the status stays under 256 KiB. */
const RECORDS_LENGTH = 48 * 1_024;
/** The CRD admits this many of one record; Azure gives one. */
const ADDRESSES_SHOWN = 4;
/** The CRD admits this much of Azure's name for an address. */
const MEMBER_MAX = 64;

/** The status that the plan alone tells: written, with the new inventory entries, before the first action is sent. */
export function statusOf(plan: Plan, { object, seen }: PassContext, inventory: readonly InventoryEntry[]): Status {
  const { generation } = object.metadata;
  const previous = object.status;
  const request = requestOf(object);
  const conditions = conditionsOf(plan, { previous: previous.conditions ?? [], generation, now: seen.now });
  const subnet = plan.subnet ?? previous.subnet;
  const isConverged = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const convergedGeneration = isConverged ? generation : previous.convergedGeneration;
  return {
    observedGeneration: generation,
    ...(convergedGeneration === undefined ? {} : { convergedGeneration }),
    ...(request === undefined ? {} : { lastHandledRequest: request }),
    conditions: [...conditions],
    ...recordsStatus(plan.records, previous),
    ...(subnet === undefined ? {} : { subnet }),
    ...machinesStatus(plan, object, seen.now),
    resources: [...inventory],
  };
}

/** Status, events and next look after the wave of actions has been sent. */
export function summarize(plan: Plan, results: readonly ActionResult[], context: PassContext): Summary {
  const { before, want, seen } = context;
  const done = results.filter(result => result.outcome.is !== 'Failed').map(result => result.action);
  const inventory = afterActions(seen.inventory, done, want);
  const told: Plan = { ...plan, steps: plan.steps.map(step => withResults(step, results)) };
  const status = statusOf(told, context, inventory);
  const requeueAfterMs = nextLook(told, results, context);
  return {
    status,
    events: [
      ...actionEvents(results, before),
      ...driftEvents(before, status.conditions ?? []),
      ...warningEvents(before, status.conditions ?? []),
      ...recordEvents(context.recordsBefore, status),
      ...transitionEvents(before, status.conditions ?? []),
    ],
    ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }),
  };
}

/** The summary of a suspended object. */
export function summarizeSuspended(object: PmsObject, now: number): Summary {
  const previous = object.status;
  const { generation } = object.metadata;
  const conditions = suspendedConditions({ previous: previous.conditions ?? [], generation, now });
  const status = { ...previous, observedGeneration: generation, conditions: [...conditions] };
  return { status, events: transitionEvents(previous.conditions ?? [], conditions) };
}

/** The CRD admits this much of it. */
const REQUEST_MAX = 256;

/** What the object's annotation asks to have everything read again for; `undefined` when it asks nothing. */
export function requestOf({ metadata }: PmsObject): string | undefined {
  const asked = metadata.annotations[REQUEST_ANNOTATION];
  return asked === undefined || asked === '' ? undefined : asked.slice(0, REQUEST_MAX);
}

/** Whether two statuses say the same; transition times follow from the rest. */
export function sameStatus(a: Status, b: Status): boolean {
  const plain = (status: Status) =>
    JSON.stringify(
      sortKeys({ ...status, conditions: status.conditions?.map(c => ({ ...c, lastTransitionTime: '' })) }),
    );
  return plain(a) === plain(b);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

/** A step whose action failed reports that failure; the other actions of the step went out all the same. */
function withResults(step: Step, results: readonly ActionResult[]): Step {
  const failures = results.flatMap(({ action, outcome }) =>
    outcome.is === 'Failed' && step.verdict.actions.includes(action) ? [verdictOf(outcome.failure)] : [],
  );
  return failures.length === 0 ? step : { ...step, verdict: combine(failures) };
}

function nextLook(plan: Plan, results: readonly ActionResult[], { want, seen }: PassContext): number | undefined {
  if (results.some(result => result.outcome.is === 'Done')) return 0;
  const verdicts = plan.steps.map(step => step.verdict);
  if (verdicts.some(verdict => verdict.state === 'Failed' && verdict.retryAfterMs === undefined)) return undefined;
  const delays = verdicts.filter(isOpen).map(verdict => verdict.retryAfterMs ?? want.intervalMs);
  const started = results.flatMap(({ outcome }) => (outcome.is === 'Started' ? (outcome.retryAfterMs ?? []) : []));
  const look = seen.lookAgainAt === undefined ? want.intervalMs : Math.max(0, seen.lookAgainAt - seen.now);
  return Math.min(want.intervalMs, look, ...started, ...delays);
}

const isOpen = (verdict: Verdict): boolean => verdict.state !== 'Ready';

function recordsStatus(
  records: RecordSet | undefined,
  previous: Status,
): Pick<Status, 'records' | 'recordCount' | 'recordsHash'> {
  if (records === undefined) {
    const { records: shown, recordCount, recordsHash: hash } = previous;
    return {
      ...(shown === undefined ? {} : { records: shown }),
      ...(recordCount === undefined ? {} : { recordCount }),
      ...(hash === undefined ? {} : { recordsHash: hash }),
    };
  }
  return {
    records: shownOf(records),
    recordCount: records.records.length,
    recordsHash: recordsHash(records.records),
  };
}

/** As many records as there is room for. */
function shownOf({ records }: RecordSet): StatusRecord[] {
  const told = records.slice(0, RECORDS_SHOWN).map(({ shared: _, member, ...record }) => ({
    ...record,
    ...(member === undefined ? {} : { member: member.slice(0, MEMBER_MAX) }),
    addresses: record.addresses.slice(0, ADDRESSES_SHOWN),
  }));
  let room = RECORDS_LENGTH;
  return told.filter(record => {
    room -= JSON.stringify(record).length;
    return room >= 0;
  });
}
