/**
 * A simulated Azure in the middle of things: for the page to have something to show. Connected, pending and half-made
 * endpoints, isolated and open workspaces, a machine, a fault plan, names that try to break out of HTML.
 */
import { defaultSeed, type Seed } from '../../src/simulator/simulator.ts';
import type { Arm } from './arm.ts';
import { endpointTo, location, openScope, paths, put } from './road.ts';

export const hostile = '<script>alert(1)</script>"\'&';

export const busySeed = (): Seed => ({
  ...defaultSeed(),
  dataCollectionEndpoints: [{ resourceGroup: 'rg-monitor', name: 'dce-plant', location, suffix: 'a1b2' }],
  workspaces: [
    {
      resourceGroup: 'rg-monitor',
      name: 'law-quality',
      location,
      publicNetworkAccessForQuery: 'Disabled',
      publicNetworkAccessForIngestion: 'Disabled',
    },
  ],
  machines: [
    {
      resourceGroup: 'rg-monitor',
      name: 'line-1',
      location,
      extensions: [{ name: 'ama', publisher: 'Microsoft.Azure.Monitor', type: 'AzureMonitorLinuxAgent' }],
    },
    { resourceGroup: 'rg-monitor', name: 'line-2', location },
  ],
});

/** Makes the scene; `settle` lets time pass until what was asked has happened. */
export async function busyScene(azure: Arm, settle: () => Promise<void>): Promise<void> {
  const at = paths(azure.group);
  const sku = { sku: { name: 'PerGB2018' } };
  await put(azure, at.workspace('law-plant'), { location, properties: sku });
  await put(azure, at.scope, openScope);
  await put(azure, `${at.scope}-lab`, openScope);
  await settle();
  for (const [name, target] of [
    ['plant', at.workspace('law-plant')],
    ['quality', at.workspace('law-quality')],
    ['dce', at.dataCollectionEndpoint('dce-plant')],
  ] as const) {
    await put(azure, at.link(name), { properties: { linkedResourceId: target } });
    await settle();
  }
  await put(azure, at.endpoint, endpointTo(at.scope, at.subnet()));
  await settle();
  const asked = endpointTo(at.scope, at.subnet('monitoring-b')).properties;
  const { privateLinkServiceConnections, ...properties } = asked;
  await put(azure, `${at.endpoint}-lab`, {
    location,
    properties: { ...properties, manualPrivateLinkServiceConnections: privateLinkServiceConnections },
  });
  await settle();
  await put(azure, at.workspace('law-archive'), { location, tags: { note: hostile }, properties: sku });
  await azure.call(
    'GET',
    `${azure.group}/providers/Microsoft.Insights/privateLinkScopes/${encodeURIComponent(hostile)}`,
  );
  await azure.raw('GET', `${at.scope}?api-version=2021-09-01`);
  await put(azure, `${at.scope}/scopedResources/archive`, {
    properties: { linkedResourceId: at.workspace('law-archive') },
  });
  await put(azure, at.zoneGroup, { properties: { privateDnsZoneConfigs: [] } });
}
