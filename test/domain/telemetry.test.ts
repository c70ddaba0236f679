/**
 * The two questions about machines, answered by the simulator's query language over rows as an agent's, and what is made
 * of the answers.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  counterName,
  countersQuery,
  HEARTBEAT_QUERY,
  type LogsRow,
  readReports,
  reportOf,
} from '../../src/domain/telemetry.ts';
import { runQuery } from '../../src/simulator/data-plane/kql/run.ts';
import { answerRows, INGESTED_AT } from '../../src/simulator/data-plane/kql/table.ts';
import { createLogStore, type Row } from '../../src/simulator/data-plane/log-store.ts';
import { workspaceTable } from '../../src/simulator/data-plane/tables.ts';

const now = Date.UTC(2026, 10, 25, 12);
const iso = (minutesAgo: number): string => new Date(now - minutesAgo * 60_000).toISOString();
const machine = (name: string) =>
  `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.HybridCompute/machines/${name}`;

const logs = createLogStore();
const beat = (name: string, minutesAgo: number, received: number): Row => ({
  TimeGenerated: iso(minutesAgo),
  ComputerIP: 'fd40::1',
  _ResourceId: machine(name).toLowerCase(),
  [INGESTED_AT]: now - received * 60_000,
});
const sample = (
  name: string,
  minutesAgo: number,
  [ObjectName, CounterName, InstanceName = '_Total']: readonly [string, string, string?],
) => ({
  TimeGenerated: iso(minutesAgo),
  ObjectName,
  CounterName,
  InstanceName,
  _ResourceId: machine(name).toLowerCase(),
});
logs.add('law', 'Heartbeat', [beat('a', 30, 29), beat('a', 2, 1), beat('b', 300, 299)]);
logs.add('law', 'Perf', [
  sample('a', 3, ['Processor', '% Processor Time', '0']),
  sample('a', 2, ['Processor', '% Processor Time', '1']),
  sample('a', 4, ["Plant's disk", 'C:\\ bytes']),
  sample('a', 4, ['Foreign', 'Counter']),
  sample('b', 40, ['Processor', '% Processor Time']),
]);

function ask(query: string): readonly LogsRow[] {
  const table = (name: string) => workspaceTable(logs, 'law', { name, fromMs: 0, toMs: now });
  const { table: answer } = runQuery(query, { nowMs: now, table });
  return answerRows(answer).map(row => Object.fromEntries(answer.columns.map(({ name }, at) => [name, row[at]])));
}

describe('of each machine', () => {
  const specifiers = ['Processor(*)\\% Processor Time', "Plant's disk(*)\\C:\\ bytes", 'Memory(*)\\Pages/sec'];
  const reports = readReports(ask(HEARTBEAT_QUERY), ask(countersQuery(specifiers)));

  test('the newest heartbeat is known, when it came in and from where', () => {
    const { heartbeatAt, receivedAt, cameFrom } = reportOf({ reports }, machine('a'));
    assert.deepEqual([heartbeatAt, receivedAt, cameFrom], [now - 120_000, now - 60_000, 'fd40::1']);
    assert.equal(reportOf({ reports }, machine('B').toUpperCase()).heartbeatAt, now - 300 * 60_000);
  });

  test('the counters of the rule are counted, each once, and no others', () => {
    const { sampleAt, counters } = reportOf({ reports }, machine('a'));
    assert.deepEqual([sampleAt, counters], [now - 120_000, 2]);
    assert.equal(reportOf({ reports }, machine('b')).counters, undefined);
  });

  test('that never sent anything nothing is known', () => assert.deepEqual(reportOf({ reports }, machine('c')), {}));
});

test('a row that cannot be understood is left out, and one without times has none', () => {
  const reports = readReports([{ TimeGenerated: 'soon', _ResourceId: 'x' }, { _ResourceId: 5 }, {}], []);
  assert.deepEqual([...reports], [['x', {}]]);
});

test('a specifier names object and counter, whatever the instance', () => {
  assert.equal(counterName('Logical Disk(*)\\% Free Space'), 'Logical Disk\\% Free Space');
  assert.equal(counterName('\\Memory\\Available Bytes'), 'Memory\\Available Bytes');
  assert.equal(counterName('\\Processor(_Total)\\% Processor Time'), 'Processor\\% Processor Time');
});
