/**
 * docs/running.md speaks of the metrics and flags that there are, and of all of them.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { LEADER_ELECTION_OPTIONS } from '../../src/config/leader-election.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/running.md'), 'utf8');

test('every metric of ours is described, with its labels, and no other', async () => {
  const metrics = createMetrics({ version: '1.2.3', concurrent: 4 });
  metrics.leading('pms-operator', true);
  metrics.watchWork(() => []);
  const exposed = [...(await metrics.text()).matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
  const ours = exposed.filter(name => !/^(process|nodejs)_/.test(name ?? ''));
  const described = [...page.matchAll(/^\| `([a-z_]+)` \| `/gm)].map(([, name]) => name);
  assert.deepEqual(described.sort(), ours.sort());
});

test('every flag of leader election is described', () => {
  for (const [flag] of LEADER_ELECTION_OPTIONS) assert.ok(page.includes(`\`${flag.split(' ')[0]}`), flag);
});
