import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { stalled } from '../../src/domain/failures.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import * as plant from '../model/plant.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/plan/${name}.txt`, import.meta.url).pathname;

interface Case {
  readonly name: string;
  readonly object?: PmsObject;
  readonly seen: Observed;
}

const two = plant.pms({
  spec: {
    workspaces: [
      { name: 'law-plant-a', retentionInDays: 30 },
      { name: 'law-plant-b', location: 'japanwest' },
    ],
  },
});
const fullTwo = (over: Partial<Observed> = {}) =>
  plant.fullAzure(two, { inventory: plant.inventoryOf(plant.pms()), ...over });
const withWorkspaceB = (over: Partial<Observed> = {}) =>
  fullTwo({
    workspaces: new Map([
      ['workspace/law-plant-a', { reading: present(plant.workspace()) }],
      ['workspace/law-plant-b', { reading: present(plant.workspace('law-plant-b', { location: 'japanwest' })) }],
    ]),
    inventory: plant.inventoryOf(two).filter(entry => entry.key !== 'scopedResource/law-plant-b'),
    ...over,
  });
const there = plant.fullAzure();
const byHand = { id: `${plant.scope().id}/scopedResources/by-hand`, name: 'by-hand' };
const adopted = (over: Partial<Observed>) =>
  plant.fullAzure(plant.pms(), {
    inventory: plant
      .inventoryOf(plant.pms())
      .map(entry =>
        entry.key === 'scopedResource/law-plant-a'
          ? { key: entry.key, id: byHand.id, origin: 'Adopted', policy: 'Retain' }
          : entry,
      ),
    scopeLinks: present([plant.link('law-plant-a', byHand)]),
    ...over,
  });

const cases: readonly Case[] = [
  {
    name: 'link-under-another-name',
    seen: plant.fullAzure(plant.pms(), {
      links: new Map(),
      scopeLinks: present([
        plant.link('law-plant-a', { id: `${plant.scope().id}/scopedResources/by-hand`, name: 'by-hand' }),
      ]),
    }),
  },
  {
    name: 'adopted-link-is-there',
    seen: adopted({ links: new Map([['scopedResource/law-plant-a', { reading: present(plant.link('a', byHand)) }]]) }),
  },
  {
    name: 'adopted-link-provisioning',
    seen: adopted({
      endpoint: { reading: ABSENT },
      links: new Map([
        [
          'scopedResource/law-plant-a',
          { reading: present(plant.link('a', { ...byHand, provisioningState: 'Provisioning' })) },
        ],
      ]),
    }),
  },
  {
    name: 'adopted-link-gone-though-still-listed',
    seen: adopted({ links: new Map([['scopedResource/law-plant-a', { reading: ABSENT }]]) }),
  },
  {
    name: 'two-workspaces-half-done',
    object: two,
    seen: withWorkspaceB({
      inventory: plant.inventoryOf(two).filter(entry => entry.key !== 'privateEndpoint'),
      links: new Map([
        ['scopedResource/law-plant-a', { reading: present(plant.link()) }],
        ['scopedResource/law-plant-b', { reading: present(plant.link('b', { provisioningState: 'Provisioning' })) }],
      ]),
      endpoint: { reading: ABSENT },
      networkInterface: ABSENT,
      target: plant.emptyAzure().target,
      resolution: ABSENT,
    }),
  },
  {
    name: 'two-workspaces-one-refused',
    object: two,
    seen: plant.emptyAzure(two, {
      workspaces: new Map([
        ['workspace/law-plant-a', { reading: present(plant.workspace()) }],
        [
          'workspace/law-plant-b',
          {
            reading: ABSENT,
            write: {
              is: 'HeldOff',
              failure: stalled('PolicyDenied', 'RequestDisallowedByPolicy: japanwest is not allowed'),
              retryAt: plant.NOW + 3_000_000,
            },
          },
        ],
      ]),
      scope: there.scope,
      scopeLinks: present([]),
      inventory: plant.inventoryOf(two).filter(entry => /^(workspace|privateLinkScope)/.test(entry.key)),
    }),
  },
  { name: 'second-workspace-asked', object: two, seen: fullTwo() },
  { name: 'second-workspace-there', object: two, seen: withWorkspaceB() },
  {
    name: 'second-workspace-linked-names-pending',
    object: two,
    seen: withWorkspaceB({
      inventory: plant.inventoryOf(two),
      scopeLinks: present([plant.link(), plant.link('law-plant-b')]),
      links: new Map(
        ['law-plant-a', 'law-plant-b'].map(name => [`scopedResource/${name}`, { reading: present(plant.link(name)) }]),
      ),
    }),
  },
  {
    name: 'workspace-taken-out',
    seen: plant.fullAzure(plant.pms(), {
      inventory: plant.inventoryOf(two),
      workspaces: withWorkspaceB().workspaces,
      links: new Map(
        ['law-plant-a', 'law-plant-b'].map(name => [`scopedResource/${name}`, { reading: present(plant.link(name)) }]),
      ),
    }),
  },
];

suite('the plan of links', () => {
  for (const { name, object, seen } of cases) {
    test(`${name.replaceAll('-', ' ')} gives the plan on file`, t => {
      const text = planText(plan(desire(object ?? plant.pms(), plant.INSTALLATION), seen, plant.RULES));
      t.assert.fileSnapshot(text, golden(name), textSerializer);
    });
  }
});
