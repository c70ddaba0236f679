import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { waiting } from '../../src/domain/failures.ts';
import { ABANDON_ANNOTATION } from '../../src/domain/names.ts';
import type { InventoryEntry, PmsObject, Spec } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present, unread } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import type { Plan } from '../../src/domain/steps.ts';
import { teardown } from '../../src/domain/teardown.ts';
import * as plant from '../model/plant.ts';
import { CLOSED, closedBefore, confirmedClosed, isolated, listed, shut, workspaceWith } from './isolation-scenes.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/stranding/${name}.txt`, import.meta.url).pathname;

const doomed = (over: Partial<Spec> = {}, annotations: Record<string, string> = {}): PmsObject => {
  const object = isolated(over);
  const deletionTimestamp = new Date(plant.NOW - 60_000).toISOString();
  return { ...object, metadata: { ...object.metadata, deletionTimestamp, annotations } };
};

interface Case {
  readonly name: string;
  readonly object: PmsObject;
  readonly seen: Observed;
}

const silent = doomed();
const reopens = doomed({ isolation: { onDelete: 'Reopen' } });
const leaves = doomed({ isolation: { onDelete: 'Leave' } });
const goes = doomed({
  workspaces: [{ name: 'law-plant-a', deletionPolicy: 'Delete', isolation: { query: 'Disabled' } }],
});
const abandoned = doomed({}, { [ABANDON_ANNOTATION]: silent.metadata.uid });
const noAnswer = unread<never>(waiting('AzureUnreachable', 'no answer', 5_000));
const unreadable: Observed['workspaces'] = new Map([['workspace/law-plant-a', { reading: noAnswer }]]);
const inFlight: Observed['workspaces'] = new Map([
  [
    'workspace/law-plant-a',
    {
      reading: present(plant.workspace('law-plant-a', { access: CLOSED })),
      write: { is: 'InFlight' } as const,
    },
  ],
]);
const scopeObject = doomed({
  workspaces: [{ name: 'law-plant-a' }],
  privateLinkScope: { accessModes: { query: 'PrivateOnly' } },
  deletionPolicy: 'Retain',
  isolation: { onDelete: 'Reopen' },
});
const privateOnly = { query: 'Open', ingestion: 'Open' } as const;

const deletions: readonly Case[] = [
  { name: 'closed-and-nothing-said', object: silent, seen: shut(silent, confirmedClosed) },
  { name: 'found-closed-and-nothing-said', object: silent, seen: shut(silent) },
  {
    name: 'open-already',
    object: silent,
    seen: plant.fullAzure(silent, { inventory: listed(silent, confirmedClosed) }),
  },
  { name: 'cannot-be-read', object: silent, seen: shut(silent, confirmedClosed, { workspaces: unreadable }) },
  { name: 'opened-first', object: reopens, seen: shut(reopens, confirmedClosed) },
  { name: 'opening', object: reopens, seen: shut(reopens, confirmedClosed, { workspaces: inFlight }) },
  { name: 'opened', object: reopens, seen: plant.fullAzure(reopens, { inventory: listed(reopens, confirmedClosed) }) },
  { name: 'closed-by-somebody-else-is-left', object: reopens, seen: shut(reopens) },
  {
    name: 'scope-opened-first',
    object: scopeObject,
    seen: plant.fullAzure(scopeObject, {
      scope: { reading: present(plant.scope({ accessModes: { ingestion: 'Open', query: 'PrivateOnly' } })) },
      inventory: listed(scopeObject, closedBefore(60, { before: { query: privateOnly.query } }), 'privateLinkScope'),
    }),
  },
  { name: 'left-closed', object: leaves, seen: shut(leaves, confirmedClosed) },
  { name: 'goes-with-its-workspace', object: goes, seen: shut(goes, confirmedClosed) },
  { name: 'abandoned', object: abandoned, seen: shut(abandoned, confirmedClosed) },
];

