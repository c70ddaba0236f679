/**
 * Sends one wave of actions. Each write to Azure is preceded by a fresh read where something is there already, sent
 * once, looked at for about two seconds and then left running; its failure is a result, never an exception.
 */
import { type AccessValues, accessChangeText, accessOf, isAccessible } from '../domain/access.ts';
import { changeText, isFailedState, isOurs, isOursToDelete, nameOf } from '../domain/converge.ts';
import type { Desired } from '../domain/desire.ts';
import { differences } from '../domain/diff.ts';
import type { ActionResult } from '../domain/events.ts';
import { type Failure, failed, failureOf, waiting } from '../domain/failures.ts';
import type { Claim } from '../domain/merge.ts';
import { labelOf, OWNER_TAG, ownerKey, sameId, scopeOfLink } from '../domain/names.ts';
import { concernedWith } from '../domain/neighbours.ts';
import { bodyOf } from '../domain/observed.ts';
import type { ArmId, MadeKind, Resource, Want } from '../domain/resources.ts';
import type { Action, Plan } from '../domain/steps.ts';
import type { WriteAnswer } from '../ports.ts';
import { runMachines } from './execute-machines.ts';
import {
  expectFewerNames,
  isSettledAnswer,
  note,
  noteNewScope,
  noteRefusal,
  started,
  type Write,
} from './execute-notes.ts';
import { writeExports } from './exports.ts';
import { keeping, type Subject } from './look.ts';
import { readNeighbours } from './neighbours.ts';
import { publish } from './publish.ts';
import { askerOf, type Pass } from './world.ts';

type Outcome = ActionResult['outcome'];

/** What was absent this long ago is absent: building takes about as long, and each GET counts. In milliseconds. */
const ABSENCE_HOLDS_MS = 60_000;

const DONE: Outcome = { is: 'Done' };
const IN_FLIGHT: Outcome = { is: 'Started' };
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
    case 'close':
    case 'open':
      return setAccess(action, want, pass);
    case 'untag':
      return untag(action, want, pass);
    case 'publish':
      await publish(want.dns.target, claimOf(want, action.records.records, action.reserved), pass);
      return DONE;
    case 'unpublish':
      await publish(action.target, claimOf(want, []), pass);
      return DONE;
    case 'export':
    case 'unexport':
      await writeExports(action, want, pass);
      return DONE;
    case 'forget':
      if (action.why === 'Deleted' && action.key.startsWith('scopedResource/')) expectFewerNames(want, pass);
      return DONE;
    case 'join':
    case 'leave':
      return runMachines(action, want, pass);
    case 'adopt':
    case 'note':
      // The inventory alone changes; `summarize` writes it.
      return DONE;
  }
}

const claimOf = (want: Desired, records: Claim['records'], reserved: Claim['reserved'] = []): Claim => ({
  owner: ownerKey(want.owner),
  records,
  reserved,
});

async function create(wanted: Want, want: Desired, pass: Pass): Promise<Outcome> {
  const subject = { key: wanted.key, kind: wanted.kind, id: wanted.id };
  // A list is a hint: what it does not show is asked for before it is made.
  const body = await fresh(subject, want, pass, ABSENCE_HOLDS_MS);
  // It turned up, or somebody was faster: the next pass judges what is there now.
  if (body !== undefined && !(isFailedState(body.provisioningState) && isOurs(body, want.owner))) return DONE;
  const send = async () => {
    const answer = await pass.world.azure.create(wanted, pass.writeSignal);
    if (body === undefined && wanted.kind === 'privateLinkScope' && answer.body) noteNewScope(wanted.id, want, pass);
    return answer;
  };
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
  return lasting(subject, changeText(changes), send, { want, pass });
}

/** An update that did not last is not sent again and again, at once. */
async function lasting(
  subject: Subject,
  text: string,
  update: () => Promise<WriteAnswer>,
  { want, pass }: { readonly want: Desired; readonly pass: Pass },
): Promise<Outcome> {
  const { writes } = pass.memory;
  const asker = askerOf(pass.object);
  const name = nameOf({ kind: subject.kind, name: labelOf(subject.id) });
  const undone = failed('UpdateIgnored', `${name}: ${text} is to do again: Azure ignored it, or somebody undid it`);
  if (writes.holdUndone(subject.id, asker, text, undone)) return failedWith(undone);
  const send = async () => {
    const answer = await update();
    writes.updated(subject.id, asker, text);
    return answer;
  };
  return submit({ subject, verb: 'update', send }, want, pass);
}

