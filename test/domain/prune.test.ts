import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import * as plant from '../model/plant.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/prune/${name}.txt`, import.meta.url).pathname;

type Policy = 'Retain' | 'Delete';

interface Case {
  readonly name: string;
  readonly object: PmsObject;
  readonly seen: Observed;
}

const two = plant.pms({ spec: plant.twoWorkspaces('Delete') });

const takenOut = (policy: Policy, over: Partial<Observed> = {}): Observed =>
  plant.fullAzure(plant.pms(), {
    inventory: plant.inventoryOf(plant.pms({ spec: plant.twoWorkspaces(policy) })),
    workspaces: plant.bothWorkspaces,
    links: plant.linkSights(),
    scopeLinks: present(plant.bothLinks.map(name => plant.link(name))),
    ...over,
  });

const prunings: readonly Case[] = [
  { name: 'taken-out-with-delete', object: plant.pms(), seen: takenOut('Delete') },
  {
    name: 'taken-out-with-delete-link-gone',
    object: plant.pms(),
    seen: takenOut('Delete', { links: plant.linkSights({ 'law-plant-b': null }), scopeLinks: present([plant.link()]) }),
  },
  {
    name: 'taken-out-with-delete-unlinked',
    object: plant.pms(),
    seen: takenOut('Delete', {
      inventory: plant.inventoryOf(two).filter(entry => entry.key !== 'scopedResource/law-plant-b'),
      links: plant.linkSights(),
      scopeLinks: present([plant.link()]),
    }),
  },
  { name: 'taken-out-with-retain', object: plant.pms(), seen: takenOut('Retain') },
  {
    name: 'taken-out-with-retain-unlinked',
    object: plant.pms(),
    seen: takenOut('Retain', {
      inventory: plant
        .inventoryOf(plant.pms({ spec: plant.twoWorkspaces('Retain') }))
        .filter(entry => entry.key !== 'scopedResource/law-plant-b'),
      links: plant.linkSights(),
      scopeLinks: present([plant.link()]),
    }),
  },
  {
    name: 'taken-out-is-unlinked-though-the-object-retains',
    object: plant.pms({ spec: { deletionPolicy: 'Retain' } }),
    seen: takenOut('Retain', {
      inventory: plant.inventoryOf(plant.pms({ spec: { ...plant.twoWorkspaces('Retain'), deletionPolicy: 'Retain' } })),
    }),
  },
  {
    name: 'taken-out-while-the-endpoint-is-gone',
    object: plant.pms(),
    seen: takenOut('Delete', { endpoint: { reading: ABSENT }, networkInterface: ABSENT }),
  },
  {
    name: 'taken-out-and-replaced',
    object: plant.pms({ spec: { workspaces: [{ name: 'law-plant-c' }] } }),
    seen: plant.fullAzure(plant.pms(), {
      inventory: plant.inventoryOf(plant.pms()),
      workspaces: new Map([
        ['workspace/law-plant-a', { reading: present(plant.workspace()) }],
        ['workspace/law-plant-c', { reading: ABSENT }],
      ]),
      softDeleted: present([]),
    }),
  },
  {
    name: 'same-workspace-in-other-letter-case',
    object: plant.pms({ spec: { workspaces: [{ name: 'LAW-plant-a' }] } }),
    seen: plant.fullAzure(plant.pms(), {
      inventory: plant.inventoryOf(
        plant.pms({ spec: { workspaces: [{ name: 'law-plant-a', deletionPolicy: 'Delete' }] } }),
      ),
      workspaces: plant.workspaceSights({
        'law-plant-a': { reading: present(plant.workspace()) },
        'LAW-plant-a': { reading: present(plant.workspace()) },
      }),
    }),
  },
];

suite('the plan of what was taken out of the spec', () => {
  for (const { name, object, seen } of prunings) {
    test(`${name.replaceAll('-', ' ')} gives the plan on file`, t => {
      const text = planText(plan(desire(object, plant.INSTALLATION), seen, plant.RULES));
      t.assert.fileSnapshot(text, golden(name), textSerializer);
    });
  }
});
