/**
 * The public access of Application Insights components: closed after the workspaces and by their rules, taken back, told,
 * and not stranded.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { viewRecords } from '../../src/domain/endpoint.ts';
import type { InventoryEntry, PmsObject, Spec } from '../../src/domain/object.ts';
import { type Observed, present } from '../../src/domain/observed.ts';
import { pathTargets } from '../../src/domain/path-targets.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import type { Component } from '../../src/domain/resources.ts';
import { missingRights, neededRights } from '../../src/domain/rights.ts';
import type { Action, Plan } from '../../src/domain/steps.ts';
import { teardown } from '../../src/domain/teardown.ts';
import * as plant from '../model/plant.ts';
import { ADOPTED, adoptedEntries, adopting, hub, IDS } from '../model/plant-adoption.ts';
import { blindFor, closedBefore, confirmedClosed, takenBack } from './isolation-scenes.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/isolation/component-${name}.txt`, import.meta.url).pathname;

const CLOSED = { ingestion: 'Enabled', query: 'Disabled' } as const;
const isolation = { query: 'Disabled' } as const;
const web = { name: 'web', resourceId: IDS.component, isolation };

const asking = (over: Partial<Spec> = {}, generation = 1): PmsObject => {
  const object = { ...adopting, spec: { ...adopting.spec, applicationInsights: [web], ...over } };
  return { ...object, metadata: { ...object.metadata, generation } };
};
const doomed = (over: Partial<Spec> = {}): PmsObject => {
  const object = asking(over);
  const deletionTimestamp = new Date(plant.NOW - 60_000).toISOString();
  return { ...object, metadata: { ...object.metadata, deletionTimestamp } };
};

const listed = (closed?: InventoryEntry['closed']): readonly InventoryEntry[] =>
  adoptedEntries.map(entry => (entry.key === ADOPTED.component.key && closed ? { ...entry, closed } : entry));
const withAccess = (access: Component['access'], closed?: InventoryEntry['closed'], over: Partial<Observed> = {}) => ({
  components: new Map([[ADOPTED.component.key, { reading: present({ ...ADOPTED.component.body, access }) }]]),
  inventory: listed(closed),
  ...over,
});

const one = asking();
const both = asking({ workspaces: [{ name: 'existing', resourceId: IDS.workspace, isolation }] });
const shut = asking({ isolation: { onDelete: 'Reopen' }, applicationInsights: [] });

interface Case {
  readonly name: string;
  readonly object: PmsObject;
  readonly seen: Observed;
  /** `verb key` of every action. */
  readonly does: readonly string[];
}

const COMPONENT = ADOPTED.component.key;
const close = `close ${COMPONENT}`;
const open = `open ${COMPONENT}`;

const cases: readonly Case[] = [
  { name: 'proved', object: one, seen: hub(one), does: [close] },
  { name: 'after-the-workspaces', object: both, seen: hub(both), does: [`close ${ADOPTED.workspace.key}`] },
  {
    name: 'secured-by-perimeter',
    object: one,
    seen: hub(one, withAccess({ query: 'SecuredByPerimeter' })),
    does: [],
  },
  { name: 'found-closed', object: one, seen: hub(one, withAccess(CLOSED)), does: [] },
  { name: 'on-trial', object: one, seen: hub(one, withAccess(CLOSED, closedBefore(4))), does: [] },
  {
    name: 'trial-failed',
    object: one,
    seen: hub(one, withAccess(CLOSED, closedBefore(4), { path: blindFor(70) })),
    does: [open],
  },
  { name: 'taken-back', object: one, seen: hub(one, withAccess({}, takenBack(1))), does: [] },
  {
    name: 'would-strand',
    object: doomed(),
    seen: hub(doomed(), withAccess(CLOSED, confirmedClosed)),
    does: [],
  },
  {
    name: 'opened-before-a-deletion',
    object: doomed({ isolation: { onDelete: 'Reopen' } }),
    seen: hub(doomed(), withAccess(CLOSED, confirmedClosed)),
    does: [open],
  },
  {
    name: 'taken-out-and-opened-first',
    object: shut,
    seen: hub(shut, withAccess(CLOSED, confirmedClosed)),
    does: [open],
  },
];

const planned = ({ object, seen }: Pick<Case, 'object' | 'seen'>): Plan => {
  const want = desire(object, plant.INSTALLATION);
  return want.deletedAt === undefined ? plan(want, seen, plant.RULES) : teardown(want, seen);
};
const actionsOf = (found: Plan): readonly Action[] => found.steps.flatMap(step => step.verdict.actions);

suite('the public access of a component', () => {
  for (const found of cases) {
    test(`${found.name.replaceAll('-', ' ')} gives the plan on file`, t => {
      const steps = planned(found);
      t.assert.fileSnapshot(planText(steps), golden(found.name), textSerializer);
      assert.deepEqual(
        actionsOf(steps).map(({ verb, key }) => `${verb} ${key}`),
        found.does,
      );
    });
  }

  test('is opened with the value from before, and what was shut by others stays shut', () => {
    const access = { ingestion: 'Disabled', query: 'Disabled' };
    const opened = actionsOf(
      planned({
        object: doomed({ isolation: { onDelete: 'Reopen' } }),
        seen: hub(doomed(), withAccess(access, confirmedClosed)),
      }),
    );
    assert.deepEqual(
      opened.map(action => action.verb === 'open' && action.changes),
      [[{ access: 'query', found: 'Disabled', wanted: 'Enabled' }]],
    );
  });

  test('is proved at the addresses where its telemetry goes, which nobody dials otherwise', () => {
    const dialled = (object: PmsObject) => {
      const want = desire(object, plant.INSTALLATION);
      const seen = hub(object);
      return pathTargets(want, seen, viewRecords(want, seen, plant.RULES)).tls.map(({ name }) => name);
    };
    const others = dialled(adopting);
    assert.deepEqual(
      dialled(one).filter(name => !others.includes(name)),
      ['global.in.ai.monitor.azure.com'],
    );
  });

  test('needs the right to write the component only when it is stated', () => {
    const reads = { scope: IDS.component, permissions: [{ actions: ['*/read'], notActions: [] }] };
    const lacks = (object: PmsObject) =>
      missingRights(neededRights(desire(object, plant.INSTALLATION)), [reads]).flatMap(({ actions }) => actions);
    assert.deepEqual(lacks(one), ['Microsoft.Insights/components/write']);
    assert.deepEqual(lacks(adopting), []);
  });
});
