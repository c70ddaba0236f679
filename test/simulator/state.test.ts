/**
 * The state file: everything comes back after an end, also a sudden one, and a file that is none is refused.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  defaultSeed,
  realProfile,
  type SimulatorOptions,
  StateError,
  startSimulator,
} from '../../src/simulator/simulator.ts';
import { eventually } from '../env/eventually.ts';
import { type Arm, arm, settlingOnly } from './arm.ts';
import { addressOf, dialWith, plane } from './plane.ts';
import { connectedScope, endpointTo, interfaceLines, linkedScope, paths, put } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

/** A file, and simulators that use it: they end before its folder goes. */
async function place(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'pms-state-'));
  const started: Arm[] = [];
  t.after(async () => {
    await Promise.all(started.map(({ simulator }) => simulator.close()));
    await rm(folder, { recursive: true });
  });
  const stateFile = join(folder, 'state.json');
  const start = async (options: Partial<SimulatorOptions> = {}): Promise<Arm> => {
    const azure = await arm(t, { stateFile, ...options });
    started.push(azure);
    return azure;
  };
  return { stateFile, start, started };
}

const resources = async (azure: Arm): Promise<readonly string[]> => {
  const { body } = await azure.raw('GET', '/_sim/state');
  return body?.resources.map(({ id, etag }: Record<string, string>) => `${id} ${etag}`);
};

test('resources, secrets and time come back, and nobody else may read the file', async t => {
  const { stateFile, start } = await place(t);
  const first = await start();
  await connectedScope(first);
  const lines = await interfaceLines(first);
  const before = await resources(first);
  await first.raw('POST', '/_sim/clock', { body: '{"advanceMs": 86400000}' });
  await first.simulator.close();
  assert.equal((await stat(stateFile)).mode & 0o777, 0o600);
  const second = await start();
  assert.equal(second.simulator.clientSecret, first.simulator.clientSecret);
  assert.deepEqual(await resources(second), before);
  assert.deepEqual(await interfaceLines(second), lines);
  const now = Date.parse((await second.raw('GET', '/_sim/clock')).body?.now);
  assert.ok(now >= Date.now() + 86_000_000, 'time has not gone back');
  await put(second, paths(second.group).workspace('law-b'), { location: 'japaneast', properties: {} });
  await put(second, paths(second.group).link('link-b'), {
    properties: { linkedResourceId: paths(second.group).workspace('law-b') },
  });
  assert.equal(
    (await interfaceLines(second)).length,
    lines.length,
    'a workspace of the same region shares its addresses',
  );
});

test('what is under way when it ends is found finished, and the running one is not disturbed by being saved', async t => {
  const { stateFile, start } = await place(t);
  const clock = virtualClock();
  const first = await start({ clock, latency: 'real', latencyProfile: settlingOnly });
  const at = paths(first.group);
  await linkedScope(first, () => clock.advance(5_000));
  await put(first, at.endpoint, endpointTo(at.scope, at.subnet()));
  const saved = await eventually('the endpoint is saved', async () => {
    const file = JSON.parse(await readFile(stateFile, 'utf8'));
    return file.collections.privateEndpoints.length === 1 ? file : undefined;
  });
  assert.equal(saved.collections.privateEndpoints[0].state, 'Succeeded');
  const running = await first.call('GET', at.endpoint);
  assert.equal(running.body?.properties.provisioningState, 'Updating');
  assert.equal(running.body?.properties.customDnsConfigs.length, 0);
  // A second simulator on the same file is what a restart after `kill -9` is.
  const second = await start({ clock, latency: 'real', latencyProfile: settlingOnly });
  const restarted = await second.call('GET', at.endpoint);
  assert.equal(restarted.body?.properties.provisioningState, 'Succeeded');
  assert.equal(restarted.body?.properties.customDnsConfigs.length, 11);
  clock.advance(realProfile.endpointPut.settleMs);
  assert.equal((await first.call('GET', at.endpoint)).body?.properties.provisioningState, 'Succeeded');
});

