/**
 * What a write tells without another call: the ledger learns what the answer shows, and what must be read again since it
 * changes elsewhere. src/controller/execute.ts alone uses it.
 */

import { isSucceeded } from '../domain/converge.ts';
import type { Desired } from '../domain/desire.ts';
import type { ActionResult } from '../domain/events.ts';
import { type Failure, isInDoubt } from '../domain/failures.ts';
import { endpointOfGroup, idKey, sameId, scopeOfLink } from '../domain/names.ts';
import type { ArmId } from '../domain/resources.ts';
import type { WriteAnswer } from '../ports.ts';
import { keeping, type Subject } from './look.ts';
import { readNeighbours } from './neighbours.ts';
import { pollMs } from './polling.ts';
import { zoneGroupsId } from './read-zones.ts';
import type { Pass } from './world.ts';

/** One write to Azure, and how it is sent. */
export interface Write {
  readonly subject: Subject;
  readonly verb: 'create' | 'update' | 'delete';
  readonly send: () => Promise<WriteAnswer>;
}

/**
 * A scope that answered 404 a moment ago, and that we have made, links nothing yet: neither its list nor our links need
 * be asked for. A refused link asks.
 */
export function noteNewScope(id: ArmId, want: Desired, pass: Pass): void {
  const { ledger } = pass.memory;
  const { intervalMs: resyncMs, links } = want;
  ledger.record({ id: `${id}/scopedResources`, settled: () => true, pollMs: () => 0, resyncMs }, []);
  for (const { key, kind, id: linkId } of links) {
    if (ledger.peek(linkId) === undefined) ledger.record(keeping({ key, kind, id: linkId }, pass, resyncMs), undefined);
  }
}

/** What a refusal says about what we have read. */
export function noteRefusal(subject: Subject, failure: Failure, { memory: { ledger } }: Pass): void {
  // An answer that was lost: the resource itself has to be asked.
  if (isInDoubt(failure)) ledger.touch(subject.id);
  // A link to the same workspace that we did not know of is in the list.
  if (subject.kind === 'scopedResource') ledger.touch(`${scopeOfLink(subject.id)}/scopedResources`);
  // Nor of a group that the endpoint has already.
  if (subject.kind === 'zoneGroup') ledger.touch(zoneGroupsId(endpointOfGroup(subject.id)));
}

/** When the work that a write has begun is to be looked at. */
export function started({ kind, id }: Subject, { memory, world }: Pass): ActionResult['outcome'] {
  const dueAt = memory.ledger.dueAt(id);
  const retryAfterMs = dueAt === undefined ? pollMs(kind)(1) : Math.max(0, dueAt - world.clock.now());
  return { is: 'Started', retryAfterMs };
}

/** Whether the answer shows the work as done. */
export const isSettledAnswer = (verb: string, { body, operation }: WriteAnswer): boolean =>
  body === undefined ? verb === 'delete' && operation === undefined : isSucceeded(body.provisioningState);

/** What the answer tells stands in the ledger; what it changes elsewhere is read again. */
export function note({ subject, verb }: Write, answer: WriteAnswer, want: Desired, pass: Pass): void {
  const { ledger } = pass.memory;
  if (answer.body === undefined) ledger.touch(subject.id);
  else ledger.record(keeping(subject, pass, want.intervalMs), answer.body);
  if (subject.kind === 'zoneGroup') ledger.touch(zoneGroupsId(endpointOfGroup(subject.id)));
  if (subject.kind !== 'scopedResource') return;
  if (verb === 'delete') ledger.touch(`${scopeOfLink(subject.id)}/scopedResources`);
  const target = want.links.find(link => link.key === subject.key)?.targetId;
  // Nobody knows the names of a component: they are looked out for.
  if (want.components.some(({ id }) => sameId(id, target))) expectOtherNames(want, pass);
}

/** Azure takes names off the scope's endpoints, or puts them on, some time after the link has changed. */
function expectOtherNames({ scope }: Desired, { memory, now }: Pass): void {
  memory.membersChangedAt.set(idKey(scope.id), now);
}

/** Also on the endpoints that others publish. */
export function expectFewerNames(want: Desired, pass: Pass): void {
  expectOtherNames(want, pass);
  for (const { uses, owner } of readNeighbours(pass)) if (uses.has(idKey(want.scope.id))) pass.wake(owner);
}
