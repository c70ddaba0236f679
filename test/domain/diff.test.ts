import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { differences } from '../../src/domain/diff.ts';
import type { Spec } from '../../src/domain/object.ts';
import type { Resource, Want } from '../../src/domain/resources.ts';
import * as plant from '../model/plant.ts';

const wants = (spec: Partial<Spec> = {}, annotations: Record<string, string> = {}) => {
  const object = plant.pms({ spec });
  return desire({ ...object, metadata: { ...object.metadata, annotations } }, plant.INSTALLATION);
};
const workspace = (over: Partial<Spec['workspaces'][number]> = {}, annotations: Record<string, string> = {}): Want => {
  return plant.made(wants({ workspaces: [{ name: 'law-plant-a', ...over }] }, annotations).workspaces[0]);
};
const MAY_LOWER = { 'privatemonitoring.dev/allow-retention-decrease': 'true' };
const link = (): Want => {
  const [want] = wants().links;
  assert.ok(want);
  return want;
};

interface Case {
  readonly name: string;
  readonly want: Want;
  readonly body: Resource;
  readonly changes?: readonly string[];
  readonly obstacles?: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'a field that the spec does not state',
    want: workspace(),
    body: plant.workspace('law-plant-a', { retentionInDays: 365, dailyQuotaGb: 3 }),
  },
  {
    name: 'a region that is written in words',
    want: workspace(),
    body: plant.workspace('law-plant-a', { location: 'Japan East' }),
  },
  {
    name: 'tags of others',
    want: workspace(),
    body: plant.workspace('law-plant-a', { tags: { ...plant.workspace().tags, team: 'x' } }),
  },
  {
    name: 'a tag name in other letter case',
    want: workspace(),
    body: plant.workspace('law-plant-a', { tags: { 'PMS-Owner': `${plant.INSTALLATION}/plant/plant-a` } }),
  },
  {
    name: 'no cap where none is asked and Azure tells none',
    want: workspace({ dailyQuotaGb: -1 }),
    body: withoutQuota(),
  },
  {
    name: 'a longer retention',
    want: workspace({ retentionInDays: 90 }),
    body: plant.workspace(),
    changes: ['retentionInDays 30 -> 90'],
  },
  {
    name: 'a shorter retention',
    want: workspace({ retentionInDays: 30 }),
    body: plant.workspace('law-plant-a', { retentionInDays: 90 }),
    obstacles: ['RetentionLowered retentionInDays 90 -> 30'],
  },
  {
    name: 'a shorter retention that the annotation allows',
    want: workspace({ retentionInDays: 30 }, MAY_LOWER),
    body: plant.workspace('law-plant-a', { retentionInDays: 90 }),
    changes: ['retentionInDays 90 -> 30'],
  },
  { name: 'a quota', want: workspace({ dailyQuotaGb: 5 }), body: plant.workspace(), changes: ['dailyQuotaGb -1 -> 5'] },
  {
    name: 'a region',
    want: workspace(),
    body: plant.workspace('law-plant-a', { location: 'westeurope' }),
    obstacles: ['ImmutableDifference location westeurope -> japaneast'],
  },
  {
    name: 'an access mode, which the isolation step sets',
    want: plant.made(wants({ privateLinkScope: { accessModes: { query: 'Open' } } }).scope),
    body: plant.scope({ accessModes: { ingestion: 'PrivateOnly', query: 'PrivateOnly' } }),
  },
  { name: 'a linked id in other letter case', want: link(), body: plant.link() },
  {
    name: 'a link to something else',
    want: link(),
    body: plant.link('law-plant-a', { targetId: '/x' }),
    obstacles: [`ImmutableDifference linkedResourceId /x -> ${plant.workspace().id}`],
  },
  {
    name: 'a subnet',
    want: plant.made(wants().endpoint),
    body: plant.endpoint({ subnetId: '/other' }),
    obstacles: [`ImmutableDifference subnet /other -> ${plant.SUBNET}`],
  },
  { name: 'an endpoint whose connection is gone', want: plant.made(wants().endpoint), body: withoutScope() },
  {
    name: 'a tag that is asked',
    want: plant.made(wants({ tags: { plant: 'a' } }).endpoint),
    body: plant.endpoint(),
    changes: ['tags.plant (none) -> a'],
  },
  { name: 'a body of another kind', want: plant.made(wants().endpoint), body: plant.scope() },
];

function withoutQuota(): Resource {
  const { dailyQuotaGb: _, ...body } = plant.workspace();
  return body;
}

function withoutScope(): Resource {
  const { scopeId: _, ...body } = plant.endpoint();
  return body;
}

suite('differences', () => {
  for (const { name, want, body, changes = [], obstacles = [] } of cases) {
    const told = changes.length > 0 ? 'repair' : obstacles.length > 0 ? 'stand in the way for' : 'are none for';
    test(`${told} ${name}`, () => {
      const found = differences(want, body);
      assert.deepEqual(
        found.changes.map(one => `${one.field} ${one.found} -> ${one.wanted}`),
        changes,
      );
      assert.deepEqual(
        found.obstacles.map(one => `${one.reason} ${one.field} ${one.found} -> ${one.wanted}`),
        obstacles,
      );
      assert.ok(
        found.obstacles.every(one => one.remedy.length > 0),
        'an obstacle says what to do',
      );
    });
  }

  test('are found in every field that we own: none can drift unseen', () => {
    const asked = { tags: { plant: 'a' }, workspaces: [{ name: 'law-plant-a', retentionInDays: 90, dailyQuotaGb: 5 }] };
    const { workspaces, scope, links, endpoint } = wants(asked);
    const other: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      workspace: { location: 'westeurope', retentionInDays: 30, dailyQuotaGb: 1, tags: {} },
      privateLinkScope: { tags: {} },
      scopedResource: { targetId: '/other' },
      privateEndpoint: { location: 'westeurope', subnetId: '/other', scopeId: '/other', tags: {} },
    };
    for (const want of [plant.made(workspaces[0]), plant.made(scope), ...links, plant.made(endpoint)]) {
      const owned = Object.keys(want).filter(
        field => !NOT_COMPARED.includes(`${want.kind}.${field}`) && !IDENTITY.includes(field),
      );
      assert.deepEqual(owned.sort(), Object.keys(other[want.kind] ?? {}).sort(), want.kind);
      for (const field of owned) {
        const same = { ...want, provisioningState: 'Succeeded' } as unknown as Resource;
        assert.deepEqual(differences(want, same), { changes: [], obstacles: [] }, want.kind);
        const { changes, obstacles } = differences(want, { ...same, [field]: other[want.kind]?.[field] } as Resource);
        assert.ok(changes.length + obstacles.length > 0, `${want.kind}.${field}`);
      }
    }
  });
});

/** By these a resource is found, and what becomes of it is said; none is a field of the resource. */
const IDENTITY: readonly string[] = ['kind', 'key', 'id', 'name', 'policy'];
/** A link's scope is where it is; the others count at the creation, or say what may be written. */
const NOT_COMPARED: readonly string[] = [
  'workspace.mayLowerRetention',
  'workspace.recover',
  'scopedResource.scopeId',
  'privateEndpoint.approval',
  'privateEndpoint.requestMessage',
];
