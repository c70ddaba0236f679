import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { failed, stalled, waiting } from '../../src/domain/failures.ts';
import type { InventoryEntry, PmsObject, Spec } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present, unread } from '../../src/domain/observed.ts';
import { planText } from '../../src/domain/plan-text.ts';
import type { Plan } from '../../src/domain/steps.ts';
import { teardown } from '../../src/domain/teardown.ts';
import * as plant from '../model/plant.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/teardown/${name}.txt`, import.meta.url).pathname;

type Policy = 'Retain' | 'Delete';

const deletedAt = new Date(plant.NOW - 60_000).toISOString();
const doomed = (spec: Partial<Spec> = {}, annotations: Record<string, string> = {}): PmsObject => {
  const object = plant.pms({ spec, deletedAt });
  return { ...object, metadata: { ...object.metadata, annotations } };
};
const workspaces = (policy: Policy): Partial<Spec> => ({
  workspaces: [{ name: 'law-plant-a', deletionPolicy: policy }],
});
const two = plant.pms({ spec: plant.twoWorkspaces('Delete') });
const keep = (object: PmsObject, ...keys: readonly string[]): InventoryEntry[] =>
  plant.inventoryOf(object).filter(entry => keys.some(key => entry.key.startsWith(key)));

const empty = present({ lines: [], maxBytes: 900_000, ttlSeconds: 60 });
const silentFor = (ms: number): Observed['resolution'] =>
  present({
    recordsHash: 'hash',
    servers: ['coredns-a'],
    questions: 54,
    askedAt: plant.NOW,
    wrong: [],
    unansweredSince: plant.NOW - ms,
  });
/** Everything is there but in DNS, which has forgotten us. */
const drained = { target: empty, resolution: silentFor(70_000), unpublishedSince: plant.NOW - 80_000 };
interface Case {
  readonly name: string;
  readonly object: PmsObject;
  readonly seen: Observed;
}

const full = (object: PmsObject, over: Partial<Observed> = {}): Observed => plant.fullAzure(object, over);
const del = doomed(workspaces('Delete'));
const del2 = doomed(plant.twoWorkspaces('Delete'));
/** Everything is retained, and is to lose our tag. */
const released: PmsObject = {
  ...doomed({ ...workspaces('Retain'), deletionPolicy: 'Retain' }),
  metadata: { ...doomed().metadata, annotations: { 'privatemonitoring.dev/release': 'true' } },
};
const noAzure = unread<never>(waiting('AzureUnreachable', 'no answer from the resource manager', 5_000));
const unreachable: Partial<Observed> = {
  identity: noAzure,
  endpoint: { reading: noAzure },
  scope: { reading: noAzure },
  scopeLinks: noAzure,
  links: new Map(),
  workspaces: new Map(),
};

