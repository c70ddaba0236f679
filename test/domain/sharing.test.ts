import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { linkName, scopedResourceId } from '../../src/domain/names.ts';
import { type Neighbour, neighbourOf, neighboursOf } from '../../src/domain/neighbours.ts';
import type { InventoryEntry, PmsObject, Spec } from '../../src/domain/object.ts';
import { type Observed, present } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import { teardown } from '../../src/domain/teardown.ts';
import * as plant from '../model/plant.ts';
import { ADOPTED, adoptedEntries, adopting, hub } from '../model/plant-adoption.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/sharing/${name}.txt`, import.meta.url).pathname;
const deletedAt = new Date(plant.NOW - 600_000).toISOString();

/** Another object on the first one's scope, with a workspace of its own and what else it shares. */
const other = (
  over: Partial<Spec> = {},
  about: { deletedAt?: string; inventory?: InventoryEntry[] } = {},
): PmsObject => {
  const { deletedAt: at, inventory } = about;
  return plant.pms({
    name: 'line-2',
    spec: {
      workspaces: [{ name: 'law-line-2' }],
      privateLinkScope: { resourceId: plant.scope().id },
      privateEndpoint: { subnetId: `${plant.SUBNET}-2` },
      ...over,
    },
    ...(at === undefined ? {} : { deletedAt: at }),
    ...(inventory === undefined ? {} : { status: { resources: inventory } }),
  });
};
const seenAs = (object: PmsObject): Neighbour => neighbourOf(object, plant.INSTALLATION);
const lineOwner = { installation: plant.INSTALLATION, namespace: 'plant', name: 'line-2' };
const lineLink = plant.link('law-line-2', {
  id: scopedResourceId(plant.scope().id, linkName('law-line-2', lineOwner)),
  name: linkName('law-line-2', lineOwner),
});
const lineEndpoint = `${plant.endpoint().id.replace('pe-plant-a', 'pe-line-2')}`;
const leaving = (inventory: readonly string[], over: Partial<Spec> = {}): Neighbour => {
  const object = other(over);
  const { workspaces, scope, links, endpoint } = desire(object, plant.INSTALLATION);
  const entries = [...workspaces, scope, ...links, endpoint]
    .filter(({ key }) => inventory.some(kind => key.startsWith(kind)))
    .map(({ key, id, policy }): InventoryEntry => ({ key, id, policy, origin: 'Created' }));
  return seenAs(other(over, { deletedAt, inventory: entries }));
};

const doomed = plant.pms({ spec: { workspaces: [{ name: 'law-plant-a', deletionPolicy: 'Delete' }] }, deletedAt });
/** All out of DNS; only these kinds are left. */
const left = (kinds: readonly string[], over: Partial<Observed>): Observed =>
  plant.fullAzure(doomed, {
    target: present({ lines: [], maxBytes: 900_000, ttlSeconds: 60 }),
    resolution: present({
      recordsHash: 'hash',
      servers: ['coredns-a'],
      questions: 54,
      wrong: [],
      askedAt: plant.NOW,
      unansweredSince: plant.NOW - 70_000,
    }),
    unpublishedSince: plant.NOW - 80_000,
    inventory: plant.inventoryOf(doomed).filter(({ key }) => kinds.some(kind => key.startsWith(kind))),
    ...over,
  });
const guests = {
  scope: { reading: present(plant.scope({ connections: [plant.connectionOf(lineEndpoint)] })) },
  scopeLinks: present([lineLink]),
};

const sharingTheWorkspace = { workspaces: [{ name: 'mine', resourceId: plant.workspace().id }] };
const takenOver: InventoryEntry = {
  key: desire(other(sharingTheWorkspace), plant.INSTALLATION).links[0]?.key ?? '',
  id: plant.link().id,
  origin: 'Created',
  policy: 'Delete',
};

interface Case {
  readonly name: string;
  readonly seen: Observed;
}

