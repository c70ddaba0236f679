/**
 * Answers that Azure, a proxy or a broken line may give: each ends in the right failure after exactly one request.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dnsZoneId } from '../../src/domain/names.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { virtualClock } from '../simulator/virtual-clock.ts';
import { connect, failureOf, quiet, settingsFor, trust } from './bench.ts';
import { type Hostile, hostileAzure, html, json, type Responder } from './hostile-server.ts';
import { endpointWant, ids, place, scopeWant, workspaceWant } from './wants.ts';

let authority: Simulator;
before(async () => {
  authority = await startSimulator({ latency: 'none' });
  trust(authority.caPem);
});
after(() => authority.close());

/** No part of a message may be the token that was sent. */
function assertNoToken(message: string, { received }: Hostile): void {
  for (const { headers } of received) {
    const token = headers.authorization?.replace(/^Bearer /, '');
    assert.ok(token);
    assert.ok(!message.includes(token));
  }
}

const error = (code: string, message = 'Told by Azure.') => ({ error: { code, message } });
const inSeconds = (seconds: number) => ({ 'retry-after': String(seconds) });

const refusals: readonly {
  readonly name: string;
  readonly respond: Responder;
  readonly kind: string;
  readonly reason: string;
  readonly retryAfterMs?: number;
  readonly message: RegExp;
}[] = [
  {
    name: '429 with Retry-After',
    respond: json(429, error('TooManyRequests'), inSeconds(7)),
    kind: 'Waiting',
    reason: 'Throttled',
    retryAfterMs: 7_000,
    message: /Azure answered 429 TooManyRequests: Told by Azure\./,
  },
  {
    name: '429 that says "at once"',
    respond: json(429, error('TooManyRequests'), inSeconds(0)),
    kind: 'Waiting',
    reason: 'Throttled',
    retryAfterMs: 1_000,
    message: /429/,
  },
  {
    name: '429 that says "in three years"',
    respond: json(429, error('TooManyRequests'), inSeconds(99_999_999)),
    kind: 'Waiting',
    reason: 'Throttled',
    retryAfterMs: 3_600_000,
    message: /429/,
  },
  {
    name: '429 without a body',
    respond: json(429),
    kind: 'Waiting',
    reason: 'Throttled',
    retryAfterMs: 10_000,
    message: /Azure answered 429 \(correlation id/,
  },
  {
    name: '500 with an ARM error',
    respond: json(500, error('InternalServerError')),
    kind: 'Failed',
    reason: 'AzureError',
    message: /500 InternalServerError: Told by Azure/,
  },
  {
    name: '503 that says when',
    respond: json(503, error('ServiceUnavailable'), inSeconds(20)),
    kind: 'Waiting',
    reason: 'AzureUnreachable',
    retryAfterMs: 20_000,
    message: /503 ServiceUnavailable/,
  },
  {
    name: '502 of a proxy',
    respond: html(502),
    kind: 'Failed',
    reason: 'AzureUnreachable',
    message: /502 .*a proxy\?/,
  },
  {
    name: '403 of a proxy',
    respond: html(403),
    kind: 'Failed',
    reason: 'UnexpectedAnswer',
    message: /403 .*a proxy\?/,
  },
  {
    name: '404 of a proxy',
    respond: html(404),
    kind: 'Failed',
    reason: 'UnexpectedAnswer',
    message: /404 .*a proxy\?/,
  },
  {
    name: '404 in JSON that is not ARM',
    respond: json(404, { message: 'no route matches' }),
    kind: 'Waiting',
    reason: 'NotFound',
    message: /404 no route matches/,
  },
  {
    name: '404 with an empty JSON object',
    respond: json(404, {}),
    kind: 'Failed',
    reason: 'UnexpectedAnswer',
    message: /404 .*a proxy\?/,
  },
  { name: '200 of a proxy', respond: html(200), kind: 'Failed', reason: 'UnexpectedAnswer', message: /reading/ },
  {
    name: '401 with an expired token',
    respond: json(401, error('ExpiredAuthenticationToken')),
    kind: 'Failed',
    reason: 'AuthenticationFailed',
    message: /401 ExpiredAuthenticationToken/,
  },
  {
    name: '403 of ARM',
    respond: json(403, error('AuthorizationFailed', "The client 'x' does not have authorization to perform action")),
    kind: 'Waiting',
    reason: 'Forbidden',
    retryAfterMs: 60_000,
    message: /AuthorizationFailed: The client 'x' does not.*grant the operator that right/,
  },
  {
    name: 'a redirect to the same host',
    respond: json(307, undefined, { location: '/elsewhere' }),
    kind: 'Failed',
    reason: 'UnexpectedAnswer',
    message: /Azure answered 307/,
  },
  {
    name: 'a connection cut before the answer',
    respond: response => void response.socket?.destroy(),
    kind: 'Waiting',
    reason: 'AzureUnreachable',
    message: /reading workspace law-a: ECONNRESET/,
  },
  {
    name: 'a connection cut in the middle of the answer',
    respond: response => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id":', () => response.socket?.destroy());
    },
    kind: 'Failed',
    reason: 'UnexpectedAnswer',
    message: /reading workspace law-a/,
  },
  {
    name: 'something that is not HTTP',
    respond: response => void response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'),
    kind: 'Failed',
    reason: 'AzureUnreachable',
    message: /HPE_INVALID/,
  },
];

