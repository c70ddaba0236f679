/**
 * What 10,000 private endpoints cost the simulator: made by 12,000 real calls, measured at the process. The bytes are
 * bounded, the time is only told.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointTo, location, openScope } from '../simulator/road.ts';
import { inParallel, loadedSimulator } from './simulator-load.ts';

const networks = 1_000;
/** As many as a scope may have. */
const endpointsEach = 10;
const mostBytes = 500 * 1024 * 1024;

const prefix = (index: number): string => `127.${20 + Math.floor(index / 250)}.${index % 250}.0/24`;

const seed = {
  virtualNetworks: Array.from({ length: networks }, (_, index) => ({
    resourceGroup: 'rg-monitor',
    name: `vnet-${index}`,
    location,
    addressPrefix: prefix(index),
    subnets: [{ name: 'endpoints', addressPrefix: prefix(index) }],
  })),
  workspaces: Array.from({ length: networks }, (_, index) => ({
    resourceGroup: 'rg-monitor',
    name: `law-${index}`,
    location,
  })),
};

test('10,000 private endpoints, each with eleven addresses, fit in 500 MB', async t => {
  const simulator = await loadedSimulator(seed);
  t.after(() => simulator.stop());
  const { group, call } = simulator;
  const insights = `${group}/providers/Microsoft.Insights/privateLinkScopes`;
  const emptyBytes = await simulator.residentBytes();

  const put = async (path: string, version: string, body: unknown) => {
    const status = await call('PUT', path, version, body);
    assert.ok(status === 200 || status === 201, `PUT ${path}: ${status}`);
  };
  const seconds = await inParallel(networks, 16, async index => {
    const scope = `${insights}/ampls-${index}`;
    await put(scope, '2023-06-01-preview', openScope);
    const linkedResourceId = `${group}/providers/Microsoft.OperationalInsights/workspaces/law-${index}`;
    await put(`${scope}/scopedResources/law`, '2023-06-01-preview', { properties: { linkedResourceId } });
    const subnet = `${group}/providers/Microsoft.Network/virtualNetworks/vnet-${index}/subnets/endpoints`;
    for (let each = 0; each < endpointsEach; each += 1) {
      const endpoint = `${group}/providers/Microsoft.Network/privateEndpoints/pe-${index}-${each}`;
      await put(endpoint, '2026-01-01', endpointTo(scope, subnet));
    }
  });
  const bytes = await simulator.residentBytes();
  const mega = (value: number) => `${Math.round(value / 1024 / 1024)} MB`;
  const calls = networks * (endpointsEach + 2);
  t.diagnostic(`${calls} PUTs in ${seconds.toFixed(1)} s; resident ${mega(emptyBytes)} before, ${mega(bytes)} after`);
  assert.equal(await call('GET', `${group}/providers/Microsoft.Network/privateEndpoints`, '2026-01-01'), 200);
  t.diagnostic(`resident ${mega(await simulator.residentBytes())} after all of them were listed in one answer`);
  assert.ok(bytes < mostBytes, `${mega(bytes)} for 10,000 private endpoints`);
});
