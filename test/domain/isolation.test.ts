import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { withDrift } from '../../src/domain/drift.ts';
import { forecast } from '../../src/domain/forecast.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import { type Observed, present, type Resolution } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { planText } from '../../src/domain/plan-text.ts';
import { recordsHash } from '../../src/domain/records.ts';
import type { Action } from '../../src/domain/steps.ts';
import * as plant from '../model/plant.ts';
import {
  blindFor,
  CLOSED,
  closedBefore,
  confirmedClosed,
  failingFor,
  isolated,
  listed,
  shut,
  takenBack,
  workspaceWith,
} from './isolation-scenes.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/isolation/${name}.txt`, import.meta.url).pathname;

interface Case {
  readonly name: string;
  readonly object: PmsObject;
  readonly seen: Observed;
}

const one = isolated();
const both = isolated({
  workspaces: ['law-plant-a', 'law-plant-b'].map(name => ({
    name,
    ...(name === 'law-plant-b' ? { location: 'japanwest' } : {}),
    isolation: { ingestion: 'Disabled' as const },
  })),
  privateLinkScope: { accessModes: { query: 'PrivateOnly' } },
});
/** Both workspaces are there, linked and answered. */
const twoThere = (over: Partial<Observed> = {}): Observed => {
  const guids = [plant.GUID_A, plant.GUID_B];
  const lines = plant.lines(guids);
  return plant.fullAzure(both, {
    workspaces: plant.bothWorkspaces,
    links: plant.linkSights(),
    scopeLinks: present(plant.bothLinks.map(name => plant.link(name))),
    networkInterface: present(plant.networkInterface(guids)),
    target: present({
      lines: [...lines, { name: 'x.ods.opinsights.azure.com', addresses: ['10.99.0.4'], owners: ['other/b'] }],
      maxBytes: 900_000,
      ttlSeconds: 60,
    }),
    resolution: present(resolutionOf(lines)),
    ...over,
  });
};
const resolutionOf = (lines = plant.lines(), over: Partial<Resolution> = {}): Resolution => ({
  recordsHash: recordsHash(lines),
  servers: ['coredns-a'],
  questions: lines.length * 2,
  wrong: [],
  askedAt: plant.NOW,
  ...over,
});
const closedWorkspaces = plant.workspaceSights({
  'law-plant-a': { reading: present(plant.workspace('law-plant-a', { access: { ingestion: 'Disabled' } })) },
  'law-plant-b': {
    reading: present(plant.workspace('law-plant-b', { location: 'japanwest', access: { ingestion: 'Disabled' } })),
  },
});
const bothClosed = plant
  .inventoryOf(both)
  .map(entry =>
    entry.key.startsWith('workspace/')
      ? { ...entry, closed: closedBefore(2, { before: { ingestion: 'Enabled' } }) }
      : entry,
  );
const wrong = {
  server: 'coredns-a',
  name: 'api.monitor.azure.com',
  type: 'A',
  rcode: 'NOERROR',
  addresses: ['20.1.1.1'],
} as const;

