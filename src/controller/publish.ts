/**
 * Writes one object's records into a DNS target, or takes them out, and has those looked at who wait for a name that
 * may be free now. src/controller/execute.ts uses it.
 */
import type { Claim } from '../domain/merge.ts';
import type { PmsObject } from '../domain/object.ts';
import type { Pass } from './world.ts';

/** Throws what the target throws; a target that is no longer configured takes nothing. */
export async function publish(target: string, claim: Claim, pass: Pass): Promise<void> {
  const { world, signal, object, wake } = pass;
  await world.targets.find(target)?.publish(claim, signal);
  // The target calls nobody for a write of our own.
  for (const other of world.cluster.objects()) {
    if (other.metadata.uid !== object.metadata.uid && waitsFor(other, target)) wake(other.metadata);
  }
}

const waitsFor = ({ spec, status }: PmsObject, target: string): boolean =>
  (spec.dns?.target ?? 'default') === target &&
  (status.conditions ?? []).some(({ type, reason }) => type === 'RecordsPublished' && reason === 'NameConflict');
