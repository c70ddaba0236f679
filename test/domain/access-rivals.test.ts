import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { dueClosings } from '../../src/domain/isolation.ts';
import { neighbourOf } from '../../src/domain/neighbours.ts';
import type { PmsObject, Spec } from '../../src/domain/object.ts';
import { type Observed, present } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import type { Verdict } from '../../src/domain/steps.ts';
import { teardown } from '../../src/domain/teardown.ts';
import * as plant from '../model/plant.ts';
import {
  CLOSED,
  closedBefore,
  confirmedClosed,
  failingFor,
  isolated,
  listed,
  shut,
  workspaceWith,
} from './isolation-scenes.ts';

type Isolation = NonNullable<Spec['workspaces'][number]['isolation']>;
interface About {
  readonly isolation?: Isolation;
  readonly deleted?: boolean;
  readonly spec?: Partial<Spec>;
}

/** Another object that adopts the same workspace and scope. */
function other({ isolation, deleted, spec }: About): PmsObject {
  return plant.pms({
    name: 'line-2',
    spec: {
      workspaces: [{ name: 'mine', resourceId: plant.workspace().id, ...(isolation ? { isolation } : {}) }],
      privateLinkScope: { resourceId: plant.scope().id },
      ...spec,
    },
    ...(deleted ? { deletedAt: new Date(plant.NOW - 60_000).toISOString() } : {}),
  });
}
const beside = (about: About): Pick<Observed, 'neighbours'> => ({
  neighbours: [neighbourOf(other(about), plant.INSTALLATION)],
});
const OPEN: About = { isolation: { query: 'Enabled' } };
const SHUT: About = { isolation: { query: 'Disabled' } };

const isolatedStep = (object: PmsObject, seen: Observed): Verdict => {
  const { steps } = plan(desire(object, plant.INSTALLATION), seen, plant.RULES);
  const step = steps.find(({ name }) => name === 'Isolated');
  assert.ok(step);
  return step.verdict;
};
const verbs = ({ actions }: Verdict) => actions.map(({ verb }) => verb);
const accesses = ({ actions }: Pick<Verdict, 'actions'>) =>
  actions
    .flatMap(action => ('changes' in action && action.verb === 'close' ? action.changes : []))
    .map(one => one.access);
const closing = isolated();
const opening = isolated({ workspaces: [{ name: 'law-plant-a', isolation: { query: 'Enabled' } }] });

suite('access that two objects ask for differently', () => {
  test('stays as Azure shows it, and the object that it does not suit says who holds which field', () => {
    const verdict = isolatedStep(closing, plant.fullAzure(closing, beside(OPEN)));
    assert.deepEqual([verdict.state, verdict.reason, verbs(verdict)], ['Stalled', 'SettingConflict', []]);
    assert.equal(
      verdict.message,
      'workspace law-plant-a: publicNetworkAccessForQuery stays Enabled, as object plant/line-2 asks, and this object asks for Disabled: let them ask for the same, or take the field out of one',
    );
    const other = isolatedStep(opening, shut(opening, undefined, beside(SHUT)));
    assert.deepEqual([other.reason, verbs(other)], ['SettingConflict', []]);
  });

  test('is no conflict for the object that it suits', () => {
    const shutAsAsked = isolatedStep(closing, shut(closing, confirmedClosed, beside(OPEN)));
    assert.deepEqual([shutAsAsked.state, shutAsAsked.reason], ['Ready', 'Isolated']);
  });

  test('is no conflict when both ask for the same, one is silent, is being deleted or only plans', () => {
    for (const about of [SHUT, {}, { ...OPEN, deleted: true }, { ...OPEN, spec: { mode: 'Plan' } } as const]) {
      assert.deepEqual(verbs(isolatedStep(closing, plant.fullAzure(closing, beside(about)))), ['close']);
    }
    for (const about of [OPEN, {}, { ...SHUT, deleted: true }]) {
      assert.deepEqual(verbs(isolatedStep(opening, shut(opening, undefined, beside(about)))), ['open']);
    }
  });

  test('is left to a network security perimeter, of which there is no conflict', () => {
    const workspaces = workspaceWith({ ingestion: 'Enabled', query: 'SecuredByPerimeter' });
    const verdict = isolatedStep(closing, plant.fullAzure(closing, { ...beside(OPEN), workspaces }));
    assert.deepEqual([verdict.state, verdict.reason], ['Ready', 'SecuredByPerimeter']);
  });

  test('does not hold back what is agreed on, of the same resource or of another', () => {
    const both = isolated({
      workspaces: [{ name: 'law-plant-a', isolation: { query: 'Disabled', ingestion: 'Disabled' } }],
    });
    const seen = plant.fullAzure(both, beside(OPEN));
    const verdict = isolatedStep(both, seen);
    assert.deepEqual([verdict.state, verdict.reason, accesses(verdict)], ['Stalled', 'SettingConflict', ['ingestion']]);
    assert.deepEqual(accesses({ actions: dueClosings(desire(both, plant.INSTALLATION), seen) }), ['ingestion']);
    const scoped = isolated({ privateLinkScope: { accessModes: { query: 'PrivateOnly' } } });
    const also = isolatedStep(scoped, plant.fullAzure(scoped, beside(OPEN)));
    assert.deepEqual([also.reason, verbs(also)], ['SettingConflict', ['close']]);
  });

  test('is the same for the access modes of a scope that both adopt', () => {
    const strict = isolated({
      workspaces: [{ name: 'law-plant-a' }],
      privateLinkScope: { resourceId: plant.scope().id, accessModes: { query: 'PrivateOnly' } },
    });
    const inventory = plant.inventoryOf(strict);
    assert.deepEqual(verbs(isolatedStep(strict, plant.fullAzure(strict, { inventory }))), ['close']);
    const scope = { resourceId: plant.scope().id, accessModes: { query: 'Open' } } as const;
    const rival = beside({ spec: { privateLinkScope: scope } });
    const verdict = isolatedStep(strict, plant.fullAzure(strict, { inventory, ...rival }));
    assert.deepEqual(verbs(verdict), []);
    assert.match(verdict.message, /private link scope plant-a: accessModes\.query stays Open, as object plant\/line-2/);
  });

  test('is opened by a trial that fails, whatever the other asks', () => {
    const seen = shut(closing, closedBefore(4), { ...beside(SHUT), path: failingFor(70) });
    assert.deepEqual(verbs(isolatedStep(closing, seen)), ['open']);
  });
});

