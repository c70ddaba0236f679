/**
 * The story of a scenario, line by line: what somebody did, what the operator said to it, what can be seen from outside,
 * what the cure is. Types and text alone; stage.ts tells it.
 */
import type { ConditionType } from '../../../domain/steps.ts';
import { type Line, plain, type Style, styled } from '../paint.ts';

/** One line of the story; what `-o json` lists. */
export type Told =
  | { readonly kind: 'done' | 'seen' | 'cure'; readonly text: string }
  | {
      readonly kind: 'told';
      readonly object: string;
      readonly condition: ConditionType | 'Ready';
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }
  | {
      readonly kind: 'event';
      readonly object: string;
      readonly type: string;
      readonly reason: string;
      readonly message: string;
    };

const STYLE = { done: 'bold', seen: 'dim', cure: 'green', told: 'yellow', event: 'yellow' } as const satisfies Record<
  Told['kind'],
  Style
>;
const KIND_COLUMN = 7;

/**
 * `told   plant-b RecordsPublished=False NameConflict: ...`; what does not fit goes on below itself. `before` has the lines
 * above it: what they say is not said twice.
 */
export function storyLine(told: Told, before: readonly Told[] = []): Line {
  const head = styled(STYLE[told.kind], `  ${told.kind.padEnd(KIND_COLUMN)}`);
  if (told.kind === 'told') {
    const { object, condition, status, reason, message } = told;
    // Then its message repeats those of all the others.
    const isAll = condition === 'Ready' && status === 'True';
    return [head, plain(isAll ? `${object} Ready=True` : `${object} ${condition}=${status} ${reason}: ${message}`)];
  }
  if (told.kind === 'event') {
    const { object, type, reason, message } = told;
    const isKnown = before.some(line => line.kind === 'told' && line.object === object && line.message === message);
    return [head, plain(`${object} ${type} ${reason}: ${isKnown ? 'the same words' : message}`)];
  }
  return [head, plain(told.text)];
}
