/**
 * Private DNS zones, their record sets and links to networks, and what zone groups of endpoints write into them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arm, arm } from './arm.ts';
import { connectedScope, endpointTo, paths, put, told, toldCode } from './road.ts';

const zonePath = (azure: Arm, name = 'privatelink.monitor.azure.com'): string =>
  `${azure.group}/providers/Microsoft.Network/privateDnsZones/${name}`;

async function zone(azure: Arm, name?: string): Promise<string> {
  const path = zonePath(azure, name);
  const made = await azure.call('PUT', path, { body: { location: 'global' } });
  assert.equal(made.status, 202, made.text);
  const status = await azure.call('GET', String(made.headers.get('azure-asyncoperation')));
  assert.deepEqual(status.body, { status: 'Succeeded' });
  assert.equal((await azure.call('GET', String(made.headers.get('location')))).status, 204);
  return path;
}

const groupOf = (...zoneIds: readonly string[]) => ({
  properties: {
    privateDnsZoneConfigs: zoneIds.map(privateDnsZoneId => ({
      name: privateDnsZoneId.split('/').at(-1)?.replaceAll('.', '-'),
      properties: { privateDnsZoneId },
    })),
  },
});

test('a zone is global, has a name of two labels or more, and counts what it holds', async t => {
  const azure = await arm(t);
  const attempt = async (name: string, body: unknown) =>
    toldCode(await azure.call('PUT', zonePath(azure, name), { body }));
  assert.equal(await attempt('a.b', { location: 'japaneast' }), '400 LocationNotAvailableForResourceType');
  assert.equal(await attempt('single', { location: 'global' }), '400 BadRequest');
  const path = await zone(azure);
  const read = await azure.call('GET', path);
  assert.deepEqual([read.body?.location, read.body?.properties.numberOfRecordSets], ['global', 1]);
  assert.equal((await azure.call('DELETE', path)).status, 202);
  assert.equal((await azure.call('GET', path)).status, 404);
});

test('a zone is not deleted while a network is linked to it', async t => {
  const azure = await arm(t);
  const path = await zone(azure);
  const virtualNetwork = { id: paths(azure.group).subnet().split('/subnets/')[0] };
  const link = `${path}/virtualNetworkLinks/plant`;
  const body = { location: 'global', properties: { virtualNetwork, registrationEnabled: false } };
  assert.equal((await azure.call('PUT', link, { body })).status, 202);
  assert.equal((await azure.call('GET', link)).body?.properties.virtualNetworkLinkState, 'Completed');
  assert.match(told(await azure.call('DELETE', path)), /^409 CannotDeleteResource: .*nested resources exist/);
  assert.equal((await azure.call('DELETE', link)).status, 202);
  assert.equal((await azure.call('DELETE', path)).status, 202);
});

test('a network is linked to one zone of a name, once', async t => {
  const azure = await arm(t);
  const path = await zone(azure);
  const virtualNetwork = { id: paths(azure.group).subnet().split('/subnets/')[0] };
  const body = { location: 'global', properties: { virtualNetwork } };
  const attempt = async (link: string, sent: unknown = body) => {
    const answer = await azure.call('PUT', `${path}/virtualNetworkLinks/${link}`, { body: sent });
    return answer.status === 202 ? '202' : toldCode(answer);
  };
  assert.equal(await attempt('one'), '202');
  assert.equal(await attempt('one'), '202');
  assert.equal(await attempt('two'), '409 Conflict');
  const nowhere = { location: 'global', properties: { virtualNetwork: { id: `${virtualNetwork.id}-none` } } };
  assert.equal(await attempt('three', nowhere), '404 NotFound');
});

test('record sets are written at once, with the ETag of the caller, and listed whatever their type', async t => {
  const azure = await arm(t);
  const path = await zone(azure, 'example.com');
  const record = { properties: { ttl: 60, aRecords: [{ ipv4Address: '127.9.9.9' }] } };
  const made = await azure.call('PUT', `${path}/A/www`, { body: record });
  assert.deepEqual([made.status, made.body?.properties.fqdn], [201, 'www.example.com.']);
  assert.equal((await azure.call('PUT', `${path}/A/www`, { body: record })).status, 200);
  const stale = await azure.call('PUT', `${path}/A/www`, { body: record, headers: { 'if-match': made.body?.etag } });
  assert.equal(toldCode(stale), '412 PreconditionFailed');
  const again = await azure.call('PUT', `${path}/A/www`, { body: record, headers: { 'if-none-match': '*' } });
  assert.equal(toldCode(again), '412 PreconditionFailed');
  const alias = { properties: { ttl: 60, cnameRecord: { cname: 'a.b' } } };
  assert.equal(toldCode(await azure.call('PUT', `${path}/CNAME/www`, { body: alias })), '400 BadRequest');
  assert.equal((await azure.call('PUT', `${path}/CNAME/api`, { body: alias })).status, 201);
  assert.equal(
    toldCode(await azure.call('PUT', `${path}/A/none`, { body: { properties: { ttl: 60 } } })),
    '400 BadRequest',
  );
  const all = await azure.call('GET', `${path}/ALL`);
  assert.deepEqual(
    all.body?.value.map(({ type, name }: { type: string; name: string }) => `${type.split('/').at(-1)} ${name}`),
    ['SOA @', 'A www', 'CNAME api'],
  );
  assert.equal((await azure.call('DELETE', `${path}/A/www`)).status, 200);
  assert.equal((await azure.call('DELETE', `${path}/A/www`)).status, 204);
  assert.equal((await azure.call('GET', `${path}/A/www`)).status, 404);
});

test('a zone group writes its records into the zone, says who did, and takes them back', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  const path = await zone(azure);
  await put(azure, at.zoneGroup, groupOf(path));
  const record = await azure.call('GET', `${path}/A/api`);
  assert.deepEqual(record.body?.properties.aRecords, [{ ipv4Address: '127.13.1.7' }]);
  assert.match(record.body?.properties.metadata.creator, /^created by private endpoint pe with resource guid /);
  // SOA, and the seven names of the endpoint below monitor.azure.com.
  assert.equal((await azure.call('GET', path)).body?.properties.numberOfRecordSets, 8);
  await azure.call('DELETE', at.zoneGroup);
  assert.equal((await azure.call('GET', `${path}/A/api`)).status, 404);
});

test('where two endpoints write one name into a zone, the later has it', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  const other = `${at.endpoint}-2`;
  await put(azure, other, endpointTo(at.scope, at.subnet()));
  const path = await zone(azure);
  const address = async () => (await azure.call('GET', `${path}/A/api`)).body?.properties.aRecords[0].ipv4Address;
  await put(azure, at.zoneGroup, groupOf(path));
  const first = await address();
  await put(azure, `${other}/privateDnsZoneGroups/default`, groupOf(path));
  assert.notEqual(await address(), first);
  await azure.call('DELETE', other);
  assert.equal(await address(), first);
});

test('one fitting zone empties customDnsConfigs, also of the names that fit no zone', async t => {
  const azure = await arm(t);
  const at = paths(azure.group);
  await connectedScope(azure);
  await put(azure, at.zoneGroup, groupOf(await zone(azure, 'privatelink.blob.core.windows.net')));
  const endpoint = await azure.call('GET', at.endpoint);
  assert.deepEqual(endpoint.body?.properties.customDnsConfigs, []);
});
