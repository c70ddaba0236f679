/**
 * What a difference between wanted and found is, and the comparisons that several kinds share. Pure; src/domain/diff.ts
 * and its parts use it.
 */
import type { Reason } from './reasons.ts';
import type { Change, Tags } from './resources.ts';

/** A difference that no write of ours may repair. */
export interface Obstacle extends Change {
  readonly reason: Reason;
  readonly remedy: string;
}

export interface Differences {
  /** Fields that a write repairs. */
  readonly changes: readonly Change[];
  readonly obstacles: readonly Obstacle[];
}

/** One difference; what is not there is told as `(none)`. */
export const change = (field: string, found: unknown, wanted: unknown): Change => ({
  field,
  found: found === undefined ? '(none)' : String(found),
  wanted: String(wanted),
});

const FROZEN = {
  reason: 'ImmutableDifference',
  remedy: 'Azure cannot change it: use another name, or delete the resource',
} as const;

/** A difference that Azure cannot change. */
export const frozen = (field: string, found: unknown, wanted: unknown): Obstacle => ({
  ...change(field, found, wanted),
  ...FROZEN,
});

/** `Japan East` and `japaneast` are one region. */
export const regionKey = (location: string): string => location.toLowerCase().replaceAll(' ', '');

/** Tags that are asked for and not there; other tags are not looked at. */
export function diffTags(want: Tags, found: Tags): readonly Change[] {
  const byName = new Map(Object.entries(found).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.entries(want)
    .filter(([name, value]) => byName.get(name.toLowerCase()) !== value)
    .map(([name, value]) => change(`tags.${name}`, byName.get(name.toLowerCase()), value));
}
