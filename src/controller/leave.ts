/**
 * An object that is done with Azure goes: its finalizer comes off, after that of what tells its namespace's identity when
 * nobody else needs that. In this order a crash leaves an object that has nothing to do, never a credential that nobody
 * lets go. src/controller/reconcile.ts alone runs it.
 */
import { FINALIZER } from '../domain/names.ts';
import type { PmsObject } from '../domain/object.ts';
import type { Pass } from './world.ts';

/** The object without our finalizer. Throws as `Cluster.setFinalizer` and `Identities.leave`. */
export async function leave(object: PmsObject, { world, signal, wake }: Pass): Promise<PmsObject> {
  const { namespace, uid } = object.metadata;
  const go = () => world.cluster.setFinalizer(object, false, signal);
  if (world.identities === undefined) return go();
  const inNeed = () =>
    world.cluster
      .objects()
      .filter(({ metadata }) => metadata.namespace === namespace && metadata.uid !== uid)
      .filter(({ metadata }) => metadata.finalizers.includes(FINALIZER));
  let wasLast = false;
  const isLast = () => {
    wasLast = inNeed().length === 0;
    return wasLast;
  };
  const gone = await world.identities.leave(namespace, { isLast, go }, signal);
  // One that came meanwhile may have seen the credential while it was still held: its next pass holds it again.
  if (wasLast) for (const { metadata } of inNeed()) wake(metadata);
  return gone;
}
