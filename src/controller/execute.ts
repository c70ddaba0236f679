/**
 * Sends one wave of actions. Each write to Azure is preceded by a fresh read where something is there already, sent
 * once, looked at for about two seconds and then left running; its failure is a result, never an exception.
 */
import { isOurs, isSucceeded } from '../domain/converge.ts';
import type { Desired } from '../domain/desire.ts';
import { differences } from '../domain/diff.ts';
import type { ActionResult } from '../domain/events.ts';
import { type Failure, failureOf, waiting } from '../domain/failures.ts';
import { idKey, ownerKey, scopeOfLink } from '../domain/names.ts';
import type { ArmId, Kind, Resource, Want } from '../domain/resources.ts';
import type { Action, Plan } from '../domain/steps.ts';
import type { WriteAnswer } from '../ports.ts';
import { keeping, type Subject } from './look.ts';
import { askerOf, type Pass } from './world.ts';

type Outcome = ActionResult['outcome'];

const DONE: Outcome = { is: 'Done' };
const STARTED: Outcome = { is: 'Started' };
const failedWith = (failure: Failure): Outcome => ({ is: 'Failed', failure });

export const actionsOf = (plan: Plan): readonly Action[] => plan.steps.flatMap(step => step.verdict.actions);

/** All actions of the plan, in parallel; the plan itself keeps apart what must not run together. */
export const execute = (plan: Plan, want: Desired, pass: Pass): Promise<readonly ActionResult[]> =>
  Promise.all(actionsOf(plan).map(async action => ({ action, outcome: await run(action, want, pass) })));

async function run(action: Action, want: Desired, pass: Pass): Promise<Outcome> {
  try {
    return await dispatch(action, want, pass);
  } catch (thrown) {
    pass.signal.throwIfAborted();
    return failedWith(failureOf(thrown));
  }
}

async function dispatch(action: Action, want: Desired, pass: Pass): Promise<Outcome> {
  switch (action.verb) {
    case 'create':
      return create(action.want, want, pass);
    case 'update':
      return update(action.want, want, pass);
    case 'delete':
      return remove(action, want, pass);
    case 'publish':
      await publish(want, action.records.records, pass);
      return DONE;
    case 'unpublish':
      await publish(want, [], pass);
      return DONE;
    case 'adopt':
    case 'forget':
      // The inventory alone changes; `summarize` writes it.
      return DONE;
  }
}

async function publish(want: Desired, records: Parameters<typeof claimOf>[1], pass: Pass): Promise<void> {
  await pass.world.targets.find(want.dns.target)?.publish(claimOf(want, records), pass.signal);
}

const claimOf = (
  want: Desired,
  records: readonly { name: string; addresses: readonly string[]; shared: boolean }[],
) => ({
  owner: ownerKey(want.owner),
  records,
});

function create(wanted: Want, want: Desired, pass: Pass): Promise<Outcome> {
  const subject = { key: wanted.key, kind: wanted.kind, id: wanted.id };
  const send = () => pass.world.azure.create(wanted, pass.writeSignal);
  return submit({ subject, verb: 'create', send }, want, pass);
}

async function update(wanted: Want, want: Desired, pass: Pass): Promise<Outcome> {
  const subject = { key: wanted.key, kind: wanted.kind, id: wanted.id };
  const body = await fresh(subject, want, pass);
  // The plan may rest on an older reading: what is not due any more is not written.
  if (body === undefined || !isOurs(body, want.owner)) return DONE;
  const { changes } = differences(wanted, body);
  if (changes.length === 0) return DONE;
  const send = () => pass.world.azure.update(wanted, changes, pass.writeSignal);
  return submit({ subject, verb: 'update', send }, want, pass);
}

async function remove(action: { key: string; kind: Kind; id: ArmId }, want: Desired, pass: Pass): Promise<Outcome> {
  const body = await fresh(action, want, pass);
  if (body === undefined || !isOurs(body, want.owner)) return DONE;
  const send = () => pass.world.azure.remove(action.kind, action.id, pass.writeSignal);
  return submit({ subject: action, verb: 'delete', send }, want, pass);
}

/** The resource as it is now: read in this pass, or read again. */
async function fresh(subject: Subject, want: Desired, pass: Pass): Promise<Resource | undefined> {
  const { ledger } = pass.memory;
  const known = ledger.peek<Resource>(subject.id);
  if (known?.is === 'present' && ledger.readAt(subject.id) >= pass.now) return known.body;
  const body = await pass.world.azure.get(subject.kind, subject.id, pass.signal);
  ledger.record(keeping(subject, pass, want.intervalMs), body);
  return body;
}

/** Azure takes one link write of a scope at a time, also across objects (terraform-provider-azurerm#22236). */
function linkBusy(subject: Subject, { memory }: Pass): boolean {
  if (subject.kind !== 'scopedResource') return false;
  const links = `${scopeOfLink(subject.id)}/scopedResources`;
  return memory.writes.anyInFlightUnder(links) || memory.ledger.unsettledUnder(links).length > 0;
}

interface Write {
  readonly subject: Subject;
  readonly verb: 'create' | 'update' | 'delete';
  readonly send: () => Promise<WriteAnswer>;
}

async function submit(write: Write, want: Desired, pass: Pass): Promise<Outcome> {
  const { subject, verb, send } = write;
  const { writes } = pass.memory;
  if (writes.isInFlight(subject.id)) return STARTED;
  if (linkBusy(subject, pass)) {
    return failedWith(waiting('Conflict', 'another link of this scope is being written', 1_000));
  }
  const submitted = await writes.submit({
    id: subject.id,
    verb,
    asker: askerOf(pass.object),
    send,
    answered: answer => note(write, answer, want, pass),
    late: () => pass.wake(pass.object.metadata),
  });
  if (submitted.is === 'Failed') return failedWith(submitted.failure);
  const settled = submitted.is === 'Answered' && isSettledAnswer(verb, submitted.answer);
  return settled ? DONE : STARTED;
}

const isSettledAnswer = (verb: string, { body, operation }: WriteAnswer): boolean =>
  body === undefined ? verb === 'delete' && operation === undefined : isSucceeded(body.provisioningState);

/** What the answer tells stands in the ledger; what it changes elsewhere is read again. */
function note({ subject, verb }: Write, answer: WriteAnswer, want: Desired, pass: Pass): void {
  const { ledger } = pass.memory;
  if (answer.body === undefined) ledger.touch(subject.id);
  else ledger.record(keeping(subject, pass, want.intervalMs), answer.body);
  if (subject.kind === 'scopedResource' && verb === 'delete') {
    ledger.touch(`${scopeOfLink(subject.id)}/scopedResources`);
    ledger.touch(want.endpoint.id);
    // Azure takes the names off the endpoint some time after the link is gone.
    pass.memory.unlinkedAt.set(idKey(want.endpoint.id), pass.now);
  }
}
