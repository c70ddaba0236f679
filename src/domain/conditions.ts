/**
 * From verdicts to Kubernetes conditions: one per step, and kstatus' Ready, Reconciling and Stalled over all of them.
 * Pure. Source: Kubernetes API conventions; cli-utils kstatus.
 */
import type { Condition } from './object.ts';
import { asLastRead, type Blindness, blindness } from './patience.ts';
import type { Reason } from './reasons.ts';
import { counted, type Plan, STEPS, type Step, type Verdict } from './steps.ts';

/** The API server takes 32 KiB; nobody reads more than this. */
const MESSAGE_MAX = 1_024;

/** What a condition says, before it is compared with the one before. */
type Told = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** What this pass says of it. */
type Draft = Told & { readonly reason: Reason };

export interface ConditionContext {
  readonly previous: readonly Condition[];
  readonly generation: number;
  /** Epoch ms. */
  readonly now: number;
}

/** All conditions of an object, summary first. A condition whose status did not change keeps its transition time. */
export function conditionsOf(plan: Plan, context: ConditionContext): readonly Condition[] {
  const drafts = [...summaryDrafts(plan), ...stepDrafts(plan)];
  const blind = blindness(plan, context);
  return stamp(blind === undefined ? drafts : drafts.map(draft => lastKnown(draft, blind, context)), context);
}

/** What cannot be read now is told as it was, and said to be that. */
function lastKnown(draft: Draft, blind: Blindness, { previous }: ConditionContext): Told {
  const before = previous.find(({ type }) => type === draft.type);
  const isKept = SUMMARY.includes(draft.type) || (draft.status !== 'True' && before?.status === 'True');
  if (before === undefined || !isKept) return draft;
  return { ...before, message: asLastRead(before.message, blind) };
}

const SUMMARY = ['Ready', 'Reconciling', 'Stalled'];

/** One for each step that has a condition, in the order of the conditions. */
function stepDrafts(plan: Plan): readonly Draft[] {
  const steps = [...plan.steps].filter(step => (STEPS as readonly string[]).includes(step.name));
  const order = (step: Step) => STEPS.indexOf(step.name as (typeof STEPS)[number]);
  return steps.sort((a, b) => order(a) - order(b)).map(step => stepDraft(step, plan.mode));
}

/** The conditions of a suspended object: what was last known stays, and Ready says that nobody looks. */
export function suspendedConditions(context: ConditionContext): readonly Condition[] {
  const message = 'spec.suspend is true: Azure and DNS are left as they are, published records stay';
  const summary: readonly Draft[] = [
    { type: 'Ready', status: 'Unknown', reason: 'Suspended', message },
    { type: 'Reconciling', status: 'False', reason: 'Suspended', message },
    { type: 'Stalled', status: 'False', reason: 'Suspended', message },
  ];
  const kept = context.previous.filter(condition => !summary.some(draft => draft.type === condition.type));
  return [...stamp(summary, context), ...kept];
}

/**
 * The conditions of an object that is only planned: its steps as they are, and Ready False whatever they say. Stalled
 * tells what would stand in the way.
 */
export function plannedConditions(
  plan: Plan,
  { message, obstacle }: { readonly message: string; readonly obstacle?: Verdict },
  context: ConditionContext,
): readonly Condition[] {
  const told = obstacle === undefined ? undefined : { reason: obstacle.reason, message: obstacle.message };
  const summary: readonly Draft[] = [
    { type: 'Ready', status: 'False', reason: 'PlanOnly', message },
    { type: 'Reconciling', status: 'False', reason: 'PlanOnly', message },
    { type: 'Stalled', status: told ? 'True' : 'False', ...(told ?? { reason: 'PlanOnly', message }) },
  ];
  return stamp([...summary, ...stepDrafts(plan)], context);
}

/** The verdict that speaks for the whole object: the gravest step that is not merely waiting for another. */
export function overall(plan: Plan): Verdict {
  const gravity = { Stalled: 3, Failed: 2, Waiting: 1, Ready: 0 } as const;
  const weight = ({ verdict }: Step) =>
    verdict.state === 'Waiting' && verdict.reason === 'WaitingForStep' ? 0.5 : gravity[verdict.state];
  const [first, ...rest] = counted(plan);
  if (first === undefined) return { state: 'Ready', reason: 'Ready', message: 'nothing to do', actions: [] };
  return rest.reduce((worst, step) => (weight(step) > weight(worst) ? step : worst), first).verdict;
}

const isMoving = ({ state, reason }: Verdict): boolean =>
  state === 'Failed' || (state === 'Waiting' && reason !== 'WaitingForStep');

function summaryDrafts(plan: Plan): readonly Draft[] {
  const verdict = overall(plan);
  const moving = counted(plan).find(step => isMoving(step.verdict))?.verdict;
  const stalled = counted(plan).find(step => step.verdict.state === 'Stalled')?.verdict;
  if (plan.mode === 'converge' && verdict.state === 'Ready') {
    const message = readyMessage(plan);
    return [
      { type: 'Ready', status: 'True', reason: 'Ready', message },
      { type: 'Reconciling', status: 'False', reason: 'Ready', message },
      { type: 'Stalled', status: 'False', reason: 'Ready', message },
    ];
  }
  const { reason, message } = verdict.state === 'Ready' ? { reason: 'Deleted' as const, message: 'all gone' } : verdict;
  const flag = (type: string, on: Verdict | undefined): Draft =>
    on
      ? { type, status: 'True', reason: on.reason, message: on.message }
      : { type, status: 'False', reason: 'Progressing', message };
  return [
    { type: 'Ready', status: verdict.unknown ? 'Unknown' : 'False', reason, message },
    flag('Reconciling', moving),
    // While anything still moves the object is not stuck, whatever else waits for a person.
    flag('Stalled', moving === undefined ? stalled : undefined),
  ];
}

function readyMessage(plan: Plan): string {
  const step = (name: Step['name']) => plan.steps.find(candidate => candidate.name === name)?.verdict.message;
  const told = [step('RecordsPublished'), step('RecordsResolving'), step('PathVerified'), step('Isolated')];
  return told.filter(text => text !== undefined).join('; ');
}

function stepDraft({ name, verdict }: Step, mode: Plan['mode']): Draft {
  const { reason, message, state, unknown } = verdict;
  const held = mode === 'converge' || name === 'CredentialsReady';
  if (unknown) return { type: name, status: 'Unknown', reason, message };
  return { type: name, status: held && state === 'Ready' ? 'True' : 'False', reason, message };
}

function stamp(drafts: readonly Told[], { previous, generation, now }: ConditionContext): readonly Condition[] {
  return drafts.map(draft => {
    const before = previous.find(condition => condition.type === draft.type);
    const lastTransitionTime =
      before?.status === draft.status ? before.lastTransitionTime : new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
    const message =
      draft.message.length > MESSAGE_MAX ? `${draft.message.slice(0, MESSAGE_MAX - 3)}...` : draft.message;
    return { ...draft, message, observedGeneration: generation, lastTransitionTime };
  });
}
