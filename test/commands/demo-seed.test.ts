/**
 * What the demo puts into its simulated Azure for the zone group of a manifest.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFor } from '../../src/commands/demo/seed.ts';
import type { Spec } from '../../src/domain/object.ts';
import * as plant from '../model/plant.ts';

const { subscriptionId } = plant.spec();
const at = (type: string, name: string, group: string) =>
  `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Network/${type}/${name}`;
type ZoneGroup = NonNullable<Spec['privateEndpoint']['zoneGroup']>;
const seeded = (zoneGroup: ZoneGroup) =>
  seedFor(plant.spec({ privateEndpoint: { subnetId: plant.SUBNET, zoneGroup } }));

test('zones that are to be there are there, with their resource group', () => {
  const seed = seeded({ zoneIds: [at('privateDnsZones', 'privatelink.monitor.azure.com', 'rg-dns')] });
  assert.ok(seed.resourceGroups.some(({ name }) => name === 'rg-dns'));
  assert.deepEqual(seed.privateDnsZones, [{ resourceGroup: 'rg-dns', name: 'privatelink.monitor.azure.com' }]);
});

test('zones that are made find their resource group and the networks, the one of the endpoint once', () => {
  const linkTo = [at('virtualNetworks', 'vnet-hub', 'rg-hub'), at('virtualNetworks', 'VNET-PLANT', 'rg-monitor')];
  const seed = seeded({ createZones: { resourceGroup: 'rg-dns', linkTo } });
  const groups = seed.resourceGroups.map(({ name }) => name);
  assert.ok(groups.includes('rg-dns') && groups.includes('rg-hub'));
  const networks = seed.virtualNetworks.map(({ name }) => name.toLowerCase());
  assert.equal(networks.filter(name => name === 'vnet-plant').length, 1);
  assert.ok(networks.includes('vnet-hub'));
});

test('what is in another subscription is told by its field: the simulated Azure has one', () => {
  const elsewhere = at('virtualNetworks', 'vnet-hub', 'rg-hub').replace(
    subscriptionId,
    '22222222-2222-4222-8222-222222222222',
  );
  assert.throws(() => seeded({ createZones: { resourceGroup: 'rg-dns', linkTo: [elsewhere] } }), {
    name: 'SeedGapError',
    message: /^spec\.privateEndpoint\.zoneGroup\.createZones\.linkTo: the simulated Azure has one subscription/,
  });
});
