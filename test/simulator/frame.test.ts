/**
 * What is common to every call to the resource manager: paths, api-versions, bodies, headers; and the journal and the
 * admin calls beside it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type Arm, arm } from './arm.ts';
import { openScope, paths } from './road.ts';

const code = ({ status, body }: Answer): string => `${status} ${body?.error?.code}`;

test('wrong addresses get the gateway errors of Azure', async t => {
  const azure = await arm(t);
  const { group, simulator } = azure;
  const subscription = `/subscriptions/${simulator.subscriptionId}`;
  const scopes = `${group}/providers/Microsoft.Insights/privateLinkScopes`;
  const cases = [
    { path: `${scopes}/none`, expected: '404 ResourceNotFound' },
    { path: `${subscription}/resourceGroups/none`, expected: '404 ResourceGroupNotFound' },
    {
      path: `${subscription}/resourceGroups/none/providers/Microsoft.Insights/privateLinkScopes/x`,
      expected: '404 ResourceGroupNotFound',
    },
    { path: '/subscriptions/abc/resourceGroups/rg-monitor', expected: '400 InvalidSubscriptionId' },
    {
      path: '/subscriptions/99999999-9999-4999-8999-999999999999/resourceGroups/x',
      expected: '404 SubscriptionNotFound',
    },
    { path: `${group}/providers/Microsoft.Nothing/things/x`, expected: '404 InvalidResourceNamespace' },
    { path: `${group}/providers/Microsoft.Insights/nothings/x`, expected: '404 InvalidResourceType' },
    { path: `${scopes}/x`, apiVersion: '2020-01-01', expected: '404 InvalidResourceType' },
    { path: `${scopes}/x`, apiVersion: 'newest', expected: '400 InvalidApiVersionParameter' },
    { path: group, apiVersion: '2020-01-02', expected: '400 InvalidApiVersionParameter' },
    { path: `${scopes}/none/scopedResources/x`, expected: '404 ParentResourceNotFound' },
    { path: '/favicon.ico', expected: '404 InvalidRequestUri' },
    { path: `${group}/providers/Microsoft.Insights/privateLinkScopes/%E0%A4%A`, expected: '400 InvalidRequestUri' },
  ];
  for (const { path, apiVersion, expected } of cases) {
    const answer = await azure.call('GET', path, apiVersion === undefined ? {} : { apiVersion });
    assert.equal(code(answer), expected, path);
    assert.equal(answer.headers.get('x-ms-failure-cause'), 'gateway', path);
  }
  const unversioned = await azure.raw('GET', group, { headers: { authorization: `Bearer ${await azure.token()}` } });
  assert.equal(code(unversioned), '400 MissingApiVersionParameter');
  const missing = await azure.call('GET', `${scopes}/none`);
  assert.match(
    String(missing.body?.error.message),
    /^The Resource 'Microsoft.Insights\/privateLinkScopes\/none' under resource group 'rg-monitor' was not found/,
  );
});

test('an api-version that a type does not have names those that it has', async t => {
  const azure = await arm(t);
  const answer = await azure.call('PUT', paths(azure.group).workspace('law-a'), {
    apiVersion: '2015-03-20',
    body: { location: 'japaneast' },
  });
  assert.equal(code(answer), '400 NoRegisteredProviderFound');
  assert.match(
    String(answer.body?.error.message),
    /^No registered resource provider found for location 'japaneast' and API version '2015-03-20' for type 'workspaces'\. The supported api-versions are '.*2025-07-01, 2025-02-01.*'\. The supported locations are '.*japaneast/,
  );
  const group = await azure.call('GET', azure.group, { apiVersion: '2018-12-01' });
  assert.match(
    String(group.body?.error.message),
    /^The api-version '2018-12-01' is invalid\. The supported versions are '[\d,-]+'\.$/,
  );
});

test('broken bodies are the fault of the client', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  const headers = { authorization: `Bearer ${await azure.token()}`, 'content-type': 'application/json' };
  const send = (body: string, path = `${at.scope}?api-version=2023-06-01-preview`) =>
    azure.raw('PUT', path, { headers, body });
  for (const body of [
    '{',
    '',
    '[]',
    'null',
    '"x"',
    '{"location": 5}',
    '{"location":"global","surprise":1}',
    '{"location":"global","tags":{"a":1},"properties":{"accessModeSettings":{"queryAccessMode":"Open","ingestionAccessMode":"Open"}}}',
  ]) {
    assert.equal(code(await send(body)), '400 InvalidRequestContent', body);
  }
  assert.equal(code(await send('{}')), '400 LocationRequired');
  assert.equal(code(await send('{"location":"japaneast"}')), '400 LocationNotAvailableForResourceType');
  assert.equal(
    code(await send('{"location":"mars"}', `${at.workspace('law-a')}?api-version=2025-07-01`)),
    '400 LocationNotAvailableForResourceType',
  );
  assert.equal(code(await send(`{"location":"${'x'.repeat(5_000_000)}"}`)), '413 RequestContentTooLarge');
  assert.equal(code(await azure.call('POST', azure.group)), '405 HttpMethodNotSupported');
  assert.equal(code(await azure.call('OPTIONS', azure.group)), '405 HttpMethodNotSupported');
  const xml = await azure.call('PUT', at.scope, { body: openScope, headers: { 'content-type': 'text/xml' } });
  assert.equal(code(xml), '415 UnsupportedMediaType');
});

test('letter case of a path does not matter, and names come back as they were made', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await azure.call('PUT', at.scope, { body: openScope });
  const shouted = await azure.call('GET', at.scope.toUpperCase().replace('/SUBSCRIPTIONS', '//subscriptions'));
  assert.equal(shouted.status, 200);
  assert.equal(shouted.body?.name, 'ampls');
  assert.ok(
    String(shouted.body?.id).endsWith(
      '/resourceGroups/rg-monitor/providers/microsoft.insights/privatelinkscopes/ampls',
    ),
  );
});

test('answers carry request ids, the correlation id of the caller, and what is left of the rate limit', async t => {
  const azure = await arm(t);
  const correlationId = 'a1b2c3d4-0000-4000-8000-000000000000';
  const headers = { 'x-ms-correlation-request-id': correlationId };
  const first = await azure.call('GET', azure.group, { headers });
  assert.equal(first.headers.get('x-ms-correlation-request-id'), correlationId);
  const requestId = String(first.headers.get('x-ms-request-id'));
  assert.match(requestId, /^[0-9a-f-]{36}$/);
  assert.match(
    String(first.headers.get('x-ms-routing-request-id')),
    new RegExp(`^SIMULATOR:\\d{8}T\\d{6}Z:${requestId}$`),
  );
  assert.equal(first.headers.get('x-ms-ratelimit-remaining-subscription-reads'), '249');
  const written = await azure.call('PUT', paths(azure.group).scope, { body: openScope });
  assert.equal(written.headers.get('x-ms-ratelimit-remaining-subscription-writes'), '199');
  assert.equal(written.headers.get('x-ms-ratelimit-remaining-subscription-reads'), null);
  const subscription = `/subscriptions/${azure.simulator.subscriptionId}`;
  const poll = await azure.call(
    'GET',
    `${subscription}/providers/microsoft.insights/privateLinkScopeOperationStatuses/x`,
  );
  assert.equal(poll.headers.get('x-ms-ratelimit-remaining-subscription-resource-requests'), '499');
  assert.equal(poll.headers.get('x-ms-ratelimit-remaining-subscription-reads'), null);
});

test('the journal has one entry for every call, with who, what and how it ended', async t => {
  const seen: string[] = [];
  const azure = await arm(t, { journal: entry => seen.push(entry.service) });
  await azure.call('PUT', paths(azure.group).scope, { body: openScope });
  await azure.call('GET', paths(azure.group).endpoint);
  await azure.raw('GET', `${azure.group}?api-version=2021-04-01`);
  const { body } = await azure.raw('GET', '/_sim/journal');
  assert.deepEqual(
    body?.map((entry: Record<string, unknown>) => [
      entry.service,
      entry.method,
      entry.status,
      entry.apiVersion,
      entry.principal,
    ]),
    [
      ['entra', 'POST', 200, undefined, azure.simulator.clientId],
      ['arm', 'PUT', 201, '2023-06-01-preview', azure.simulator.clientId],
      ['arm', 'GET', 404, '2026-01-01', azure.simulator.clientId],
      ['arm', 'GET', 401, '2021-04-01', undefined],
    ],
  );
  assert.deepEqual(seen, ['entra', 'arm', 'arm', 'arm', 'admin']);
  assert.ok(azure.simulator.journal.every(entry => !JSON.stringify(entry).includes(azure.simulator.clientSecret)));
});

test('the admin state shows every resource as its GET would', async t => {
  const azure: Arm = await arm(t);
  await azure.call('PUT', paths(azure.group).scope, { body: openScope });
  const { body } = await azure.raw('GET', '/_sim/state');
  const types = body?.resources.map((resource: { type: string }) => resource.type);
  assert.deepEqual(types, [
    'Microsoft.Resources/resourceGroups',
    'Microsoft.Network/virtualNetworks',
    'microsoft.insights/privatelinkscopes',
  ]);
  const scope = await azure.call('GET', paths(azure.group).scope);
  assert.deepEqual(body?.resources.at(-1), scope.body);
});

test('a denied Azure cuts every connection until it is allowed again', async t => {
  const azure = await arm(t);
  await azure.call('GET', azure.group);
  const deny = (on: unknown) => azure.raw('POST', '/_sim/deny', { body: JSON.stringify({ on }) });
  assert.equal((await deny('yes')).status, 400);
  assert.equal((await deny(true)).status, 200);
  await assert.rejects(azure.call('GET', azure.group), /fetch failed/);
  await assert.rejects(azure.token(), /fetch failed/);
  assert.equal((await deny(false)).status, 200);
  assert.equal((await azure.call('GET', azure.group)).status, 200);
  assert.deepEqual(
    azure.simulator.journal.filter(entry => entry.status === 0).map(entry => entry.service),
    ['arm', 'entra'],
  );
});
