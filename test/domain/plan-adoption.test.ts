import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire, wantsOf } from '../../src/domain/desire.ts';
import { stalled, waiting } from '../../src/domain/failures.ts';
import type { InventoryEntry } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present, unread } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import { isAdopted } from '../../src/domain/resources.ts';
import * as plant from '../model/plant.ts';
import { ADOPTED, adoptedEntries, adopting, hub, joining } from '../model/plant-adoption.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/adoption/${name}.txt`, import.meta.url).pathname;

interface Case {
  readonly name: string;
  readonly object?: ReturnType<typeof plant.pms>;
  readonly seen: Observed;
}

const asked = (over: Partial<Observed> = {}) => hub(adopting, { inventory: [], links: new Map(), ...over });
const listed = (over: Partial<Observed> = {}) => hub(adopting, over);
const withoutLink = (entries: readonly InventoryEntry[]) =>
  entries.filter(({ key }) => !key.startsWith('scopedResource'));
const pending = plant.endpoint({ connectionStatus: 'Pending', connectionDescription: 'plant a' });
const manual = plant.pms({
  spec: { privateEndpoint: { subnetId: plant.SUBNET, approval: 'Manual', requestMessage: 'plant a, line 1' } },
});
const connecting = (over: Partial<Observed>) =>
  plant.fullAzure(manual, { target: plant.emptyAzure().target, resolution: ABSENT, ...over });
const recovering = plant.pms({ spec: { workspaces: [{ name: 'law-plant-a', recover: true }] } });
const deletedIn = (location: string) =>
  plant.emptyAzure(recovering, { softDeleted: present([{ id: plant.workspace().id, name: 'law-plant-a', location }]) });

const cases: readonly Case[] = [
  { name: 'everything-there-and-linked-by-hand', seen: asked() },
  { name: 'everything-there-not-linked', seen: asked({ scopeLinks: present([]) }) },
  {
    name: 'listed-not-linked',
    seen: listed({ inventory: withoutLink(adoptedEntries), links: new Map(), scopeLinks: present([]) }),
  },
  { name: 'settled', seen: listed() },
  {
    name: 'workspace-not-there',
    seen: asked({ workspaces: new Map([[ADOPTED.workspace.key, { reading: ABSENT }]]) }),
  },
  {
    name: 'workspace-vanished-later',
    seen: listed({ workspaces: new Map([[ADOPTED.workspace.key, { reading: ABSENT }]]) }),
  },
  {
    name: 'component-not-there',
    seen: listed({ components: new Map([[ADOPTED.component.key, { reading: ABSENT }]]) }),
  },
  { name: 'scope-not-there', seen: asked({ scope: { reading: ABSENT }, scopeLinks: ABSENT }) },
  { name: 'endpoint-not-there', seen: asked({ endpoint: { reading: ABSENT }, networkInterface: ABSENT }) },
  {
    name: 'workspace-failed-and-scope-forbidden',
    seen: asked({
      workspaces: new Map([
        [ADOPTED.workspace.key, { reading: present({ ...ADOPTED.workspace.body, provisioningState: 'Failed' }) }],
      ]),
      scope: { reading: unread(waiting('Forbidden', 'AuthorizationFailed: no right to read', 60_000)) },
      scopeLinks: unread(waiting('Forbidden', 'AuthorizationFailed: no right to read', 60_000)),
    }),
  },
  {
    name: 'endpoint-of-another-scope',
    seen: listed({ endpoint: { reading: present({ ...ADOPTED.endpoint.body, scopeId: plant.scope().id }) } }),
  },
  {
    name: 'endpoint-removed-at-the-scope',
    seen: listed({
      endpoint: { reading: present({ ...ADOPTED.endpoint.body, connectionStatus: 'Disconnected' }) },
      scope: { reading: present({ ...ADOPTED.scope.body, connections: [] }) },
    }),
  },
  {
    name: 'scope-adopted-endpoint-created',
    object: joining,
    seen: hub(joining, { endpoint: { reading: ABSENT }, networkInterface: ABSENT, inventory: [] }),
  },
  {
    name: 'approval-asked',
    object: manual,
    seen: connecting({ endpoint: { reading: ABSENT }, networkInterface: ABSENT }),
  },
  {
    name: 'approval-pending',
    object: manual,
    seen: connecting({
      endpoint: { reading: present(pending) },
      scope: { reading: present(plant.scope({ connections: [plant.connectionOf(pending.id, 'Pending')] })) },
    }),
  },
  {
    name: 'approval-pending-scope-unreadable',
    object: manual,
    seen: connecting({
      endpoint: { reading: present(pending) },
      scope: { reading: unread(waiting('Forbidden', 'AuthorizationFailed: no right to read', 60_000)) },
    }),
  },
  {
    name: 'approval-right-missing',
    object: plant.pms(),
    seen: plant.fullAzure(plant.pms(), {
      endpoint: {
        reading: ABSENT,
        write: {
          is: 'HeldOff',
          failure: waiting(
            'LinkedAuthorizationFailed',
            'LinkedAuthorizationFailed: no right on the linked scope',
            60_000,
          ),
          retryAt: plant.NOW + 60_000,
        },
      },
      networkInterface: ABSENT,
    }),
  },
  {
    name: 'connection-disconnected-scope-gone',
    object: plant.pms(),
    seen: plant.fullAzure(plant.pms(), {
      endpoint: { reading: present(plant.endpoint({ connectionStatus: 'Disconnected' })) },
      scope: { reading: unread(stalled('Forbidden', 'no right to read')) },
    }),
  },
  {
    name: 'foreign-connection',
    object: plant.pms(),
    seen: plant.fullAzure(plant.pms(), {
      scope: {
        reading: present(
          plant.scope({
            connections: [
              plant.connectionOf(plant.endpoint().id),
              plant.connectionOf('/subscriptions/x/privateEndpoints/pe-hub', 'Pending'),
            ],
          }),
        ),
      },
    }),
  },
  { name: 'recover-asked', object: recovering, seen: deletedIn('japaneast') },
  { name: 'recover-asked-in-another-region', object: recovering, seen: deletedIn('westeurope') },
];

