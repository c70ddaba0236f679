/**
 * The plant with the agent's half: one data collection endpoint, and rules for machines of both systems. Beside
 * test/model/plant.ts.
 */
import assert from 'node:assert/strict';
import type { DataCollectionEndpoint, DataCollectionRule } from '../../src/domain/collection-resources.ts';
import { type Desired, desire, wantsOf } from '../../src/domain/desire.ts';
import { mergeClaim } from '../../src/domain/merge.ts';
import { linkName, scopedResourceId } from '../../src/domain/names.ts';
import type { InventoryEntry, PmsObject, Spec } from '../../src/domain/object.ts';
import { ABSENT, type CollectionSight, type Observed, present, type Sight } from '../../src/domain/observed.ts';
import { recordsHash, recordsOf } from '../../src/domain/records.ts';
import type { ScopedResource } from '../../src/domain/resources.ts';
import { collectionBodyOf } from './collection-rules.ts';
import * as plant from './plant.ts';

type Collection = NonNullable<Spec['dataCollection']>;

export const collectionSpec: Collection = {
  endpoints: [{ name: 'dce-a' }],
  linuxPerformance: { preset: 'Recommended' },
  syslog: { facilities: ['auth'], levels: ['Warning', 'Error'] },
  vmInsights: 'Enabled',
};

type Over = NonNullable<Parameters<typeof plant.pms>[0]>;

/** The object with this data collection. */
export const collectingWith = (dataCollection: Collection | undefined, over: Over = {}): PmsObject =>
  plant.pms({ ...over, spec: { ...over.spec, ...(dataCollection === undefined ? {} : { dataCollection }) } });

export const collecting = collectingWith(collectionSpec);

export const wantOf = (object: PmsObject = collecting): Desired => desire(object, plant.INSTALLATION);

const collectionOf = (object: PmsObject) => {
  const { collection } = wantOf(object);
  assert.ok(collection, 'the object collects something');
  return collection;
};

/** The endpoint as Azure shows it. */
export function collector(over: Partial<DataCollectionEndpoint> = {}): DataCollectionEndpoint {
  const body = collectionBodyOf(plant.made(collectionOf(collecting).endpoints[0]));
  assert.ok(body.kind === 'dataCollectionEndpoint');
  return { ...body, ...over };
}

/** A rule of the object as Azure shows it: by default that for Linux. */
export function rule(over: Partial<DataCollectionRule> = {}, index = 0, object = collecting): DataCollectionRule {
  const want = collectionOf(object).rules[index];
  assert.ok(want);
  const body = collectionBodyOf({ ...want, place: { location: 'japaneast', endpointId: collector().id } });
  assert.ok(body.kind === 'dataCollectionRule');
  return { ...body, ...over };
}

/** The link of the endpoint. */
export function collectorLink(over: Partial<ScopedResource> = {}): ScopedResource {
  const { owner } = wantOf();
  const name = linkName('dce.dce-a', owner);
  const { id: scopeId } = plant.scope();
  const id = scopedResourceId(scopeId, name);
  return { kind: 'scopedResource', id, name, targetId: collector().id, provisioningState: 'Succeeded', ...over };
}

const LINUX = 'dataCollectionRule/Linux';
const WINDOWS = 'dataCollectionRule/Windows';

/** Endpoint and rules as they are asked for, or changed; `null` is absent. */
export function collectionSight(
  over: {
    readonly collector?: Sight<DataCollectionEndpoint>;
    readonly linux?: Sight<DataCollectionRule>;
    readonly windows?: Sight<DataCollectionRule>;
  } = {},
): CollectionSight {
  return {
    endpoints: new Map([['dataCollectionEndpoint/dce-a', over.collector ?? { reading: present(collector()) }]]),
    rules: new Map([
      [LINUX, over.linux ?? { reading: present(rule()) }],
      [WINDOWS, over.windows ?? { reading: present(rule({}, 1)) }],
    ]),
  };
}

/** Nothing of it is there. */
export const NOTHING_COLLECTED: CollectionSight = {
  endpoints: new Map([['dataCollectionEndpoint/dce-a', { reading: ABSENT }]]),
  rules: new Map([
    [LINUX, { reading: ABSENT }],
    [WINDOWS, { reading: ABSENT }],
  ]),
};

const HOSTS = ['handler.control', 'ingest', 'metrics.ingest'];

/** The plant's interface with the endpoint's three names on it. */
export const interfaceWithCollector = (): Observed['networkInterface'] => {
  const { id, entries } = plant.networkInterface();
  const names = HOSTS.map((part, index) => ({
    address: `10.13.1.${15 + index}`,
    member: `dce-${part}-dce-a`,
    fqdns: [`dce-a-ab12.japaneast-1.${part}.monitor.azure.com`],
  }));
  return present({ id, entries: [...entries, ...names] });
};

/** All names of that interface, published and answered. */
function publishedWithCollector(): Pick<Observed, 'target' | 'resolution'> {
  const reading = interfaceWithCollector();
  assert.ok(reading.is === 'present');
  const rules = { ...plant.RECORD_RULES, allowLoopback: false };
  const { records } = recordsOf({ networkInterface: reading.body }, rules);
  const { lines } = mergeClaim([], { owner: 'plant/plant-a', records });
  return {
    target: present({ lines, maxBytes: 900_000, ttlSeconds: 60 }),
    resolution: present({
      recordsHash: recordsHash(lines),
      servers: ['coredns-a'],
      questions: lines.length * 2,
      wrong: [],
      askedAt: plant.NOW,
    }),
  };
}

/** Everything that the object asks for, as the inventory lists it. */
export const collectionInventory = (object: PmsObject = collecting): InventoryEntry[] =>
  wantsOf(wantOf(object)).map(({ key, id, policy }) => ({
    key,
    id,
    policy,
    origin: 'Created',
    startedAt: '2026-11-24T11:00:00Z',
  }));

/** Everything else is there; of data collection this. */
export const withCollection = (
  object: PmsObject,
  collection: CollectionSight,
  over: Partial<Observed> = {},
): Observed => {
  const full = plant.fullAzure(object);
  return {
    ...full,
    collection,
    links: new Map([...full.links, ['scopedResource/dce.dce-a', { reading: present(collectorLink()) }]]),
    scopeLinks: present([plant.link(), collectorLink()]),
    networkInterface: interfaceWithCollector(),
    ...publishedWithCollector(),
    inventory: collectionInventory(object.spec.dataCollection === undefined ? collecting : object),
    ...over,
  };
};
