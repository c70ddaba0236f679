/**
 * A pass acts in Azure as whom its object may: with that identity's adapter and with what that identity has read and
 * written, and with nobody else's. src/controller/reconcile.ts alone runs it.
 */
import { desire } from '../domain/desire.ts';
import { ConflictError, type Failure, failureOf, PortError } from '../domain/failures.ts';
import type { Azure } from '../ports.ts';
import { type AzureMemory, createAzureMemory, type Memory, type Pass, type World } from './world.ts';

/**
 * Makes no call to Azure. A pass that may not act is told so by every call that it makes. Throws ConflictError when what
 * tells the identity changed meanwhile.
 */
export async function asItsIdentity(pass: Pass): Promise<Pass> {
  const { world, object, memory, signal } = pass;
  if (world.identities === undefined) return pass;
  try {
    const azure = await world.identities.of(object, desire(object, world.installation), signal);
    if (azure === world.azure) return pass;
    return { ...pass, world: { ...world, azure }, memory: { ...memory, ...memoryOf(azure, world, memory) } };
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof ConflictError) throw thrown;
    const azure = refusing(world.azure, failureOf(thrown));
    return { ...pass, world: { ...world, azure }, memory: { ...memory, ...createAzureMemory(world.clock) } };
  }
}

function memoryOf(azure: Azure, world: World, { ofOthers }: Memory): AzureMemory {
  const known = ofOthers.get(azure) ?? createAzureMemory(world.clock);
  ofOthers.set(azure, known);
  return known;
}

/** Sends nothing: every call fails in this way, also one that a later version adds. */
const refusing = (azure: Azure, failure: Failure): Azure =>
  new Proxy(azure, { get: () => () => Promise.reject(new PortError(failure)) });
