/**
 * What a pass reads of data collection: nothing at all where neither the spec nor the inventory knows of it.
 * src/controller/observe-azure.ts alone uses it.
 */
import type { Desired } from '../domain/desire.ts';
import type { Failure } from '../domain/failures.ts';
import { type CollectionSight, type Observed, type Sight, unread } from '../domain/observed.ts';
import type { CollectionKind, ResourceOf } from '../domain/resources.ts';
import { lookAt, type Subject } from './look.ts';
import type { Pass } from './world.ts';

type Collected = Pick<Observed, 'collection'>;

/** Endpoints and rules, each by its key; nothing where there is nothing to know. */
export async function observeCollection(want: Desired, subjects: readonly Subject[], pass: Pass): Promise<Collected> {
  const [endpoints, rules] = [ofKind('dataCollectionEndpoint', subjects), ofKind('dataCollectionRule', subjects)];
  if (!isLookedFor(want, endpoints, rules)) return {};
  const options = { resyncMs: want.intervalMs };
  const lookAll = async <K extends CollectionKind>(items: readonly Subject<K>[]) =>
    new Map(await Promise.all(items.map(async item => [item.key, await lookAt(item, pass, options)] as const)));
  const [seenEndpoints, seenRules] = await Promise.all([lookAll(endpoints), lookAll(rules)]);
  return { collection: { endpoints: seenEndpoints, rules: seenRules } };
}

/** Nothing could be read: each of them carries that failure. */
export function unreadCollection(want: Desired, subjects: readonly Subject[], failure: Failure): Collected {
  const [endpoints, rules] = [ofKind('dataCollectionEndpoint', subjects), ofKind('dataCollectionRule', subjects)];
  if (!isLookedFor(want, endpoints, rules)) return {};
  const all = <K extends CollectionKind>(items: readonly Subject<K>[]): ReadonlyMap<string, Sight<ResourceOf<K>>> =>
    new Map(items.map(({ key }) => [key, { reading: unread(failure) }]));
  return { collection: { endpoints: all(endpoints), rules: all(rules) } };
}

/** By key, for what is asked of all that was looked at. */
export const collectionSights = (collection: CollectionSight | undefined): readonly (readonly [string, Sight])[] =>
  collection === undefined ? [] : [...collection.endpoints, ...collection.rules];

const isLookedFor = (want: Desired, ...found: readonly (readonly Subject[])[]): boolean =>
  (want.deletedAt === undefined && want.collection !== undefined) || found.some(items => items.length > 0);

const ofKind = <K extends CollectionKind>(kind: K, subjects: readonly Subject[]): readonly Subject<K>[] =>
  subjects.filter((item): item is Subject<K> => item.kind === kind);
