/**
 * Private DNS through the port `Azure`, against the simulator: zones, their network links, and the zone group of an
 * endpoint; what each call costs, what survives an update, and what Azure refuses.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dnsZoneId, zoneGroupId, zoneLinkId } from '../../src/domain/names.ts';
import { type Bench, bench, failureOf, quiet } from './bench.ts';
import {
  changed,
  endpointWant,
  group,
  ids,
  linkWant,
  place,
  scopeWant,
  tags,
  workspaceWant,
  zoneGroupWant,
  zoneLinkWant,
  zoneWant,
} from './wants.ts';

const zoneId = ids.zone;
const networkId = zoneLinkWant.networkId;

async function endpointMade({ azure }: Bench): Promise<void> {
  for (const want of [workspaceWant, scopeWant, linkWant, endpointWant]) await azure.create(want, quiet);
}

test('zone, group and network link are made by one PUT each, read by one GET, and removed by one DELETE', async t => {
  const here = await bench(t);
  const { azure, counted } = here;
  await endpointMade(here);
  const zone = await counted(azure.create(zoneWant, quiet));
  assert.deepEqual(zone.calls, ['PUT privateDnsZones/privatelink.monitor.azure.com 202']);
  assert.equal(zone.value.body, undefined);
  assert.match(zone.value.operation ?? '', /privateDnsOperationStatuses/);
  assert.deepEqual((await counted(azure.get('dnsZone', zoneId, quiet))).value, {
    kind: 'dnsZone',
    id: zoneId,
    name: 'privatelink.monitor.azure.com',
    provisioningState: 'Succeeded',
    tags,
  });

  const made = await counted(azure.create(zoneGroupWant, quiet));
  assert.deepEqual(made.calls, ['PUT privateEndpoints/pe/privateDnsZoneGroups/pms-0123abcd 201']);
  const found = await counted(azure.get('zoneGroup', zoneGroupWant.id, quiet));
  assert.deepEqual(found.calls, ['GET privateEndpoints/pe/privateDnsZoneGroups/pms-0123abcd 200']);
  assert.deepEqual(found.value?.configs, zoneGroupWant.configs);
  assert.ok(found.value?.records.some(({ fqdn }) => fqdn === 'api.privatelink.monitor.azure.com'));

  const link = await counted(azure.create(zoneLinkWant, quiet));
  const linkPath = 'privateDnsZones/privatelink.monitor.azure.com/virtualNetworkLinks/vnet-plant-0123abcd';
  assert.deepEqual(link.calls, [`PUT ${linkPath} 202`]);
  const {
    tags: linkTags,
    networkId: to,
    registers,
    resolutionPolicy,
  } = (await azure.get('zoneLink', zoneLinkWant.id, quiet)) ?? assert.fail();
  assert.deepEqual([linkTags, to, registers, resolutionPolicy], [tags, networkId, false, 'NxDomainRedirect']);

  const { value: links, calls: listed } = await counted(azure.zoneLinks(zoneId, quiet));
  assert.deepEqual(
    [links?.length, listed],
    [1, ['GET privateDnsZones/privatelink.monitor.azure.com/virtualNetworkLinks 200']],
  );
  const records = (await azure.zoneRecords(zoneId, quiet)) ?? assert.fail();
  const api = records.find(({ name }) => name === 'api');
  assert.equal(api?.type, 'A');
  assert.match(api?.creator ?? '', /^created by private endpoint pe with resource guid /);
  assert.ok(!records.some(({ type }) => type === 'SOA'), "the zone's own record is not somebody's");
  assert.deepEqual(
    (await azure.dnsZones(place.subscriptionId, quiet)).map(({ id }) => id),
    [zoneId],
  );

  for (const [kind, id] of [
    ['zoneLink', zoneLinkWant.id],
    ['zoneGroup', zoneGroupWant.id],
    ['dnsZone', zoneId],
  ] as const) {
    const { value } = await counted(azure.remove(kind, id, quiet));
    assert.notEqual(value.operation, undefined);
    assert.equal(await azure.get(kind, id, quiet), undefined);
    assert.deepEqual(await azure.remove(kind, id, quiet), {}, 'what is not there counts as deleted');
  }
  assert.deepEqual(
    [await azure.zoneLinks(zoneId, quiet), await azure.zoneRecords(zoneId, quiet)],
    [undefined, undefined],
  );
});

test('under a zone group the endpoint tells no names of its own, and its interface still does', async t => {
  const here = await bench(t);
  await endpointMade(here);
  await here.azure.create(zoneWant, quiet);
  await here.azure.create(zoneGroupWant, quiet);
  const endpoint = (await here.azure.get('privateEndpoint', ids.endpoint, quiet)) ?? assert.fail();
  assert.deepEqual(endpoint.customDnsConfigs, []);
  const nic = await here.azure.networkInterface(endpoint.networkInterfaceId ?? '', quiet);
  assert.ok(nic?.entries.some(({ fqdns }) => fqdns.includes('api.monitor.azure.com')));
});

test('an update keeps the tags of others, and what it does not know', async t => {
  const here = await bench(t);
  const { azure, raw, counted } = here;
  await endpointMade(here);
  await raw.call('PUT', zoneId, { body: { location: 'global', tags: { team: 'x' } } });
  const zone = await counted(azure.update(zoneWant, changed('tags.pms-owner'), quiet));
  assert.deepEqual(
    zone.calls.map(call => call.split(' ')[0]),
    ['GET', 'PATCH'],
  );
  assert.deepEqual((await azure.get('dnsZone', zoneId, quiet))?.tags, { team: 'x', ...tags });

  const properties = { virtualNetwork: { id: networkId }, registrationEnabled: true };
  await raw.call('PUT', zoneLinkWant.id, { body: { location: 'global', tags: { team: 'x' }, properties } });
  const link = await counted(azure.update(zoneLinkWant, changed('registrationEnabled'), quiet));
  assert.deepEqual(
    link.calls.map(call => call.split(' ')[0]),
    ['GET', 'PUT'],
  );
  const after = (await azure.get('zoneLink', zoneLinkWant.id, quiet)) ?? assert.fail();
  assert.deepEqual([after.tags, after.registers, after.networkId], [{ team: 'x', ...tags }, false, networkId]);
  await azure.untag('zoneLink', zoneLinkWant.id, 'PMS-Owner', quiet);
  assert.deepEqual((await azure.get('zoneLink', zoneLinkWant.id, quiet))?.tags, { team: 'x' });
  await azure.untag('dnsZone', zoneId, 'pms-owner', quiet);
  assert.deepEqual((await azure.get('dnsZone', zoneId, quiet))?.tags, { team: 'x' });
});

test('a zone that joins a group leaves the others under the names that they have', async t => {
  const here = await bench(t);
  const { azure, raw } = here;
  await endpointMade(here);
  const second = dnsZoneId(place, 'privatelink.oms.opinsights.azure.com');
  for (const id of [zoneId, second]) await raw.call('PUT', id, { body: { location: 'global' } });
  const byHand = [{ name: 'monitor', properties: { privateDnsZoneId: zoneId } }];
  await raw.call('PUT', zoneGroupWant.id, { body: { properties: { privateDnsZoneConfigs: byHand } } });
  const configs = [...zoneGroupWant.configs, { name: 'privatelink-oms', zoneId: second }];
  await azure.update({ ...zoneGroupWant, configs }, changed('zones.privatelink-oms'), quiet);
  assert.deepEqual((await azure.get('zoneGroup', zoneGroupWant.id, quiet))?.configs, [
    { name: 'monitor', zoneId },
    { name: 'privatelink-oms', zoneId: second },
  ]);
});

test('what Azure refuses of private DNS is told with its reason and what to do', async t => {
  const here = await bench(t);
  const { azure, raw } = here;
  await endpointMade(here);
  const gone = await failureOf(azure.create(zoneGroupWant, quiet));
  assert.deepEqual([gone.kind, gone.reason], ['Stalled', 'ZoneNotFound']);
  await azure.create(zoneWant, quiet);
  await azure.create(zoneGroupWant, quiet);
  const second = zoneGroupId(ids.endpoint, 'default');
  const twice = await failureOf(azure.create({ ...zoneGroupWant, id: second, name: 'default' }, quiet));
  assert.deepEqual([twice.kind, twice.reason], ['Waiting', 'Conflict']);
  await azure.create(zoneLinkWant, quiet);
  const other = zoneId.replace('/rg-monitor/', '/rg-other/');
  await raw.call('PUT', group.replace('rg-monitor', 'rg-other'), { body: { location: 'japaneast' } });
  await azure.create({ ...zoneWant, id: other }, quiet);
  const rival = await failureOf(
    azure.create({ ...zoneLinkWant, id: zoneLinkId(other, 'vnet-plant'), zoneId: other }, quiet),
  );
  assert.deepEqual([rival.kind, rival.reason], ['Waiting', 'NetworkHasZone']);
  const nested = await failureOf(azure.remove('dnsZone', zoneId, quiet));
  assert.deepEqual([nested.kind, nested.reason], ['Waiting', 'StillInUse']);
});
