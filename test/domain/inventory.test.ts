import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire, wantsOf } from '../../src/domain/desire.ts';
import { afterActions, beforeActions, isPathToGo, withPolicies } from '../../src/domain/inventory.ts';
import * as plant from '../model/plant.ts';

const MOMENT = { now: plant.NOW, generation: 1 };

suite('the inventory', () => {
  const object = plant.pms();
  const want = desire(object, plant.INSTALLATION);
  const workspace = plant.made(want.workspaces[0]);
  const create = { verb: 'create', key: workspace.key, want: workspace, why: 'absent' } as const;

  test('has each creation before it is sent, with the time, and the same inventory when there is none', () => {
    const entries = beforeActions([], [create], MOMENT);
    const { key, id, policy } = workspace;
    assert.deepEqual(entries, [{ key, id, policy, origin: 'Created', startedAt: '2026-11-24T12:00:00.000Z' }]);
    assert.deepEqual(
      beforeActions(entries, [create], { ...MOMENT, now: plant.NOW + 1_000 })[0]?.startedAt,
      '2026-11-24T12:00:01.000Z',
    );
    assert.equal(beforeActions(entries, [], MOMENT), entries);
  });

  test('takes in what is adopted, and lets go what is forgotten', () => {
    const [first] = beforeActions([], [create], MOMENT);
    assert.ok(first);
    const adopt = { verb: 'adopt', key: 'scopedResource/x', id: '/x', policy: 'Retain', origin: 'Adopted' } as const;
    const forget = { verb: 'forget', key: first.key, id: first.id, why: 'Deleted' } as const;
    assert.deepEqual(afterActions([first], [adopt, forget], want), [
      { key: 'scopedResource/x', id: '/x', origin: 'Adopted', policy: 'Retain' },
    ]);
  });

  test('keeps what was there before a closing from before it is sent until it is seen open again', () => {
    const listed = plant.inventoryOf(object).filter(entry => entry.key === workspace.key);
    const { key, id } = workspace;
    const changes = [{ access: 'query', found: 'Enabled', wanted: 'Disabled' }] as const;
    const close = { verb: 'close', key, kind: 'workspace', id, changes, provedAt: plant.NOW - 1_000 } as const;
    const closed = beforeActions(listed, [close], MOMENT);
    const times = { at: '2026-11-24T12:00:00.000Z', provedAt: '2026-11-24T11:59:59.000Z' };
    assert.deepEqual(closed[0]?.closed, { before: { query: 'Enabled' }, ...times });
    const note = { verb: 'note', key, accesses: ['query'] } as const;
    const confirmed = afterActions(closed, [{ ...note, is: 'Confirmed' }], want);
    assert.deepEqual(confirmed[0]?.closed?.confirmed, ['query']);

    const back = [{ access: 'query', found: 'Disabled', wanted: 'Enabled' }] as const;
    const open = { verb: 'open', key, kind: 'workspace', id, changes: back, why: 'RolledBack' } as const;
    const opening = beforeActions(confirmed, [open], MOMENT);
    const rolledBack = { accesses: ['query'], generation: 1, at: '2026-11-24T12:00:00.000Z' };
    assert.deepEqual(opening[0]?.closed, { before: { query: 'Enabled' }, ...times, confirmed: ['query'], rolledBack });
    assert.deepEqual(beforeActions(opening, [open], { ...MOMENT, now: plant.NOW + 1_000 }), opening, 'written once');
    const opened = afterActions(opening, [open, { ...note, is: 'Opened' }], want);
    // No map without members: a server-side apply would make null of it.
    assert.deepEqual(opened[0]?.closed, { ...times, rolledBack });
    const again = beforeActions(opened, [close], { ...MOMENT, generation: 2 });
    assert.deepEqual(again[0]?.closed, { before: { query: 'Enabled' }, ...times });
    assert.deepEqual(afterActions(again, [{ ...note, is: 'Opened' }], want), listed, 'nothing is left of it');
  });

  test('follows the policy of the spec while the spec names it, and keeps it afterwards', () => {
    const entries = plant.inventoryOf(plant.pms({ spec: plant.twoWorkspaces('Delete') }));
    const policies = withPolicies(entries, want).filter(entry => entry.key.startsWith('workspace/'));
    assert.deepEqual(
      policies.map(entry => entry.policy),
      ['Retain', 'Delete'],
    );
  });

  test('tells whether an endpoint is to go', () => {
    assert.ok(isPathToGo(plant.inventoryOf(object), want));
    assert.ok(!isPathToGo(plant.inventoryOf(object), { ...want, abandoned: true }));
    assert.ok(!isPathToGo([], want));
    const keeping = plant.pms({ spec: { deletionPolicy: 'Retain' } });
    assert.ok(!isPathToGo(plant.inventoryOf(keeping), desire(keeping, plant.INSTALLATION)));
    assert.equal(wantsOf(want).length, 4);
  });
});
