/**
 * What stands in the way of a write before the provider is asked: locks, policies, unregistered providers, a disabled
 * subscription; and If-Match.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arm } from './arm.ts';
import { code, seedWith } from './callers.ts';
import { connectedScope, location, openScope, paths, put } from './road.ts';
import { virtualClock } from './virtual-clock.ts';

const lockVersion = '2020-05-01';

test('a lock holds on its scope and below it until it is lifted, and keeps what is above it', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await put(azure, at.scope, openScope);
  const lock = `${at.scope}/providers/Microsoft.Authorization/locks/keep`;
  const apiVersion = lockVersion;
  const body = { properties: { level: 'CanNotDelete', notes: 'ask first' } };
  const made = await azure.call('PUT', lock, { apiVersion, body });
  assert.equal(made.status, 201);
  assert.deepEqual(made.body?.properties, body.properties);
  assert.equal((await azure.call('PUT', lock, { apiVersion, body })).status, 200);

  assert.equal((await azure.call('PUT', at.scope, { body: openScope })).status, 200, 'it may still change');
  const refused = await azure.call('DELETE', at.scope);
  assert.equal(code(refused), '409 ScopeLocked');
  assert.equal(
    refused.body?.error.message,
    `The scope '${at.scope}' cannot perform delete operation because following scope(s) are locked: '${at.scope}'. Please remove the lock and try again.`,
  );
  assert.equal(code(await azure.call('DELETE', azure.group)), '409 ScopeLocked', 'nor its group');
  const list = (path: string, filter = '') =>
    azure.call('GET', `${path}/providers/Microsoft.Authorization/locks${filter}`, { apiVersion });
  assert.equal((await list(azure.group)).body?.value[0].id, lock);
  assert.deepEqual((await list(azure.group, '?$filter=atScope()')).body?.value, []);

  assert.equal((await azure.call('DELETE', lock, { apiVersion })).status, 200);
  assert.equal((await azure.call('DELETE', lock, { apiVersion })).status, 204);
  assert.equal(code(await azure.call('GET', lock, { apiVersion })), '404 LockNotFound');
  assert.equal((await azure.call('DELETE', at.scope)).status, 202);
});

test('a seeded ReadOnly lock on a group refuses every write in it, and locks of nothing are refused', async t => {
  const locks = [{ name: 'frozen', scope: '/resourceGroups/rg-monitor', level: 'ReadOnly' as const }];
  const azure = await arm(t, { seed: seedWith({ locks }) });
  const at = paths(azure.group);
  const refused = await azure.call('PUT', at.scope, { body: openScope });
  assert.equal(code(refused), '409 ScopeLocked');
  assert.match(
    String(refused.body?.error.message),
    /cannot perform write operation .*'\/subscriptions\/[^/]+\/resourceGroups\/rg-monitor'/,
  );
  assert.equal(code(await azure.call('PATCH', azure.group, { body: { tags: {} } })), '409 ScopeLocked');
  const apiVersion = lockVersion;
  const onNothing = await azure.call('PUT', `${at.scope}/providers/Microsoft.Authorization/locks/x`, {
    apiVersion,
    body: { properties: { level: 'ReadOnly' } },
  });
  assert.equal(code(onNothing), '404 ResourceNotFound');
  const wrong = await azure.call('PUT', `${azure.group}/providers/Microsoft.Authorization/locks/x`, {
    apiVersion,
    body: { properties: { level: 'Soft' } },
  });
  assert.equal(code(wrong), '400 InvalidRequestContent');
});

test('a policy denies with its identifiers and its evaluation', async t => {
  const azure = await arm(t, {
    seed: seedWith({
      policyDenials: [
        {
          displayName: 'Workspaces in Japan East',
          resourceType: 'Microsoft.OperationalInsights/workspaces',
          condition: { field: 'location', operator: 'NotIn', value: ['japaneast', 'japan east'] },
        },
        {
          displayName: 'No public queries',
          resourceType: 'microsoft.operationalinsights/workspaces',
          condition: { field: 'properties.publicNetworkAccessForQuery', operator: 'NotEquals', value: 'Disabled' },
        },
      ],
    }),
  });
  const workspace = paths(azure.group).workspace('law-a');
  const closed = { properties: { publicNetworkAccessForQuery: 'Disabled' } };
  const refused = await azure.call('PUT', workspace, { body: { location: 'eastus', ...closed } });
  assert.equal(code(refused), '403 RequestDisallowedByPolicy');
  const { target, message, additionalInfo } = refused.body?.error ?? {};
  assert.equal(target, 'law-a');
  assert.match(
    message,
    /^Resource 'law-a' was disallowed by policy\. Policy identifiers: '\[\{"policyAssignment":\{"name":"Workspaces in Japan East","id":"\/subscriptions\//,
  );
  assert.equal(additionalInfo.length, 1);
  assert.equal(additionalInfo[0].type, 'PolicyViolation');
  assert.equal(additionalInfo[0].info.policyDefinitionEffect, 'deny');
  assert.deepEqual(additionalInfo[0].info.evaluationDetails.evaluatedExpressions[1], {
    result: 'True',
    expressionKind: 'Field',
    expression: 'location',
    path: 'location',
    expressionValue: 'eastus',
    targetValue: ['japaneast', 'japan east'],
    operator: 'NotIn',
  });
  const both = await azure.call('PUT', workspace, { body: { location: 'eastus' } });
  assert.equal(both.body?.error.additionalInfo.length, 2);
  assert.equal((await azure.call('PUT', workspace, { body: { location, ...closed } })).status, 201);
});

test('an unregistered provider refuses writes until it has been registered', async t => {
  const clock = virtualClock();
  const azure = await arm(t, {
    clock,
    latency: 'real',
    latencyProfile: {
      providerRegister: { answerMs: 0, settleMs: 30_000 },
      read: { answerMs: 0, settleMs: 0 },
      refuse: { answerMs: 0, settleMs: 0 },
    },
    seed: seedWith({ unregisteredProviders: ['microsoft.insights'] }),
  });
  const refused = await azure.call('PUT', paths(azure.group).scope, { body: openScope });
  assert.equal(code(refused), '409 MissingSubscriptionRegistration');
  assert.deepEqual(refused.body?.error.details, [
    {
      code: 'MissingSubscriptionRegistration',
      target: 'Microsoft.Insights',
      message:
        "The subscription is not registered to use namespace 'Microsoft.Insights'. See https://aka.ms/rps-not-found for how to register subscriptions.",
    },
  ]);
  const provider = `/subscriptions/${azure.simulator.subscriptionId}/providers/Microsoft.Insights`;
  const apiVersion = '2021-04-01';
  assert.equal((await azure.call('GET', provider, { apiVersion })).body?.registrationState, 'NotRegistered');
  const registering = await azure.call('POST', `${provider}/register`, { apiVersion });
  assert.equal(registering.body?.registrationState, 'Registering');
  clock.advance(31_000);
  assert.equal((await azure.call('GET', provider, { apiVersion })).body?.registrationState, 'Registered');
  await azure.call('POST', `${provider}/unregister`, { apiVersion });
  clock.advance(31_000);
  assert.equal((await azure.call('GET', provider, { apiVersion })).body?.registrationState, 'NotRegistered');
});

test('a disabled subscription is read only', async t => {
  const azure = await arm(t, { seed: seedWith({ subscriptionState: 'Disabled' }) });
  assert.equal(
    code(await azure.call('PUT', paths(azure.group).scope, { body: openScope })),
    '409 ReadOnlyDisabledSubscription',
  );
  assert.equal((await azure.call('GET', azure.group)).status, 200);
});

test('Microsoft.Network compares If-Match with the stored etag, Microsoft.Insights reads none', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  const endpoint = await azure.call('GET', at.endpoint);
  const stale = { 'if-match': 'W/"00000000-0000-0000-0000-000000000000"' };
  const refused = await azure.call('DELETE', at.endpoint, { headers: stale });
  assert.equal(code(refused), '412 PreconditionFailed');
  assert.match(
    String(refused.body?.error.message),
    /does not match etag W\/"[0-9a-f-]{36}" of resource in NRP data store\.$/,
  );
  const fresh = { 'if-match': String(endpoint.headers.get('etag')) };
  assert.equal((await azure.call('DELETE', at.endpoint, { headers: fresh })).status, 202);
  const missing = await azure.call('DELETE', `${at.endpoint}-none`, { headers: { 'if-match': '*' } });
  assert.equal(code(missing), '412 PreconditionFailed');
  assert.equal((await azure.call('PUT', at.scope, { body: openScope, headers: stale })).status, 200);
});
