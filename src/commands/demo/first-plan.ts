/**
 * The plan as it stands before anything is done. Reads Azure through the memory that the controller goes on with, so
 * that its first pass need not ask again. The demo uses it.
 */
import { observe } from '../../controller/observe.ts';
import type { Memory, World } from '../../controller/world.ts';
import { desire } from '../../domain/desire.ts';
import type { PmsObject } from '../../domain/object.ts';
import { plan } from '../../domain/plan.ts';
import type { Plan } from '../../domain/steps.ts';

/** What a pass over the object would do now. Writes nothing; throws only the signal's reason. */
export async function firstPlan(world: World, memory: Memory, object: PmsObject, signal: AbortSignal): Promise<Plan> {
  const want = desire(object, world.installation);
  const signals = { signal, writeSignal: signal, storeSignal: signal };
  const pass = { world, memory, object, now: world.clock.now(), ...signals, wake: () => {} };
  return plan(want, await observe(want, pass), world.rules);
}
