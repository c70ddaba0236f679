/**
 * What others changed after everything was as asked: the same differences that a plan repairs, told as drift with field,
 * expected and found, and left alone when the object says so. Pure.
 *
 * | spec                          | driftPolicy Repair               | driftPolicy Report                 |
 * |-------------------------------|----------------------------------|------------------------------------|
 * | changed since all was in place| carried out, told as an update   | carried out, told as an update     |
 * | as it was                     | put back, told as DriftDetected  | left, Ready False DriftDetected    |
 */
import { accessField } from './access.ts';
import { nameOf } from './converge.ts';
import type { Desired } from './desire.ts';
import { linesOf } from './merge.ts';
import { ownerKey, shortName } from './names.ts';
import type { PmsObject } from './object.ts';
import { bodyOf, type Observed } from './observed.ts';
import { recordsHash } from './records.ts';
import type { Action, Plan, Step, StepName, Verdict } from './steps.ts';

/** Steps about what is ours in Azure. */
const IN_AZURE: ReadonlySet<StepName> = new Set([
  'WorkspacesReady',
  'ScopeReady',
  'ResourcesLinked',
  'EndpointReady',
  'ZoneGroupReady',
  'Isolated',
  'DataCollectionReady',
]);

/** The plan with drift told as such, and without its repair where the object wants it reported only. */
export function withDrift(plan: Plan, object: PmsObject, want: Desired, seen: Observed): Plan {
  const { status, metadata } = object;
  if (plan.mode !== 'converge' || status.convergedGeneration !== metadata.generation) return plan;
  return { ...plan, steps: plan.steps.map(step => told(step, { object, want, seen })) };
}

interface Context {
  readonly object: PmsObject;
  readonly want: Desired;
  readonly seen: Observed;
}

function told(step: Step, context: Context): Step {
  if (step.name === 'RecordsPublished') return { ...step, verdict: recordsDrift(step.verdict, context) };
  if (!IN_AZURE.has(step.name)) return step;
  const drifts = step.verdict.actions.flatMap(driftText);
  if (drifts.length === 0) return step;
  const { reportsDrift } = context.want;
  return { ...step, verdict: reportsDrift ? left(step.verdict, drifts) : putBack(step.verdict, drifts) };
}

/** `workspace law-a: retentionInDays is 7, expected 30` */
function driftText(action: Action): readonly string[] {
  if (action.verb === 'update') {
    return action.changes.map(
      ({ field, found, wanted }) => `${nameOf(action.want)}: ${field} is ${found}, expected ${wanted}`,
    );
  }
  if (action.verb === 'delete' && action.changes !== undefined) {
    const name = nameOf({ kind: action.kind, name: shortName(action.id) });
    return action.changes.map(({ field, found, wanted }) => `${name}: ${field} is ${found}, expected ${wanted}`);
  }
  if (isAccessDrift(action)) {
    const name = nameOf({ kind: action.kind, name: shortName(action.id) });
    return action.changes.map(
      ({ access, found, wanted }) => `${name}: ${accessField(action.kind, access)} is ${found}, expected ${wanted}`,
    );
  }
  if (action.verb !== 'create') return [];
  const expected = action.why === 'absent' ? 'it to be there' : 'Succeeded';
  return [`${nameOf(action.want)} is ${action.why}, expected ${expected}`];
}

/** What the path's failure opens is nobody's drift. */
const isAccessDrift = (action: Action): action is Extract<Action, { verb: 'close' | 'open' }> =>
  action.verb === 'close' || (action.verb === 'open' && action.why === 'Asked');

const putBack = (verdict: Verdict, drifts: readonly string[]): Verdict => ({
  ...verdict,
  // What nobody may repair is the graver news.
  ...(verdict.state === 'Stalled' ? {} : { reason: 'DriftDetected' }),
  message: `${drifts.join('; ')}; ${verdict.state === 'Stalled' ? verdict.message : 'it is put back'}`,
});

function left(verdict: Verdict, drifts: readonly string[]): Verdict {
  const { retryAfterMs: _, ...rest } = verdict;
  return {
    ...rest,
    state: 'Stalled',
    reason: 'DriftDetected',
    message: `${drifts.join('; ')}; spec.driftPolicy is Report, so it is left: Repair has it put back`,
    actions: verdict.actions.filter(
      action => !['create', 'update', 'delete'].includes(action.verb) && !isAccessDrift(action),
    ),
  };
}

/** Azure still says what it said: then it is the target that somebody changed. Records are always kept right. */
function recordsDrift(verdict: Verdict, { object, want, seen }: Context): Verdict {
  const published = verdict.actions.find(action => action.verb === 'publish');
  const target = bodyOf(seen.target);
  if (published === undefined || target === undefined) return verdict;
  const { records } = published.records;
  if (recordsHash(records) !== object.status.recordsHash) return verdict;
  const held = new Map(
    linesOf(target.lines, ownerKey(want.owner)).map(line => [line.name, [...line.addresses].sort().join()]),
  );
  const right = records.filter(({ name, addresses }) => held.get(name) === [...addresses].sort().join()).length;
  const message = `records in ${want.dns.target}: ${right} are as published, expected ${records.length}; they are put back`;
  return { ...verdict, reason: 'DriftDetected', message };
}
