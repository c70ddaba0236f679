/**
 * Every type of the simulator, made, shown, listed, changed, deleted and asked for what is not there, in raw calls: what
 * it answers is held to the published descriptions, also while work goes on.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withManagement } from '../../src/simulator/management/management-types.ts';
import { defaultSeed, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import { resourceTypes } from '../../src/simulator/types/registry.ts';
import { type Answer, type Arm, arm, settlingOnly } from '../simulator/arm.ts';
import { virtualClock } from '../simulator/virtual-clock.ts';
import { contractRun } from './held.ts';
import { type Life, lives } from './lives.ts';
import { operationsOf } from './operations.ts';
import { recordedBeyond } from './recorded-beyond.ts';

const run = contractRun();
const machines = [{ resourceGroup: 'rg-monitor', name: 'plant-1', location: 'japaneast' }];
const seed = (): NonNullable<SimulatorOptions['seed']> => ({ ...defaultSeed(), sharedKeys: 'yes', machines });

/** Longer than any operation of the real profile. */
const longMs = 150_000;

interface Walk {
  readonly azure: Arm;
  readonly settle: () => void;
}

/** Api-versions that `arm` does not know. */
const versions: readonly (readonly [RegExp, string])[] = [
  [/Microsoft\.Authorization\/locks/, '2020-05-01'],
  [/Microsoft\.Authorization\/permissions/, '2022-05-01-preview'],
];

/** Calls with those, and with a token that is renewed before its hour is over, on whatever clock. */
function longLived(azure: Arm, now: () => number): Arm {
  let token: string | undefined;
  let until = 0;
  return {
    ...azure,
    call: async (method, path, options = {}) => {
      if (now() >= until) {
        token = await azure.token();
        until = now() + 45 * 60_000;
      }
      const apiVersion = options.apiVersion ?? versions.find(([pattern]) => pattern.test(path))?.[1];
      const headers = { ...options.headers, authorization: `Bearer ${token}` };
      return azure.call(method, path, { ...options, headers, ...(apiVersion === undefined ? {} : { apiVersion }) });
    },
  };
}

/** Asks after long-running work where its answer says: while it goes on and when it has ended. */
async function follow({ azure, settle }: Walk, answer: Answer): Promise<void> {
  const addresses = ['azure-asyncoperation', 'location'].map(name => answer.headers.get(name));
  const ask = async () => {
    for (const address of addresses) if (address !== null) await azure.call('GET', address);
    // Described in a group, recorded at the subscription.
    const scopes = /privatelinkscopeoperationstatuses\/([^?]+)/.exec(addresses.join(' '))?.[1];
    const inGroup = `${azure.group}/providers/Microsoft.Insights/privateLinkScopeOperationStatuses/${scopes}`;
    if (scopes !== undefined) await azure.call('GET', inGroup);
  };
  await ask();
  settle();
  await ask();
}

async function show({ azure }: Walk, { path, also = [] }: Life): Promise<void> {
  await azure.call('GET', path);
  for (const address of also) {
    if (address.startsWith('POST ')) await azure.call('POST', address.slice('POST '.length));
    else await azure.call('GET', address);
  }
}

async function make(walk: Walk, life: Life): Promise<void> {
  if (life.readOnly !== undefined) return show(walk, life);
  const { azure } = walk;
  for (const _again of [1, 2]) {
    const answer = await azure.call('PUT', life.path, { body: life.put });
    assert.ok(answer.status < 300, `PUT ${life.path}: ${answer.status} ${answer.text}`);
    await show(walk, life);
    await follow(walk, answer);
    await show(walk, life);
  }
  if (life.patch === undefined) return;
  const patched = await azure.call('PATCH', life.path, { body: life.patch });
  assert.equal(patched.status, 200, `PATCH ${life.path}: ${patched.text}`);
  walk.settle();
  await show(walk, life);
}

async function remove(walk: Walk, life: Life): Promise<void> {
  if (life.readOnly !== undefined) return;
  const { azure } = walk;
  const answer = await azure.call('DELETE', life.path);
  assert.ok(answer.status < 300, `DELETE ${life.path}: ${answer.status} ${answer.text}`);
  await azure.call('GET', life.path);
  await follow(walk, answer);
  assert.equal((await azure.call('GET', life.path)).status, 404, life.path);
  await azure.call('DELETE', life.path);
}

/** What is refused, of one type. */
async function refusals({ azure }: Walk, { path, put, readOnly }: Life): Promise<void> {
  if (readOnly !== undefined) return;
  await azure.call('GET', `${path}-none`);
  await azure.call('PUT', path, { text: '{"location":' });
  await azure.call('PUT', path, { body: [] });
  await azure.call('PUT', path, { body: { properties: 5 } });
  await azure.call('PUT', path, { body: put, apiVersion: '1999-01-01' });
  await azure.call('POST', path, { body: {} });
  await azure.call('PUT', path.replace('rg-monitor', 'rg-none'), { body: put });
  await azure.raw('GET', `${path}?api-version=2024-01-01`);
}

