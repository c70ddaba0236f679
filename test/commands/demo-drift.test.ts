/**
 * The demo after Ready, inside this process: what somebody takes away in the simulated Azure comes back by the next
 * resync; and a start that is stopped leaves nothing running.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from '../../src/commands/demo/outcome.ts';
import { type Demo, startDemo } from '../../src/commands/demo/start.ts';
import { systemClock } from '../../src/commands/system-clock.ts';
import { parseManifest } from '../../src/manifest/manifest.ts';
import { eventually } from '../env/eventually.ts';
import { sampleWith } from './demo-process.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const objectOf = (demo: Demo) => {
  const object = demo.cluster.object(demo.object.metadata);
  assert.ok(object);
  return object;
};

const GROUP = '/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-monitor';
const WORKSPACE = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/law-plant-a`;

/** What somebody at the portal does. Node's own fetch: the demo has made this process trust the simulator. */
async function portal({ simulator }: Demo) {
  const { authority, tenantId, clientId, clientSecret, endpoint } = simulator;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: `${endpoint}/.default`,
  });
  const answer = await fetch(`${authority}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return async (method: string, change?: object): Promise<number | undefined> => {
    const answered = await fetch(`${endpoint}${WORKSPACE}?api-version=2025-07-01`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(change === undefined ? {} : { body: JSON.stringify(change) }),
    });
    assert.ok(answered.ok, `${method} was answered with ${answered.status}`);
    const shown = (await answered.json()) as { properties: { workspaceCapping?: { dailyQuotaGb: number } } };
    return shown.properties.workspaceCapping?.dailyQuotaGb;
  };
}

test('a setting that somebody changes in Azure is put back by the next resync', async t => {
  const workspaces = [{ name: 'law-plant-a', dailyQuotaGb: 5 }];
  const manifest = await parseManifest(await sampleWith(spec => ({ ...spec, interval: '10s', workspaces })));
  const stop = new AbortController();
  const demo = await startDemo({ manifest, latencyScale: 0, clock: systemClock, log }, stop.signal);
  const ended = demo.run(stop.signal);
  t.after(async () => {
    stop.abort();
    await ended;
  });
  await eventually('Ready', () => outcomeOf(objectOf(demo))?.ready);
  const call = await portal(demo);
  assert.equal(await call('GET'), 5);
  assert.equal(await call('PATCH', { properties: { workspaceCapping: { dailyQuotaGb: 1 } } }), 1);
  await eventually('the quota that the spec states', async () => (await call('GET')) === 5, { everyMs: 500 });
});

test('a start that is stopped throws the reason', async () => {
  const manifest = await parseManifest(await sampleWith(spec => spec));
  const stopped = AbortSignal.abort(new Error('stopped'));
  await assert.rejects(startDemo({ manifest, latencyScale: 0, clock: systemClock, log }, stopped), /stopped/);
});