for (const { name, respond, kind, reason, retryAfterMs, message } of refusals) {
  test(`${name}: ${kind} ${reason} after one request`, async t => {
    const { azure, requests, ...hostile } = await hostileAzure(t, { authority, respond });
    const failure = await failureOf(azure.get('workspace', ids.workspace, quiet));
    assert.deepEqual([failure.kind, failure.reason], [kind, reason], failure.message);
    if (retryAfterMs !== undefined) {
      assert.equal(failure.kind === 'Waiting' ? failure.retryAfterMs : undefined, retryAfterMs);
    }
    assert.match(failure.message, /^reading workspace law-a: /);
    assert.match(failure.message, message);
    assertNoToken(failure.message, hostile);
    assert.equal(hostile.received.length, 1);
    assert.equal(requests.length, 1);
    assert.equal(requests[0]?.correlationId, hostile.received[0]?.headers['x-ms-correlation-request-id']);
  });
}

test('an empty 404 says that the resource is not there', async t => {
  const { azure } = await hostileAzure(t, { authority, respond: json(404) });
  assert.equal(await azure.get('scopedResource', ids.link, quiet), undefined);
});

test('the error of a network write is told with its details, its policy and the correlation id of the answer', async t => {
  const info = { policyAssignmentDisplayName: 'No private endpoints here' };
  const refusal = {
    error: {
      code: 'RequestDisallowedByPolicy',
      message: 'Resource was disallowed by policy.',
      details: [{ code: 'SubnetNotAllowed', message: 'Use the hub.' }],
      additionalInfo: [{ type: 'PolicyViolation', info }],
    },
  };
  const respond = json(403, refusal, { 'x-ms-correlation-request-id': 'of-the-answer' });
  const { azure, received } = await hostileAzure(t, { authority, respond });
  const { kind, reason, message } = await failureOf(azure.create(endpointWant, quiet));
  assert.deepEqual([kind, reason, received.length], ['Stalled', 'PolicyDenied', 1]);
  assert.equal(
    message,
    'creating private endpoint pe: Azure answered 403 RequestDisallowedByPolicy: Resource was disallowed by policy.; ' +
      'SubnetNotAllowed: Use the hub.; policy: No private endpoints here (correlation id of-the-answer)',
  );
});

test('a correlation id that is none is not told: the one that was sent is', async t => {
  const respond = json(409, error('Conflict'), { 'x-ms-correlation-request-id': 'x '.repeat(500) });
  const { azure, received } = await hostileAzure(t, { authority, respond });
  const { message } = await failureOf(azure.create(scopeWant, quiet));
  const [sent] = received.map(({ headers }) => headers['x-ms-correlation-request-id']);
  assert.ok(message.endsWith(`409 Conflict: Told by Azure. (correlation id ${sent})`), message);
});

const shapes = [
  ['null', null],
  ['a list', []],
  ['a text', 'workspace'],
  ['a number', 7],
  ['an empty object', {}],
  ['properties that are a text', { id: '/x', name: 'x', location: 'x', properties: 'x' }],
] as const;

for (const [name, body] of shapes) {
  test(`${name} instead of a resource is an odd answer to ask again for, and not an absence`, async t => {
    const { azure } = await hostileAzure(t, { authority, respond: json(200, body) });
    const reads = [
      azure.get('privateLinkScope', ids.scope, quiet),
      azure.get('scopedResource', ids.link, quiet),
      azure.get('privateEndpoint', ids.endpoint, quiet),
      azure.scopeLinks(ids.scope, quiet),
      azure.softDeletedWorkspaces(place, quiet),
      azure.zoneGroups(ids.endpoint, quiet),
      azure.get('zoneGroup', `${ids.endpoint}/privateDnsZoneGroups/default`, quiet),
      azure.get('dnsZone', dnsZoneId(place, 'a.example'), quiet),
      azure.get('zoneLink', `${dnsZoneId(place, 'a.example')}/virtualNetworkLinks/hub`, quiet),
      azure.zoneLinks(dnsZoneId(place, 'a.example'), quiet),
      azure.zoneRecords(dnsZoneId(place, 'a.example'), quiet),
      azure.dnsZones(place.subscriptionId, quiet),
      azure.networkInterface(ids.networkInterface('nic'), quiet),
      azure.subnet(ids.subnet, quiet),
    ];
    for (const { kind, reason } of await Promise.all(reads.map(failureOf))) {
      assert.deepEqual([kind, reason], ['Failed', 'UnexpectedAnswer']);
    }
  });
}