test('an operation that a fault keeps for ever is still under way after a restart', async t => {
  const { start } = await place(t);
  const first = await start();
  const at = paths(first.group);
  await linkedScope(first);
  await first.raw('POST', '/_sim/faults', { body: 'faults: [{match: {method: PUT}, after: {operation: never}}]' });
  const created = await put(first, at.endpoint, endpointTo(at.scope, at.subnet()));
  const operation = new URL(String(created.headers.get('azure-asyncoperation')));
  await first.simulator.close();
  const second = await start();
  assert.equal((await second.call('GET', at.endpoint)).body?.properties.provisioningState, 'Updating');
  assert.equal((await second.call('GET', `${operation.pathname}${operation.search}`)).body?.status, 'InProgress');
});

test('log rows come back, and private endpoints listen again', async t => {
  const { stateFile, start, started } = await place(t);
  const { azure, port } = await plane(t, { stateFile });
  started.push(azure);
  await connectedScope(azure);
  const customerId = String(
    (await azure.call('GET', paths(azure.group).workspace('law-a'))).body?.properties.customerId,
  );
  await azure.simulator.close();
  const text = JSON.parse(await readFile(stateFile, 'utf8'));
  const row = { TimeGenerated: new Date().toISOString(), Computer: 'line-1' };
  await writeFile(stateFile, JSON.stringify({ ...text, logs: { [customerId]: { Heartbeat: [row] } } }));
  const again = await start({ dataPlanePort: port });
  const answer = await dialWith(again.simulator.caPem, {
    address: String(await addressOf(again, 'api.monitor.azure.com')),
    port,
    host: 'api.loganalytics.io',
    path: `/v1/workspaces/${customerId}/query`,
    token: await again.token('https://api.loganalytics.io/.default'),
    body: { query: 'Heartbeat | project Computer' },
  });
  assert.deepEqual(answer.body?.tables[0].rows, [['line-1']]);
});

test('the file is replaced as a whole, and nothing is left beside it', async t => {
  const { stateFile, start } = await place(t);
  const azure = await start();
  await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      put(azure, `${paths(azure.group).scope}-${at}`, {
        location: 'global',
        properties: { accessModeSettings: { queryAccessMode: 'Open', ingestionAccessMode: 'Open' } },
      }),
    ),
  );
  await azure.simulator.close();
  assert.deepEqual(await readdir(join(stateFile, '..')), ['state.json']);
  assert.equal(JSON.parse(await readFile(stateFile, 'utf8')).collections.scopes.length, 40);
});

test('a file that holds no state is refused by name and reason, and is left as it is', async t => {
  const { stateFile } = await place(t);
  const begin = () => startSimulator({ latency: 'none', stateFile });
  for (const [text, reason] of [
    ['{', /not JSON/],
    ['[]', /not a state of version 1/],
    ['{"version":2}', /not a state of version 1/],
    ['{"version":1,"nowMs":"x"}', /nowMs must be a number/],
    ['{"version":1,"nowMs":1,"seed":{}}', /tenantId is missing/],
    [
      JSON.stringify({ version: 1, nowMs: 1, seed: defaultSeed(), collections: { scopes: [{}] } }),
      /collections\.scopes must be a list of resources/,
    ],
    [
      JSON.stringify({ version: 1, nowMs: 1, seed: defaultSeed(), collections: {}, logs: { a: 1 } }),
      /logs\.a must be a map/,
    ],
  ] as const) {
    await writeFile(stateFile, text);
    await assert.rejects(begin(), error => error instanceof StateError && reason.test(error.message), text);
    assert.equal(await readFile(stateFile, 'utf8'), text);
  }
  await rm(stateFile);
  await (await begin()).close();
  const other = { ...defaultSeed(), subscriptionId: '99999999-1111-4111-8111-111111111111' };
  await assert.rejects(startSimulator({ latency: 'none', stateFile, seed: other }), /another tenant or subscription/);
});