suite('an object that leaves', () => {
  const deletionTimestamp = new Date(plant.NOW - 60_000).toISOString();
  const leaving = (onDelete?: 'Reopen'): PmsObject => {
    const object = isolated(onDelete === undefined ? {} : { isolation: { onDelete } });
    return { ...object, metadata: { ...object.metadata, deletionTimestamp } };
  };
  const isolatedOf = (object: PmsObject, over: Partial<Observed>) => {
    const workspaces = workspaceWith(CLOSED);
    const seen = shut(object, confirmedClosed, { workspaces, inventory: listed(object, confirmedClosed), ...over });
    const step = teardown(desire(object, plant.INSTALLATION), seen).steps.find(({ name }) => name === 'Isolated');
    assert.ok(step);
    return step.verdict;
  };

  test('opens what it has closed, but not what another live object asks to be closed', () => {
    assert.deepEqual(verbs(isolatedOf(leaving('Reopen'), {})), ['open']);
    for (const about of [{}, OPEN, { ...SHUT, deleted: true }]) {
      assert.deepEqual(verbs(isolatedOf(leaving('Reopen'), beside(about))), ['open']);
    }
    const verdict = isolatedOf(leaving('Reopen'), beside(SHUT));
    assert.deepEqual([verdict.state, verbs(verdict)], ['Ready', []]);
    assert.equal(verdict.message, 'workspace law-plant-a is left closed, as another object asks');
  });

  test('strands nobody when another live object asks for the closing', () => {
    assert.equal(isolatedOf(leaving(), {}).reason, 'WouldStrand');
    assert.equal(isolatedOf(leaving(), beside(SHUT)).state, 'Ready');
  });

  test('is the same for a workspace that is taken out of the spec', () => {
    const object = isolated({ workspaces: [{ name: 'law-plant-b' }], isolation: { onDelete: 'Reopen' } });
    const entry = listed(isolated(), confirmedClosed).find(({ key }) => key === 'workspace/law-plant-a');
    assert.ok(entry);
    const opened = (over: Partial<Observed>) => {
      const workspaces = new Map([...plant.fullAzure(object).workspaces, ...workspaceWith(CLOSED)]);
      const inventory = [...plant.inventoryOf(object), entry];
      const { steps } = plan(
        desire(object, plant.INSTALLATION),
        plant.fullAzure(object, { workspaces, inventory, ...over }),
        plant.RULES,
      );
      return steps.flatMap(({ verdict }) => verdict.actions).filter(({ verb }) => verb === 'open').length;
    };
    assert.deepEqual([opened({}), opened(beside(SHUT))], [1, 0]);
  });
});

test('of two adopted workspaces of one short name only the one whose path fails is opened', () => {
  const elsewhere = plant.workspace().id.replace('/rg-monitor/', '/rg-other/');
  const query = { isolation: { query: 'Disabled' } } as const;
  const object = isolated({
    workspaces: [
      { name: 'one', resourceId: plant.workspace().id, ...query },
      { name: 'two', resourceId: elsewhere, ...query },
    ],
  });
  const want = desire(object, plant.INSTALLATION);
  const [one, two] = want.workspaces;
  assert.ok(one && two && one.name === two.name && one.key !== two.key);
  const body = plant.workspace('law-plant-a', { access: CLOSED });
  const seen = plant.fullAzure(object, {
    workspaces: new Map([one, two].map(({ key, id }) => [key, { reading: present({ ...body, id }) }])),
    inventory: plant
      .inventoryOf(object)
      .map(entry => (entry.key.startsWith('workspace/') ? { ...entry, closed: closedBefore(4) } : entry)),
    path: failingFor(70, { of: [two.key] }),
  });
  const { actions } = isolatedStep(object, seen);
  assert.deepEqual(
    actions.map(({ verb, key }) => [verb, key]),
    [['open', two.key]],
  );
});

test('the isolation of an adopted workspace is that of its own item, whatever names there are', () => {
  const object = plant.pms({
    spec: {
      workspaces: [
        { name: 'law-hub', isolation: { query: 'Disabled' } },
        { name: 'theirs', resourceId: `${plant.workspace().id.replace('law-plant-a', 'law-hub')}`, isolation: {} },
        { name: 'law-plant-a', resourceId: plant.workspace('law-b').id, isolation: { ingestion: 'Disabled' } },
      ],
    },
  });
  assert.deepEqual(
    desire(object, plant.INSTALLATION).access.map(({ name, access }) => [name, access]),
    [
      ['law-hub', { query: 'Disabled' }],
      ['law-b', { ingestion: 'Disabled' }],
    ],
  );
});
