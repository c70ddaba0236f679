/**
 * What the demo shows: the picture that is drawn anew in place, the lines of a pipe, and the report.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeLines } from '../../src/commands/demo/changes.ts';
import { drawLine, plain, seconds, styled, wrapLine } from '../../src/commands/demo/paint.ts';
import type { Progress, StepProgress } from '../../src/commands/demo/progress.ts';
import { age, recordLines, reportLines } from '../../src/commands/demo/report.ts';
import { treeLines } from '../../src/commands/demo/tree.ts';
import { lineView, liveView, type Screen } from '../../src/commands/demo/view.ts';
import { NOW, pms } from '../model/plant.ts';
import { terminal } from './terminal.ts';

const text = (canvas = { columns: Number.POSITIVE_INFINITY, colour: false }) => ({
  of: (lines: readonly Parameters<typeof drawLine>[0][]) => lines.map(line => drawLine(line, canvas).trimEnd()),
});

const step = (name: StepProgress['name'], over: Partial<StepProgress> = {}): StepProgress => ({
  name,
  mark: 'ready',
  reason: 'AllReady',
  message: 'as asked',
  resources: [],
  ...over,
});

const workspace = { name: 'law-plant-a', mark: 'moving', state: 'Creating', tookMs: 1_200 } as const;

const progress = (over: Partial<Progress> = {}): Progress => ({
  steps: [
    step('CredentialsReady', { reason: 'TokenObtained', message: 'token for a client' }),
    step('WorkspacesReady', { mark: 'moving', reason: 'Creating', message: 'one', resources: [workspace] }),
    step('EndpointReady', { mark: 'waiting', reason: 'WaitingForStep', message: 'waits for ResourcesLinked' }),
  ],
  done: 1,
  elapsedMs: 1_234,
  calls: 7,
  ...over,
});

const later = progress({
  steps: [
    step('CredentialsReady', { reason: 'TokenObtained', message: 'token for a client' }),
    step('WorkspacesReady', { resources: [{ ...workspace, mark: 'ready', state: 'Succeeded', tookMs: 2_000 }] }),
    step('EndpointReady', { mark: 'moving', reason: 'Creating', message: 'pe is being created' }),
  ],
  done: 2,
  elapsedMs: 65_000,
  calls: 9,
});

test('the picture shows each step, its resources with their Azure states, and a bar', () => {
  assert.deepEqual(text().of(treeLines(progress(), 0, 24)), [
    '  ✔ CredentialsReady   token for a client',
    '  ⠋ WorkspacesReady',
    '    └ law-plant-a               Creating               1.2 s',
    '  · EndpointReady      waits for ResourcesLinked',
    '',
    '  ━━━━━━━━────────────────  1 of 3 steps, 7 calls to Azure, 1.2 s',
  ]);
});

test('a terminal with few rows gets the steps alone, then the bar alone', () => {
  const heights = [9, 8, 7, 6, 4, 1].map(rows => treeLines(progress(), 0, rows).length);
  assert.deepEqual(heights, [6, 6, 6, 5, 1, 1]);
});

test('the picture is replaced in place, and no cursor blinks in it', () => {
  const screen = terminal();
  const view = liveView(screen);
  view.print([[plain('Progress:')]]);
  view.progress(progress());
  assert.equal(screen.isCursorShown(), false);
  view.progress(later);
  assert.deepEqual(screen.lines(), ['Progress:', ...text().of(treeLines(later, 1, 24))]);
  view.settle();
  assert.equal(screen.isCursorShown(), true);
});

test('what is noted stands above the picture, which stays one', () => {
  const screen = terminal();
  const view = liveView(screen);
  view.progress(progress());
  view.note('Azure is slow');
  view.progress(later);
  assert.deepEqual(screen.lines(), ['          Azure is slow', ...text().of(treeLines(later, 2, 24))]);
});

test('after it has settled, the picture stays and changes are lines below it', () => {
  const screen = terminal();
  const view = liveView(screen);
  view.progress(progress());
  view.settle();
  const before = screen.lines();
  view.progress(progress());
  assert.deepEqual(screen.lines(), before);
  view.progress(later);
  assert.deepEqual(screen.lines().slice(0, before.length), before);
  assert.match(screen.lines().at(before.length) ?? '', /WorkspacesReady +law-plant-a: Succeeded/);
});

test('no line of the picture is wider than the terminal, so that it can be taken back', () => {
  for (const columns of [10, 25, 40, 61]) {
    const screen = terminal({ columns });
    const view = liveView(screen);
    for (let times = 0; times < 3; times++) view.progress(progress());
    assert.equal(screen.lines().length, treeLines(progress(), 0, 24).length, `${columns} columns`);
  }
});

test('a terminal that does not know its size is taken for one of 80 by 24', () => {
  const screen = { ...terminal(), columns: 0, rows: 0 };
  liveView(screen).progress(progress());
  assert.deepEqual(screen.lines(), text().of(treeLines(progress(), 0, 24)));
});

test('a view that is closed in the middle gives the cursor back, once', () => {
  const screen = terminal();
  const view = liveView(screen);
  view.progress(progress());
  view.close();
  view.close();
  assert.equal(screen.isCursorShown(), true);
  assert.equal(screen.raw().split('\x1b[?25h').length, 2);
});

test('colours are for terminals that have them', () => {
  const escapes = (colour: boolean) => {
    const screen = terminal({ colour });
    const view = liveView(screen);
    view.progress(progress());
    view.settle();
    return screen.raw().split('\x1b[3').length - 1;
  };
  assert.equal(escapes(false), 0);
  assert.ok(escapes(true) > 5);
});

test('a pipe gets one line for each change, uncut and without escape codes', () => {
  let written = '';
  const pipe: Screen = {
    write: piece => {
      written += piece;
    },
  };
  const view = lineView(pipe);
  for (const each of [progress(), progress(), later, later]) view.progress(each);
  assert.deepEqual(written.trimEnd().split('\n'), [
    '   1.2 s  CredentialsReady   TokenObtained: token for a client',
    '   1.2 s  WorkspacesReady    law-plant-a: Creating',
    '   1.2 s  WorkspacesReady    Creating: one',
    '   1m05s  WorkspacesReady    law-plant-a: Succeeded',
    '   1m05s  WorkspacesReady    AllReady: as asked',
    '   1m05s  EndpointReady      Creating: pe is being created',
  ]);
});

test('that a step waits again is news, that it still waits is none', () => {
  const waiting = progress({ steps: [step('EndpointReady', { mark: 'waiting', message: 'waits' })] });
  const ready = progress({ steps: [step('EndpointReady')] });
  const waitsElse = progress({ steps: [step('EndpointReady', { mark: 'waiting', message: 'waits for other' })] });
  assert.equal(changeLines(undefined, waiting).length, 0);
  assert.equal(changeLines(waiting, waitsElse).length, 0);
  assert.equal(changeLines(ready, waiting).length, 1);
});

test('a line is cut by its width, not by its colours', () => {
  const line = [styled('green', 'abc'), plain('def')];
  const drawn = [7, 6, 5, 4, 3, 2, 1].map(columns => drawLine(line, { columns, colour: false }));
  assert.deepEqual(drawn, ['abcdef', 'abcdef', 'abcd…', 'abc…', 'ab…', 'a…', '…']);
  assert.equal(drawLine(line, { columns: 4, colour: true }), '\x1b[32mabc\x1b[39m…');
});

test('what does not fit goes on below its own beginning, broken at blanks and slashes', () => {
  const canvas = { columns: 30, colour: false };
  const message = 'the subnet /subscriptions/one/resourceGroups/two is full';
  assert.equal(
    wrapLine([plain('  Reason  '), plain(message)], canvas),
    ['  Reason  the subnet', '          /subscriptions/one/', '          resourceGroups/two', '          is full'].join(
      '\n',
    ),
  );
  assert.equal(wrapLine([plain('  '), plain('x'.repeat(60))], canvas).split('\n').length, 3);
  assert.equal(wrapLine([plain('a'.repeat(15)), plain(message)], canvas), `${'a'.repeat(15)}${message}`);
});

test('times read as a person says them', () => {
  assert.deepEqual([0, 1_250, 59_949, 65_000, 600_000].map(seconds), ['0.0 s', '1.3 s', '59.9 s', '1m05s', '10m00s']);
  assert.deepEqual([0, 119_000, 190_000, 240_000, 900_000].map(age), ['0s', '119s', '3m10s', '4m', '15m']);
});

const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-11-24T11:59:00Z',
});

const settled = pms({
  status: {
    recordCount: 3,
    records: [
      { name: 'api.loganalytics.io', addresses: ['10.0.1.7'], source: 'Alias', sameAs: 'api.monitor.azure.com' },
      { name: 'api.monitor.azure.com', addresses: ['10.0.1.7'], source: 'NetworkInterface' },
      { name: 'live.monitor.azure.com', addresses: ['10.0.1.12'], source: 'NetworkInterface' },
      { name: 'x.oms.opinsights.azure.com', addresses: ['10.0.1.4'], source: 'NetworkInterface' },
    ],
    conditions: [condition('Ready', 'True', 'Ready', 'all is well'), condition('Stalled', 'False', 'Ready', '')],
  },
});

test('the records stand by address in numerical order, what Azure lists before what follows from it', () => {
  assert.deepEqual(text().of(recordLines({ object: settled, events: [], now: NOW })), [
    '  10.0.1.4    x.oms.opinsights.azure.com',
    '  10.0.1.7    api.monitor.azure.com',
    '              api.loganalytics.io  (alias)',
    '  10.0.1.12   live.monitor.azure.com',
  ]);
});

test('the report reads as kubectl get and kubectl describe do, and ends with what to do next', () => {
  const events = [{ type: 'Normal', reason: 'Creating', note: 'law', count: 2, lastAt: NOW - 5_000 }] as const;
  const next = [{ command: 'pms demo', why: 'again' }];
  const lines = text().of(reportLines({ object: settled, events, now: NOW }, next));
  assert.deepEqual(lines.slice(0, 6), [
    '',
    '$ kubectl -n plant get pms',
    'NAME      READY   REASON   RECORDS   ISOLATED   AGE',
    'plant-a   True    Ready    3                    60m',
    '',
    '$ kubectl -n plant describe pms plant-a',
  ]);
  assert.deepEqual(lines.slice(11), [
    'Conditions:',
    '  Type      Status   Reason   Message',
    '  ----      ------   ------   -------',
    '  Ready     True     Ready    all is well',
    '  Stalled   False    Ready',
    'Events:',
    '  Type     Reason     Age       Message',
    '  ----     ------     ----      -------',
    '  Normal   Creating   5s (x2)   law',
    '',
    'Next:',
    '  pms demo   # again',
  ]);
});
