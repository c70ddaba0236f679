/**
 * What a scenario is: objects, an Azure for them, and what happens. Types alone; play.ts plays it.
 */
import type { Seed } from '../../../simulator/simulator.ts';
import type { Stage } from './stage.ts';

export interface Scenario {
  /** YAML of each object by its name; the first one names the DNS target. */
  readonly objects: Readonly<Record<string, string>>;
  /** What Azure has beside what the objects name; default: nothing. */
  readonly azure?: (seed: Seed) => Seed;
  /** Throws ScenarioError where it goes another way than told. */
  play(stage: Stage): Promise<void>;
}
