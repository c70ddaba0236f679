import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire, durationMs } from '../../src/domain/desire.ts';
import * as plant from '../model/plant.ts';

suite('what is desired', () => {
  test('has the defaults filled in', () => {
    const want = desire(plant.pms({ spec: { workspaces: [{ name: 'law' }], interval: '1h30m' } }), 'i');
    assert.equal(want.scope.name, 'plant-a');
    assert.equal(want.endpoint.name, 'pe-plant-a');
    assert.equal(plant.made(want.endpoint).location, 'japaneast');
    assert.equal(want.intervalMs, 5_400_000);
    const law = plant.made(want.workspaces[0]);
    assert.deepEqual(
      [law.location, law.policy, 'retentionInDays' in law, 'dailyQuotaGb' in law],
      ['japaneast', 'Retain', false, false],
    );
    assert.equal(law.tags['pms-owner'], 'i/plant/plant-a');
  });

  test('lets no link outlive a workspace that is to be deleted', () => {
    const workspaces = [{ name: 'keep' }, { name: 'drop', deletionPolicy: 'Delete' as const }];
    const { links } = desire(plant.pms({ spec: { workspaces, deletionPolicy: 'Retain' } }), 'i');
    assert.deepEqual(
      links.map(link => link.policy),
      ['Retain', 'Delete'],
    );
  });

  test('reads durations as the CRD admits them', () => {
    assert.equal(durationMs('10m'), 600_000);
    assert.equal(durationMs('1h2m3s'), 3_723_000);
    for (const text of ['', '10', 'm', '1.5h', '-1m', '10 m']) assert.throws(() => durationMs(text), TypeError);
  });
});
