import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import type { ActionResult } from '../../src/domain/events.ts';
import { type Failure, failed, stalled, waiting } from '../../src/domain/failures.ts';
import type { PmsObject, Status } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present, unread } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import { STEPS } from '../../src/domain/steps.ts';
import { type Summary, sameStatus, statusOf, summarize, summarizeSuspended } from '../../src/domain/summarize.ts';
import { teardown } from '../../src/domain/teardown.ts';
import * as plant from '../model/plant.ts';
import { creating, noZones, REQUIRED, withZones } from '../model/plant-zones.ts';

const DONE = { is: 'Done' } as const;
type Outcome = ActionResult['outcome'];

/** A whole pass without its calls: every action of the plan ends as told. */
function passed(seen: Observed, over: { object?: PmsObject; outcome?: Outcome } = {}): Summary {
  const { object = plant.pms(), outcome = DONE } = over;
  const want = desire(object, plant.INSTALLATION);
  const steps = want.deletedAt === undefined ? plan(want, seen, plant.RULES) : teardown(want, seen);
  const results = steps.steps.flatMap(step => step.verdict.actions).map(action => ({ action, outcome }));
  return summarize(steps, results, { object, before: object.status.conditions ?? [], want, seen });
}

const told = ({ conditions = [] }: Status): Record<string, string> =>
  Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
const settledStatus = (): Status => passed(plant.fullAzure()).status;
const withStatus = (status: Status): PmsObject => plant.pms({ status });
const failedWith = (failure: Failure): Outcome => ({ is: 'Failed', failure });
const workspaceFails = (failure: Failure): Observed =>
  plant.fullAzure(plant.pms(), { workspaces: new Map([['workspace/law-plant-a', { reading: unread(failure) }]]) });

/** Nothing is asked to be closed, collected, exported or put into private DNS zones: these steps have no condition. */
const NOT_ASKED: readonly string[] = [
  'DataCollectionReady',
  'TelemetryFlowing',
  'Isolated',
  'RecordsExported',
  'ZoneGroupReady',
];
const asked = STEPS.filter(name => !NOT_ASKED.includes(name));