const deletions: readonly Case[] = [
  { name: 'published-and-answered', object: del, seen: full(del) },
  {
    name: 'unpublished-still-answered',
    object: del,
    seen: full(del, {
      target: empty,
      unpublishedSince: plant.NOW - 5_000,
      resolution: present({
        recordsHash: 'hash',
        servers: ['coredns-a'],
        questions: 54,
        askedAt: plant.NOW,
        wrong: [
          { server: 'coredns-a', name: 'api.monitor.azure.com', type: 'A', rcode: 'NOERROR', addresses: ['10.13.1.7'] },
        ],
      }),
    }),
  },
  {
    name: 'unanswered-for-less-than-a-ttl',
    object: del,
    seen: full(del, { ...drained, resolution: silentFor(20_000) }),
  },
  { name: 'drained', object: del, seen: full(del, drained) },
  {
    name: 'no-dns-endpoint-to-ask',
    object: del,
    seen: full(del, {
      ...drained,
      resolution: unread(waiting('NoDnsEndpoint', 'DNS target default has no server to ask', 5_000)),
    }),
  },
  {
    name: 'no-dns-endpoint-for-five-minutes',
    object: del,
    seen: full(del, {
      ...drained,
      unpublishedSince: plant.NOW - 301_000,
      resolution: unread(waiting('NoDnsEndpoint', 'DNS target default has no server to ask', 5_000)),
    }),
  },
  {
    name: 'endpoint-deleting',
    object: del,
    seen: full(del, {
      ...drained,
      endpoint: { reading: present(plant.endpoint({ provisioningState: 'Deleting' })) },
    }),
  },
  { name: 'endpoint-gone', object: del, seen: full(del, { ...drained, endpoint: { reading: ABSENT } }) },
  {
    name: 'two-links-left',
    object: del2,
    seen: full(del2, {
      ...drained,
      inventory: keep(two, 'workspace', 'scoped', 'privateLinkScope'),
      links: plant.linkSights(),
    }),
  },
  {
    name: 'first-link-deleting',
    object: del2,
    seen: full(del2, {
      ...drained,
      inventory: keep(two, 'workspace', 'scoped', 'privateLinkScope'),
      links: plant.linkSights({ 'law-plant-a': { provisioningState: 'Deleting' } }),
    }),
  },
  {
    name: 'first-link-gone',
    object: del2,
    seen: full(del2, {
      ...drained,
      inventory: keep(two, 'workspace', 'scoped', 'privateLinkScope'),
      links: plant.linkSights({ 'law-plant-a': null }),
    }),
  },
  {
    name: 'links-gone',
    object: del2,
    seen: full(del2, {
      ...drained,
      inventory: keep(two, 'workspace', 'privateLinkScope'),
      scope: { reading: present(plant.scope()) },
      scopeLinks: present([]),
      workspaces: plant.bothWorkspaces,
    }),
  },
  {
    name: 'scope-used-by-others',
    object: del,
    seen: full(del, {
      ...drained,
      inventory: keep(del, 'privateLinkScope'),
      scope: {
        reading: present(
          plant.scope({ connections: [plant.connectionOf('/subscriptions/x/privateEndpoints/pe-hub')] }),
        ),
      },
      scopeLinks: present([plant.link('law-hub', { name: 'law-hub-by-hand' })]),
    }),
  },
  {
    name: 'scope-links-unreadable',
    object: del,
    seen: full(del, {
      ...drained,
      inventory: keep(del, 'privateLinkScope'),
      scope: { reading: present(plant.scope()) },
      scopeLinks: unread(waiting('Forbidden', 'no right to list scopedResources', 60_000)),
    }),
  },
  {
    name: 'workspace-retained',
    object: doomed(),
    seen: full(doomed(), { ...drained, inventory: keep(doomed(), 'work') }),
  },
  {
    name: 'workspace-locked',
    object: del,
    seen: full(del, {
      ...drained,
      inventory: keep(del, 'workspace'),
      workspaces: plant.workspaceSights({
        'law-plant-a': {
          reading: present(plant.workspace()),
          write: {
            is: 'HeldOff',
            failure: stalled('Locked', 'ScopeLocked: take the lock off'),
            retryAt: plant.NOW + 9,
          },
        },
      }),
    }),
  },
  {
    name: 'everything-retained-without-azure',
    object: doomed({ ...workspaces('Retain'), deletionPolicy: 'Retain' }),
    seen: full(doomed({ ...workspaces('Retain'), deletionPolicy: 'Retain' }), { ...unreachable, ...drained }),
  },
  { name: 'released-while-ours', object: released, seen: full(released, drained) },
  {
    name: 'released-and-tags-gone',
    object: released,
    seen: full(released, {
      ...drained,
      workspaces: plant.workspaceSights({
        'law-plant-a': { reading: present(plant.workspace('law-plant-a', { tags: {} })) },
      }),
      scope: { reading: present(plant.scope({ tags: {} })) },
      endpoint: { reading: present(plant.endpoint({ tags: {} })) },
    }),
  },
  {
    name: 'released-while-azure-is-unreachable',
    object: released,
    seen: full(released, { ...unreachable, ...drained }),
  },
  {
    name: 'plan-mode-leaves-everything',
    object: doomed({ ...workspaces('Delete'), mode: 'Plan' }),
    seen: full(doomed({ ...workspaces('Delete'), mode: 'Plan' }), { ...unreachable, ...drained }),
  },
  {
    name: 'nothing-made-yet-without-azure',
    object: del,
    seen: plant.emptyAzure(del, { ...unreachable, target: empty, unpublishedSince: plant.NOW, inventory: [] }),
  },
  { name: 'azure-unreachable', object: del, seen: full(del, { ...unreachable, ...drained }) },
  {
    name: 'no-token',
    object: del,
    seen: full(del, { ...drained, identity: unread(stalled('AuthenticationFailed', 'AADSTS7000215: wrong secret')) }),
  },
  {
    name: 'put-sent-not-visible-yet',
    object: del,
    seen: plant.emptyAzure(del, {
      ...drained,
      resolution: ABSENT,
      inventory: plant.inventoryOf(del, new Date(plant.NOW - 5_000).toISOString()).slice(0, 2),
    }),
  },
  {
    name: 'put-in-flight',
    object: del,
    seen: plant.emptyAzure(del, {
      ...drained,
      resolution: ABSENT,
      inventory: keep(del, 'privateEndpoint'),
      endpoint: { reading: ABSENT, write: { is: 'InFlight' } },
    }),
  },
  {
    name: 'endpoint-hangs-in-updating',
    object: del,
    seen: full(del, { ...drained, endpoint: { reading: present(plant.endpoint({ provisioningState: 'Updating' })) } }),
  },
  {
    name: 'owner-tag-stripped',
    object: del,
    seen: full(del, { ...drained, endpoint: { reading: present(plant.endpoint({ tags: {} })) } }),
  },
  {
    name: 'adopted-link',
    object: del,
    seen: full(del, {
      ...drained,
      inventory: [
        {
          key: 'scopedResource/law-plant-a',
          id: `${plant.scope().id}/scopedResources/x`,
          origin: 'Adopted',
          policy: 'Retain',
        },
      ],
    }),
  },
  {
    name: 'target-was-removed',
    object: del,
    seen: full(del, { target: ABSENT, resolution: ABSENT }),
  },
  {
    name: 'target-unreadable',
    object: del,
    seen: full(del, { target: unread(failed('ClusterUnreachable', 'connection refused')), resolution: ABSENT }),
  },
  {
    name: 'abandoned-and-nothing-can-be-reached',
    object: doomed({}, { 'privatemonitoring.dev/abandon': 'uid-plant-a' }),
    seen: full(del, { ...unreachable, target: unread(failed('ClusterUnreachable', 'connection refused')) }),
  },
  {
    name: 'abandoned-for-five-minutes-and-nothing-can-be-reached',
    object: doomed({}, { 'privatemonitoring.dev/abandon': 'uid-plant-a' }),
    seen: full(del, {
      ...unreachable,
      target: unread(failed('ClusterUnreachable', 'connection refused')),
      abandonedSince: plant.NOW - 300_000,
    }),
  },
  {
    name: 'abandoned-and-still-published',
    object: doomed({}, { 'privatemonitoring.dev/abandon': 'uid-plant-a' }),
    seen: full(del, { abandonedSince: plant.NOW }),
  },
  {
    name: 'abandon-of-another-uid-is-no-abandon',
    object: doomed({}, { 'privatemonitoring.dev/abandon': 'uid-of-its-predecessor' }),
    seen: full(del, drained),
  },
];

