/**
 * One run of the demo: starts it, shows it, waits for its outcome, reports. src/commands/demo.ts calls it with what the
 * flags say; it touches no signal and no exit code of the process.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { desire } from '../../domain/desire.ts';
import type { PmsObject } from '../../domain/object.ts';
import type { NewObject } from '../../manifest/manifest.ts';
import type { Clock } from '../../ports.ts';
import { nextCommands } from './next-commands.ts';
import { type Outcome, outcomeOf, whyNot } from './outcome.ts';
import { armCalls, type DemoOutput, outputOf } from './output.ts';
import { type Line, seconds, styled } from './paint.ts';
import { planLines } from './plan-lines.ts';
import { type Progress, stepsOf } from './progress.ts';
import { reportLines } from './report.ts';
import { type Demo, startDemo } from './start.ts';
import type { View } from './view.ts';
import { logOf } from './view-log.ts';
import { createWitness } from './witness.ts';

export interface SessionOptions {
  readonly manifest: NewObject;
  /** Multiplies the times of the real Azure. */
  readonly latencyScale: number;
  readonly once: boolean;
  /** After this time (ms) an object that is not Ready counts as failed; only with `once`. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly view: View;
  /** Called once, with the state when the outcome was known. */
  readonly result: (output: DemoOutput) => void;
}

const TICK_MS = 100;

/** Resolves with the outcome: with `once` as soon as there is one, else when the signal comes. */
export async function runSession(options: SessionOptions, signal: AbortSignal): Promise<Outcome> {
  const { clock, view, once, manifest, latencyScale } = options;
  const end = new AbortController();
  const until = AbortSignal.any([signal, end.signal]);
  const demo = await startDemo({ manifest, latencyScale, clock, log: logOf(view) }, until);
  const startedAt = clock.now();
  const witness = createWitness(demo, demo.object, view.note);
  const look = () => {
    witness.look(objectOf(demo));
    view.progress(progressOf(demo, { now: clock.now(), startedAt }));
  };
  view.print(opening(demo));
  const unwatch = demo.cluster.watch(look);
  const running = demo.run(until);
  try {
    const deadlineAt = once ? startedAt + options.deadlineMs : Number.POSITIVE_INFINITY;
    let outcome = outcomeOf(objectOf(demo));
    for (; outcome === undefined && clock.now() < deadlineAt && !until.aborted; outcome = outcomeOf(objectOf(demo))) {
      await tick(look, until);
    }
    look();
    const publicQuery = await witness.testimony();
    view.settle();
    const told = outcome ?? unfinished(demo, options, until);
    if (until.aborted) return told;
    options.result(outputOf({ ...demo, object: objectOf(demo), publicQuery }));
    view.print(closing(demo, told, { once, now: clock.now() }));
    while (!once && !until.aborted) await tick(look, until);
    return told;
  } finally {
    unwatch();
    end.abort();
    await running;
  }
}

async function tick(look: () => void, signal: AbortSignal): Promise<void> {
  // The signal ends the wait; what it means is the caller's to say.
  await delay(TICK_MS, undefined, { signal }).catch(() => {});
  look();
}

function unfinished(demo: Demo, { deadlineMs }: SessionOptions, signal: AbortSignal): Outcome {
  const what = signal.aborted ? 'interrupted' : `not Ready within ${seconds(deadlineMs)}`;
  return { ready: false, text: `${what}; ${whyNot(objectOf(demo))}` };
}

const objectOf = (demo: Demo): PmsObject => demo.cluster.object(demo.object.metadata) ?? demo.object;

function progressOf(demo: Demo, { now, startedAt }: { now: number; startedAt: number }): Progress {
  const object = objectOf(demo);
  const { memory, installation, simulator } = demo;
  const steps = stepsOf({ object, want: desire(object, installation), memory, now });
  const done = steps.filter(({ mark }) => mark === 'ready').length;
  return { steps, done, elapsedMs: now - startedAt, calls: armCalls(simulator).length };
}

function opening({ object, plan, simulator, dnsServer }: Demo): readonly Line[] {
  const { namespace, name } = object.metadata;
  return [
    [styled('bold', `PrivateMonitoringScope ${namespace}/${name}`)],
    [
      styled(
        'dim',
        `simulated Azure at ${simulator.endpoint}, DNS server at ${dnsServer.address} port ${dnsServer.port}`,
      ),
    ],
    [],
    [styled('bold', 'Plan:')],
    ...planLines(plan),
    [],
    [styled('bold', 'Progress:')],
  ];
}

function closing(demo: Demo, outcome: Outcome, { once, now }: { once: boolean; now: number }): readonly Line[] {
  const object = objectOf(demo);
  const own = (object.status.records ?? []).filter(({ sameAs }) => sameAs === undefined).map(({ name }) => name);
  const [name] = own.toSorted((a, b) => a.length - b.length);
  const running = once || name === undefined ? undefined : { server: demo.dnsServer, name };
  const events = demo.cluster.events(object.metadata);
  const goesOn = outcome.ready ? 'It goes on and repairs what drifts' : 'It goes on and tries again';
  return [
    ...reportLines({ object, events, now }, nextCommands(running)),
    ...(once ? [] : [[], [styled('dim', `${goesOn}; Ctrl-C ends it.`)]]),
  ];
}
