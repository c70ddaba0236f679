/**
 * The pauses between two tries: their bounds at every step, whatever chance and the server say.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createBackoff } from '../../src/kubernetes/backoff.ts';
import { virtualClock } from '../simulator/virtual-clock.ts';

const pauses = (random: () => number, count: number, askedMs?: number): readonly number[] => {
  const clock = virtualClock();
  const backoff = createBackoff(clock, random);
  return Array.from({ length: count }, () => {
    const pause = backoff.next(askedMs);
    clock.advance(pause);
    return pause;
  });
};

test('they go from 0.8 to 30 s, by doubling, spread by half', () => {
  assert.deepEqual(
    pauses(() => 0, 8),
    [800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000, 15_000],
  );
  const most = pauses(() => 0.999_999, 8);
  assert.deepEqual(most, [1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000, 30_000]);
});

test('whatever chance says, none is shorter than 0.8 s or longer than 30 s: nothing spins, nothing is given up', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }), chances => {
      let turn = 0;
      const random = () => chances[turn++ % chances.length] ?? 0;
      for (const pause of pauses(random, 50)) assert.ok(pause >= 800 && pause <= 30_000, `${pause}`);
    }),
  );
});

test('what the server asks for is waited for, five minutes at most', () => {
  assert.deepEqual(
    pauses(() => 0, 2, 45_000),
    [45_000, 45_000],
  );
  assert.deepEqual(
    pauses(() => 0, 1, 86_400_000),
    [300_000],
  );
});