suite('the plan of what is adopted, connected or recovered', () => {
  for (const { name, object, seen } of cases) {
    test(`${name.replaceAll('-', ' ')} gives the plan on file`, t => {
      const steps = plan(desire(object ?? adopting, plant.INSTALLATION), seen, plant.RULES);
      t.assert.fileSnapshot(planText(steps), golden(name), textSerializer);
    });
  }

  test('never writes to what is adopted, whatever is seen of it', () => {
    const want = desire(adopting, plant.INSTALLATION);
    const keys = new Set(
      wantsOf(want)
        .filter(isAdopted)
        .map(({ key }) => key),
    );
    assert.equal(keys.size, 4);
    for (const { seen, object } of cases) {
      if (object !== undefined) continue;
      const actions = plan(want, seen, plant.RULES).steps.flatMap(step => step.verdict.actions);
      const writes = actions.filter(({ verb }) => ['create', 'update', 'delete'].includes(verb));
      assert.deepEqual(
        writes.filter(({ key }) => keys.has(key)),
        [],
      );
    }
  });

  test('a region of an adopted workspace or component takes its addresses, a shared one once', () => {
    const mixed = plant.pms({
      spec: {
        ...adopting.spec,
        workspaces: [...adopting.spec.workspaces, { name: 'law-plant-a' }],
        privateEndpoint: { subnetId: plant.SUBNET },
      },
    });
    const needed = (workspaceLocation: string) =>
      plan(
        desire(mixed, plant.INSTALLATION),
        hub(mixed, {
          endpoint: { reading: ABSENT },
          workspaces: new Map([
            [ADOPTED.workspace.key, { reading: present({ ...ADOPTED.workspace.body, location: workspaceLocation }) }],
          ]),
        }),
        plant.RULES,
      ).subnet?.addressesNeeded;
    assert.equal(needed('Japan East'), 8 + 3 + 2);
    assert.equal(needed('westeurope'), 8 + 6 + 2);
  });
});
