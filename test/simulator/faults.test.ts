/**
 * What a fault plan does to real calls: on the wire, and in the world.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFaultPlan, realProfile } from '../../src/simulator/simulator.ts';
import { eventually } from '../env/eventually.ts';
import { type Answer, type Arm, arm, settlingOnly } from './arm.ts';
import { connectedScope, endpointTo, linkedScope, location, openScope, paths, put } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

const plan = (yaml: string) => ({ faults: parseFaultPlan(yaml) });
const code = ({ status, body }: Answer): string =>
  [status, body?.error?.code].filter(each => each !== undefined).join(' ');

const load = async (azure: Arm, yaml: string): Promise<void> => {
  const answer = await azure.raw('POST', '/_sim/faults', { body: yaml });
  assert.equal(answer.status, 200, answer.text);
};

/** What a client of node sees when a connection ends badly. */
async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      if ('code' in cause && typeof cause.code === 'string') return cause.code;
    }
    return String(error);
  }
  return 'no failure';
}

test('an answer of the plan comes instead of the service, which never saw the call', async t => {
  const azure = await arm(
    t,
    plan(`faults:
- {match: {method: PUT, nth: 1}, instead: {status: 429, retryAfterSeconds: 7}}
- {match: {method: PUT, nth: 2}, instead: {status: 503, body: {error: {code: Busy}}, headers: {x-test: a}}}
- {match: {method: PUT, nth: 3}, instead: {status: 502, body: <html>}}`),
  );
  const { scope } = paths(azure.group);
  const throttled = await azure.call('PUT', scope, { body: openScope });
  assert.equal(code(throttled), '429 TooManyRequests');
  assert.equal(throttled.headers.get('retry-after'), '7');
  const busy = await azure.call('PUT', scope, { body: openScope });
  assert.equal(code(busy), '503 Busy');
  assert.equal(busy.headers.get('x-test'), 'a');
  const html = await azure.call('PUT', scope, { body: openScope });
  assert.deepEqual([html.status, html.text], [502, '<html>']);
  assert.equal((await azure.call('GET', scope)).status, 404);
  assert.equal((await azure.call('PUT', scope, { body: openScope })).status, 201);
  const faults = azure.simulator.journal.filter(entry => entry.method === 'PUT').map(entry => entry.fault);
  assert.deepEqual(faults, ['faults[0]', 'faults[1]', 'faults[2]', undefined]);
});

test('a reset before the call leaves nothing behind; a reset after it leaves what it did', async t => {
  const azure = await arm(
    t,
    plan(
      'faults:\n- {match: {method: PUT, nth: 1}, before: {reset: true}}\n- {match: {method: PUT, nth: 2}, after: {reset: true}}',
    ),
  );
  const { scope } = paths(azure.group);
  assert.equal(await failure(azure.call('PUT', scope, { body: openScope })), 'ECONNRESET');
  assert.equal((await azure.call('GET', scope)).status, 404);
  assert.equal(await failure(azure.call('PUT', scope, { body: openScope })), 'ECONNRESET');
  assert.equal((await azure.call('GET', scope)).status, 200);
  assert.deepEqual(
    azure.simulator.journal.filter(entry => entry.method === 'PUT').map(entry => entry.status),
    [0, 0],
  );
});

test('a call that hangs gets no answer, and is in the journal when its caller gives up', async t => {
  const azure = await arm(t, plan('faults: [{match: {method: PUT}, after: {hang: true}}]'));
  const { scope } = paths(azure.group);
  const token = await azure.token();
  const giveUp = new AbortController();
  const url = `${scope}?api-version=2023-06-01-preview`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const call = azure.raw('PUT', url, { headers, body: JSON.stringify(openScope), signal: giveUp.signal });
  await eventually('the scope is there', async () => (await azure.call('GET', scope)).status === 200);
  giveUp.abort();
  await assert.rejects(call, /abort/i);
  const hung = () => azure.simulator.journal.find(entry => entry.method === 'PUT');
  assert.equal((await eventually('its entry', hung)).status, 0);
});

