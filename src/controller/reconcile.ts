/**
 * One pass over one object: desire, observe, plan, execute, summarize. Level-based: it keeps nothing but the inventory
 * in the status, and can be killed anywhere.
 */
import { type Desired, desire, wantsOf } from '../domain/desire.ts';
import { withDrift } from '../domain/drift.ts';
import { forecast } from '../domain/forecast.ts';
import { beforeActions } from '../domain/inventory.ts';
import { deletedWorkspacesId, FINALIZER } from '../domain/names.ts';
import type { PmsObject } from '../domain/object.ts';
import type { Observed } from '../domain/observed.ts';
import { plan } from '../domain/plan.ts';
import { summarizePlan } from '../domain/plan-only.ts';
import { recordsHash } from '../domain/records.ts';
import { isAdopted } from '../domain/resources.ts';
import type { Plan } from '../domain/steps.ts';
import {
  type PassContext,
  requestOf,
  type Summary,
  sameStatus,
  statusOf,
  summarize,
  summarizeSuspended,
} from '../domain/summarize.ts';
import { teardown } from '../domain/teardown.ts';
import { asItsIdentity } from './as-identity.ts';
import { actionsOf, execute } from './execute.ts';
import { leave } from './leave.ts';
import { observe } from './observe.ts';
import { forgetMeasured, type Pass } from './world.ts';

/** When to come back: after a time, by exponential back-off (`undefined`), or not at all because the object is gone. */
export type Outcome = { readonly is: 'Again'; readonly afterMs?: number } | { readonly is: 'Gone' };

/**
 * Runs a pass. Throws ConflictError when the object changed meanwhile (the pass is thrown away), PortError when the
 * API server cannot be written to, and whatever a defect throws; all of them mean: again later.
 */
export async function reconcile(pass: Pass): Promise<Outcome> {
  const { world, signal } = pass;
  const { metadata } = pass.object;
  const deleting = metadata.deletionTimestamp !== undefined;
  const guarded = metadata.finalizers.includes(FINALIZER);
  if (deleting && !guarded) return { is: 'Gone' };
  if (pass.object.spec.suspend && !deleting) return suspended(pass);
  if (pass.object.spec.mode === 'Plan' && !deleting) return planOnly(await asItsIdentity(pass));
  const object = guarded ? pass.object : await world.cluster.setFinalizer(pass.object, true, signal);
  return converge(await asItsIdentity({ ...pass, object }));
}

async function converge(pass: Pass): Promise<Outcome> {
  const { object, world } = pass;
  const want = desire(object, world.installation);
  const seen = await look(want, pass);
  const steps =
    want.deletedAt === undefined ? withDrift(plan(want, seen, world.rules), object, want, seen) : teardown(want, seen);
  const context = contextOf(object, want, seen);
  if (isFinished(steps, context)) {
    await leave(object, pass);
    forgetMeasured(pass.memory, object.metadata.uid);
    return { is: 'Gone' };
  }
  const ready = await writeDown(steps, context, pass);
  const results = await execute(steps, want, { ...pass, object: ready.object });
  const summary = summarize(steps, results, ready);
  await store(summary, ready.object, pass);
  return summary.requeueAfterMs === undefined ? { is: 'Again' } : { is: 'Again', afterMs: summary.requeueAfterMs };
}

/** What was known is read again when the object asks for that and has not had it yet. */
function look(want: Desired, pass: Pass): Promise<Observed> {
  const { object, memory } = pass;
  const request = requestOf(object);
  if (request !== undefined && request !== object.status.lastHandledRequest) {
    const listed = (object.status.resources ?? []).map(entry => entry.id);
    memory.ledger.expire([
      ...wantsOf(want).map(item => item.id),
      ...listed,
      ...(isAdopted(want.endpoint) ? [] : [want.endpoint.subnetId]),
      ...(want.zones?.zoneIds ?? []),
      deletedWorkspacesId(want),
    ]);
    memory.asked.delete(object.metadata.uid);
    forgetMeasured(memory, object.metadata.uid);
  }
  return observe(want, pass);
}

const contextOf = (object: PmsObject, want: Desired, seen: Observed): PassContext => ({
  object,
  before: object.status.conditions ?? [],
  recordsBefore: object.status.records,
  want,
  seen,
});

/** Only looks. What owns nothing needs no finalizer: its deletion has nothing to do. */
async function planOnly(pass: Pass): Promise<Outcome> {
  const { world } = pass;
  const isGuarded = pass.object.metadata.finalizers.includes(FINALIZER);
  const isOwner = (pass.object.status.resources ?? []).length > 0;
  const object = isGuarded && !isOwner ? await leave(pass.object, pass) : pass.object;
  const want = desire(object, world.installation);
  const seen = await look(want, { ...pass, object });
  const summary = summarizePlan(forecast(want, seen, world.rules), contextOf(object, want, seen));
  await store(summary, object, pass);
  return summary.requeueAfterMs === undefined ? { is: 'Again' } : { is: 'Again', afterMs: summary.requeueAfterMs };
}

const isFinished = (steps: Plan, { seen }: PassContext): boolean =>
  steps.mode === 'teardown' && seen.inventory.length === 0 && steps.steps.every(step => step.verdict.state === 'Ready');

/**
 * What is about to be made is written down first: the inventory before the first PUT of each resource, the records
 * before they are published. A crash then leaves nothing behind that a deletion would not know of.
 */
async function writeDown(steps: Plan, context: PassContext, { world, signal }: Pass): Promise<PassContext> {
  const { seen, object } = context;
  const actions = actionsOf(steps);
  const { generation } = object.metadata;
  const inventory = beforeActions(seen.inventory, actions, { now: seen.now, generation });
  const isNewRecords = actions.some(
    action => action.verb === 'publish' && recordsHash(action.records.records) !== object.status.recordsHash,
  );
  const isSame = inventory.every((entry, index) => entry === seen.inventory[index]);
  if (isSame && inventory.length === seen.inventory.length && !isNewRecords) return context;
  const stored = await world.cluster.applyStatus(object, statusOf(steps, context, inventory), signal);
  return { ...context, object: stored, seen: { ...seen, inventory } };
}

async function suspended(pass: Pass): Promise<Outcome> {
  const summary = summarizeSuspended(pass.object, pass.now);
  await store(summary, pass.object, pass);
  // Nothing is due: the edit that ends the suspension wakes the object.
  return { is: 'Again', afterMs: SUSPENDED_LOOK_MS };
}

const SUSPENDED_LOOK_MS = 3_600_000;

async function store(summary: Summary, object: PmsObject, { world, storeSignal }: Pass): Promise<void> {
  const stored = sameStatus(object.status, summary.status)
    ? object
    : await world.cluster.applyStatus(object, summary.status, storeSignal);
  for (const event of summary.events) world.cluster.emit(stored, event);
}