const closing: readonly Case[] = [
  { name: 'proved', object: one, seen: plant.fullAzure(one) },
  { name: 'nothing-there', object: one, seen: plant.emptyAzure(one) },
  { name: 'one-of-two', object: both, seen: twoThere() },
  { name: 'scope-last', object: both, seen: twoThere({ workspaces: closedWorkspaces, inventory: bothClosed }) },
  {
    name: 'scope-waits-for-a-proof-after-the-last-closing',
    object: both,
    seen: twoThere({
      workspaces: closedWorkspaces,
      inventory: bothClosed.map(entry => ({
        ...entry,
        ...(entry.closed ? { closed: { ...entry.closed, at: new Date(plant.NOW).toISOString() } } : {}),
      })),
    }),
  },
  {
    name: 'proof-too-old',
    object: one,
    seen: plant.fullAzure(one, { path: present(plant.path({}, plant.NOW - 61_000)) }),
  },
  {
    name: 'in-flight',
    object: one,
    seen: plant.fullAzure(one, {
      inventory: listed(one, closedBefore(0)),
      workspaces: new Map([
        ['workspace/law-plant-a', { reading: present(plant.workspace()), write: { is: 'InFlight' } as const }],
      ]),
    }),
  },
  {
    name: 'written-down-and-not-sent',
    object: one,
    seen: plant.fullAzure(one, { inventory: listed(one, closedBefore(0.2)) }),
  },
  { name: 'opened-by-somebody', object: one, seen: plant.fullAzure(one, { inventory: listed(one, confirmedClosed) }) },
  {
    name: 'secured-by-perimeter',
    object: one,
    seen: plant.fullAzure(one, { workspaces: workspaceWith({ ingestion: 'Enabled', query: 'SecuredByPerimeter' }) }),
  },
  { name: 'no-vantage', object: one, seen: plant.fullAzure(one, { path: blindFor(20) }) },
  { name: 'path-fails', object: one, seen: plant.fullAzure(one, { path: failingFor(300) }) },
  {
    name: 'wrong-answers',
    object: one,
    seen: plant.fullAzure(one, {
      resolution: present(resolutionOf(plant.lines(), { wrong: [wrong], wrongSince: plant.NOW })),
    }),
  },
  {
    name: 'name-conflict',
    object: one,
    seen: plant.fullAzure(one, {
      target: present({
        lines: plant
          .lines()
          .map(line =>
            line.name === 'api.monitor.azure.com' ? { ...line, owners: ['other/b'], addresses: ['10.99.0.4'] } : line,
          ),
        maxBytes: 900_000,
        ttlSeconds: 60,
      }),
    }),
  },
  {
    name: 'gate-dns-needs-no-path',
    object: isolated({ verification: { gate: 'DNS' } }),
    seen: plant.fullAzure(one, { path: blindFor(20) }),
  },
  {
    name: 'gate-none-needs-no-answer',
    object: isolated({ verification: { gate: 'None' } }),
    seen: plant.fullAzure(one, {
      path: { is: 'absent' },
      resolution: present(resolutionOf(plant.lines(), { wrong: [wrong] })),
    }),
  },
];

const later: readonly Case[] = [
  { name: 'on-trial', object: one, seen: shut(one, closedBefore(4)) },
  { name: 'trial-passed', object: one, seen: shut(one, closedBefore(11)) },
  {
    name: 'trial-over-but-not-proved-since',
    object: one,
    seen: shut(one, closedBefore(11), { path: present(plant.path({}, plant.NOW - 120_000)) }),
  },
  { name: 'settled', object: one, seen: shut(one, confirmedClosed) },
  { name: 'found-closed', object: one, seen: shut(one) },
  { name: 'trial-fails-since-a-moment', object: one, seen: shut(one, closedBefore(4), { path: failingFor(30) }) },
  { name: 'trial-failed', object: one, seen: shut(one, closedBefore(4), { path: failingFor(70) }) },
  { name: 'trial-blind', object: one, seen: shut(one, closedBefore(4), { path: blindFor(70) }) },
  {
    name: 'taken-back-half-done',
    object: one,
    seen: shut(one, takenBack(1, { before: { query: 'Enabled' } })),
  },
  { name: 'taken-back', object: one, seen: plant.fullAzure(one, { inventory: listed(one, takenBack(1)) }) },
  {
    name: 'taken-back-and-noted-late',
    object: one,
    seen: plant.fullAzure(one, { inventory: listed(one, takenBack(1, { before: { query: 'Enabled' } })) }),
  },
  {
    name: 'taken-back-and-the-spec-changed',
    object: isolated({}, 2),
    seen: plant.fullAzure(one, { inventory: listed(one, takenBack(1)) }),
  },
  { name: 'lost-path-is-reported', object: one, seen: shut(one, confirmedClosed, { path: failingFor(400) }) },
  {
    name: 'lost-path-is-opened',
    object: isolated({ isolation: { onLostPath: 'Reopen' } }),
    seen: shut(one, confirmedClosed, { path: failingFor(400) }),
  },
  {
    name: 'lost-vantage-opens-nothing',
    object: isolated({ isolation: { onLostPath: 'Reopen' } }),
    seen: shut(one, confirmedClosed, { path: blindFor(400) }),
  },
  {
    name: 'asked-to-be-open',
    object: isolated({ workspaces: [{ name: 'law-plant-a', isolation: { query: 'Enabled' } }] }),
    seen: shut(one, confirmedClosed, { path: failingFor(400) }),
  },
  {
    name: 'asked-to-be-open-and-is',
    object: isolated({ workspaces: [{ name: 'law-plant-a', isolation: { query: 'Enabled' } }] }),
    seen: plant.fullAzure(one, { inventory: listed(one, confirmedClosed) }),
  },
  {
    name: 'no-longer-mentioned-is-left',
    object: isolated({ workspaces: [{ name: 'law-plant-a' }] }),
    seen: shut(one, confirmedClosed),
  },
];

