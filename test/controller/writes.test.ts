import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type WriteRequest, Writes } from '../../src/controller/writes.ts';
import { type Failure, failed, PortError, stalled, waiting } from '../../src/domain/failures.ts';
import { steppingClock } from '../model/stepping-clock.ts';

const LINKS = '/scope/scopedResources';
const ID = `${LINKS}/a`;
const ASKER = 'uid@1';

function bench() {
  const clock = steppingClock(1_000_000);
  const writes = new Writes(clock);
  const told: string[] = [];
  const request = (over: Partial<WriteRequest> = {}): WriteRequest => ({
    id: ID,
    verb: 'create',
    asker: ASKER,
    send: () => Promise.resolve({}),
    answered: () => void told.push('answered'),
    refused: failure => void told.push(`refused ${failure.reason}`),
    late: () => void told.push('late'),
    ...over,
  });
  const refuse = (failure: Failure, over: Partial<WriteRequest> = {}) =>
    writes.submit(request({ send: () => Promise.reject(new PortError(failure)), ...over }));
  return { clock, writes, told, request, refuse };
}

suite('writes to Azure', () => {
  test('that are answered soon give their answer, and hold nothing back', async () => {
    const { writes, told, request } = bench();
    const submitted = await writes.submit(request({ send: () => Promise.resolve({ operation: 'op' }) }));
    assert.deepEqual(submitted, { is: 'Answered', answer: { operation: 'op' } });
    assert.deepEqual(told, ['answered']);
    assert.equal(writes.stateOf(ID, ASKER), undefined);
    assert.equal(writes.operationOf(ID.toUpperCase()), 'op');
  });

  test('are looked at for two seconds and then left running; the late answer wakes the object', async () => {
    const { clock, writes, told, request } = bench();
    const submitted = writes.submit(request({ send: () => clock.sleep(5_000).then(() => ({})) }));
    await clock.runFor(1_999);
    assert.deepEqual(writes.stateOf(ID, ASKER), { is: 'InFlight' });
    await clock.runFor(1);
    assert.deepEqual(await submitted, { is: 'InFlight' });
    assert.deepEqual(told, []);
    await clock.runFor(3_000);
    assert.deepEqual(told, ['answered', 'late']);
    assert.equal(writes.isInFlight(ID), false);
    assert.equal(clock.pending(), 0);
  });

  test('that fail late tell it and wake the object', async () => {
    const { clock, writes, told, request } = bench();
    const send = () => clock.sleep(5_000).then(() => Promise.reject(new PortError(failed('AzureError', 'boom'))));
    const submitted = writes.submit(request({ send }));
    await clock.runFor(5_000);
    assert.deepEqual(await submitted, { is: 'InFlight' });
    assert.deepEqual(told, ['refused AzureError', 'late']);
  });

  test('that were refused are held back, longer each time, and then known to be refused', async () => {
    const { clock, writes, refuse } = bench();
    const failure = failed('ProvisioningFailed', 'no');
    for (const expectedMs of [2_000, 4_000, 8_000]) {
      await refuse(failure);
      assert.deepEqual(writes.stateOf(ID, ASKER), { is: 'HeldOff', failure, retryAt: clock.now() + expectedMs });
      await clock.runFor(expectedMs);
      assert.deepEqual(writes.stateOf(ID, ASKER), { is: 'Refused', failure });
    }
  });

  test('that are not sent for now are due again soon, later each time, and prove that nothing was made', async () => {
    const { clock, writes } = bench();
    const failure = waiting('Conflict', 'another link of this scope is being written', 1_000);
    for (const dueInMs of [2_000, 4_000, 8_000]) {
      writes.holdBack(ID, { verb: 'create', asker: ASKER, failure });
      const retryAt = clock.now() + dueInMs;
      assert.deepEqual(writes.stateOf(ID, ASKER), { is: 'HeldOff', failure, retryAt });
      await clock.runFor(dueInMs);
      assert.deepEqual(writes.stateOf(ID, ASKER), { is: 'Refused', failure });
    }
    assert.equal(writes.anyGoingOnUnder(ID.slice(0, ID.lastIndexOf('/')), '/other'), false);
  });

  test('wait at least as long as Azure asked for', async () => {
    const { clock, writes, refuse } = bench();
    const failure = waiting('Throttled', 'slow down', 17_000);
    await refuse(failure);
    assert.deepEqual(writes.stateOf(ID, ASKER), { is: 'HeldOff', failure, retryAt: clock.now() + 17_000 });
  });

  test('that need somebody are tried again after an hour, and at once after an edit', async () => {
    const { clock, writes, refuse } = bench();
    const failure = stalled('PolicyDenied', 'not here');
    await refuse(failure);
    await clock.runFor(3_599_000);
    assert.equal(writes.stateOf(ID, ASKER)?.is, 'HeldOff');
    assert.equal(writes.stateOf(ID, 'uid@2')?.is, 'Refused');
    await clock.runFor(1_000);
    assert.equal(writes.stateOf(ID, ASKER)?.is, 'Refused');
  });

  test('count their failures anew for an edited object', async () => {
    const { clock, writes, refuse } = bench();
    const failure = failed('ProvisioningFailed', 'no');
    await refuse(failure);
    await refuse(failure);
    await refuse(failure, { asker: 'uid@2' });
    assert.deepEqual(writes.stateOf(ID, 'uid@2'), { is: 'HeldOff', failure, retryAt: clock.now() + 2_000 });
  });

  test('whose answer was lost do not prove that nothing was made', async () => {
    const { clock, writes, refuse } = bench();
    for (const reason of ['AzureUnreachable', 'AzureError', 'UnexpectedAnswer', 'UnexpectedError'] as const) {
      await refuse(failed(reason, 'lost'));
      assert.equal(writes.stateOf(ID, ASKER)?.is, 'HeldOff');
      await clock.runFor(300_000);
      assert.equal(writes.stateOf(ID, ASKER), undefined, reason);
    }
  });

  test('whose answer was lost are past when the resource turns up', async () => {
    const { writes, refuse } = bench();
    await refuse(failed('AzureError', 'lost'));
    writes.arrived(ID);
    assert.equal(writes.stateOf(ID, ASKER), undefined);
    const failure = failed('AzureError', 'lost');
    await refuse(failure, { verb: 'update' });
    writes.arrived(ID);
    assert.equal(writes.stateOf(ID, ASKER)?.is, 'HeldOff', 'an update is not done because the resource is there');
  });

  test('that were accepted and turned up Failed count as refused', async () => {
    const { writes, request } = bench();
    await writes.submit(request());
    assert.equal(writes.wasAccepted(ID), true);
    writes.fail(ID, ASKER, failed('ProvisioningFailed', 'SubnetIsFull'));
    assert.equal(writes.wasAccepted(ID), false);
    assert.equal(writes.stateOf(ID, ASKER)?.is, 'HeldOff');
  });

  test('of a deletion count as going on for a minute, or until the resource is gone', async () => {
    const { clock, writes, request } = bench();
    await writes.submit(request({ verb: 'delete' }));
    assert.deepEqual(writes.stateOf(ID, ASKER), { is: 'InFlight' });
    assert.equal(writes.isDeleting(ID), true);
    await clock.runFor(60_000);
    assert.equal(writes.isDeleting(ID), false);
    await writes.submit(request({ verb: 'delete' }));
    writes.forget(ID);
    assert.equal(writes.stateOf(ID, ASKER), undefined);
  });

  test('of one link keep the other links of its scope back until it is known to have settled', async () => {
    const { clock, writes, request } = bench();
    const submitted = writes.submit(request({ send: () => clock.sleep(1_000).then(() => ({})) }));
    const other = `${LINKS}/b`;
    assert.equal(writes.anyGoingOnUnder(LINKS.toUpperCase(), other), true, 'in flight');
    assert.equal(writes.anyGoingOnUnder(LINKS, ID), false, 'a link does not wait for itself');
    assert.equal(writes.anyGoingOnUnder('/scopeB/scopedResources', other), false);
    await clock.runFor(1_000);
    await submitted;
    assert.equal(writes.anyGoingOnUnder(LINKS, other), true, 'accepted');
    writes.settled(ID);
    assert.equal(writes.anyGoingOnUnder(LINKS, other), false);
  });

  test('of one link that nobody follows any more do not keep others back for ever', async () => {
    const { clock, writes, request, refuse } = bench();
    await writes.submit(request());
    await clock.runFor(60_000);
    assert.equal(writes.anyGoingOnUnder(LINKS, `${LINKS}/b`), false);
    await refuse(stalled('PolicyDenied', 'no'));
    assert.equal(writes.anyGoingOnUnder(LINKS, `${LINKS}/b`), false, 'a refused link is not on its way');
  });

  test('of an update that does not last are held back, longer each time, with one try in between', async () => {
    const { clock, writes } = bench();
    const failure = failed('UpdateIgnored', 'again');
    const hold = (asker = ASKER) => writes.holdUndone(ID, asker, 'tags.a (none) -> b', failure);
    assert.equal(hold(), false, 'never sent');
    for (const expectedMs of [2_000, 4_000, 8_000]) {
      writes.updated(ID, ASKER, 'tags.a (none) -> b');
      assert.equal(hold(), true);
      assert.deepEqual(writes.stateOf(ID, ASKER), { is: 'HeldOff', failure, retryAt: clock.now() + expectedMs });
      assert.equal(hold(), false, 'sent once more');
      await clock.runFor(expectedMs);
    }
    writes.updated(ID, ASKER, 'tags.a (none) -> b');
    assert.equal(writes.holdUndone(ID, ASKER, 'retentionInDays 30 -> 60', failure), false, 'another difference');
    assert.equal(hold('uid@2'), false, 'an edited object');
    await clock.runFor(600_000);
    assert.equal(hold(), false, 'drift of another day');
  });
});
