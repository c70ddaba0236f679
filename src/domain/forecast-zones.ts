/**
 * What would be done for private DNS behind an endpoint whose names are not known yet: a look ahead stops there, and this
 * goes on. Pure; src/domain/forecast.ts uses it.
 */
import { afterwards } from './afterwards.ts';
import type { Desired } from './desire.ts';
import { bodyOf, type Observed } from './observed.ts';
import type { Action, Plan } from './steps.ts';
import { convergeZones } from './zones.ts';

/** Zones, group, links; one more finds nothing to do. */
const MAX_WAVES = 4;

/** Wave after wave; none while something else than its names keeps the endpoint from being ready. */
export function zoneWaves(want: Desired, seen: Observed, { steps }: Plan): readonly (readonly Action[])[] {
  const endpoint = steps.find(({ name }) => name === 'EndpointReady')?.verdict;
  if (endpoint?.state !== 'Waiting' || bodyOf(seen.endpoint.reading) === undefined) return [];
  const waves: (readonly Action[])[] = [];
  let sight = seen;
  for (let wave = 0; wave < MAX_WAVES; wave++) {
    const actions = convergeZones(want, sight, {})?.actions ?? [];
    if (actions.length === 0) break;
    waves.push(actions);
    sight = afterwards(want, sight, actions);
  }
  return waves;
}
