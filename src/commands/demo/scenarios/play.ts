/**
 * One run of a scenario: starts its world, plays it on a stage, tells the story as it goes, and says whether it went as
 * told. src/commands/demo.ts calls it; it touches no signal and no exit code of the process.
 */
import { type NewObject, parseManifest } from '../../../manifest/manifest.ts';
import type { Clock, Log } from '../../../ports.ts';
import { defaultSeed } from '../../../simulator/simulator.ts';
import { type Line, plain, styled } from '../paint.ts';
import { seedFor } from '../seed.ts';
import { targetOf } from '../start.ts';
import { startWorld } from '../world.ts';
import { scenarios } from './all.ts';
import { SCENARIOS, type ScenarioName } from './names.ts';
import type { Scenario } from './scenario.ts';
import { createStage, ScenarioError } from './stage.ts';
import { storyLine, type Told } from './story.ts';

export interface PlayOptions {
  readonly name: ScenarioName;
  /** Multiplies the times of the real Azure. */
  readonly latencyScale: number;
  /** For each thing that the operator is to tell, in ms. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly print: (line: Line) => void;
}

/** What `-o json` prints of a scenario. */
export interface Played {
  readonly scenario: ScenarioName;
  readonly asTold: boolean;
  readonly story: readonly Told[];
  /** What was expected and did not come. */
  readonly missing?: string;
}

/** Throws the signal's reason, and what a defect throws; a scenario that goes another way is a result. */
export async function playScenario(options: PlayOptions, signal: AbortSignal): Promise<Played> {
  const { name, print } = options;
  const story: Told[] = [];
  const tell = (told: Told) => {
    print(storyLine(told, story));
    story.push(told);
  };
  print([styled('bold', `Scenario ${name}: ${SCENARIOS[name]}`)]);
  try {
    await play(scenarios[name], { ...options, tell }, signal);
    return { scenario: name, asTold: true, story };
  } catch (thrown) {
    if (!(thrown instanceof ScenarioError)) throw thrown;
    print([styled('red', '  not so '), plain(thrown.message)]);
    return { scenario: name, asTold: false, story, missing: thrown.message };
  }
}

type Playing = PlayOptions & { readonly tell: (told: Told) => void };

async function play(scenario: Scenario, options: Playing, signal: AbortSignal): Promise<void> {
  const objects = await Promise.all(Object.values(scenario.objects).map(parseManifest));
  const world = await startWorld({ ...options, seed: seedOf(scenario, objects), target: target(objects) }, signal);
  const end = new AbortController();
  const running = world.run(AbortSignal.any([signal, end.signal]));
  try {
    await scenario.play(createStage({ ...options, world, objects }, signal));
  } finally {
    end.abort();
    await running;
  }
}

function seedOf({ azure = seed => seed }: Scenario, objects: readonly NewObject[]) {
  return objects.reduce((seed, { spec }) => seedFor(spec, seed), azure(defaultSeed()));
}

const target = ([first]: readonly NewObject[]): string => (first === undefined ? 'default' : targetOf(first));
