/**
 * What the operator sends to Azure, held to the published descriptions: all of it, refused or not.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bench, quiet } from '../azure/bench.ts';
import { endpointWant, ids, linkWant, scopeWant, workspaceWant } from '../azure/wants.ts';
import { settlingOnly } from '../simulator/arm.ts';
import { endpointTo, location, paths, put } from '../simulator/road.ts';
import { virtualClock } from '../simulator/virtual-clock.ts';
import { contractRun } from './held.ts';
import { portRoad } from './port-road.ts';

const run = contractRun();
/** Longer than any operation of the real profile; the token holds for an hour. */
const longMs = 3 * 60_000;

test('the operator sends nothing that a description forbids, where everything settles at once', async t => {
  const heard = await run.held(t, 'all', async () => portRoad(await bench(t), () => {}));
  if (heard.length === 0) return;
  const arm = heard.filter(({ service }) => service === 'arm');
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'])
    assert.ok(
      arm.some(each => each.method === method),
      method,
    );
});

test('nor where Azure takes its time, and what it shows on the way is described', async t => {
  await run.held(t, 'all', async () => {
    const clock = virtualClock();
    const azure = await bench(t, { latency: 'real', latencyProfile: settlingOnly, clock });
    await portRoad(azure, () => clock.advance(longMs));
  });
});

test('nor when it changes an endpoint that others gave addresses, an interface name and a zone group', async t => {
  await run.held(t, 'all', async () => {
    const here = await bench(t);
    const at = paths(here.raw.group);
    await here.azure.create(workspaceWant, quiet);
    await here.azure.create(scopeWant, quiet);
    await here.azure.create(linkWant, quiet);
    const zone = `${here.raw.group}/providers/Microsoft.Network/privateDnsZones/privatelink.monitor.azure.com`;
    const made = await here.raw.call('PUT', zone, { body: { location: 'global' } });
    assert.equal(made.status, 202);
    const api = { groupId: 'azuremonitor', memberName: 'api', privateIPAddress: '127.13.1.20' };
    const extra = { customNetworkInterfaceName: 'nic', ipConfigurations: [{ name: 'api', properties: api }] };
    const resources = await here.raw.call('GET', `${at.scope}/privateLinkResources/azuremonitor`);
    const members: readonly string[] = resources.body?.properties.requiredMembers;
    const others = members
      .filter(name => name !== 'api')
      .map((memberName, index) => ({
        name: memberName,
        properties: { groupId: 'azuremonitor', memberName, privateIPAddress: `127.13.1.${index + 5}` },
      }));
    const asked = { ...extra, ipConfigurations: [...extra.ipConfigurations, ...others] };
    await put(here.raw, at.endpoint, endpointTo(at.scope, at.subnet(), asked));
    const configs = [{ name: 'monitor', properties: { privateDnsZoneId: zone } }];
    await put(here.raw, at.zoneGroup, { properties: { privateDnsZoneConfigs: configs } });
    const [group] = await here.azure.zoneGroups(ids.endpoint, quiet);
    assert.ok((group?.records.length ?? 0) > 0);
    const tags = { plant: 'b' };
    await here.azure.update(
      { ...endpointWant, location, tags },
      [{ field: 'tags.plant', found: '', wanted: 'b' }],
      quiet,
    );
    const after = await here.raw.call('GET', at.endpoint);
    assert.equal(after.body?.properties.ipConfigurations.length, members.length);
    assert.equal(after.body?.tags.plant, 'b');
  });
});
