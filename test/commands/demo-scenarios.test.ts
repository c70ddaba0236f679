/**
 * `pms demo --scenario` as a process: each story in its order, told by the operator's own conditions and events; and what
 * becomes of one that goes another way.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SCENARIO_NAMES, type ScenarioName } from '../../src/commands/demo/scenarios/names.ts';
import { playScenario } from '../../src/commands/demo/scenarios/play.ts';
import { storyLine, type Told } from '../../src/commands/demo/scenarios/story.ts';
import { systemClock } from '../../src/commands/system-clock.ts';
import { demo } from './demo-process.ts';

const AT_ONCE = ['--latency-scale', '0'];

/** `told plant-a Ready=True Ready`, `event plant-a SubnetFull`, `done`. */
function brief(told: Told): string {
  if (told.kind === 'told') return `told ${told.object} ${told.condition}=${told.status} ${told.reason}`;
  return told.kind === 'event' ? `event ${told.object} ${told.reason}` : told.kind;
}

const stories: Readonly<Record<ScenarioName, { readonly order: readonly string[]; readonly says: readonly RegExp[] }>> =
  {
    'agent-without-endpoint': {
      order: [
        'done',
        'told plant-a Ready=True Ready',
        'done',
        'seen',
        'seen',
        'cure',
        'told plant-a DataCollectionReady=True AllReady',
        'told plant-a TelemetryFlowing=True Reporting',
        'seen',
      ],
      says: [/answered 403/, /1 of 1 machine is associated/, /1 of 1 machines report/],
    },
    conflict: {
      order: [
        'done',
        'told plant-a Ready=True Ready',
        'seen',
        'done',
        'told plant-b RecordsPublished=False NameConflict',
        'event plant-b NameConflict',
        'told plant-b Isolated=False WaitingForStep',
        'seen',
        'seen',
        'cure',
        'told plant-b RecordsPublished=True Published',
        'told plant-b Ready=True Ready',
        'seen',
        'seen',
      ],
      says: [
        /held by default\/plant-a \(127\.13\.1\.7\)/,
        /law-plant-b from the public side: 200/,
        /law-plant-b from the public side: 403 NspValidationFailedError/,
        /api\.monitor\.azure\.com is 127\.14\.1\.7 for the machines/,
      ],
    },
    drift: {
      order: [
        'done',
        'told plant-a Ready=True Ready',
        'seen',
        'done',
        'seen',
        'done',
        'event plant-a DriftDetected',
        'event plant-a DriftDetected',
        'told plant-a Ready=True Ready',
        'event plant-a DriftCorrected',
        'seen',
        'done',
        'done',
        'told plant-a ResourcesLinked=False DriftDetected',
        'event plant-a DriftDetected',
        'told plant-a Ready=True Ready',
      ],
      says: [
        /retentionInDays is 30, expected 90; it is put back/,
        /publicNetworkAccessForQuery is Enabled, expected Disabled; it is put back/,
        /link law-plant-a-[0-9a-f]{8} is absent, expected it to be there; it is put back/,
      ],
    },
    'full-subnet': {
      order: [
        'done',
        'done',
        'told plant-a PreflightPassed=False SubnetFull',
        'event plant-a SubnetFull',
        'seen',
        'seen',
        'cure',
        'done',
        'told plant-a PreflightPassed=True ChecksPassed',
        'told plant-a Ready=True Ready',
      ],
      says: [/11 addresses are needed and 10 are free/, /has sent no PUT/, /11 addresses needed, 11 free/],
    },
    'wrong-scope': {
      order: [
        'done',
        'done',
        'done',
        'told plant-a PathVerified=False OtherScope',
        'told plant-a Isolated=False WaitingForStep',
        'seen',
        'cure',
        'told plant-a PathVerified=True PathProved',
        'told plant-a Ready=True Ready',
        'event plant-a Isolated',
        'seen',
      ],
      says: [
        /query of law-plant-a through 127\.13\.1\.7: 403 PrivateLinkValidationFailedError/,
        /waits for PathVerified/,
        /law-plant-a from the public side: 200 \(nothing is closed/,
        /law-plant-a from the public side: 403 NspValidationFailedError/,
      ],
    },
  };

// They wait for the operator's timers most of the time, each on a port of its own.
suite('scenarios', { concurrency: SCENARIO_NAMES.length }, () => {
  for (const name of SCENARIO_NAMES) {
    test(`${name} goes as told, with the story on stderr and nothing but data on stdout`, async t => {
      const { code, stdout, stderr } = await demo(t, ['--scenario', name, ...AT_ONCE, '-o', 'json']);
      assert.equal(code, 0, stderr);
      const { story, ...rest } = JSON.parse(stdout);
      assert.deepEqual(rest, { scenario: name, asTold: true });
      assert.deepEqual(story.map(brief), stories[name].order);
      for (const said of stories[name].says) {
        assert.ok(
          story.some((told: { text?: string; message?: string }) => said.test(told.text ?? told.message ?? '')),
          `${said}`,
        );
      }
      const lines = stderr.trimEnd().split('\n');
      assert.equal(lines[0]?.startsWith(`Scenario ${name}: `), true);
      assert.deepEqual(
        lines.slice(1).map(line => /^ {2}(\w+) +\S/.exec(line)?.[1]),
        story.map(({ kind }: Told) => kind),
      );
      assert.ok(!stderr.includes('\x1b'));
    });
  }
});

test('without -o json, stdout is one line: the name and the outcome', async t => {
  const { code, stdout } = await demo(t, ['--scenario', 'full-subnet', ...AT_ONCE, '--once']);
  assert.deepEqual([code, stdout], [0, 'full-subnet: as told, 10 lines\n']);
});

test('a scenario that is not told in time ends with what is missing and what is there instead', async () => {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const printed: string[] = [];
  const played = await playScenario(
    {
      name: 'full-subnet',
      latencyScale: 0,
      deadlineMs: 0,
      clock: systemClock,
      log,
      print: line => void printed.push(line.map(({ text }) => text).join('')),
    },
    AbortSignal.timeout(30_000),
  );
  assert.equal(played.asTold, false);
  assert.deepEqual(played.story.map(brief), ['done', 'done']);
  assert.equal(played.missing, 'not told in time: plant-a PreflightPassed=False SubnetFull; it says nothing');
  assert.equal(printed.at(-1), `  not so ${played.missing}`);
});

test('a line of the story says what is new: not the words of the condition again, nor those of all steps together', () => {
  const told = {
    kind: 'told',
    object: 'plant-a',
    status: 'False',
    reason: 'SubnetFull',
    message: '11 needed',
  } as const;
  const stalled = { ...told, condition: 'PreflightPassed' } as const;
  const event = {
    kind: 'event',
    object: 'plant-a',
    type: 'Warning',
    reason: 'SubnetFull',
    message: '11 needed',
  } as const;
  const text = (line: Told, before: readonly Told[] = []) =>
    storyLine(line, before)
      .map(piece => piece.text)
      .join('');
  assert.equal(text(stalled), '  told   plant-a PreflightPassed=False SubnetFull: 11 needed');
  assert.equal(text(event), '  event  plant-a Warning SubnetFull: 11 needed');
  assert.equal(text(event, [stalled]), '  event  plant-a Warning SubnetFull: the same words');
  assert.equal(text(event, [{ ...stalled, object: 'plant-b' }]), text(event));
  assert.equal(text({ ...told, condition: 'Ready', status: 'True' }), '  told   plant-a Ready=True');
  assert.equal(text({ kind: 'cure', text: 'room is made' }), '  cure   room is made');
});