const actionsOf = ({ object, seen }: Case): readonly Action[] =>
  plan(desire(object, plant.INSTALLATION), seen, plant.RULES).steps.flatMap(step => step.verdict.actions);
const closes = (found: Case): boolean => actionsOf(found).some(({ verb }) => verb === 'close');

suite('isolation', () => {
  for (const { name, object, seen } of [...closing, ...later]) {
    test(`${name.replaceAll('-', ' ')} gives the plan on file`, t => {
      const text = planText(plan(desire(object, plant.INSTALLATION), seen, plant.RULES));
      t.assert.fileSnapshot(text, golden(name), textSerializer);
    });
  }

  test('closes only where the gate holds by a fresh look', () => {
    const closed = [...closing, ...later].filter(closes).map(({ name }) => name);
    assert.deepEqual(closed, [
      'proved',
      'one-of-two',
      'scope-last',
      'written-down-and-not-sent',
      'opened-by-somebody',
      'gate-dns-needs-no-path',
      'gate-none-needs-no-answer',
      'taken-back-and-the-spec-changed',
    ]);
  });

  test('never closes while any step before it is not Ready', () => {
    for (const { name, object, seen } of closing.filter(closes)) {
      const broken: Partial<Observed> = {
        endpoint: { reading: present(plant.endpoint({ connectionStatus: 'Pending' })) },
      };
      assert.equal(closes({ name, object, seen: { ...seen, ...broken } }), false, name);
    }
  });

  test('opens exactly what it closed, with the value from before', () => {
    const object = isolated({
      workspaces: [{ name: 'law-plant-a', isolation: { ingestion: 'Disabled', query: 'Disabled' } }],
    });
    // Ingestion was closed by somebody else.
    const workspaces = workspaceWith({ ingestion: 'Disabled', query: CLOSED.query });
    const seen = shut(object, closedBefore(4), { workspaces, path: failingFor(70) });
    const opened = actionsOf({ name: 'partly', object, seen });
    assert.deepEqual(
      opened.map(action => action.verb === 'open' && action.changes),
      [[{ access: 'query', found: 'Disabled', wanted: 'Enabled' }]],
    );
  });

  test('is told by a look ahead as the last thing, though nothing can be proved yet', () => {
    const { actions } = forecast(desire(both, plant.INSTALLATION), plant.emptyAzure(both), plant.RULES);
    const told = actions.map(({ action }) => `${action.verb} ${action.key}`);
    assert.deepEqual(told.slice(-3), [
      'close workspace/law-plant-a',
      'close workspace/law-plant-b',
      'close privateLinkScope',
    ]);
    assert.deepEqual(actions.at(-1)?.after, [actions.length - 1]);
    assert.equal(told.filter(line => line.startsWith('close')).length, 3);
  });

  test('undone by somebody is told as drift, and left where drift is only reported', () => {
    const closed = listed(one, confirmedClosed);
    for (const driftPolicy of ['Repair', 'Report'] as const) {
      const object = { ...isolated({ driftPolicy }), status: { convergedGeneration: 1 } };
      const want = desire(object, plant.INSTALLATION);
      const seen = plant.fullAzure(object, { inventory: closed });
      const { steps } = withDrift(plan(want, seen, plant.RULES), object, want, seen);
      const verdict = steps.find(step => step.name === 'Isolated')?.verdict;
      assert.equal(verdict?.reason, 'DriftDetected');
      assert.match(verdict.message, /publicNetworkAccessForQuery is Enabled, expected Disabled/);
      assert.equal(verdict.actions.length, driftPolicy === 'Repair' ? 1 : 0);
    }
  });

  test('that fails for one workspace takes back no other', () => {
    const of = ['workspace/law-plant-b'];
    const failed = { of, outcome: 'OtherScope', detail: '403', failedSince: plant.NOW - 70_000 } as const;
    const path = present(plant.path({ 'law-plant-a': failed }));
    assert.deepEqual(actionsOf({ name: 'other', object: one, seen: shut(one, closedBefore(4), { path }) }), []);
  });
});
