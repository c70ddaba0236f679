/**
 * TelemetryFlowing over what a workspace says of machines.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { idKey } from '../../src/domain/names.ts';
import type { MachineReport, TelemetrySight } from '../../src/domain/telemetry.ts';
import { countersMissing, isProvedPrivate, judgeFlow } from '../../src/domain/telemetry-flow.ts';

const now = Date.UTC(2026, 10, 25, 12);
const minutes = (count: number): number => count * 60_000;
const id = (name: string) => `/subscriptions/s/resourceGroups/rg/providers/Microsoft.HybridCompute/machines/${name}`;
const machines = ['line-1', 'line-2', 'line-3'].map(name => ({ id: id(name), counters: 48 }));
const well: MachineReport = {
  heartbeatAt: now - minutes(1),
  receivedAt: now - minutes(1),
  cameFrom: 'fd40:0:0:1::1',
  sampleAt: now - minutes(1),
  counters: 48,
};

/** `line-1` and `line-2` report; what `line-3` sends is given. */
const said = (third: MachineReport): TelemetrySight => ({
  askedAt: now,
  result: { outcome: 'Held' },
  reports: new Map([
    [idKey(id('line-1')), well],
    [idKey(id('line-2')), well],
    [idKey(id('line-3')), third],
  ]),
});
const judged = (third: MachineReport, closedSince?: number) =>
  judgeFlow(machines, { ...said(third), ...(closedSince === undefined ? {} : { closedSince }) }, now);

describe('TelemetryFlowing', () => {
  test('holds when every heartbeat is fresh, and says that an open workspace proves no way', () => {
    const { state, message } = judged(well);
    assert.equal(state, 'Ready');
    assert.equal(message, '3 of 3 machines report; public ingestion is open, so that the way they take is not proved');
  });

  test('counts those whose heartbeat came in more than fifteen minutes after the closing', () => {
    const early = { ...well, receivedAt: now - minutes(10) };
    assert.match(judged(early, now - minutes(20)).message, /; 2 through the private path/);
    assert.match(judged(early, now - minutes(26)).message, /; 3 through the private path/);
  });

  test('names a machine that has been silent for more than fifteen minutes, or always', () => {
    const { state, reason, message } = judged({ ...well, heartbeatAt: now - minutes(16) });
    assert.deepEqual([state, reason], ['Waiting', 'HeartbeatMissing']);
    assert.match(message, /^2 of 3 machines report; line-3 sent its last heartbeat 16 min ago; run `pms doctor`/);
    assert.match(judged({}).message, /line-3 has sent no heartbeat/);
    assert.equal(judged({ ...well, heartbeatAt: now - minutes(15) }).state, 'Ready');
  });

  test('names a machine that comes by another address than the others, and by no address alone', () => {
    const outside = { ...well, cameFrom: '203.0.113.7' };
    const { state, reason, message } = judged(outside);
    assert.deepEqual([state, reason], ['Waiting', 'PublicHeartbeat']);
    assert.match(message, /line-3 from 203\.0\.113\.7; its resolver/);
    const alone = [{ id: id('line-3'), counters: 48 }];
    assert.equal(judgeFlow(alone, said(outside), now).state, 'Ready');
  });

  test('tells counters that do not come, and holds', () => {
    const { state, message } = judged({ ...well, counters: 40 });
    assert.equal(state, 'Ready');
    assert.match(message, /line-3 lacks 8 of 48 counters$/);
  });

  test('names three machines and counts the others', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => ({ id: id(`m-${at}`), counters: 1 }));
    const { message } = judgeFlow(many, said({}), now);
    assert.match(message, /^0 of 1000 machines report; m-0 has sent no heartbeat, .* and 997 more; run/);
    assert.ok(message.length < 300);
  });

  test('is unknown when the workspace could not be read, for the reason that the path has', () => {
    const sight = (outcome: 'Unreachable' | 'Forbidden' | 'Unclear') =>
      judgeFlow(machines, { ...said(well), result: { outcome, detail: 'no' } }, now);
    assert.deepEqual(
      [sight('Unreachable'), sight('Forbidden'), sight('Unclear')].map(({ reason, unknown }) => [reason, unknown]),
      [
        ['NoVantage', true],
        ['QueryForbidden', true],
        ['QueryUnanswered', true],
      ],
    );
  });

  test('waits until somebody has asked, and has nothing to say of no machines', () => {
    assert.equal(judgeFlow(machines, undefined, now).reason, 'WaitingForStep');
    assert.equal(judgeFlow([], undefined, now).state, 'Ready');
  });
});

test('an open workspace proves nothing of a machine', () => assert.equal(isProvedPrivate(well, {}), false));

test('counters of a machine that sends more than its rule are not missing', () =>
  assert.equal(countersMissing({ counters: 50 }, { id: '', counters: 48 }), 0));
