import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { failed, stalled, waiting } from '../../src/domain/failures.ts';
import { linkName } from '../../src/domain/names.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import { ABSENT, present, unread, type ZonesSight } from '../../src/domain/observed.ts';
import { preflight } from '../../src/domain/preflight.ts';
import { neededRights } from '../../src/domain/rights.ts';
import * as plant from '../model/plant.ts';
import {
  allZones,
  creating,
  given,
  HUB_NETWORK,
  HUB_ZONES,
  linkOf,
  noZones,
  REQUIRED,
  wantedOf,
  withZones,
  zoned,
  zoneIds,
} from '../model/plant-zones.ts';

const judged = (object: PmsObject, zones: ZonesSight) =>
  preflight(desire(object, plant.INSTALLATION), withZones(object, zones, plant.inventoryOf(object)));
const [first = ''] = zoneIds;
const zone = (id: string) =>
  ({ kind: 'dnsZone', id, name: id.slice(id.lastIndexOf('/') + 1), tags: {}, provisioningState: 'Succeeded' }) as const;
const givenWith = (reading: ZonesSight['given'] extends ReadonlyMap<string, infer R> ? R : never) =>
  noZones(given, { given: new Map([...noZones(given).given, [first.toLowerCase(), reading]]) });
const [link] = wantedOf(creating).links;
assert.ok(link);

suite('the preflight of private DNS', () => {
  test('passes without a word when all required zones are given and nobody else is in them', () => {
    const { state, reason } = judged(given, noZones(given));
    assert.deepEqual([state, reason], ['Ready', 'ChecksPassed']);
  });

  test('stalls on a zone that is not there, before anything is created', () => {
    const { state, reason, message } = judged(given, givenWith(ABSENT));
    assert.deepEqual([state, reason], ['Stalled', 'ZoneNotFound']);
    assert.match(message, new RegExp(`zoneIds: there is no private DNS zone ${first}: make it, or take it out`));
  });

  test('warns of a zone that may not be read, for joining it takes another right', () => {
    for (const failure of [stalled('NotFound', 'no such subscription'), waiting('Forbidden', 'no right', 60_000)]) {
      const { state, reason, message } = judged(given, givenWith(unread(failure)));
      assert.deepEqual([state, reason], ['Ready', 'PassedWithWarnings']);
      assert.match(message, /whether \S+privatelink\.monitor\.azure\.com is there cannot be read \(no /);
    }
  });

  test('does not know while Azure does not answer', () => {
    const verdict = judged(given, givenWith(unread(failed('AzureUnreachable', 'no answer'))));
    assert.deepEqual([verdict.state, verdict.unknown], ['Failed', true]);
  });

  test('names the zones that are missing, in either spelling of Azure, and goes on', () => {
    const few = zoned({ zoneIds: zoneIds.slice(0, 3) });
    for (const required of [REQUIRED, REQUIRED.map(name => name.replace('privatelink.', '').toUpperCase())]) {
      const { state, reason, message } = judged(few, noZones(few, { required: present(required) }));
      assert.deepEqual([state, reason], ['Ready', 'PassedWithWarnings']);
      assert.match(
        message,
        /are not among them: privatelink\.agentsvc\.azure-automation\.net, privatelink\.blob\.core\.windows\.net; their names stay public/,
      );
    }
  });

  test('asks for as many zones as Azure names, six in another cloud', () => {
    const required = present([...REQUIRED, 'privatelink.adx.monitor.azure.us']);
    assert.match(
      judged(given, noZones(given, { required })).message,
      /among them: privatelink\.adx\.monitor\.azure\.us;/,
    );
  });

  test('still names them once the group is there', () => {
    const few = zoned({ zoneIds: zoneIds.slice(1) });
    assert.match(judged(few, allZones(few)).message, /are not among them: privatelink\.monitor\.azure\.com/);
  });

  test('warns of records of Azure Monitor that are not ours, with the networks that would be led astray', () => {
    const record = (name: string, by: string) => ({
      name,
      type: 'A',
      creator: `created by private endpoint ${by} with resource guid 1`,
    });
    const records = present([record('api', 'pe-hub'), record('0a', 'pe-hub'), record('live', 'pe-plant-a')]);
    const contents = new Map([[first.toLowerCase(), { links: present([linkOf(link)]), records }]]);
    const { state, message } = judged(given, noZones(given, { contents }));
    assert.equal(state, 'Ready');
    assert.match(message, /holds records of Azure Monitor that are not ours \(api\.privatelink\.monitor\.azure\.com\)/);
    assert.match(message, /the machines of vnet-hub come to plant-a and reach only what is linked there/);
  });

  test('warns of a network that has a zone of that name already', () => {
    const other = zone(`${HUB_ZONES.replace('rg-dns', 'rg-old')}/${REQUIRED[0]}`);
    const { state, message } = judged(creating, noZones(creating, { rivals: [{ zone: other, link: linkOf(link) }] }));
    assert.equal(state, 'Ready');
    assert.match(message, /vnet-hub is linked to privatelink\.monitor\.azure\.com of resource group rg-old already/);
  });

  test('has nothing to say where the spec asks for no zone group', () => {
    const { message } = preflight(desire(plant.pms(), plant.INSTALLATION), plant.fullAzure());
    assert.doesNotMatch(message, /zone/);
  });
});

suite('the rights of private DNS', () => {
  const rightsAt = (object: PmsObject, name: string) =>
    neededRights(desire(object, plant.INSTALLATION)).find(rights => rights.name === name)?.actions ?? [];

  test('are to write the group and to join each zone that is given', () => {
    assert.ok(
      rightsAt(given, 'resource group rg-monitor').includes(
        'Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write',
      ),
    );
    assert.deepEqual(rightsAt(given, 'private DNS zone privatelink.monitor.azure.com'), [
      'Microsoft.Network/privateDnsZones/read',
      'Microsoft.Network/privateDnsZones/join/action',
    ]);
  });

  test('are to make zones and links where they are made, and to join the networks', () => {
    const group = rightsAt(creating, 'resource group rg-dns');
    assert.ok(group.includes('Microsoft.Network/privateDnsZones/write'));
    assert.ok(group.includes('Microsoft.Network/privateDnsZones/virtualNetworkLinks/write'));
    assert.deepEqual(rightsAt(creating, 'network vnet-hub'), ['Microsoft.Network/virtualNetworks/join/action']);
    assert.ok(HUB_NETWORK.endsWith('/vnet-hub'));
  });

  test('are none where the spec asks for no zone group', () => {
    const actions = neededRights(desire(plant.pms(), plant.INSTALLATION)).flatMap(rights => rights.actions);
    assert.ok(!actions.some(action => /dns/i.test(action)));
  });
});

test('our group has the eight digits of its owner in its name', () => {
  const want = desire(given, plant.INSTALLATION);
  assert.equal(want.zones?.group.name, linkName('pms', want.owner));
  assert.match(want.zones?.group.name ?? '', /^pms-[0-9a-f]{8}$/);
});