suite('conditions', () => {
  test('of a converged object are all True, Ready first, then one for each step in their order', () => {
    const { conditions = [], observedGeneration } = settledStatus();
    assert.deepEqual(
      conditions.map(condition => condition.type),
      ['Ready', 'Reconciling', 'Stalled', ...asked],
    );
    const isTrue = conditions.filter(condition => condition.status === 'True').map(condition => condition.type);
    assert.deepEqual(isTrue, ['Ready', ...asked]);
    assert.equal(observedGeneration, 1);
    assert.ok(conditions.every(condition => condition.observedGeneration === 1));
  });

  test('are there from the first write, before anything is sent', () => {
    const object = plant.pms();
    const seen = plant.emptyAzure();
    const want = desire(object, plant.INSTALLATION);
    const first = statusOf(plan(want, seen, plant.RULES), { object, before: [], want, seen }, []);
    assert.deepEqual(told(first), {
      Ready: 'False Creating',
      Reconciling: 'True Creating',
      Stalled: 'False Progressing',
      CredentialsReady: 'True TokenObtained',
      PreflightPassed: 'True ChecksPassed',
      WorkspacesReady: 'False Creating',
      ScopeReady: 'False Creating',
      ResourcesLinked: 'False WaitingForStep',
      EndpointReady: 'False WaitingForStep',
      RecordsPublished: 'False WaitingForStep',
      RecordsResolving: 'False WaitingForStep',
      PathVerified: 'False WaitingForStep',
    });
  });

  test('say Stalled when somebody has to act and nothing moves any more', () => {
    const seen = plant.emptyAzure(plant.pms(), { subnet: ABSENT });
    const { Ready, Reconciling, Stalled } = told(passed(seen).status);
    assert.deepEqual(
      { Ready, Reconciling, Stalled },
      {
        Ready: 'False SubnetNotFound',
        Reconciling: 'False Progressing',
        Stalled: 'True SubnetNotFound',
      },
    );
  });

  test('say Reconciling, not Stalled, while one thing moves though another needs somebody', () => {
    const seen = plant.fullAzure(plant.pms(), {
      workspaces: new Map([
        ['workspace/law-plant-a', { reading: present(plant.workspace('law-plant-a', { retentionInDays: 90 })) }],
      ]),
      scope: { reading: present(plant.scope({ provisioningState: 'Provisioning' })) },
    });
    const { Ready, Reconciling, Stalled } = told(passed(seen).status);
    assert.deepEqual(
      { Ready, Reconciling, Stalled },
      {
        Ready: 'False RetentionLowered',
        Reconciling: 'True Provisioning',
        Stalled: 'False Progressing',
      },
    );
  });

  test('are Unknown, with Ready, when a step could not be read', () => {
    const { Ready, WorkspacesReady, ScopeReady } = told(passed(workspaceFails(failed('AzureError', 'boom'))).status);
    assert.deepEqual(
      { Ready, WorkspacesReady, ScopeReady },
      {
        Ready: 'Unknown AzureError',
        WorkspacesReady: 'Unknown AzureError',
        ScopeReady: 'True AllReady',
      },
    );
  });

  test('say False, not Unknown, of a token that was refused', () => {
    const identity = unread<never>(stalled('AuthenticationFailed', 'AADSTS7000215: wrong secret'));
    assert.equal(
      told(passed(plant.emptyAzure(plant.pms(), { identity })).status).CredentialsReady,
      'False AuthenticationFailed',
    );
    const silent = unread<never>(failed('AzureUnreachable', 'no answer'));
    assert.equal(
      told(passed(plant.emptyAzure(plant.pms(), { identity: silent })).status).CredentialsReady,
      'Unknown AzureUnreachable',
    );
  });

  test('keep their transition time until their status changes', () => {
    const before = settledStatus();
    const later = plant.fullAzure(plant.pms(), { now: plant.NOW + 60_000 });
    const same = passed(later, { object: withStatus(before) }).status;
    assert.deepEqual(same, before);
    const worse = passed(
      { ...workspaceFails(stalled('Forbidden', 'x')), now: plant.NOW + 60_000 },
      { object: withStatus(before) },
    );
    const time = (type: string) => worse.status.conditions?.find(one => one.type === type)?.lastTransitionTime;
    assert.equal(time('Ready'), '2026-11-24T12:01:00Z');
    assert.equal(time('ScopeReady'), '2026-11-24T12:00:00Z');
  });

  test('of an action that failed tell that failure', () => {
    const outcome = failedWith(stalled('PolicyDenied', 'RequestDisallowedByPolicy'));
    const status = told(passed(plant.emptyAzure(), { outcome }).status);
    assert.equal(status.WorkspacesReady, 'False PolicyDenied');
    assert.equal(status.Ready, 'False PolicyDenied');
    assert.equal(status.Stalled, 'True PolicyDenied');
  });

  test('of a suspended object say that nobody looks, and keep what was last known', () => {
    const before = settledStatus();
    const { status } = summarizeSuspended(withStatus(before), plant.NOW);
    const { Ready, Reconciling, Stalled, EndpointReady } = told(status);
    assert.deepEqual(
      { Ready, Reconciling, Stalled, EndpointReady },
      {
        Ready: 'Unknown Suspended',
        Reconciling: 'False Suspended',
        Stalled: 'False Suspended',
        EndpointReady: 'True AllReady',
      },
    );
    assert.deepEqual(status.records, before.records);
    assert.deepEqual(status.resources, before.resources);
  });

  test('of a deletion are False as what they stand for goes', () => {
    const object = plant.pms({ deletedAt: new Date(plant.NOW).toISOString() });
    const status = told(passed(plant.fullAzure(object), { object }).status);
    assert.equal(status.Ready, 'False Deleting');
    assert.equal(status.Reconciling, 'True Deleting');
    assert.equal(status.CredentialsReady, 'True TokenObtained');
    assert.equal(status.RecordsPublished, 'False Deleting');
    assert.equal(status.EndpointReady, 'False WaitingForStep');
  });
});