test('a delay passes on the clock of the simulator', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { clock, ...plan('faults: [{match: {method: PUT}, before: {delayMs: 60000}}]') });
  const { scope } = paths(azure.group);
  await azure.token();
  const writing = azure.call('PUT', scope, { body: openScope });
  await eventually('the call waits', () => clock.pending() === 1, { everyMs: 5 });
  clock.advance(60_000);
  assert.equal((await writing).status, 201);
  assert.equal(azure.simulator.journal.find(entry => entry.method === 'PUT')?.durationMs, 60_000);
});

test('a cut body ends the connection in the middle of an answer', async t => {
  const azure = await arm(t, plan('faults: [{match: {method: GET, times: 2}, after: {cutBodyAfterBytes: 20}}]'));
  assert.match(await failure(azure.call('GET', azure.group)), /UND_ERR_SOCKET|ECONNRESET|UND_ERR_RES_CONTENT_LENGTH/);
  assert.match(await failure(azure.call('GET', azure.group)), /UND_ERR_SOCKET|ECONNRESET|UND_ERR_RES_CONTENT_LENGTH/);
  assert.equal((await azure.call('GET', azure.group)).status, 200);
});

test('a list may claim its next page to be on a foreign host', async t => {
  const azure = await arm(
    t,
    plan('faults: [{match: {type: Microsoft.Insights/privateLinkScopes}, after: {nextLinkHost: "evil.example:8443"}}]'),
  );
  const { scope } = paths(azure.group);
  const list = await azure.call('GET', scope.replace(/\/[^/]+$/, ''));
  assert.match(list.body?.nextLink, /^https:\/\/evil\.example:8443\/subscriptions\//);
  assert.equal((await azure.call('GET', scope)).body?.nextLink, undefined);
});

test('work may fail, be canceled, go on for ever, or lose its operation', async t => {
  for (const [operation, status, state] of [
    ['Failed', 'Failed', 'Failed'],
    ['Canceled', 'Canceled', 'Failed'],
    ['never', 'InProgress', 'Updating'],
    ['lost', undefined, 'Succeeded'],
  ] as const) {
    const azure = await arm(t);
    const at = paths(azure.group);
    await linkedScope(azure);
    const error = operation === 'Failed' ? ', error: {code: Broken, message: it broke}' : '';
    await load(azure, `faults: [{match: {method: PUT, nth: 1}, after: {operation: ${operation}${error}}}]`);
    const created = await put(azure, at.endpoint, endpointTo(at.scope, at.subnet()));
    const poll = await azure.call('GET', String(created.headers.get('azure-asyncoperation')));
    assert.equal(poll.body?.status, status, operation);
    if (status === undefined) assert.equal(poll.status, 404);
    if (operation === 'Failed') assert.equal(poll.body?.error.code, 'Broken');
    const endpoint = await azure.call('GET', at.endpoint);
    assert.equal(endpoint.body?.properties.provisioningState, state, operation);
  }
});

test('work without an operation fails too', async t => {
  const azure = await arm(
    t,
    plan(
      'faults: [{match: {type: Microsoft.Insights/privateLinkScopes/scopedResources, method: PUT, nth: 1}, after: {operation: Failed}}]',
    ),
  );
  await linkedScope(azure);
  const link = await azure.call('GET', paths(azure.group).link('link-law-a'));
  assert.equal(link.body?.properties.provisioningState, 'Failed');
});

test('what was created is not found for a while, nor is anything below it', async t => {
  const clock = virtualClock();
  const azure = await arm(t, {
    clock,
    ...plan(
      'faults: [{match: {method: PUT, type: Microsoft.Insights/privateLinkScopes}, after: {notFoundForSeconds: 30}}]',
    ),
  });
  const at = paths(azure.group);
  await put(azure, at.workspace('law-a'), { location, properties: { sku: { name: 'PerGB2018' } } });
  await put(azure, at.scope, openScope);
  const link = { body: { properties: { linkedResourceId: at.workspace('law-a') } } };
  assert.equal(code(await azure.call('GET', at.scope)), '404 ResourceNotFound');
  assert.equal(code(await azure.call('PUT', at.link('x'), link)), '404 ParentResourceNotFound');
  assert.equal(code(await azure.call('GET', `${at.scope}/privateLinkResources`)), '404 ParentResourceNotFound');
  assert.deepEqual((await azure.call('GET', at.scope.replace(/\/[^/]+$/, ''))).body?.value, []);
  clock.advance(29_999);
  assert.equal((await azure.call('GET', at.scope)).status, 404);
  clock.advance(1);
  assert.equal((await azure.call('GET', at.scope)).status, 200);
  assert.equal((await azure.call('PUT', at.link('x'), link)).status, 200);
});

test('a stale list shows the world as it was, and changes nothing in it', async t => {
  const clock = virtualClock();
  const azure = await arm(t, {
    clock,
    ...plan('faults: [{match: {method: GET, path: "*/privateLinkScopes"}, after: {staleSeconds: 60}}]'),
  });
  const { scope } = paths(azure.group);
  const list = async () =>
    (await azure.call('GET', scope.replace(/\/[^/]+$/, ''))).body?.value.map((each: { name: string }) => each.name);
  await put(azure, scope, openScope);
  assert.deepEqual(await list(), []);
  assert.equal((await azure.call('GET', scope)).status, 200);
  clock.advance(61_000);
  assert.deepEqual(await list(), ['ampls']);
  await azure.call('DELETE', scope);
  assert.equal((await azure.call('GET', scope)).status, 404);
  assert.deepEqual(await list(), ['ampls'], 'what is gone is still listed');
});

test('faults meet Entra ID and the data plane by service, never the admin calls', async t => {
  const azure = await arm(t, plan('faults: [{match: {service: entra, times: 1}, instead: {status: 500}}]'));
  assert.equal(await azure.token(), 'undefined');
  assert.match(await azure.token(), /^ey/);
  await load(azure, 'faults: [{match: {}, before: {reset: true}}]');
  assert.equal(await failure(azure.raw('GET', azure.group)), 'ECONNRESET');
  assert.equal((await azure.raw('GET', '/_sim/state')).status, 200);
  await load(azure, 'faults: []');
  assert.equal((await azure.call('GET', azure.group)).status, 200);
});

test('a plan is refused over the admin call with its problems, and the one before stays', async t => {
  const azure = await arm(t, plan('faults: [{name: keep, match: {method: PUT}, before: {delayMs: 1}}]'));
  const refused = await azure.raw('POST', '/_sim/faults', { body: 'faults: [{match: {nth: -1}, before: {}}]' });
  assert.equal(refused.status, 400);
  assert.deepEqual(refused.body?.problems, ['line 1: faults[0].match.nth must be a whole number, 1 or more, not -1']);
  await azure.call('PUT', paths(azure.group).scope, { body: openScope });
  const { body } = await azure.raw('GET', '/_sim/faults');
  assert.deepEqual(
    body?.map((each: Record<string, unknown>) => [each.name, each.matched, each.met]),
    [['keep', 1, 1]],
  );
});

test('a delete that fails leaves the resource, which can be deleted again', async t => {
  const clock = virtualClock();
  const azure = await arm(t, { clock, latency: 'real', latencyProfile: settlingOnly });
  const at = paths(azure.group);
  await connectedScope(azure, () => clock.advance(20_000));
  await load(azure, 'faults: [{match: {method: DELETE, nth: 1}, after: {operation: Failed}}]');
  await azure.call('DELETE', at.endpoint);
  clock.advance(realProfile.endpointDelete.settleMs);
  assert.equal((await azure.call('GET', at.endpoint)).body?.properties.provisioningState, 'Failed');
  await azure.call('DELETE', at.endpoint);
  clock.advance(realProfile.endpointDelete.settleMs);
  assert.equal((await azure.call('GET', at.endpoint)).status, 404);
});
