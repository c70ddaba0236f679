/**
 * What makes `/livez` fail: each sign at its limit, and one step before it.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clockIsSteady, leaseIsRenewed, queueMoves } from '../../src/telemetry/vitals.ts';

suite('a process is taken for dead', () => {
  test('when it leads by its own account and has not renewed its lease for 20 s longer than that lasts', () => {
    let agoMs: number | undefined;
    const vital = leaseIsRenewed(() => agoMs, 15_000);
    assert.equal(vital(), undefined, 'a follower has no lease to renew');
    agoMs = 35_000;
    assert.equal(vital(), undefined);
    agoMs = 35_400;
    assert.equal(vital(), 'the lease was last renewed 35 s ago, and this process still takes itself for the leader');
  });

  test('when a pass goes on for a minute after its deadline, whatever the others do', () => {
    let workingMs: readonly number[] = [];
    const vital = queueMoves(() => workingMs, 120_000);
    assert.equal(vital(), undefined);
    workingMs = [5, 180_000, 90_000];
    assert.equal(vital(), undefined);
    workingMs = [5, 180_001, 90_000];
    assert.equal(vital(), 'a pass has taken 180 s; its deadline is 120 s');
  });

  test('when the wall clock has jumped by more than five minutes, in either direction, and not before', () => {
    const clocks = { wall: 1_700_000_000_000, monotonic: 5_000 };
    const vital = clockIsSteady(
      () => clocks.wall,
      () => clocks.monotonic,
    );
    clocks.wall += 86_400_000;
    clocks.monotonic += 86_400_000;
    assert.equal(vital(), undefined, 'a day has passed on both');
    clocks.wall += 300_000;
    assert.equal(vital(), undefined);
    clocks.wall += 1;
    assert.equal(vital(), 'the clock was set 300 s forward since the start');
    clocks.wall -= 3_900_001;
    assert.equal(vital(), 'the clock was set 3600 s back since the start');
  });
});