suite('the status', () => {
  test('stays within what the CRD admits', () => {
    const entry = (index: number) => ({
      member: 'm',
      address: `10.13.1.${4 + (index % 20)}`,
      fqdns: [`n${index}.monitor.azure.com`, 'many.monitor.azure.com'],
    });
    const networkInterface = {
      id: 'nic',
      entries: [...plant.networkInterface().entries, ...Array.from({ length: 300 }, (_, index) => entry(index))],
    };
    const message = 'x'.repeat(5_000);
    const seen = plant.fullAzure(plant.pms(), {
      networkInterface: present(networkInterface),
      scope: { reading: unread(failed('AzureError', message)) },
    });
    const { status } = passed(seen);
    assert.equal(status.records?.length, 256);
    assert.ok((status.recordCount ?? 0) > 600);
    assert.ok(status.records?.every(record => record.addresses.length >= 1 && record.addresses.length <= 4));
    assert.ok(status.conditions?.every(condition => condition.message.length <= 1_024));
  });

  test('lists fewer records where their names are long, and counts them all', () => {
    const label = 'n'.repeat(60);
    const fqdns = Array.from({ length: 200 }, (_, index) => `${label}.${label}.${label}.n${index}.monitor.azure.com`);
    const entries = [...plant.networkInterface().entries, { member: 'm', address: '10.13.1.4', fqdns }];
    const networkInterface = { id: 'nic', entries };
    const { status } = passed(plant.fullAzure(plant.pms(), { networkInterface: present(networkInterface) }));
    const shown = status.records ?? [];
    assert.ok(
      shown.length > 100 && shown.length < (status.recordCount ?? 0),
      `${shown.length} of ${status.recordCount}`,
    );
    assert.ok(JSON.stringify(shown).length <= 49_500);
  });

  test('keeps the records that were last known while they cannot be read', () => {
    const before = settledStatus();
    const seen = workspaceFails(failed('AzureError', 'x'));
    const { status } = passed(seen, { object: withStatus(before) });
    assert.deepEqual(status.records, before.records);
    assert.equal(status.recordsHash, before.recordsHash);
  });

  test('is the same whatever the order of its keys and its transition times, and not with another message', () => {
    const status = settledStatus();
    const conditions = status.conditions?.map(one => ({ ...one, lastTransitionTime: '2000-01-01T00:00:00Z' })) ?? [];
    const shuffled = Object.fromEntries(Object.entries({ ...status, conditions }).toReversed()) as Status;
    assert.ok(sameStatus(status, shuffled));
    assert.ok(sameStatus({ ...status, subnet: undefined } as never, status));
    const [first, ...rest] = conditions;
    assert.ok(first);
    assert.ok(!sameStatus(status, { ...status, conditions: [{ ...first, message: 'other' }, ...rest] }));
  });
});