/** Only what is still as the plan saw it: a perimeter or a person may have come in between. */
async function setAccess(
  action: Extract<Action, { verb: 'close' | 'open' }>,
  want: Desired,
  pass: Pass,
): Promise<Outcome> {
  const body = await fresh(action, want, pass);
  if (body === undefined || !isAccessible(body)) return DONE;
  const found = accessOf(body);
  const due = action.changes.filter(change => found[change.access] === change.found);
  if (due.length === 0) return DONE;
  const values: AccessValues = Object.fromEntries(due.map(({ access, wanted }) => [access, wanted]));
  const send = () => pass.world.azure.setAccess(action, values, pass.writeSignal);
  const outcome = await lasting(action, accessChangeText(action.kind, due), send, { want, pass });
  // Whoever has a say in it too judges what there is now.
  const neighbours = readNeighbours(pass);
  for (const owner of concernedWith(action.id, { neighbours })) pass.wake(owner);
  return outcome;
}

async function remove(action: { key: string; kind: MadeKind; id: ArmId }, want: Desired, pass: Pass): Promise<Outcome> {
  const body = await fresh(action, want, pass);
  const entry = pass.object.status.resources?.find(({ key }) => key === action.key);
  if (body === undefined || entry === undefined || !isOursToDelete(body, entry, want.owner)) return DONE;
  const send = () => pass.world.azure.remove(action.kind, action.id, pass.writeSignal);
  return submit({ subject: action, verb: 'delete', send }, want, pass);
}

async function untag(action: { key: string; kind: MadeKind; id: ArmId }, want: Desired, pass: Pass): Promise<Outcome> {
  const body = await fresh(action, want, pass);
  if (body === undefined || !isOurs(body, want.owner)) return DONE;
  const send = () => pass.world.azure.untag(action.kind, action.id, OWNER_TAG, pass.writeSignal);
  return submit({ subject: action, verb: 'update', send }, want, pass);
}

/** The resource as it is now: read in this pass, or at most `maxAgeMs` before it, or read again. */
async function fresh(subject: Subject, want: Desired, pass: Pass, maxAgeMs = 0): Promise<Resource | undefined> {
  const { ledger } = pass.memory;
  const known = ledger.peek<Resource>(subject.id);
  if (known !== undefined && ledger.readAt(subject.id) >= pass.now - maxAgeMs) return bodyOf(known);
  const body = await pass.world.azure.get(subject.kind, subject.id, pass.signal);
  ledger.record(keeping(subject, pass, want.intervalMs), body);
  return body;
}

/** Azure takes one link write of a scope at a time, also across objects (terraform-provider-azurerm#22236). */
function linkBusy({ kind, id }: Subject, { memory }: Pass): boolean {
  if (kind !== 'scopedResource') return false;
  const links = `${scopeOfLink(id)}/scopedResources`;
  const unsettled = memory.ledger.unsettledUnder(links).filter(other => !sameId(other, id));
  return unsettled.length > 0 || memory.writes.anyGoingOnUnder(links, id);
}

async function submit(write: Write, want: Desired, pass: Pass): Promise<Outcome> {
  const { subject, verb, send } = write;
  const { writes } = pass.memory;
  if (writes.isInFlight(subject.id)) return IN_FLIGHT;
  if (linkBusy(subject, pass)) {
    const busy = waiting('Conflict', 'another link of this scope is being written', 1_000);
    // Nothing was sent: what is absent is absent, and is asked for again soon.
    writes.holdBack(subject.id, { verb, asker: askerOf(pass.object), failure: busy });
    return failedWith(busy);
  }
  const submitted = await writes.submit({
    id: subject.id,
    verb,
    asker: askerOf(pass.object),
    send,
    answered: answer => note(write, answer, want, pass),
    refused: failure => noteRefusal(subject, failure, pass),
    late: () => pass.wake(pass.object.metadata),
  });
  if (submitted.is === 'Failed') return failedWith(submitted.failure);
  if (submitted.is === 'InFlight') return IN_FLIGHT;
  return isSettledAnswer(verb, submitted.answer) ? DONE : started(subject, pass);
}
