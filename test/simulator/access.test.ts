/**
 * Who may do what: role assignments of a seed, Azure's refusals, lists that show a caller only its part, and rights that
 * a write needs on other resources.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arm } from './arm.ts';
import { callerFor, code, guest, seedWith } from './callers.ts';
import { endpointTo, linkedScope, location, openScope, paths, put } from './road.ts';

const inGroup = '/resourceGroups/rg-monitor';
const twoGroups = [
  { name: 'rg-monitor', location: 'japaneast' },
  { name: 'rg-other', location: 'japaneast' },
];

test('a principal without assignments may do everything, one with assignments no more than they say', async t => {
  const azure = await arm(t, {
    seed: seedWith({ roleAssignments: [{ principal: guest.clientId, scope: inGroup, role: 'Reader' }] }),
  });
  const at = paths(azure.group);
  await put(azure, at.scope, openScope);
  const asGuest = await callerFor(azure, guest);
  assert.equal((await asGuest('GET', at.scope)).status, 200);
  const refused = await asGuest('PUT', at.scope, { body: openScope });
  assert.equal(code(refused), '403 AuthorizationFailed');
  assert.equal(refused.headers.get('x-ms-failure-cause'), 'gateway');
  assert.match(
    String(refused.body?.error.message),
    new RegExp(
      `^The client '${guest.clientId}' with object id '[0-9a-f-]{36}' does not have authorization to perform action 'Microsoft.Insights/privateLinkScopes/write' over scope '${at.scope}' or the scope is invalid\\. If access was recently granted, please refresh your credentials\\.$`,
    ),
  );
  assert.equal(code(await asGuest('DELETE', at.scope)), '403 AuthorizationFailed');
  assert.equal(code(await asGuest('DELETE', azure.group)), '403 AuthorizationFailed');
  const none = `${azure.group.replace('rg-monitor', 'rg-none')}/providers/Microsoft.Insights/privateLinkScopes/x`;
  assert.equal(code(await asGuest('GET', none)), '403 AuthorizationFailed', 'what is not there is not told');
});

test('actions and notActions of a custom role count with their wildcards, in any letter case', async t => {
  const actions = ['microsoft.insights/privatelinkscopes/*', '*/read'];
  const notActions = ['Microsoft.Insights/privateLinkScopes/delete'];
  const azure = await arm(t, {
    seed: seedWith({ roleAssignments: [{ principal: guest.clientId, actions, notActions }] }),
  });
  const at = paths(azure.group);
  const asGuest = await callerFor(azure, guest);
  assert.equal((await asGuest('PUT', at.scope, { body: openScope })).status, 201);
  assert.equal(code(await asGuest('DELETE', at.scope)), '403 AuthorizationFailed');
  assert.equal(code(await asGuest('PUT', at.workspace('law-a'), { body: { location } })), '403 AuthorizationFailed');
  assert.equal(code(await asGuest('GET', at.workspace('law-a'))), '404 ResourceNotFound');
  const permissions = await asGuest('GET', `${azure.group}/providers/Microsoft.Authorization/permissions`, {
    apiVersion: '2022-04-01',
  });
  assert.deepEqual(permissions.body?.value, [{ actions, notActions, dataActions: [], notDataActions: [] }]);
});

test('a list of the subscription shows the part that the caller may see', async t => {
  const azure = await arm(t, {
    seed: seedWith({
      resourceGroups: twoGroups,
      roleAssignments: [{ principal: guest.clientId, scope: '/resourceGroups/rg-other', role: 'Reader' }],
    }),
  });
  const other = azure.group.replace('rg-monitor', 'rg-other');
  const subscription = `/subscriptions/${azure.simulator.subscriptionId}`;
  await put(azure, paths(azure.group).scope, openScope);
  await put(azure, paths(other).scope, openScope);
  const asGuest = await callerFor(azure, guest);
  const groupsIn = async (call: typeof asGuest, path: string) => {
    const { body } = await call('GET', `${subscription}/${path}`);
    return body?.value.map((each: { id: string }) => /resourceGroups\/([^/]+)/i.exec(each.id)?.[1]);
  };
  for (const path of ['providers/Microsoft.Insights/privateLinkScopes', 'resourceGroups', 'resources']) {
    assert.deepEqual([...new Set(await groupsIn(azure.call, path))].toSorted(), ['rg-monitor', 'rg-other'], path);
    assert.deepEqual([...new Set(await groupsIn(asGuest, path))], ['rg-other'], path);
  }
  const inForeign = await asGuest('GET', `${azure.group}/providers/Microsoft.Insights/privateLinkScopes`);
  assert.equal(code(inForeign), '403 AuthorizationFailed');
});

test('whoever has no right at all finds no subscription and is refused in it', async t => {
  const azure = await arm(t, { seed: seedWith({ roleAssignments: [{ principal: guest.clientId, actions: [] }] }) });
  const asGuest = await callerFor(azure, guest);
  assert.deepEqual((await asGuest('GET', '/subscriptions')).body?.value, []);
  const subscription = `/subscriptions/${azure.simulator.subscriptionId}`;
  assert.equal(code(await asGuest('GET', subscription)), '403 AuthorizationFailed');
  assert.equal(code(await asGuest('GET', `${subscription}/resourceGroups`)), '403 AuthorizationFailed');
  const { body } = await azure.call('GET', '/subscriptions');
  assert.deepEqual(
    [body?.count.value, body?.value[0].state, body?.value[0].tenantId],
    [1, 'Enabled', azure.simulator.tenantId],
  );
});

test('a private endpoint needs rights on the subnet and on the scope that it names', async t => {
  const join = 'Microsoft.Network/virtualNetworks/subnets/join/action';
  const approve = 'Microsoft.Insights/privateLinkScopes/PrivateEndpointConnectionsApproval/action';
  const write = ['Microsoft.Network/privateEndpoints/*'];
  const cases = [
    { name: 'neither', actions: write, missing: join },
    { name: 'the subnet alone', actions: [...write, join], missing: approve },
    { name: 'both', actions: [...write, join, approve], missing: undefined },
  ];
  for (const { name, actions, missing } of cases) {
    const azure = await arm(t, { seed: seedWith({ roleAssignments: [{ principal: guest.clientId, actions }] }) });
    const at = paths(azure.group);
    await linkedScope(azure);
    const asGuest = await callerFor(azure, guest);
    const answer = await asGuest('PUT', at.endpoint, { body: endpointTo(at.scope, at.subnet()) });
    assert.equal(code(answer), missing === undefined ? '201' : '403 LinkedAuthorizationFailed', name);
    if (missing === undefined) continue;
    assert.match(
      String(answer.body?.error.message),
      new RegExp(
        `has permission to perform action 'Microsoft.Network/privateEndpoints/write' on scope '${at.endpoint}'; however, it does not have permission to perform action\\(s\\) '${missing}' on the linked scope\\(s\\) '/subscriptions/.*' \\(respectively\\) or the linked scope\\(s\\) are invalid\\.$`,
      ),
    );
  }
});