test('a scope without accessModeSettings breaks the deserializer, and that is an odd answer', async t => {
  const body = { id: ids.scope, name: 'ampls', location: 'global', properties: { provisioningState: 'Succeeded' } };
  const { azure } = await hostileAzure(t, { authority, respond: json(200, body) });
  const { kind, reason, message } = await failureOf(azure.get('privateLinkScope', ids.scope, quiet));
  assert.deepEqual([kind, reason], ['Failed', 'UnexpectedAnswer']);
  assert.match(message, /reading private link scope ampls: Azure's answer could not be read: .*queryAccessMode/);
});

test('a list in which an item is no resource is odd as a whole', async t => {
  const { azure } = await hostileAzure(t, { authority, respond: json(200, { value: [null] }) });
  const reads = [azure.scopeLinks(ids.scope, quiet), azure.softDeletedWorkspaces(place, quiet)];
  const failures = await Promise.all(reads.map(failureOf));
  assert.deepEqual(
    failures.map(({ reason }) => reason),
    ['UnexpectedAnswer', 'UnexpectedAnswer'],
  );
});

test('a write that was taken is no failure, whatever its answer looks like', async t => {
  for (const body of [{}, [], { properties: null }, undefined]) {
    const { azure, received } = await hostileAzure(t, { authority, respond: json(200, body) });
    for (const want of [workspaceWant, scopeWant, endpointWant]) {
      assert.deepEqual(await azure.create(want, quiet), {});
    }
    assert.equal(received.length, 3);
  }
});

const silence: readonly { readonly name: string; readonly respond: Responder }[] = [
  { name: 'never answers', respond: () => {} },
  {
    name: 'stops in the middle of an answer',
    respond: response => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":');
    },
  },
];

for (const { name, respond } of silence) {
  test(`a server that ${name} is given up after 30 seconds for a read and 120 for a write`, async t => {
    for (const [deadlineMs, verb] of [
      [30_000, 'get'],
      [120_000, 'create'],
    ] as const) {
      const clock = virtualClock();
      const { azure, arrival, departure, received } = await hostileAzure(t, { authority, respond, clock });
      const call = verb === 'get' ? azure.get('workspace', ids.workspace, quiet) : azure.create(workspaceWant, quiet);
      const failure = failureOf(call);
      await arrival();
      clock.advance(deadlineMs - 1);
      assert.equal(clock.pending(), 1);
      clock.advance(1);
      const { kind, reason, message } = await failure;
      assert.deepEqual([kind, reason], ['Failed', 'AzureUnreachable']);
      assert.match(message, new RegExp(`workspace law-a: no answer within ${deadlineMs / 1_000} s \\(correlation id`));
      await departure();
      assert.equal(received.length, 1);
      assert.equal(clock.pending(), 0);
    }
  });
}

test('a caller that gives up gets its AbortError at once, before and during a call', async t => {
  const { azure, arrival, departure, received } = await hostileAzure(t, { authority, respond: () => {} });
  const caller = new AbortController();
  const call = azure.scopeLinks(ids.scope, caller.signal);
  const refused = assert.rejects(call, { name: 'AbortError' });
  await arrival();
  caller.abort();
  await refused;
  await departure();
  await assert.rejects(azure.get('workspace', ids.workspace, caller.signal), { name: 'AbortError' });
  assert.equal(received.length, 1);
});

test('an answer in time leaves no timer behind', async t => {
  const clock = virtualClock();
  const { azure } = await hostileAzure(t, { authority, respond: json(404), clock });
  await azure.get('workspace', ids.workspace, quiet);
  assert.equal(clock.pending(), 0);
});

test('nobody listening is told as unreachable, with the code', async () => {
  const { azure } = connect({ ...settingsFor(authority), endpoint: 'https://127.0.0.1:1' });
  const { kind, reason, message } = await failureOf(azure.get('workspace', ids.workspace, quiet));
  assert.deepEqual([kind, reason], ['Failed', 'AzureUnreachable']);
  assert.match(message, /reading workspace law-a: ECONNREFUSED/);
});
