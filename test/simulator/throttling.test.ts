/**
 * Azure's limits, with the clock in the test's hand: buckets of the resource manager, limits of the providers, scaled ones,
 * and nothing refused where nobody asked for it.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SimulatorOptions } from '../../src/simulator/simulator.ts';
import { type Answer, type Arm, arm } from './arm.ts';
import { callerFor, code, guest, seedWith } from './callers.ts';
import { paths } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

async function throttled(t: TestContext, options: Partial<SimulatorOptions> = {}) {
  const clock = virtualClock();
  const azure = await arm(t, { clock, throttling: 'real', ...options });
  return { azure, clock };
}

/** How many calls pass before the first that does not, and that one. */
async function until429(
  ask: () => Promise<Answer>,
  most: number,
): Promise<{ passed: number; refused: Answer | undefined }> {
  for (let passed = 0; passed < most; passed += 1) {
    const answer = await ask();
    if (answer.status === 429) return { passed, refused: answer };
  }
  return { passed: most, refused: undefined };
}

const remove = (azure: Arm) => () => azure.call('DELETE', paths(azure.group).workspace('none'));

test('writes, reads and deletes have buckets of 200, 250 and 200, each principal its own', async t => {
  const { azure, clock } = await throttled(t, { seed: seedWith({}) });
  const cases = [
    { kind: 'read', ask: () => azure.call('GET', azure.group), size: 250 },
    { kind: 'write', ask: () => azure.call('PATCH', azure.group, { body: {} }), size: 200 },
    { kind: 'delete', ask: remove(azure), size: 200 },
  ];
  for (const { kind, ask, size } of cases) {
    const { passed, refused } = await until429(ask, size + 1);
    assert.equal(passed, size, kind);
    assert.equal(code(refused as Answer), '429 SubscriptionRequestsThrottled');
    assert.equal(refused?.headers.get('retry-after'), '1');
    assert.equal(refused?.headers.get(`x-ms-ratelimit-remaining-subscription-${kind}s`), '0');
    assert.equal(
      refused?.body?.error.message,
      `Number of '${kind}' requests for subscription '${azure.simulator.subscriptionId}' actor '${azure.simulator.clientId}' exceeded. Please try again after '1' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`,
    );
  }
  const asGuest = await callerFor(azure, guest);
  assert.equal((await asGuest('GET', azure.group)).status, 200);
  clock.advance(1_000);
  assert.equal((await until429(() => azure.call('GET', azure.group), 30)).passed, 25);
  assert.equal((await until429(remove(azure), 30)).passed, 10);
});

test('scaled limits are smaller, and a wait of several seconds is told and enough', async t => {
  const { azure, clock } = await throttled(t, { throttlingScale: 0.01 });
  const ask = () => azure.call('PATCH', azure.group, { body: {} });
  const { passed, refused } = await until429(ask, 5);
  assert.equal(passed, 2);
  const waitSeconds = Number(refused?.headers.get('retry-after'));
  assert.equal(waitSeconds, 10);
  clock.advance((waitSeconds - 1) * 1000);
  assert.equal((await ask()).status, 429);
  clock.advance(1_000);
  assert.equal((await ask()).status, 200);
});

test('the network provider has its own limit on writes, in its own words', async t => {
  const { azure, clock } = await throttled(t, { throttlingScale: 0.1 });
  // One a second: the resource manager gives one back each second, the provider one in three.
  const { passed, refused } = await until429(() => {
    clock.advance(1_000);
    return azure.call('DELETE', paths(azure.group).endpoint);
  }, 200);
  assert.ok(passed > 140 && passed < 160, String(passed));
  assert.equal(code(refused as Answer), '429 SubscriptionRequestsThrottled');
  assert.match(
    String(refused?.body?.error.message),
    /^Number of requests for subscription '[0-9a-f-]{36}' and operation 'DELETE\/SUBSCRIPTIONS\/RESOURCEGROUPS\/PROVIDERS\/MICROSOFT\.NETWORK\/PRIVATEENDPOINTS' exceeded the backend storage limit\. Please try again after '\d' seconds\.$/,
  );
  clock.advance(Number(refused?.headers.get('retry-after')) * 1000);
  assert.equal((await azure.call('DELETE', paths(azure.group).endpoint)).status, 204);
});

test('Resource Graph counts fifteen queries in five seconds for each principal', async t => {
  const { azure, clock } = await throttled(t);
  const ask = () =>
    azure.call('POST', '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01', {
      body: { query: 'resources', subscriptions: [azure.simulator.subscriptionId] },
    });
  const first = await ask();
  assert.equal(first.headers.get('x-ms-user-quota-remaining'), '14');
  const { passed, refused } = await until429(ask, 20);
  assert.equal(passed, 14);
  assert.equal(code(refused as Answer), '429 RateLimiting');
  clock.advance(5_000);
  assert.notEqual((await ask()).status, 429);
});

test('where nobody asked for limits nothing is refused, and the headers count all the same', async t => {
  const azure = await arm(t, { clock: virtualClock() });
  let last: Answer | undefined;
  for (let index = 0; index < 210; index += 1) last = await azure.call('PATCH', azure.group, { body: {} });
  assert.equal(last?.status, 200);
  assert.equal(last?.headers.get('x-ms-ratelimit-remaining-subscription-writes'), '0');
});