/** `law-plant-b` has left the spec and is kept; we had closed it. */
const takenOut = (onDelete?: 'Reopen' | 'Leave'): Case['object'] =>
  plant.pms({ spec: { ...(onDelete === undefined ? {} : { isolation: { onDelete } }) } });
const before = plant.pms({ spec: plant.twoWorkspaces('Retain') });
const sights = (access = CLOSED as { ingestion: string; query: string }): Observed['workspaces'] =>
  plant.workspaceSights({
    'law-plant-a': { reading: present(plant.workspace()) },
    'law-plant-b': { reading: present(plant.workspace('law-plant-b', { location: 'japanwest', access })) },
  });
const inventory: InventoryEntry[] = listed(before, confirmedClosed, 'workspace/law-plant-b');
const leftSpec = (object: PmsObject, workspaces: Observed['workspaces']): Observed =>
  plant.fullAzure(object, {
    workspaces,
    inventory,
    links: plant.linkSights(),
    scopeLinks: present(plant.bothLinks.map(name => plant.link(name))),
  });

const prunings: readonly Case[] = [
  { name: 'taken-out-and-nothing-said', object: takenOut(), seen: leftSpec(takenOut(), sights()) },
  { name: 'taken-out-opened-first', object: takenOut('Reopen'), seen: leftSpec(takenOut('Reopen'), sights()) },
  {
    name: 'taken-out-and-opened',
    object: takenOut('Reopen'),
    seen: leftSpec(takenOut('Reopen'), sights({ ingestion: 'Enabled', query: 'Enabled' })),
  },
  { name: 'taken-out-left-closed', object: takenOut('Leave'), seen: leftSpec(takenOut('Leave'), sights()) },
];

const planned = ({ object, seen }: Case): Plan => {
  const want = desire(object, plant.INSTALLATION);
  return want.deletedAt === undefined ? plan(want, seen, plant.RULES) : teardown(want, seen);
};

suite('what stays and is closed', () => {
  for (const found of [...deletions, ...prunings]) {
    test(`${found.name.replaceAll('-', ' ')} gives the plan on file`, t => {
      t.assert.fileSnapshot(planText(planned(found)), golden(found.name), textSerializer);
    });
  }

  test('holds every other action of a deletion back until it is open or may stay closed', () => {
    const verbs = (name: string): readonly string[] => {
      const found = [...deletions, ...prunings].find(candidate => candidate.name === name);
      assert.ok(found);
      return planned(found).steps.flatMap(step => step.verdict.actions.map(action => action.verb));
    };
    for (const name of ['closed-and-nothing-said', 'cannot-be-read', 'opening', 'taken-out-and-nothing-said']) {
      assert.deepEqual(verbs(name), [], name);
    }
    for (const name of ['opened-first', 'scope-opened-first', 'taken-out-opened-first']) {
      assert.deepEqual(verbs(name), ['open'], name);
    }
    for (const name of ['opened', 'open-already', 'left-closed', 'goes-with-its-workspace', 'abandoned']) {
      assert.ok(verbs(name).includes('unpublish'), name);
    }
  });

  test('that is gone from Azure holds nothing back', () => {
    const seen = shut(silent, confirmedClosed, {
      workspaces: new Map([['workspace/law-plant-a', { reading: ABSENT }]]),
    });
    const isolatedStep = planned({ name: 'gone', object: silent, seen }).steps.find(step => step.name === 'Isolated');
    assert.equal(isolatedStep?.verdict.state, 'Ready');
  });

  test('is not asked about when the spec never asked for a closing and we closed nothing', () => {
    const object = doomed({ workspaces: [{ name: 'law-plant-a' }] });
    const seen = plant.fullAzure(object, { workspaces: workspaceWith(CLOSED) });
    assert.equal(
      planned({ name: 'foreign', object, seen }).steps.some(step => step.name === 'Isolated'),
      false,
    );
  });
});