const textOf = (steps: Plan): string => planText(steps);
const actionsOf = ({ steps }: Plan) => steps.flatMap(step => step.verdict.actions);

suite('the plan of a deletion', () => {
  for (const { name, object, seen } of deletions) {
    test(`${name.replaceAll('-', ' ')} gives the plan on file`, t => {
      const text = textOf(teardown(desire(object, plant.INSTALLATION), seen));
      t.assert.fileSnapshot(text, golden(name), textSerializer);
    });
  }

  test('deletes nothing in Azure before DNS has let go', () => {
    for (const { name, object, seen } of deletions.filter(one => one.seen.target === plant.fullAzure().target)) {
      const deletes = actionsOf(teardown(desire(object, plant.INSTALLATION), seen)).filter(
        one => one.verb === 'delete',
      );
      assert.deepEqual(deletes, [], name);
    }
  });

  test('never deletes what the policies keep, what was adopted, or what is not tagged as ours', () => {
    for (const { name, object, seen } of deletions) {
      const kept = seen.inventory.filter(entry => entry.policy === 'Retain' || entry.origin === 'Adopted');
      const deleted = actionsOf(teardown(desire(object, plant.INSTALLATION), seen)).flatMap(one =>
        one.verb === 'delete' ? [one.key] : [],
      );
      assert.deepEqual(
        deleted.filter(key => kept.some(entry => entry.key === key)),
        [],
        name,
      );
    }
  });

  test('of an object that made nothing needs neither Azure nor a token', () => {
    const found = deletions.find(one => one.name === 'nothing-made-yet-without-azure');
    assert.ok(found);
    const { steps } = teardown(desire(found.object, plant.INSTALLATION), found.seen);
    assert.ok(steps.every(step => step.verdict.state === 'Ready'));
  });
});
