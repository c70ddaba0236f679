/**
 * Data collection in a scenario: asked for with nothing there yet, or there with a rule that somebody has bent. Part of
 * test/model/scenario.ts.
 */
import type { DataCollectionRuleWant } from '../../src/domain/collection-resources.ts';
import type { Desired } from '../../src/domain/desire.ts';
import type { Spec } from '../../src/domain/object.ts';
import { collectionBodyOf } from './collection-rules.ts';
import type { Floor } from './plant-floor.ts';

export interface CollectionScenario {
  readonly collects: 'none' | 'asked' | 'bent';
}

/** One endpoint and one rule, in the region of the first workspace; closed where workspaces are closed altogether. */
export const collectionOf = (
  { collects }: CollectionScenario,
  { workspace, isClosed }: { readonly workspace: string; readonly isClosed: boolean },
): Partial<Spec> =>
  collects === 'none'
    ? {}
    : {
        dataCollection: {
          workspace,
          endpoints: [{ name: 'dce-plant-a', ...(isClosed ? { publicNetworkAccess: 'Disabled' } : {}) }],
          linuxPerformance: { preset: 'Recommended' },
        },
      };

/** The wanted rules with the place that they have to get. */
export const placedRules = ({ collection }: Desired): readonly DataCollectionRuleWant[] =>
  (collection?.rules ?? []).map(rule => ({
    ...rule,
    place: { location: 'japaneast', endpointId: collection?.endpoints[0]?.id ?? '' },
  }));

/** Keys of what is there from the beginning. */
export const collectedKeys = ({ collects }: CollectionScenario, { collection }: Desired): readonly string[] =>
  collects === 'bent' ? [...(collection?.endpoints ?? []), ...(collection?.rules ?? [])].map(({ key }) => key) : [];

/** Puts a rule there that collects half of what is asked, and sends it nowhere. */
export function layRules(floor: Floor, { collects }: CollectionScenario, want: Desired): void {
  if (collects !== 'bent') return;
  for (const rule of placedRules(want)) {
    const body = collectionBodyOf(rule);
    if (body.kind !== 'dataCollectionRule') continue;
    const counters = body.performance?.counters.filter((_, index) => index % 2 === 0) ?? [];
    floor.azure.state.seed({ ...body, performance: { counters, samplingFrequencyInSeconds: 15 }, streams: [] });
  }
}
