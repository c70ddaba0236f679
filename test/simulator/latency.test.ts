import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { latency, realProfile, type Work } from '../../src/simulator/latency.ts';

const works = Object.keys(realProfile) as Work[];
const drawn = (options: Partial<Parameters<typeof latency>[0]> = {}) => {
  const { answerMs, settleMs } = latency({ kind: 'real', scale: 1, ...options });
  return Array.from({ length: 20 }, () => works.map(work => [answerMs(work), settleMs(work)])).flat();
};
const profile = Array.from({ length: 20 }, () =>
  works.map(work => [realProfile[work].answerMs, realProfile[work].settleMs]),
).flat();

suite('latency', () => {
  test('is the profile’s at scale 1, multiplied at another, nothing at 0 and without a profile', () => {
    assert.deepEqual(drawn(), profile);
    assert.deepEqual(
      drawn({ scale: 2 }),
      profile.map(times => times.map(time => time * 2)),
    );
    for (const options of [{ scale: 0 }, { kind: 'none' as const }]) {
      assert.ok(
        drawn({ ...options, jitter: 0.5 })
          .flat()
          .every(time => time === 0),
      );
    }
  });

  test('with jitter stays within its share, on both sides, and is the same in every run', () => {
    const [first, second] = [drawn({ jitter: 0.2 }), drawn({ jitter: 0.2 })];
    assert.deepEqual(first, second);
    const ratios = first.flatMap((times, index) =>
      times.flatMap((time, at) => (profile[index]?.[at] ? time / profile[index][at] : [])),
    );
    assert.ok(ratios.every(ratio => ratio >= 0.79 && ratio <= 1.21));
    assert.ok(ratios.some(ratio => ratio < 0.9) && ratios.some(ratio => ratio > 1.1));
  });
});
