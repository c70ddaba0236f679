/**
 * The few query shapes that the simulator runs, and the recorded error forms for all others.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DataAnswer, DataError } from '../../src/simulator/data-plane/answers.ts';
import { runQuery } from '../../src/simulator/data-plane/kql/run.ts';
import { answerRows, tableOf } from '../../src/simulator/data-plane/kql/table.ts';

const nowMs = Date.UTC(2026, 10, 24, 12);
const minutesAgo = (minutes: number): string => new Date(nowMs - minutes * 60_000).toISOString();

const beats = tableOf(
  [
    { name: 'TimeGenerated', type: 'datetime' },
    { name: 'Computer', type: 'string' },
    { name: 'Value', type: 'real' },
    { name: 'IsGatewayInstalled', type: 'bool' },
  ],
  [
    { TimeGenerated: minutesAgo(20), Computer: 'line-1', Value: 1.5, IsGatewayInstalled: false },
    { TimeGenerated: minutesAgo(10), Computer: 'line-1', Value: 2.5, IsGatewayInstalled: false },
    { TimeGenerated: minutesAgo(5), Computer: 'line-2', Value: 7, IsGatewayInstalled: true },
  ],
);

const context = { nowMs, table: (name: string) => (name === 'Heartbeat' ? beats : undefined) };

function run(query: string) {
  const { name, table } = runQuery(query, context);
  return { name, columns: table.columns.map(column => `${column.name}: ${column.type}`), rows: answerRows(table) };
}

const cases: readonly { name: string; query: string; columns?: readonly string[]; rows: readonly unknown[] }[] = [
  { name: 'take', query: 'Heartbeat | take 1 | project Computer', columns: ['Computer: string'], rows: [['line-1']] },
  { name: 'limit of nothing', query: 'Heartbeat | limit 0', rows: [] },
  {
    name: 'where with ago',
    query: 'Heartbeat | where TimeGenerated > ago(15m) | project Computer, Value',
    rows: [
      ['line-1', 2.5],
      ['line-2', 7],
    ],
  },
  { name: 'count()', query: 'Heartbeat | summarize count()', columns: ['count_: long'], rows: [[3]] },
  { name: 'count() of nothing', query: 'Heartbeat | where Value > 99 | summarize count()', rows: [[0]] },
  { name: 'count() by of nothing', query: 'Heartbeat | where Value > 99 | summarize count() by Computer', rows: [] },
  { name: 'count', query: 'Heartbeat | count', columns: ['Count: long'], rows: [[3]] },
  {
    name: 'arg_max with a star by a column',
    query: 'Heartbeat | where TimeGenerated > ago(15m) | summarize arg_max(TimeGenerated, *) by Computer',
    columns: ['Computer: string', 'TimeGenerated: datetime', 'Value: real', 'IsGatewayInstalled: bool'],
    rows: [
      ['line-1', minutesAgo(10), 2.5, false],
      ['line-2', minutesAgo(5), 7, true],
    ],
  },
  {
    name: 'named aggregates by a named column',
    query:
      'Heartbeat | summarize Beats = count(), max(TimeGenerated), avg(Value), dcount(Computer) by Host = tolower(Computer)',
    columns: ['Host: string', 'Beats: long', 'max_TimeGenerated: datetime', 'avg_Value: real', 'dcount_Computer: long'],
    rows: [
      ['line-1', 2, minutesAgo(10), 2, 1],
      ['line-2', 1, minutesAgo(5), 7, 1],
    ],
  },
  {
    name: 'bin by time',
    query: 'Heartbeat | summarize count() by bin(TimeGenerated, 1h)',
    columns: ['TimeGenerated: datetime', 'count_: long'],
    rows: [['2026-11-24T11:00:00.000Z', 3]],
  },
  { name: 'sort', query: 'Heartbeat | order by Value asc | project Value', rows: [[1.5], [2.5], [7]] },
  { name: 'top', query: 'Heartbeat | top 1 by TimeGenerated | project Computer', rows: [['line-2']] },
  { name: 'distinct', query: 'Heartbeat | distinct Computer', rows: [['line-1'], ['line-2']] },
  { name: 'extend', query: 'Heartbeat | extend Twice = Value * 2 | where Twice >= 14 | project Twice', rows: [[14]] },
  { name: 'in', query: 'Heartbeat | where Computer in ("line-2", "x") | count', rows: [[1]] },
  {
    name: '!in, has and not',
    query: "Heartbeat | where Computer !in ('line-2') and not(Computer has 'two') | count",
    rows: [[2]],
  },
  {
    name: 'comparison without case',
    query: "Heartbeat | where Computer =~ 'LINE-1' or Computer contains 'E-2' | count",
    rows: [[3]],
  },
  {
    name: 'an age',
    query: 'Heartbeat | top 1 by Value | project now() - TimeGenerated',
    columns: ['Column1: timespan'],
    rows: [['00:05:00']],
  },
  {
    name: 'print',
    query: 'print 1, Name = "x", 1.5, true, 90s',
    columns: ['print_0: long', 'Name: string', 'print_2: real', 'print_3: bool', 'print_4: timespan'],
    rows: [[1, 'x', 1.5, true, '00:01:30']],
  },
  {
    name: 'datetimes',
    query: 'print datetime(2026-11-24), datetime("2026-11-24 12:30") - 1d',
    rows: [['2026-11-24T00:00:00.000Z', '2026-11-23T12:30:00.000Z']],
  },
  { name: 'comments and lines', query: '// all\nHeartbeat // beats\n| count;', rows: [[3]] },
];

test('the known shapes of query are run', () => {
  for (const { name, query, columns, rows } of cases) {
    const result = run(query);
    assert.deepEqual(result.rows, rows, name);
    if (columns !== undefined) assert.deepEqual(result.columns, columns, name);
    assert.equal(result.name, 'PrimaryResult', name);
  }
});

test('getschema names its table and its types as recorded', () => {
  const { name, columns, rows } = run('Heartbeat | getschema');
  assert.equal(name, 'getschema');
  assert.deepEqual(columns, ['ColumnName: string', 'ColumnOrdinal: int', 'DataType: string', 'ColumnType: string']);
  assert.deepEqual(rows.at(-1), ['IsGatewayInstalled', 3, 'System.SByte', 'bool']);
});

function errorOf(query: string) {
  try {
    run(query);
  } catch (error) {
    if (error instanceof DataError) return error.answer as DataAnswer & { body: { error: Record<string, unknown> } };
    throw error;
  }
  throw new Error(`${query} was run`);
}

test('what cannot be parsed is answered in the recorded form, with line, position and token', () => {
  const { status, body } = errorOf('not a valid query');
  assert.equal(status, 400);
  const { correlationId, ...rest } = body.error;
  assert.match(String(correlationId), /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    message: 'The request had some invalid properties',
    code: 'BadArgumentError',
    innererror: {
      code: 'SyntaxError',
      message: 'A recognition error occurred in the query.',
      innererror: {
        code: 'SYN0002',
        message: "Query could not be parsed at 'a' on line [1,4]",
        line: 1,
        pos: 4,
        token: 'a',
      },
    },
  });
  assert.deepEqual(Object.keys(body.error).slice(0, 2), ['message', 'code']);
});

test('a table or column that is not there is answered in the recorded form', () => {
  const inner = (query: string) => (errorOf(query).body.error.innererror as { innererror: unknown }).innererror;
  assert.deepEqual(inner('AppInsights |\n        where TimeGenerated > ago(12h)'), {
    code: 'SEM0100',
    message: "'where' operator: Failed to resolve table or column expression named 'AppInsights'",
  });
  assert.match(JSON.stringify(inner('Heartbeat | where Nothing == 1')), /SEM0100.*'where' operator: .*'Nothing'/);
  assert.match(JSON.stringify(inner('Heartbeat | where Value > 99 | where Nothing == 1')), /'Nothing'/);
  assert.match(JSON.stringify(inner('print sorcery(1)')), /Unknown function: 'sorcery'/);
  assert.match(JSON.stringify(inner('print constructor(1)')), /Unknown function: 'constructor'/);
});

test('an operator that the simulator does not know is refused by name and place', () => {
  const { innererror } = errorOf('Heartbeat\n| join kind=inner (Perf) on Computer').body.error as {
    innererror: { innererror: Record<string, unknown> };
  };
  assert.deepEqual(
    [innererror.innererror.line, innererror.innererror.pos, innererror.innererror.token],
    [2, 2, 'join'],
  );
});

test('no text runs the parser into anything but an answer or an error of the service', () => {
  const words = fc.constantFrom(
    'Heartbeat',
    '|',
    'where',
    'summarize',
    'by',
    '(',
    ')',
    ',',
    '==',
    'ago',
    '5m',
    '"x"',
    '*',
    'count',
    'not',
    '-',
    'take',
    '3',
    'arg_max',
    'Value',
    'in',
    '.',
    '__proto__',
    '\n',
  );
  const attempt = (query: string) => {
    try {
      run(query);
    } catch (error) {
      assert.ok(error instanceof DataError, `${query.slice(0, 80)}: ${error}`);
    }
  };
  fc.assert(
    fc.property(fc.array(words, { maxLength: 24 }), parts => attempt(parts.join(' '))),
    { numRuns: 2_000, seed: 7 },
  );
  fc.assert(fc.property(fc.string({ maxLength: 60 }), attempt), { numRuns: 1_000, seed: 7 });
  attempt(`print ${'('.repeat(100_000)}`);
  attempt(`print ${'-'.repeat(100_000)}1`);
  attempt(`print ${'1 + '.repeat(5_000)}1`);
});
