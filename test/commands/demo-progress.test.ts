/**
 * What the demo takes for progress and for an outcome, from the object's conditions and the controller's memory.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from '../../src/commands/demo/outcome.ts';
import { stepsOf } from '../../src/commands/demo/progress.ts';
import { createMemory } from '../../src/controller/world.ts';
import { desire } from '../../src/domain/desire.ts';
import type { Condition, InventoryEntry } from '../../src/domain/object.ts';
import type { Resource } from '../../src/domain/resources.ts';
import { INSTALLATION, NOW, pms } from '../model/plant.ts';

const clock = { now: () => NOW, after: () => () => {} };
const always = { settled: () => true, pollMs: () => 0, resyncMs: 1 };

const condition = (type: string, status: Condition['status'], reason: string): Condition => ({
  type,
  status,
  reason,
  message: `${reason} in words`,
  observedGeneration: 1,
  lastTransitionTime: '2026-11-24T11:59:00Z',
});

const want = desire(pms(), INSTALLATION);

/** The step of the workspaces, as it is shown while the ledger holds this body. */
function workspaceStep(provisioningState: string | undefined, startedAt?: number) {
  const [{ key, id, name }] = want.workspaces as [(typeof want.workspaces)[0]];
  const memory = createMemory(clock);
  if (provisioningState !== undefined) {
    const shape = { location: 'japaneast', tags: {}, access: {} };
    const body: Resource = { kind: 'workspace', id, name, provisioningState, ...shape };
    memory.ledger.record({ ...always, id }, body);
  }
  const entry = (at: number): InventoryEntry => ({
    key,
    id,
    origin: 'Created',
    policy: 'Retain',
    startedAt: new Date(at).toISOString(),
  });
  const conditions = [condition('Stalled', 'True', 'SoftDeleted'), condition('WorkspacesReady', 'False', 'Creating')];
  const object = pms({ status: { conditions, resources: startedAt === undefined ? [] : [entry(startedAt)] } });
  return stepsOf({ object, want, memory, now: NOW }).find(step => step.name === 'WorkspacesReady');
}

const resources: readonly {
  readonly name: string;
  readonly at: Parameters<typeof workspaceStep>;
  readonly shown: object;
}[] = [
  { name: 'nothing is known', at: [undefined], shown: { mark: 'waiting', state: 'not there yet' } },
  {
    name: 'our PUT is on its way',
    at: [undefined, NOW - 1_500],
    shown: { mark: 'moving', state: 'PUT sent', tookMs: 1_500 },
  },
  {
    name: 'Azure works on it',
    at: ['Creating', NOW - 2_000],
    shown: { mark: 'moving', state: 'Creating', tookMs: 2_000 },
  },
  {
    name: 'it is there',
    at: ['Succeeded', NOW - 2_500],
    shown: { mark: 'ready', state: 'Succeeded', tookMs: 2_500 },
  },
  { name: 'it was there before us', at: ['Succeeded'], shown: { mark: 'ready', state: 'Succeeded' } },
  { name: 'it failed', at: ['Failed', NOW], shown: { mark: 'stalled', state: 'Failed', tookMs: 0 } },
];

for (const { name, at, shown } of resources) {
  test(`a resource is shown as it is: ${name}`, () => {
    assert.deepEqual(workspaceStep(...at)?.resources, [{ name: 'law-plant-a', ...shown }]);
  });
}

test('a step is stalled when it is what holds the whole object up, and waits until it has a condition', () => {
  const memory = createMemory(clock);
  const conditions = [
    condition('Stalled', 'True', 'SubnetFull'),
    condition('CredentialsReady', 'True', 'TokenObtained'),
    condition('PreflightPassed', 'False', 'SubnetFull'),
    condition('WorkspacesReady', 'False', 'WaitingForStep'),
    condition('ScopeReady', 'False', 'Creating'),
  ];
  const steps = stepsOf({ object: pms({ status: { conditions } }), want, memory, now: NOW });
  assert.deepEqual(
    steps.slice(0, 5).map(({ name, mark }) => [name, mark]),
    [
      ['CredentialsReady', 'ready'],
      ['PreflightPassed', 'stalled'],
      ['WorkspacesReady', 'waiting'],
      ['ScopeReady', 'moving'],
      ['ResourcesLinked', 'waiting'],
    ],
  );
});

const outcomes: readonly {
  readonly name: string;
  readonly conditions: readonly Condition[];
  readonly outcome: ReturnType<typeof outcomeOf>;
}[] = [
  { name: 'no condition yet', conditions: [], outcome: undefined },
  {
    name: 'on its way',
    conditions: [condition('Ready', 'False', 'Creating'), condition('Stalled', 'False', 'Progressing')],
    outcome: undefined,
  },
  {
    name: 'Ready',
    conditions: [condition('Ready', 'True', 'Ready'), condition('Stalled', 'False', 'Ready')],
    outcome: { ready: true, text: 'Ready in words' },
  },
  {
    name: 'Ready, but for an older spec',
    conditions: [{ ...condition('Ready', 'True', 'Ready'), observedGeneration: 0 }],
    outcome: undefined,
  },
  {
    name: 'stuck',
    conditions: [condition('Ready', 'False', 'SubnetFull'), condition('Stalled', 'True', 'SubnetFull')],
    outcome: { ready: false, text: 'SubnetFull: SubnetFull in words' },
  },
  {
    name: 'suspended',
    conditions: [condition('Ready', 'Unknown', 'Suspended'), condition('Stalled', 'False', 'Suspended')],
    outcome: { ready: false, text: 'Suspended: Suspended in words' },
  },
];

for (const { name, conditions, outcome } of outcomes) {
  test(`the outcome of an object that is ${name}`, () => {
    assert.deepEqual(outcomeOf(pms({ status: { conditions: [...conditions] } })), outcome);
  });
}
