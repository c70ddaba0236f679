/**
 * When a run of the demo has come to an end that can be told, and which. Pure; src/commands/demo.ts waits for it.
 */
import type { PmsObject } from '../../domain/object.ts';
import { conditionOf } from './progress.ts';

export interface Outcome {
  readonly ready: boolean;
  /** For a person: the condition's reason and message. */
  readonly text: string;
}

/** Ready, stuck or suspended; `undefined` while anything still moves. */
export function outcomeOf(object: PmsObject): Outcome | undefined {
  const ready = conditionOf(object, 'Ready');
  const stalled = conditionOf(object, 'Stalled');
  if (ready === undefined || ready.observedGeneration !== object.metadata.generation) return undefined;
  if (ready.status === 'True') return { ready: true, text: ready.message };
  if (ready.reason === 'Suspended') return { ready: false, text: whyNot(object) };
  return stalled?.status === 'True' ? { ready: false, text: whyNot(object) } : undefined;
}

/** Why the object is not Ready, in one line. */
export function whyNot(object: PmsObject): string {
  const told = [conditionOf(object, 'Stalled'), conditionOf(object, 'Ready')];
  const [condition] = told.filter(each => each !== undefined && each.reason !== 'Progressing');
  return condition === undefined ? 'nothing was looked at yet' : `${condition.reason}: ${condition.message}`;
}
