import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  ConflictError,
  failed,
  failureOf,
  holdOffMs,
  isInDoubt,
  PortError,
  stalled,
  waiting,
} from '../../src/domain/failures.ts';

suite('failures', () => {
  test('are held off longer each time, up to five minutes', () => {
    const failure = failed('AzureError', 'x');
    assert.deepEqual(
      [1, 2, 3, 9, 99].map(attempt => holdOffMs(failure, attempt)),
      [2_000, 4_000, 8_000, 300_000, 300_000],
    );
  });

  test('that settle by themselves are held off as long as they ask, and up to 30 s when they repeat', () => {
    const failure = waiting('Conflict', 'x', 1_000);
    assert.deepEqual(
      [1, 2, 9].map(attempt => holdOffMs(failure, attempt)),
      [2_000, 4_000, 30_000],
    );
    assert.equal(holdOffMs(waiting('Throttled', 'x', 90_000), 1), 90_000);
    assert.equal(holdOffMs(stalled('Locked', 'x'), 1), 3_600_000);
  });

  test('are found in whatever was thrown', () => {
    const cause = new Error('socket');
    const port = new PortError(waiting('AzureUnreachable', 'no answer', 1), { cause });
    assert.equal(failureOf(port), port.failure);
    assert.equal(port.cause, cause);
    assert.deepEqual(failureOf(new RangeError('x')), failed('UnexpectedError', 'RangeError: x'));
    assert.deepEqual(failureOf('text'), failed('UnexpectedError', 'text'));
    assert.equal(new ConflictError('x').name, 'ConflictError');
  });

  test('leave a write in doubt when its answer was lost, not when Azure refused it', () => {
    assert.ok(isInDoubt(failed('AzureUnreachable', '')) && isInDoubt(failed('UnexpectedAnswer', '')));
    assert.ok(!isInDoubt(stalled('PolicyDenied', '')) && !isInDoubt(waiting('Throttled', '', 1)));
  });
});
