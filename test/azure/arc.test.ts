/**
 * The private link scope of Azure Arc through the port `Azure`, against the simulator: what each call costs, the names on the
 * endpoint's interface, and which machines are in the scope.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArcPrivateLinkScopeWant } from '../../src/domain/arc-resources.ts';
import { differences } from '../../src/domain/diff.ts';
import { arcPrivateLinkScopeId, privateEndpointId, sameId } from '../../src/domain/names.ts';
import type { ArcPrivateEndpointWant } from '../../src/domain/resources.ts';
import { defaultSeed } from '../../src/simulator/simulator.ts';
import { eventually } from '../env/eventually.ts';
import { bench, failureOf, quiet } from './bench.ts';
import { changed, group, ids, place, tags } from './wants.ts';

const scopeWant: ArcPrivateLinkScopeWant = {
  kind: 'arcPrivateLinkScope',
  key: 'arcPrivateLinkScope',
  id: arcPrivateLinkScopeId(place, 'arc-a'),
  name: 'arc-a',
  location: 'japaneast',
  policy: 'Delete',
  tags,
};

const endpointWant: ArcPrivateEndpointWant = {
  kind: 'arcPrivateEndpoint',
  key: 'arcPrivateEndpoint',
  id: privateEndpointId(place, 'pe-arc-a'),
  name: 'pe-arc-a',
  location: 'japaneast',
  subnetId: ids.subnet,
  scopeId: scopeWant.id,
  approval: 'Automatic',
  policy: 'Delete',
  tags,
};

const seed = { ...defaultSeed(), machines: [{ resourceGroup: 'rg-monitor', location: 'japaneast', name: 'press-1' }] };
const PRESS = `${group}/providers/Microsoft.HybridCompute/machines/press-1`;
const LONG = { deadlineMs: 90_000 };
const verbs = (calls: readonly string[]) => calls.map(call => call.split(' ')[0]);

test('a scope is made open by one PUT, read by one GET, and tagged by a GET and a PATCH', async t => {
  const { azure, counted, raw } = await bench(t, { seed });
  const made = await counted(azure.create(scopeWant, quiet));
  assert.deepEqual(made.calls, ['PUT privateLinkScopes/arc-a 200']);
  const found = await counted(azure.get('arcPrivateLinkScope', scopeWant.id, quiet));
  assert.deepEqual(verbs(found.calls), ['GET']);
  const body = found.value ?? assert.fail();
  assert.deepEqual([body.provisioningState, body.publicAccess, body.tags], ['Succeeded', 'Enabled', tags]);
  assert.deepEqual([body.location, body.endpointIds], ['japaneast', []]);
  assert.deepEqual(differences(scopeWant, body), { changes: [], obstacles: [] });
  assert.deepEqual(
    differences({ ...scopeWant, location: 'westeurope' }, body).obstacles.map(({ field }) => field),
    ['location'],
  );

  await raw.call('PATCH', scopeWant.id, { body: { tags: { team: 'x' } } });
  const updated = await counted(azure.update(scopeWant, changed('tags.pms-owner'), quiet));
  assert.deepEqual(verbs(updated.calls), ['GET', 'PATCH']);
  assert.deepEqual((await azure.get('arcPrivateLinkScope', scopeWant.id, quiet))?.tags, { team: 'x', ...tags });
  await azure.untag('arcPrivateLinkScope', scopeWant.id, 'pms-owner', quiet);
  assert.deepEqual((await azure.get('arcPrivateLinkScope', scopeWant.id, quiet))?.tags, { team: 'x' });
});

test('its endpoint has the names of Azure Arc, and the scope goes once endpoint and machines are out of it', async t => {
  const { azure, raw } = await bench(t, { seed });
  await azure.create(scopeWant, quiet);
  await azure.create(endpointWant, quiet);
  const settled = async () => {
    const endpoint = await azure.get('arcPrivateEndpoint', endpointWant.id, quiet);
    assert.equal(endpoint?.provisioningState, 'Succeeded');
    return endpoint;
  };
  const endpoint = await eventually('the endpoint is Succeeded', settled, LONG);
  assert.deepEqual([endpoint.kind, endpoint.connectionStatus], ['arcPrivateEndpoint', 'Approved']);
  assert.ok(sameId(endpoint.scopeId, scopeWant.id));
  const entries = (await azure.networkInterface(endpoint.networkInterfaceId ?? '', quiet))?.entries ?? [];
  assert.deepEqual(
    entries.map(({ member, fqdns }) => `${member}: ${fqdns.join()}`),
    [
      'HybridCompute.Global: gbl.his.arc.azure.com',
      'HybridCompute.Server: je.his.arc.azure.com',
      'HybridCompute.TokenService: japan-ats.his.arc.azure.com',
      'GuestConfig.GlobalService: agentserviceapi.guestconfiguration.azure.com',
      'GuestConfig.AgentService.japaneast: japaneast-gas.guestconfiguration.azure.com',
      'HybridCompute.K8sConfiguration: japaneast.dp.kubernetesconfiguration.azure.com',
    ],
  );
  const scope = await azure.get('arcPrivateLinkScope', scopeWant.id, quiet);
  assert.ok(sameId(scope?.endpointIds[0], endpointWant.id));

  const join = (privateLinkScopeResourceId: string) =>
    raw.call('PATCH', PRESS, { body: { properties: { privateLinkScopeResourceId } } });
  assert.equal((await azure.machine(PRESS, quiet))?.arcScopeId, undefined);
  await join(scopeWant.id);
  assert.ok(sameId((await azure.machine(PRESS, quiet))?.arcScopeId, scopeWant.id));
  const [listed] = (await azure.machines(place, quiet)) ?? [];
  assert.ok(sameId(listed?.arcScopeId, scopeWant.id), 'a list tells it too');

  await azure.remove('arcPrivateEndpoint', endpointWant.id, quiet);
  const isGone = async () => (await azure.get('arcPrivateEndpoint', endpointWant.id, quiet)) === undefined;
  await eventually('the endpoint is gone', isGone, LONG);
  const refused = await failureOf(azure.remove('arcPrivateLinkScope', scopeWant.id, quiet));
  assert.deepEqual([refused.kind, refused.reason], ['Waiting', 'Conflict']);
  await join('');
  assert.equal((await azure.machine(PRESS, quiet))?.arcScopeId, undefined);
  await azure.remove('arcPrivateLinkScope', scopeWant.id, quiet);
  assert.equal(await azure.get('arcPrivateLinkScope', scopeWant.id, quiet), undefined);
});