async function decide({ azure, settle }: Walk, scope: string): Promise<void> {
  const list = await azure.call('GET', `${scope}/privateEndpointConnections`);
  for (const { id } of list.body?.value ?? []) {
    const state = (status: string) => ({
      properties: { privateLinkServiceConnectionState: { status, description: 'd' } },
    });
    for (const status of ['Approved', 'Rejected']) {
      const answer = await azure.call('PUT', id, { body: state(status) });
      await azure.call('GET', id);
      await follow({ azure, settle }, answer);
      await azure.call('GET', id);
    }
    await follow({ azure, settle }, await azure.call('DELETE', id));
  }
}

async function walkAll(walk: Walk): Promise<void> {
  const { azure } = walk;
  const all = lives(azure);
  for (const life of all) {
    await refusals(walk, life);
    await make(walk, life);
  }
  await around(walk);
  for (const life of all.toReversed()) {
    if (/\/privateEndpoints\/arc$/.test(life.path)) {
      await decide(walk, `${azure.group}/providers/Microsoft.HybridCompute/privateLinkScopes/arc`);
    }
    if (/\/privateEndpoints\/pe$/.test(life.path))
      await decide(walk, `${azure.group}/providers/Microsoft.Insights/privateLinkScopes/ampls`);
    await remove(walk, life);
  }
  await azure.call(
    'GET',
    `${azure.group.split('/resourceGroups/')[0]}/providers/Microsoft.OperationalInsights/deletedWorkspaces`,
  );
}

/** What hangs on no single resource. */
async function around({ azure }: Walk): Promise<void> {
  const subscription = azure.group.split('/resourceGroups/')[0] ?? '';
  const nics = await azure.call('GET', `${azure.group}/providers/Microsoft.Network/networkInterfaces`);
  const nic: string = nics.body?.value[0].id;
  await azure.call('GET', nic);
  await azure.call('DELETE', nic);
  const whole = ['/subscriptions', '/tenants', subscription, `${subscription}/locations`, `${subscription}/providers`];
  const lists = [
    'resourceGroups',
    'resources',
    'providers/Microsoft.Authorization/locks',
    'providers/Microsoft.Network?api-version=2021-04-01',
  ];
  for (const path of [
    ...whole,
    ...lists.map(name => `${subscription}/${name}`),
    azure.group,
    `${azure.group}/resources`,
  ]) {
    assert.equal((await azure.call('GET', path)).status, 200, path);
  }
  assert.equal((await azure.call('HEAD', azure.group)).status, 204);
  const graph = '/providers/Microsoft.ResourceGraph/resources';
  const body = (query: string) => ({ body: { subscriptions: [azure.simulator.subscriptionId], query } });
  assert.equal((await azure.call('POST', graph, body('resources | project id, name | limit 5'))).status, 200);
  assert.equal((await azure.call('POST', graph, body('resources | wherever'))).status, 400);
  for (const action of ['register', 'unregister', 'register']) {
    assert.equal(
      (await azure.call('POST', `${subscription}/providers/Microsoft.Insights/${action}?api-version=2021-04-01`))
        .status,
      200,
    );
  }
}

async function wholeGroup({ azure, settle }: Walk): Promise<void> {
  const subscription = azure.group.split('/resourceGroups/')[0] ?? '';
  const path = `${subscription}/resourceGroups/rg-contract`;
  assert.equal((await azure.call('PUT', path, { body: { location: 'japaneast' } })).status, 201);
  assert.equal((await azure.call('PATCH', path, { body: { tags: { a: 'b' } } })).status, 200);
  const gone = await azure.call('DELETE', path);
  assert.equal(gone.status, 202);
  await follow({ azure, settle }, gone);
}

test('every answer is as described, where everything settles at once', async t => {
  const heard = await run.held(t, 'taken', async () => {
    const walk = { azure: longLived(await arm(t, { seed: seed() }), Date.now), settle: () => {} };
    await walkAll(walk);
    await wholeGroup(walk);
  });
  if (heard.length === 0) return;
  const met = run.checker()?.counts ?? new Map();
  const types = withManagement(resourceTypes, []).map(({ namespace, name }) => `${namespace}/${name}`);
  const lines = recordedBeyond.flatMap(({ type, paths }) => paths.map(path => `${type} ${path}`));
  const needed = run.checker()?.needed ?? new Set();
  assert.deepEqual(
    lines.filter(line => !needed.has(line)),
    [],
    'lines of recorded-beyond.ts that nothing needs',
  );
  assert.deepEqual(
    types.filter(type => !met.has(operationsOf(type)?.type ?? type)),
    [],
  );
});

test('every answer is as described, while work goes on and when it has ended', async t => {
  await run.held(t, 'taken', async () => {
    const clock = virtualClock();
    const azure = await arm(t, { seed: seed(), latency: 'real', latencyProfile: settlingOnly, clock });
    const walk = { azure: longLived(azure, clock.now), settle: () => clock.advance(longMs) };
    await walkAll(walk);
    await wholeGroup(walk);
  });
});
