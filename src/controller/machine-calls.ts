/**
 * Single reads and writes on machines: each write is looked at for a moment, and what is learned goes into the ledger.
 * src/controller/execute-machines.ts alone uses it.
 */
import type { Failure } from '../domain/failures.ts';
import type { Association } from '../domain/machine-resources.ts';
import { idKey } from '../domain/names.ts';
import type { ArmId } from '../domain/resources.ts';
import type { MachineWriteAnswer } from '../ports-machines.ts';
import { noteAssociation } from './machine-memory.ts';
import { askerOf, type Pass } from './world.ts';

/** A write that is not done yet, or was refused: what comes after it must wait. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
  readonly failure: Failure | undefined;

  constructor(failure?: Failure) {
    super(failure?.message ?? 'not answered yet');
    this.failure = failure;
  }
}

/** The machine waits, not those beside it. */
export const holdBack = (machineId: ArmId, failure: Failure, { memory, object }: Pass): void =>
  memory.writes.holdBack(machineId, { verb: 'update', asker: askerOf(object), failure });

/** One association by a GET; `undefined` on 404. */
export async function readAssociation(id: ArmId, { world, memory, signal }: Pass): Promise<Association | undefined> {
  const found = await world.azure.association(id, signal);
  noteAssociation(memory.ledger, id, found);
  return found;
}

/** One PUT. Throws as `send`. */
export async function associate(association: Association, pass: Pass): Promise<void> {
  const { machineId: _, ...asked } = association;
  await send(association.id, 'create', () => pass.world.azure.associate(asked, pass.writeSignal), pass);
  noteAssociation(pass.memory.ledger, association.id, association);
}

/** One DELETE. Throws as `send`. */
export async function dissociate(id: ArmId, pass: Pass): Promise<void> {
  await send(id, 'delete', () => pass.world.azure.dissociate(id, pass.writeSignal), pass);
  noteAssociation(pass.memory.ledger, id, undefined);
}

/** One write, looked at for a moment. Throws StoppedError when it was not answered in that time, or refused. */
export async function send(
  id: ArmId,
  verb: 'create' | 'delete',
  ask: () => Promise<MachineWriteAnswer>,
  pass: Pass,
): Promise<void> {
  const { writes } = pass.memory;
  const asker = askerOf(pass.object);
  const state = writes.stateOf(id, asker);
  if (state?.is === 'InFlight' && writes.isInFlight(id)) throw new StoppedError();
  if (state?.is === 'HeldOff') throw new StoppedError(state.failure);
  const submitted = await writes.submit({
    id: idKey(id),
    verb,
    asker,
    send: ask,
    answered: () => {},
    refused: () => {},
    late: () => pass.wake(pass.object.metadata),
  });
  if (submitted.is === 'InFlight') throw new StoppedError();
  if (submitted.is === 'Failed') throw new StoppedError(submitted.failure);
  // Associations are done with the answer; of an extension its own state tells.
  if (submitted.answer.operation === undefined) writes.forget(id);
}
