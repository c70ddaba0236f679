/**
 * What the conditions of a Ready object say while nothing can be read.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { type Failure, failed, stalled, waiting } from '../../src/domain/failures.ts';
import type { PmsObject, Status } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present, unread } from '../../src/domain/observed.ts';
import { PATIENCE_MS } from '../../src/domain/patience.ts';
import { plan } from '../../src/domain/plan.ts';
import { sameStatus, statusOf } from '../../src/domain/summarize.ts';
import * as plant from '../model/plant.ts';

const settled = plant.fullAzure();
const lost = failed('AzureUnreachable', 'no answer');

function pass(seen: Observed, status: Status = {}, over: Partial<PmsObject['metadata']> = {}): Status {
  const object = plant.pms({ status });
  const told = { ...object, metadata: { ...object.metadata, ...over } };
  const want = desire(told, plant.INSTALLATION);
  return statusOf(plan(want, seen, plant.RULES), { object: told, before: [], want, seen }, seen.inventory);
}

const ready = pass(settled);
const after = (seconds: number, over: Partial<Observed>): Observed => ({
  ...settled,
  now: plant.NOW + seconds * 1_000,
  ...over,
});
const workspaceUnread = (failure: Failure): Partial<Observed> => ({
  workspaces: new Map([['workspace/law-plant-a', { reading: unread(failure) }]]),
});
const blind: Partial<Observed> = {
  ...workspaceUnread(lost),
  scope: { reading: unread(lost) },
  endpoint: { reading: unread(lost) },
  scopeLinks: unread(lost),
  links: new Map([['scopedResource/law-plant-a', { reading: unread(lost) }]]),
  networkInterface: unread(lost),
};
const of = (status: Status, type: string) => status.conditions?.find(one => one.type === type);

suite('an object that was Ready', () => {
  for (const [name, over] of [
    ['one answer is missing', workspaceUnread(lost)],
    ['Azure is throttled', workspaceUnread(waiting('Throttled', 'too many requests', 2_000))],
    ['nothing of Azure can be read', blind],
    ['the DNS servers cannot be listed', { resolution: unread(failed('ClusterUnreachable', 'no answer')) }],
  ] as const satisfies readonly (readonly [string, Partial<Observed>])[]) {
    test(`stays Ready for minutes while ${name}, and says that this is the last reading`, () => {
      const status = pass(after(5, over), ready);
      for (const { type, status: held } of status.conditions ?? []) {
        assert.equal(held, type === 'Reconciling' || type === 'Stalled' ? 'False' : 'True', type);
      }
      const { message = '', lastTransitionTime } = of(status, 'Ready') ?? {};
      assert.match(
        message,
        /^not read since 2026-11-24T12:00:05Z \(\w+: .+\); as last read: 27 records are in default/,
      );
      assert.equal(lastTransitionTime, of(ready, 'Ready')?.lastTransitionTime);
      const later = pass(after(200, over), status);
      assert.ok(sameStatus(status, later), 'an outage costs one write');
      assert.deepEqual(pass(after(201, {}), later).conditions, ready.conditions, 'and is forgotten when it is over');
    });

    test(`is Unknown when ${name} for longer`, () => {
      const status = pass(after(5, over), ready);
      const late = pass(after(6 + PATIENCE_MS / 1_000, over), status);
      assert.equal(of(late, 'Ready')?.status, 'Unknown');
      assert.doesNotMatch(of(late, 'Ready')?.message ?? '', /as last read/);
    });
  }

  for (const [name, over] of [
    ['Azure refuses the reading', workspaceUnread(stalled('Forbidden', 'no right'))],
    ['no token is given', { identity: unread(stalled('AuthenticationFailed', 'expired')) }],
    ['something else is known to be wrong', { ...workspaceUnread(lost), endpoint: { reading: ABSENT } }],
    [
      'the connection was rejected meanwhile',
      {
        ...workspaceUnread(lost),
        endpoint: { reading: present(plant.endpoint({ connectionStatus: 'Rejected' })) },
      },
    ],
  ] as const satisfies readonly (readonly [string, Partial<Observed>])[]) {
    test(`is not borne with when ${name}`, () => {
      assert.notEqual(of(pass(after(5, over), ready), 'Ready')?.status, 'True');
    });
  }

  test('and was edited since is not told as Ready by what was read before', () => {
    assert.equal(of(pass(after(5, blind), ready, { generation: 2 }), 'Ready')?.status, 'Unknown');
  });
});

test('an object that was never Ready is Unknown at once', () => {
  assert.equal(of(pass(after(5, blind)), 'Ready')?.status, 'Unknown');
});

test('a message as long as they get still tells since when', () => {
  const long = (ready.conditions ?? []).map(one => ({ ...one, message: 'x'.repeat(1_024) }));
  const first = pass(after(5, blind), { ...ready, conditions: long });
  const second = pass(after(100, blind), first);
  assert.ok(sameStatus(first, second));
  assert.equal(of(pass(after(400, blind), second), 'Ready')?.status, 'Unknown');
});