const deletions: readonly Case[] = [
  {
    name: 'scope-of-which-a-live-object-has-nothing-yet',
    seen: left(['privateLinkScope'], {
      scope: { reading: present(plant.scope()) },
      scopeLinks: present([]),
      neighbours: [seenAs(other())],
    }),
  },
  {
    name: 'scope-that-a-leaving-object-still-hangs-on',
    seen: left(['privateLinkScope'], {
      ...guests,
      neighbours: [leaving(['scoped', 'privateEndpoint', 'privateLink'])],
    }),
  },
  {
    name: 'scope-that-a-leaving-object-and-somebody-else-hang-on',
    seen: left(['privateLinkScope'], {
      ...guests,
      scopeLinks: present([lineLink, plant.link('law-plant-a', { id: '/by-hand', name: 'by-hand' })]),
      neighbours: [leaving(['scoped', 'privateEndpoint', 'privateLink'])],
    }),
  },
  {
    name: 'endpoint-that-a-live-object-has-adopted',
    seen: left(['privateEndpoint', 'scoped', 'privateLinkScope'], {
      neighbours: [seenAs(other({ privateEndpoint: { resourceId: plant.endpoint().id.toUpperCase() } }))],
    }),
  },
  {
    name: 'endpoint-that-a-leaving-object-still-publishes',
    seen: left(['privateEndpoint', 'scoped', 'privateLinkScope'], {
      neighbours: [leaving(['privateEndpoint'], { privateEndpoint: { resourceId: plant.endpoint().id } })],
    }),
  },
  {
    name: 'link-that-a-live-object-has-taken-over',
    seen: left(['scoped', 'privateLinkScope'], {
      neighbours: [seenAs(other(sharingTheWorkspace, { inventory: [takenOver] }))],
    }),
  },
  {
    name: 'workspace-that-a-live-object-links-elsewhere',
    seen: left(['workspace'], {
      neighbours: [
        seenAs(
          other({
            workspaces: [{ name: 'mine', resourceId: plant.workspace().id }],
            privateLinkScope: { name: 'another' },
          }),
        ),
      ],
    }),
  },
  {
    name: 'workspace-that-a-leaving-object-still-links',
    seen: left(['workspace'], {
      neighbours: [leaving(['scoped'], { workspaces: [{ name: 'mine', resourceId: plant.workspace().id }] })],
    }),
  },
];

suite('what objects share', () => {
  for (const { name, seen } of deletions) {
    test(`${name.replaceAll('-', ' ')}: the deletion goes as on file`, t => {
      const steps = teardown(desire(doomed, plant.INSTALLATION), seen);
      t.assert.fileSnapshot(planText(steps), golden(name), textSerializer);
    });
  }

  test('an object that adopted all lets it all go, and deletes its own links alone', t => {
    const object = { ...adopting, metadata: { ...adopting.metadata, deletionTimestamp: deletedAt } };
    const want = desire(object, plant.INSTALLATION);
    const [own] = want.links;
    assert.ok(own);
    const link = { ...plant.link(), id: own.id, name: own.name, targetId: own.targetId };
    const inventory = adoptedEntries.map(
      (entry): InventoryEntry =>
        entry.key === own.key ? { key: own.key, id: own.id, origin: 'Created', policy: 'Delete' } : entry,
    );
    const { target, resolution, unpublishedSince } = left([], {});
    const seen = hub(object, {
      ...{ inventory, target, resolution },
      ...(unpublishedSince === undefined ? {} : { unpublishedSince }),
      links: new Map([[own.key, { reading: present(link) }]]),
    });
    t.assert.fileSnapshot(planText(teardown(want, seen)), golden('adopted-all'), textSerializer);
    const later = { ...seen, inventory: inventory.filter(({ key }) => key !== 'privateEndpoint') };
    t.assert.fileSnapshot(planText(teardown(want, later)), golden('adopted-all-links-next'), textSerializer);
  });

  test('an item that is taken out keeps the workspace that a live object uses', () => {
    const two = plant.pms({ spec: plant.twoWorkspaces('Delete') });
    const seen = plant.fullAzure(plant.pms(), {
      inventory: plant.inventoryOf(two).filter(entry => entry.key !== 'scopedResource/law-plant-b'),
      workspaces: plant.bothWorkspaces,
      neighbours: [seenAs(other({ workspaces: [{ name: 'mine', resourceId: plant.workspace('law-plant-b').id }] }))],
    });
    const pruned = plan(desire(plant.pms(), plant.INSTALLATION), seen, plant.RULES).steps.at(-1)?.verdict;
    assert.deepEqual(
      pruned?.actions.map(action => [action.verb, action.key]),
      [['forget', 'workspace/law-plant-b']],
    );
    assert.match(pruned?.message ?? '', /workspace law-plant-b is left in Azure: in use by plant\/line-2/);
  });

  test('a link that a live object has yet to list is kept for it for two minutes, and then goes', () => {
    const verdict = (seconds: number) => {
      const deletionTimestamp = new Date(plant.NOW - seconds * 1_000).toISOString();
      const object = { ...doomed, metadata: { ...doomed.metadata, deletionTimestamp } };
      const seen = left(['scoped'], { neighbours: [seenAs(other(sharingTheWorkspace))] });
      const { steps } = teardown(desire(object, plant.INSTALLATION), seen);
      return steps.find(({ name }) => name === 'ResourcesLinked')?.verdict;
    };
    const waiting = verdict(119);
    assert.deepEqual([waiting?.reason, waiting?.actions], ['StillInUse', []]);
    assert.equal(waiting?.message, 'link law-plant-a-0b864daa waits for plant/line-2 to take it over');
    assert.deepEqual(
      verdict(120)?.actions.map(({ verb }) => verb),
      ['delete'],
    );
  });

  test('a link that another object made for both is listed as ours to delete, one made by hand is not', () => {
    const theirs = { name: 'mine', resourceId: plant.workspace().id };
    const made = linkName('mine', lineOwner);
    const adopts = (name: string, deletionPolicy: 'Delete' | 'Retain', workspaces: Spec['workspaces'] = [theirs]) => {
      const twin = plant.link('law-plant-a', { id: scopedResourceId(plant.scope().id, name), name });
      const seen = plant.fullAzure(plant.pms(), {
        links: new Map(),
        scopeLinks: present([twin]),
        neighbours: [seenAs(other({ workspaces, deletionPolicy }))],
      });
      const { steps } = plan(desire(plant.pms(), plant.INSTALLATION), seen, plant.RULES);
      const [action] = steps.flatMap(step => step.verdict.actions);
      return action?.verb === 'adopt' ? `${action.origin} ${action.policy}` : action?.verb;
    };
    assert.equal(adopts(made, 'Delete'), 'Created Delete');
    assert.equal(adopts(made, 'Delete', [{ name: 'law-line-2' }]), 'Created Delete', 'its maker needs it no more');
    assert.equal(adopts(made, 'Retain'), 'Adopted Retain');
    assert.equal(adopts('by-hand', 'Delete'), 'Adopted Retain');
  });

  test('a link that was passed on is deleted by its id, whatever its name says', () => {
    const twin = plant.link('law-plant-a', { name: linkName('mine', lineOwner) });
    const seen = left(['scoped'], { links: new Map([['scopedResource/law-plant-a', { reading: present(twin) }]]) });
    const { steps } = teardown(desire(doomed, plant.INSTALLATION), seen);
    assert.deepEqual(
      steps.flatMap(step => step.verdict.actions).map(({ verb }) => verb),
      ['delete'],
    );
  });

  test('the endpoint of another object at our scope is no foreign connection', () => {
    const seen = plant.fullAzure(plant.pms(), {
      scope: { reading: present(plant.scope({ connections: [plant.connectionOf(lineEndpoint)] })) },
      neighbours: [{ ...seenAs(other()), uses: new Set([lineEndpoint.toLowerCase()]) }],
    });
    const scope = plan(desire(plant.pms(), plant.INSTALLATION), seen, plant.RULES).steps.find(
      step => step.name === 'ScopeReady',
    );
    assert.equal(scope?.verdict.message, 'private link scope plant-a is Succeeded');
  });
});

