/**
 * What a pass would observe of data collection once actions had been carried out. Only for looking ahead. Pure;
 * src/domain/afterwards.ts uses it.
 */
import type { AccessValues } from './access.ts';
import type { DataCollectionEndpoint, DataCollectionRule, DataCollectionRuleWant } from './collection-resources.ts';
import { ABSENT, bodyOf, type CollectionSight, type Observed, present, type Sight } from './observed.ts';
import type { CollectionKind, Resource, Want } from './resources.ts';
import { streamsOf, VM_INSIGHTS } from './rule-streams.ts';

export type CollectionResourceWant = Extract<Want, { kind: CollectionKind }>;

/** Whether a wanted resource is one of data collection. */
export const isCollectionWant = (want: Want): want is CollectionResourceWant =>
  want.kind === 'dataCollectionEndpoint' || want.kind === 'dataCollectionRule';

const change = (seen: Observed, collection: (sight: CollectionSight) => Partial<CollectionSight>): Observed =>
  seen.collection === undefined
    ? seen
    : { ...seen, collection: { ...seen.collection, ...collection(seen.collection) } };

/** One of them, made or brought to the asked shape. */
export const withCollected = (want: CollectionResourceWant, seen: Observed): Observed =>
  change(seen, ({ endpoints, rules }) => {
    if (want.kind === 'dataCollectionRule') {
      return { rules: withBody(rules, want.key, ruleAfter(want, bodyAt(rules, want.key))) };
    }
    const found = bodyAt(endpoints, want.key);
    const { kind, id, name, location } = want;
    const tags = { ...found?.tags, ...want.tags };
    const body = { access: {}, ...found, kind, id, name, location, tags, provisioningState: 'Succeeded' };
    return { endpoints: withBody(endpoints, want.key, body) };
  });

function ruleAfter(want: DataCollectionRuleWant, found: DataCollectionRule | undefined): DataCollectionRule {
  const { kind, id, name, system, workspaceId, performance, syslog, vmInsights, place } = want;
  return {
    kind,
    id,
    name,
    provisioningState: 'Succeeded',
    location: found?.location ?? place?.location ?? '',
    tags: { ...found?.tags, ...want.tags },
    system,
    workspaceId,
    ...(place === undefined ? {} : { endpointId: place.endpointId }),
    ...(performance === undefined ? {} : { performance }),
    ...(syslog === undefined ? {} : { syslog }),
    ...(vmInsights ? { vmInsights: VM_INSIGHTS } : {}),
    streams: streamsOf(want),
  };
}

/** The public access of an endpoint, opened or closed; `undefined` when the key is none of one. */
export function withCollectorAccess(key: string, values: AccessValues, seen: Observed): Observed | undefined {
  const body: DataCollectionEndpoint | undefined =
    seen.collection === undefined ? undefined : bodyAt(seen.collection.endpoints, key);
  if (body === undefined) return undefined;
  const { ingestion } = { ...body.access, ...values };
  const access = ingestion === undefined ? {} : { ingestion };
  return change(seen, ({ endpoints }) => ({ endpoints: withBody(endpoints, key, { ...body, access }) }));
}

/** Gone by its key. */
export const withoutCollected = (key: string, seen: Observed): Observed =>
  change(seen, ({ endpoints, rules }) => ({ endpoints: gone(endpoints, key), rules: gone(rules, key) }));

type Sights<T extends Resource> = ReadonlyMap<string, Sight<T>>;

const bodyAt = <T extends Resource>(sights: Sights<T>, key: string): T | undefined =>
  bodyOf(sights.get(key)?.reading ?? ABSENT);

const withBody = <T extends Resource>(sights: Sights<T>, key: string, body: T): Sights<T> =>
  new Map([...sights, [key, { reading: present(body) }]]);

const gone = <T extends Resource>(sights: Sights<T>, key: string): Sights<T> =>
  sights.has(key) ? new Map([...sights, [key, { reading: ABSENT }]]) : sights;