suite('events', () => {
  const notes = ({ events }: Summary) => events.map(({ type, reason, note }) => `${type} ${reason}: ${note}`);

  test('tell each action once, and that the object has become Ready', () => {
    const created = notes(passed(plant.emptyAzure()));
    assert.deepEqual(created, [
      'Normal Creating: workspace law-plant-a in rg-monitor',
      'Normal Creating: private link scope plant-a in rg-monitor',
    ]);
    assert.deepEqual(
      notes(passed(plant.fullAzure())).map(text => text.split(':')[0]),
      ['Normal Ready', 'Normal RecordsPublished', 'Normal RecordsResolving', 'Normal PathVerified'],
    );
  });

  test('tell zones and their links together: a dozen of them would use up the patience for all others', () => {
    const object = creating;
    const seen = withZones(object, noZones(object), plant.inventoryOf(object));
    const told = notes(passed(seen, { object })).filter(text => text.includes('Creating'));
    assert.deepEqual(told, [
      `Normal Creating: ${[...REQUIRED]
        .sort()
        .map(name => `private DNS zone ${name}`)
        .join(', ')} in rg-dns`,
    ]);
  });

  test('are none when nothing changed', () => {
    assert.deepEqual(notes(passed(plant.fullAzure(), { object: withStatus(settledStatus()) })), []);
  });

  test('warn once when Ready is lost, and not while it stays so', () => {
    const lost = passed(workspaceFails(stalled('Forbidden', 'no')), { object: withStatus(settledStatus()) });
    assert.deepEqual(notes(lost), [
      'Warning NotReady: no',
      'Warning Forbidden: no',
      'Warning NotRecordsPublished: waits for EndpointReady; what is published stays',
    ]);
    const still = passed(workspaceFails(stalled('Forbidden', 'no')), { object: withStatus(lost.status) });
    assert.deepEqual(notes(still), []);
  });

  test('tell a refusal once, however often it is repeated', () => {
    const outcome = failedWith(waiting('Conflict', 'AnotherOperationInProgress', 10_000));
    const first = passed(plant.emptyAzure(), { outcome });
    assert.ok(notes(first).includes('Warning Conflict: workspace/law-plant-a: AnotherOperationInProgress'));
    const second = passed(plant.emptyAzure(), { outcome, object: withStatus(first.status) });
    assert.deepEqual(notes(second), []);
  });

  test('have notes that the API server takes', () => {
    const outcome = failedWith(failed('AzureError', 'x'.repeat(3_000)));
    for (const { note } of passed(plant.emptyAzure(), { outcome }).events) assert.ok(note.length <= 1_024);
  });
});

suite('the next look', () => {
  const minutes = 60_000;
  const cases: readonly { name: string; seen: Observed; outcome?: Outcome; expected: number | undefined }[] = [
    { name: 'is after the interval for a converged object', seen: plant.fullAzure(), expected: 10 * minutes },
    { name: 'is at once when an action is done', seen: plant.emptyAzure(), expected: 0 },
    {
      name: 'is when the answer of a started action says',
      seen: plant.emptyAzure(),
      outcome: { is: 'Started', retryAfterMs: 1_500 },
      expected: 1_500,
    },
    {
      name: 'is after the interval when the late answer will wake the object',
      seen: plant.emptyAzure(),
      outcome: { is: 'Started' },
      expected: 10 * minutes,
    },
    {
      name: 'is when the next unsettled thing is due',
      seen: plant.fullAzure(plant.pms(), { lookAgainAt: plant.NOW + 4_000 }),
      expected: 4_000,
    },
    {
      name: 'is never in the past',
      seen: plant.fullAzure(plant.pms(), { lookAgainAt: plant.NOW - 4_000 }),
      expected: 0,
    },
    {
      name: 'is when a failure that settles by itself says',
      seen: workspaceFails(waiting('Throttled', 'slow down', 17_000)),
      expected: 17_000,
    },
    {
      name: 'backs off after an unexpected failure',
      seen: workspaceFails(failed('AzureError', 'x')),
      expected: undefined,
    },
    {
      name: 'is after the interval when somebody has to act',
      seen: workspaceFails(stalled('Locked', 'x')),
      expected: 10 * minutes,
    },
    {
      name: 'comes soon while DNS does not answer as it should',
      seen: plant.fullAzure(plant.pms(), { resolution: ABSENT }),
      expected: 2_000,
    },
  ];
  for (const { name, seen, outcome = DONE, expected } of cases) {
    test(name, () => assert.equal(passed(seen, { outcome }).requeueAfterMs, expected));
  }
});
