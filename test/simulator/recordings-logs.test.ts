/**
 * The recorded log queries, asked of the simulated query service by its public side: status, fields, letter case and
 * order as recorded. What the simulator's KQL does not know is a line in `unmodelled`, with how it is refused instead.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import type { Answer } from './arm.ts';
import { plane } from './plane.ts';
import { differencesFrom, type Recorded, recordings } from './recordings.ts';

/** Recorded answers that would need an engine behind them. */
const unmodelled: Readonly<Record<number, { readonly why: string; readonly refused: RegExp }>> = {
  3: { why: 'no query runs long enough to time out', refused: /SEM0100|SYN0002/ },
  4: { why: 'as 3', refused: /SEM0100|SYN0002/ },
  5: { why: 'as 3', refused: /SEM0100|SYN0002/ },
  6: { why: 'join and let are not modelled', refused: /SEM0100|SYN0002/ },
  8: { why: 'percentilesw is not modelled, nor partial results', refused: /SEM0100|SYN0002/ },
};

const COUNT = 9;

test('the nine recorded log queries are answered as recorded, or refused in the recorded form', async t => {
  const lines = recordings(t, 'logs-query');
  if (lines === undefined) return;
  assert.equal(lines.size, COUNT);
  const seed = defaultSeed();
  const customerId = '00000000-0000-0000-0000-000000000000';
  const workspace = { resourceGroup: 'rg-monitor', name: 'law-a', location: 'japaneast', customerId };
  const service = await plane(t, { listens: false, seed: { ...seed, workspaces: [workspace] } });
  const way = service.publicSide;
  const token = await service.azure.token('https://api.loganalytics.io/.default');
  const ask = async (call: Recorded) => {
    // The recorders put different ids in the place of the workspace's.
    const path = new URL(call.url).pathname.replace(/[0-9a-z]{8}-[-0-9a-z]{27}/, customerId);
    const { status, body, headers } = await service.dial({
      ...way,
      host: 'api.loganalytics.io',
      path,
      method: 'POST',
      token,
      body: call.request,
    });
    return { status, body, headers: new Headers(headers as Record<string, string>), text: '' } satisfies Answer;
  };
  for (const [n, call] of lines) {
    const answer = await ask(call);
    const known = unmodelled[n];
    if (known === undefined) assert.deepEqual(differencesFrom(call, answer), [], `line ${n}`);
    else {
      assert.equal(answer.status, 400, `line ${n}`);
      assert.equal(answer.body?.error.code, 'BadArgumentError', `line ${n}`);
      assert.match(JSON.stringify(answer.body), known.refused, `line ${n}`);
    }
  }
  const alike = COUNT - Object.keys(unmodelled).length;
  process.stdout.write(`recordings: ${alike} of ${COUNT} log queries alike; ${COUNT - alike} not modelled, refused\n`);
});
