/**
 * The clock that can be moved and stopped, on top of another one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movableClock } from '../../src/simulator/clock.ts';
import { virtualClock } from './virtual-clock.ts';

test('it goes as its base does, and timers fire with it', () => {
  const base = virtualClock(1_000);
  const clock = movableClock(base);
  const fired: number[] = [];
  clock.after(500, () => fired.push(clock.now()));
  base.advance(499);
  assert.deepEqual(fired, []);
  base.advance(1);
  assert.deepEqual(fired, [1_500]);
});

test('moved forward, everything due fires in order at its own time, also what that adds', () => {
  const base = virtualClock(0);
  const clock = movableClock(base);
  const fired: string[] = [];
  clock.after(300, () => fired.push(`b${clock.now()}`));
  clock.after(100, () => {
    fired.push(`a${clock.now()}`);
    clock.after(100, () => fired.push(`c${clock.now()}`));
  });
  const cancel = clock.after(150, () => fired.push('never'));
  cancel();
  clock.after(1_000, () => fired.push(`d${clock.now()}`));
  clock.advance(400);
  assert.deepEqual(fired, ['a100', 'c200', 'b300']);
  assert.deepEqual([clock.now(), base.now()], [400, 0]);
  base.advance(600);
  assert.deepEqual(fired.at(-1), 'd1000', 'what is left comes with the base, so much sooner');
  assert.equal(base.pending(), 0);
});

test('frozen, it moves by hand alone, and goes on from there', () => {
  const base = virtualClock(0);
  const clock = movableClock(base);
  const fired: number[] = [];
  clock.after(100, () => fired.push(clock.now()));
  clock.freeze(true);
  clock.freeze(true);
  base.advance(5_000);
  assert.deepEqual([fired, clock.now(), clock.frozen], [[], 0, true]);
  clock.advance(60);
  clock.after(100, () => fired.push(clock.now()));
  clock.freeze(false);
  assert.equal(clock.now(), 60);
  base.advance(40);
  assert.deepEqual(fired, [100]);
  base.advance(60);
  assert.deepEqual(fired, [100, 160]);
});
