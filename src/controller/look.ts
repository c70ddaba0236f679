/**
 * One look at one Azure resource: through the ledger, with what is known of our own last write to it.
 */
import { graceLeftMs, isFailedState, isSucceeded, nameOf } from '../domain/converge.ts';
import { failed } from '../domain/failures.ts';
import { ABSENT, type Reading, type Sight } from '../domain/observed.ts';
import type { ArmId, Kind, Resource, ResourceOf } from '../domain/resources.ts';
import type { Look } from './ledger.ts';
import { isSettled, pollMs } from './polling.ts';
import { askerOf, type Pass } from './world.ts';

export interface Subject<K extends Kind = Kind> {
  readonly key: string;
  readonly kind: K;
  readonly id: ArmId;
}

/** How a resource of a kind is kept in the ledger. */
export function keeping<K extends Kind>(
  subject: Subject<K>,
  pass: Pass,
  resyncMs: number,
): Omit<Look<ResourceOf<K>>, 'load'> {
  return {
    id: subject.id,
    settled: body =>
      body === undefined ? !expected(subject, pass) : isSettled(body) && !pass.memory.writes.isDeleting(subject.id),
    pollMs: pollMs(subject.kind),
    resyncMs,
  };
}

/** The resource as Azure shows it, or showed it when nothing can have changed since. */
export async function lookAt<K extends Kind>(
  subject: Subject<K>,
  pass: Pass,
  options: { readonly resyncMs: number; readonly notBefore?: number },
): Promise<Sight<ResourceOf<K>>> {
  const { ledger, writes } = pass.memory;
  const { id, kind } = subject;
  const reading = writes.isInFlight(id)
    ? (ledger.peek<ResourceOf<K>>(id) ?? ABSENT)
    : await ledger.look<ResourceOf<K>>({
        ...keeping(subject, pass, options.resyncMs),
        ...(options.notBefore === undefined ? {} : { notBefore: options.notBefore }),
        load: () => pass.world.azure.get(kind, id, pass.signal),
      });
  await reviewWrite(subject, reading, pass);
  const write = writes.stateOf(id, askerOf(pass.object));
  const unsettled = reading.is === 'present' && !isSettled(reading.body);
  return {
    reading,
    ...(write === undefined ? {} : { write }),
    ...(unsettled ? { unsettledSince: ledger.changedAt(id) } : {}),
  };
}

/** When (epoch ms) a resource is due for another look; `undefined` when it is settled. */
export function nextLookAt(subject: Subject, pass: Pass): number | undefined {
  const { ledger } = pass.memory;
  const dueAt = ledger.dueAt(subject.id);
  if (dueAt !== undefined || ledger.peek(subject.id)?.is !== 'absent') return dueAt;
  // Another object, which expects nothing, has seen the same absence last.
  return expected(subject, pass) ? pass.now + pollMs(subject.kind)(1) : undefined;
}

/** A 404 right after our own PUT: the resource is on its way. */
function expected(subject: Subject, { object, now, memory }: Pass): boolean {
  const write = memory.writes.stateOf(subject.id, askerOf(object));
  const sight: Sight = write === undefined ? { reading: ABSENT } : { reading: ABSENT, write };
  return graceLeftMs(subject.key, sight, { now, inventory: object.status.resources ?? [] }) > 0;
}

/** What the reading says about our last write: done, or failed in the background. */
async function reviewWrite(subject: Subject, reading: Reading<Resource>, pass: Pass): Promise<void> {
  const { writes, ledger } = pass.memory;
  const { id } = subject;
  if (writes.isInFlight(id) || reading.is === 'unread') return;
  if (reading.is === 'absent') {
    if (writes.isDeleting(id)) writes.forget(id);
    return;
  }
  const { provisioningState } = reading.body;
  if (!isFailedState(provisioningState)) writes.arrived(id);
  if (isSucceeded(provisioningState) && !writes.isDeleting(id)) writes.settled(id);
  if (!isFailedState(provisioningState) || !writes.wasAccepted(id)) return;
  const operation = writes.operationOf(id);
  const told = operation === undefined ? undefined : await reasonOf(operation, pass);
  const name = nameOf({ kind: subject.kind, name: reading.body.name });
  writes.fail(id, askerOf(pass.object), told ?? failed('ProvisioningFailed', `${name} ended as ${provisioningState}`));
  ledger.touch(id);
}

async function reasonOf(operation: string, { world, signal }: Pass) {
  try {
    return await world.azure.operationFailure(operation, signal);
  } catch {
    signal.throwIfAborted();
    // The reason is worth having, not worth failing for: the resource itself says that it failed.
    return undefined;
  }
}