suite('a neighbour', () => {
  const listed = plant.pms({ status: { resources: plant.inventoryOf(plant.pms()) } });

  test('is an object that adopts what this one has, and no other', () => {
    const stranger = plant.pms({
      name: 'far',
      spec: { privateLinkScope: { name: 'far' }, workspaces: [{ name: 'far1' }] },
    });
    const others = [listed, other(), stranger].map(seenAs);
    assert.deepEqual(
      neighboursOf(seenAs(listed), others).map(({ name }) => name),
      ['plant/line-2'],
    );
  });

  test('that only wants to create the same name does not use what is there', () => {
    const rival = plant.pms({
      name: 'rival',
      spec: { privateLinkScope: { name: 'plant-a' }, workspaces: [{ name: 'law-r' }] },
    });
    assert.deepEqual(neighboursOf(seenAs(listed), [seenAs(rival)]), []);
  });

  test('uses what it adopts from the beginning, and nothing new while it is being deleted', () => {
    assert.ok(seenAs(other()).uses.has(plant.scope().id.toLowerCase()));
    const { uses, links, isLeaving } = seenAs(other({}, { deletedAt, inventory: [] }));
    assert.deepEqual([uses.size, links.size, isLeaving], [0, 0, true]);
  });

  test('with the same link under another name is one', () => {
    const mine = { name: 'mine', resourceId: ADOPTED.workspace.body.id };
    const a = plant.pms({ spec: { workspaces: [mine], privateLinkScope: { resourceId: ADOPTED.scope.body.id } } });
    const b = { ...a, metadata: { ...a.metadata, name: 'b' } };
    assert.equal(neighboursOf(seenAs(a), [seenAs(b)]).length, 1);
  });
});
