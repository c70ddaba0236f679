/**
 * Plays a scenario on the demo's world: does what people do, waits until the operator has told what it should, and
 * writes both down as a story. What is not told in time ends the scenario. Knows no scenario.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { REQUEST_ANNOTATION } from '../../../domain/names.ts';
import type { Condition, PmsObject } from '../../../domain/object.ts';
import type { ConditionType } from '../../../domain/steps.ts';
import type { NewObject } from '../../../manifest/manifest.ts';
import type { Clock } from '../../../ports.ts';
import type { ObjectChange } from '../cluster.ts';
import { conditionOf } from '../progress.ts';
import type { DemoWorld } from '../world.ts';
import type { Told } from './story.ts';

/** The scenario went another way; the message says what was expected and what was found. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** What a condition or an event is expected to say. */
export interface Expected {
  readonly reason: string;
  /** Found in the message. */
  readonly says?: RegExp;
}

export interface Stage {
  readonly world: DemoWorld;
  /** Creates one of the scenario's objects. */
  apply(name: string, text: string): void;
  /** Somebody does something; what was told before counts no more. */
  done(text: string, act?: () => unknown): Promise<void>;
  /** The same, for what sets it right. */
  cure(text: string, act: () => unknown): Promise<void>;
  /** Has the operator look at once instead of at the next resync. */
  lookNow(name: string): void;
  remove(name: string): void;
  /** Waits until a condition of the object changes to this. Throws ScenarioError when it does not in time. */
  told(
    name: string,
    condition: ConditionType | 'Ready',
    status: Condition['status'],
    expected: Expected,
  ): Promise<void>;
  /** Waits until an event of this kind was recorded. Throws ScenarioError when it was not in time. */
  event(name: string, expected: Expected): Promise<void>;
  /** What everybody can see now. Throws ScenarioError when it is not so. */
  seen(text: string, isSo: () => boolean | Promise<boolean>): Promise<void>;
  /** The same, for what takes its time. Throws ScenarioError when it does not come in time. */
  comes(text: string, isSo: () => boolean): Promise<void>;
  /** The object as it is. Throws ScenarioError when it is not there. */
  object(name: string): PmsObject;
}

export interface StageOptions {
  readonly world: DemoWorld;
  readonly objects: readonly NewObject[];
  readonly clock: Clock;
  /** For each thing that is waited for, in ms. */
  readonly deadlineMs: number;
  readonly tell: (told: Told) => void;
}

interface Change {
  readonly object: string;
  readonly condition: Condition;
}

const TICK_MS = 20;

/** Every call of it ends with the signal. */
export function createStage({ world, objects, clock, deadlineMs, tell }: StageOptions, signal: AbortSignal): Stage {
  /** Condition changes, those of one write in one list. A condition may be gone before anybody looks. */
  const writes: (readonly Change[])[] = [];
  let [from, since] = [0, clock.now()];
  world.cluster.watch(change => void writes.push(changesOf(change)));
  const mark = () => {
    [from, since] = [writes.length, clock.now()];
  };

  const object: Stage['object'] = name => {
    const found = world.cluster.objects().find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new ScenarioError(`${name} is not there`);
    return found;
  };

  const until = async <T>(find: () => T | undefined, otherwise: () => string): Promise<T> => {
    const deadlineAt = clock.now() + deadlineMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (clock.now() >= deadlineAt) throw new ScenarioError(`not told in time: ${otherwise()}`);
      await delay(TICK_MS, undefined, { signal });
    }
  };

  const act = (kind: 'done' | 'cure') => async (text: string, work?: () => unknown) => {
    mark();
    await work?.();
    tell({ kind, text });
  };

  return {
    world,
    object,
    apply: (name, text) => {
      const added = objects.find(({ metadata }) => metadata.name === name);
      if (added === undefined) throw new ScenarioError(`the scenario has no object ${name}`);
      mark();
      world.cluster.create(added);
      tell({ kind: 'done', text });
    },
    done: act('done'),
    cure: act('cure'),
    lookNow: name => {
      world.cluster.annotate(object(name).metadata, { [REQUEST_ANNOTATION]: new Date(clock.now()).toISOString() });
    },
    remove: name => world.cluster.remove(object(name).metadata),
    told: async (name, type, status, { reason, says = /./ }) => {
      const isIt = (change: Change) =>
        change.object === name &&
        change.condition.type === type &&
        change.condition.status === status &&
        change.condition.reason === reason &&
        says.test(change.condition.message);
      const at = await until(
        () => {
          const found = writes.findIndex((write, index) => index >= from && write.some(isIt));
          return found < 0 ? undefined : found;
        },
        () => `${name} ${type}=${status} ${reason}; it says ${saying(world, name, type)}`,
      );
      from = at;
      const { message } = writes[at]?.find(isIt)?.condition ?? { message: '' };
      tell({ kind: 'told', object: name, condition: type, status, reason, message });
    },
    event: async (name, { reason, says = /./ }) => {
      const { metadata } = object(name);
      const { type, note } = await until(
        () =>
          world.cluster
            .events(metadata)
            .find(event => event.reason === reason && event.lastAt >= since && says.test(event.note)),
        () => `an event ${reason} of ${name}`,
      );
      tell({ kind: 'event', object: name, type, reason, message: note });
    },
    comes: async (text, isSo) => {
      await until(
        () => (isSo() ? true : undefined),
        () => text,
      );
      tell({ kind: 'seen', text });
    },
    seen: async (text, isSo) => {
      if (!(await isSo())) throw new ScenarioError(`not so: ${text}`);
      tell({ kind: 'seen', text });
    },
  };
}

/** The conditions that a write made different. */
function changesOf({ before, after }: ObjectChange): readonly Change[] {
  if (after === undefined) return [];
  return (after.status.conditions ?? [])
    .filter(condition => {
      const known = before && conditionOf(before, condition.type);
      return (
        known?.status !== condition.status || known.reason !== condition.reason || known.message !== condition.message
      );
    })
    .map(condition => ({ object: after.metadata.name, condition }));
}

function saying(world: DemoWorld, name: string, type: string): string {
  const found = world.cluster.objects().find(({ metadata }) => metadata.name === name);
  const condition = found && conditionOf(found, type);
  return condition === undefined ? 'nothing' : `${condition.status} ${condition.reason}: ${condition.message}`;
}
