import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Ledger, type Look } from '../../src/controller/ledger.ts';
import { failed, PortError } from '../../src/domain/failures.ts';
import { steppingClock } from '../model/stepping-clock.ts';

interface Body {
  readonly state: string;
}

const ID = '/subscriptions/S/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe';

/** A ledger, and how often Azure was asked. */
function bench() {
  const clock = steppingClock(1_000_000);
  const ledger = new Ledger(clock);
  let loads = 0;
  let answer: () => Promise<Body | undefined> = () => Promise.resolve({ state: 'Succeeded' });
  const look = (over: Partial<Look<Body>> = {}) =>
    ledger.look<Body>({
      id: ID,
      load: () => {
        loads++;
        return answer();
      },
      settled: body => body === undefined || body.state === 'Succeeded',
      pollMs: looks => looks * 1_000,
      resyncMs: 600_000,
      ...over,
    });
  return {
    clock,
    ledger,
    look,
    loads: () => loads,
    answers: (next: () => Promise<Body | undefined>) => {
      answer = next;
    },
  };
}

const says = (state: string) => () => Promise.resolve({ state });

suite('the ledger', () => {
  test('reads what is settled once until the next resync', async () => {
    const { clock, look, loads } = bench();
    await look();
    await clock.runFor(599_000);
    assert.deepEqual(await look(), { is: 'present', body: { state: 'Succeeded' } });
    assert.equal(loads(), 1);
    await clock.runFor(1_000);
    await look();
    assert.equal(loads(), 2);
  });

  test('takes ids that differ in letter case for one', async () => {
    const { look, loads } = bench();
    await look();
    await look({ id: ID.toLowerCase() });
    assert.equal(loads(), 1);
  });

  test('reads what is on its way again when it is due, less and less often while nothing changes', async () => {
    const { clock, ledger, look, loads, answers } = bench();
    answers(says('Updating'));
    await look();
    await look();
    assert.equal(loads(), 1, 'not due yet');
    assert.equal(ledger.dueAt(ID), clock.now() + 1_000);
    await clock.runFor(1_000);
    await look();
    assert.equal(ledger.dueAt(ID), clock.now() + 2_000);
    await clock.runFor(2_000);
    answers(says('Deleting'));
    await look();
    assert.equal(ledger.dueAt(ID), clock.now() + 1_000, 'a change starts the count again');
    assert.equal(loads(), 3);
  });

  test('tells a failed read and asks again next time', async () => {
    const { look, loads, answers } = bench();
    answers(() => Promise.reject(new PortError(failed('AzureError', 'boom'))));
    assert.deepEqual(await look(), { is: 'unread', failure: failed('AzureError', 'boom') });
    answers(says('Succeeded'));
    assert.equal((await look()).is, 'present');
    assert.equal(loads(), 2);
  });

  test('lets an aborted pass end', async () => {
    const { look, answers } = bench();
    answers(() => Promise.reject(new DOMException('stop', 'AbortError')));
    await assert.rejects(look(), { name: 'AbortError' });
  });

  test('tells a 404 as absent', async () => {
    const { look, answers } = bench();
    answers(() => Promise.resolve(undefined));
    assert.deepEqual(await look(), { is: 'absent' });
  });

  test('reads again what was touched, and what is older than a change upstream', async () => {
    const { clock, ledger, look, loads } = bench();
    await look();
    ledger.touch(ID.toUpperCase());
    await look();
    assert.equal(loads(), 2);
    await clock.runFor(10);
    await look({ notBefore: clock.now() });
    await look({ notBefore: clock.now() });
    assert.equal(loads(), 3);
  });

  test('takes the body of an answered write for a reading', async () => {
    const { ledger, look, loads } = bench();
    const keeping = { id: ID, settled: () => true, pollMs: () => 0, resyncMs: 600_000 };
    ledger.record(keeping, { state: 'Succeeded' });
    await look();
    assert.equal(loads(), 0);
  });

  test('looks again at a settled body of which more is expected', async () => {
    const { clock, ledger, look, loads } = bench();
    await look();
    ledger.expectChange(ID, 3_000);
    await clock.runFor(2_999);
    await look();
    assert.equal(loads(), 1);
    await clock.runFor(1);
    await look();
    assert.equal(loads(), 2);
  });

  test('does not keep a reading that a write has overtaken', async () => {
    const { ledger, look, answers } = bench();
    const { promise, resolve } = Promise.withResolvers<Body>();
    answers(() => promise);
    const slow = look();
    const keeping = { id: ID, settled: () => true, pollMs: () => 0, resyncMs: 600_000 };
    ledger.record(keeping, { state: 'Updating' });
    resolve({ state: 'Succeeded' });
    assert.deepEqual(await slow, { is: 'present', body: { state: 'Updating' } });
    assert.deepEqual(ledger.peek(ID), { is: 'present', body: { state: 'Updating' } });
  });

  test('remembers since when a body has been as it is', async () => {
    const { clock, ledger, look, answers } = bench();
    answers(says('Updating'));
    await look();
    const since = clock.now();
    await clock.runFor(5_000);
    await look();
    assert.equal(ledger.changedAt(ID), since);
    assert.equal(ledger.readAt(ID), since + 5_000);
  });

  test('looks again at an absence that another object took for settled, while this one expects it to end', async () => {
    const { clock, ledger, look, answers } = bench();
    answers(() => Promise.resolve(undefined));
    await look();
    assert.equal(ledger.dueAt(ID), undefined);
    answers(says('Succeeded'));
    await clock.runFor(2_000);
    assert.equal((await look()).is, 'absent');
    const reading = await look({ settled: body => body !== undefined });
    assert.deepEqual(reading, { is: 'present', body: { state: 'Succeeded' } });
  });

  test('does not count what is only expected as under way', async () => {
    const { ledger, look, answers } = bench();
    answers(() => Promise.resolve(undefined));
    await look({ id: '/scope/scopedResources/a', settled: () => false });
    assert.deepEqual(ledger.unsettledUnder('/scope/scopedResources'), []);
  });

  test('names what is unsettled below a prefix, until nobody looks at it any more', async () => {
    const { clock, ledger, look, answers } = bench();
    answers(says('Provisioning'));
    await look({ id: '/scope/scopedResources/a' });
    await look({ id: '/scopeB/scopedResources/b' });
    assert.deepEqual(ledger.unsettledUnder('/SCOPE/scopedResources'), ['/scope/scopedresources/a']);
    await clock.runFor(60_000);
    assert.deepEqual(ledger.unsettledUnder('/scope/scopedResources'), []);
  });
});
