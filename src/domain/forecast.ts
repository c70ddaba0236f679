/**
 * Everything that a plan would come to, wave after wave, before anything is done: the plan is asked again over what
 * would then be observed, until it has nothing more to do. Actions are numbered in the order in which they would go out;
 * the records are told as far as they can be known. Pure.
 */
import { afterwards, settled } from './afterwards.ts';
import type { Desired } from './desire.ts';
import type { DnsRules } from './endpoint.ts';
import { forecastRecords, type RecordsForecast } from './forecast-records.ts';
import { zoneWaves } from './forecast-zones.ts';
import { dueClosings } from './isolation.ts';
import type { Observed } from './observed.ts';
import { plan } from './plan.ts';
import type { Action, Plan, Step, StepName } from './steps.ts';

/** One action with its place in the order. */
export interface PlannedAction {
  /** From 1. */
  readonly number: number;
  readonly step: StepName;
  readonly action: Action;
  /** Numbers of the actions that must have been carried out before. */
  readonly after: readonly number[];
}

export interface Forecast {
  /** The plan of the pass that would run now. */
  readonly now: Plan;
  /** All actions of all passes, but for the writing of records, which `records` tells. */
  readonly actions: readonly PlannedAction[];
  readonly records: RecordsForecast;
  /** Numbers of the actions that the records wait for. */
  readonly recordsAfter: readonly number[];
  /** Steps that somebody would have to do something about, now or once the actions before them were carried out. */
  readonly obstacles: readonly Step[];
}

/** Two for each link, since Azure takes one at a time, and a few: a plan that is longer does not come to an end. */
const MAX_WAVES = 220;

/** Looks ahead from what was seen. */
export function forecast(want: Desired, seen: Observed, rules: DnsRules): Forecast {
  const now = plan(want, seen, rules);
  const actions: PlannedAction[] = [];
  const obstacles = new Map<string, Step>();
  let sight = seen;
  let steps = now;
  let before = now;
  for (let wave = 0; wave < MAX_WAVES; wave++) {
    for (const step of steps.steps.filter(isObstacle)) obstacles.set(`${step.name} ${step.verdict.message}`, step);
    const planned = planWave(steps, before, actions);
    actions.push(...planned);
    const carried = steps.steps.flatMap(step => step.verdict.actions);
    const isMoving = steps.steps.some(
      step => step.verdict.state === 'Waiting' && step.verdict.reason !== 'WaitingForStep',
    );
    if (carried.length === 0 && (!isMoving || wave > 0)) break;
    sight = carried.length === 0 ? settled(sight) : afterwards(want, sight, carried);
    before = steps;
    steps = plan(want, sight, rules);
  }
  actions.push(...zonesAhead(zoneWaves(want, sight, steps), actions));
  actions.push(...leavingFormerTargets(seen, actions));
  actions.push(...closingsAhead(want, sight, actions));
  const records = forecastRecords(
    want,
    { seen, rules },
    actions.map(({ action }) => action),
  );
  return { now, actions, records, recordsAfter: endpointActions(actions), obstacles: [...obstacles.values()] };
}

/** Whether anything would be written to Azure or to DNS; what is taken into the inventory alone is no change. */
export const hasChanges = ({ actions, records }: Forecast): boolean =>
  actions.some(({ action }) => !['adopt', 'forget', 'note'].includes(action.verb)) ||
  (records.isTargetRead && records.changes.length > 0);

/** What is proved only once all is there is no obstacle to it. */
const isObstacle = ({ name, verdict }: Step): boolean =>
  name !== 'RecordsResolving' &&
  name !== 'PathVerified' &&
  !(name === 'Isolated' && verdict.reason === 'NoVantage') &&
  (verdict.state === 'Stalled' || verdict.state === 'Failed' || verdict.unknown === true);

/** The actions of one wave, but for records, each with the numbers of those that it has waited for. */
function planWave(steps: Plan, before: Plan, done: readonly PlannedAction[]): readonly PlannedAction[] {
  let number = done.length;
  return steps.steps.flatMap(({ name, verdict }) => {
    const after = waitedFor(name, before, done);
    return verdict.actions
      .filter(isTold)
      .map((action): PlannedAction => ({ number: ++number, step: name, action, after }));
  });
}

/** Records have a part of their own, and that what is deleted is not listed any more goes without saying. */
const isTold = (action: Action): boolean =>
  action.verb !== 'publish' && !(action.verb === 'forget' && action.why === 'Deleted');

/** A part of a step goes by a name of its own. */
const PARTS: Readonly<Record<string, StepName>> = {
  'the links taken out': 'Pruned',
  'the data collection endpoints': 'DataCollectionReady',
  'the machines': 'DataCollectionReady',
  'the data collection rules': 'Pruned',
  'the zones': 'ZoneGroupReady',
  'the zone group': 'ZoneGroupReady',
  'the network links': 'Pruned',
  'the zone group taken out': 'Pruned',
};

/** What a step waited for in the plan before: other steps, or earlier actions of its own that go one by one. */
function waitedFor(name: StepName, before: Plan, done: readonly PlannedAction[]): readonly number[] {
  const { waitsFor = [], actions = [] } = before.steps.find(step => step.name === name)?.verdict ?? {};
  const steps = new Set(waitsFor.map(step => PARTS[step] ?? step));
  return done
    .filter(({ step, action }) => steps.has(step) || (step === name && actions.includes(action)))
    .map(({ number }) => number);
}

/** Records come from the endpoint, which takes them from the links. */
function endpointActions(actions: readonly PlannedAction[]): readonly number[] {
  const last =
    actions.findLast(({ step }) => step === 'EndpointReady') ??
    actions.findLast(({ action }) => action.key.startsWith('scopedResource/') && action.verb !== 'adopt');
  return last === undefined ? [] : [last.number];
}

/** Private DNS comes after the endpoint, part after part. */
function zonesAhead(waves: readonly (readonly Action[])[], done: readonly PlannedAction[]): readonly PlannedAction[] {
  let number = done.length;
  let after = endpointActions(done);
  return waves.flatMap(actions => {
    const planned = actions.filter(isTold).map(
      (action): PlannedAction => ({
        number: ++number,
        step: 'ZoneGroupReady',
        action,
        after,
      }),
    );
    after = planned.map(one => one.number);
    return planned;
  });
}

/** What is asked to be closed comes last, after a proof that a look ahead cannot make; it waits for everything. */
function closingsAhead(want: Desired, seen: Observed, done: readonly PlannedAction[]): readonly PlannedAction[] {
  const known = new Set(done.flatMap(({ action }) => (action.verb === 'close' ? [action.key] : [])));
  const last = done.at(-1)?.number;
  return dueClosings(want, seen)
    .filter(({ key }) => !known.has(key))
    .map((action, index) => ({
      number: done.length + index + 1,
      step: 'Isolated',
      action,
      after: index > 0 ? [done.length + index] : last === undefined ? [] : [last],
    }));
}

/** They are left when the new target answers, which a look ahead cannot see. */
function leavingFormerTargets(seen: Observed, done: readonly PlannedAction[]): readonly PlannedAction[] {
  const left = new Set(done.flatMap(({ action }) => (action.verb === 'unpublish' ? [action.target] : [])));
  return seen.formerTargets
    .filter(target => !left.has(target))
    .map((target, index) => ({
      number: done.length + index + 1,
      step: 'Pruned',
      action: { verb: 'unpublish', key: 'records', target },
      after: endpointActions(done),
    }));
}
