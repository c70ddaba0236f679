/**
 * The demo of one object: a world that has what its manifest names, the object in it, and the plan as it stands before
 * anything is done. session.ts runs it.
 */
import type { PmsObject } from '../../domain/object.ts';
import type { Plan } from '../../domain/steps.ts';
import type { NewObject } from '../../manifest/manifest.ts';
import { firstPlan } from './first-plan.ts';
import { seedFor } from './seed.ts';
import { type DemoWorld, type DemoWorldOptions, startWorld } from './world.ts';

export interface DemoOptions extends Omit<DemoWorldOptions, 'seed' | 'target'> {
  readonly manifest: NewObject;
}

export interface Demo extends DemoWorld {
  /** As it was created; `cluster` has what became of it. */
  readonly object: PmsObject;
  readonly plan: Plan;
}

/** The name of the target that the object means. */
export const targetOf = ({ spec }: NewObject): string => spec.dns?.target ?? 'default';

/**
 * Starts the world, creates the object and plans; the controller runs only in `run`. Throws what `startWorld` throws;
 * then nothing is left running.
 */
export async function startDemo({ manifest, ...options }: DemoOptions, signal: AbortSignal): Promise<Demo> {
  const seed = seedFor(manifest.spec);
  const world = await startWorld({ ...options, seed, target: targetOf(manifest) }, signal);
  try {
    const object = world.cluster.create(manifest);
    const plan = await firstPlan(world.ports, world.memory, object, signal);
    return { ...world, object, plan };
  } catch (thrown) {
    await world.close();
    throw thrown;
  }
}
