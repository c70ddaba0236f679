/**
 * Puts a checked seed into a new world. Imports the seed's and the world's shapes, nothing of the frame.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { plantAccess } from './plant-access.ts';
import { plantResources } from './plant-resources.ts';
import type { Stamps, Workspace } from './resources.ts';
import type { Seed, SeedVirtualNetwork, SeedWorkspace } from './seed.ts';
import type { World } from './world.ts';

const seeder = '00000000-0000-0000-0000-000000000000';

function plantNetwork(world: World, base: string, network: SeedVirtualNetwork): void {
  const id = `${base}/resourceGroups/${network.resourceGroup}/providers/Microsoft.Network/virtualNetworks/${network.name}`;
  const { name, location, addressPrefix, tags } = network;
  const group = network.resourceGroup;
  const placed = { group, location, etag: world.networkEtag(), state: 'Succeeded' } as const;
  const common = { ...placed, id, name, addressPrefixes: [addressPrefix], dnsServers: [], guid: randomUUID() };
  world.virtualNetworks.put(tags === undefined ? common : { ...common, tags });
  for (const subnet of network.subnets) {
    const subnetId = `${id}/subnets/${subnet.name}`;
    world.subnets.put({ ...placed, ...subnet, id: subnetId, networkId: id, endpointPolicies: 'Disabled' });
  }
}

function seededWorkspace(world: World, base: string, seed: SeedWorkspace): Workspace {
  const nowMs = world.clock.now();
  return {
    id: `${base}/resourceGroups/${seed.resourceGroup}/providers/Microsoft.OperationalInsights/workspaces/${seed.name}`,
    name: seed.name,
    group: seed.resourceGroup,
    location: seed.location,
    ...(seed.tags === undefined ? {} : { tags: seed.tags }),
    customerId: seed.customerId ?? randomUUID(),
    state: 'Succeeded',
    sku: { name: 'PerGB2018', changedAtMs: nowMs },
    retentionInDays: seed.retentionInDays ?? 30,
    features: {},
    dailyQuotaGb: seed.dailyQuotaGb ?? -1,
    ingestion: seed.publicNetworkAccessForIngestion ?? 'Enabled',
    query: seed.publicNetworkAccessForQuery ?? 'Enabled',
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    etag: world.documentEtag(),
  };
}

/** Fills an empty world. Throws nothing: the seed was checked. */
export function plant(world: World, seed: Seed): void {
  const base = `/subscriptions/${seed.subscriptionId}`;
  const nowMs = world.clock.now();
  const stamps: Stamps = { createdBy: seeder, createdAtMs: nowMs, modifiedBy: seeder, modifiedAtMs: nowMs };
  plantAccess(world, seed);
  for (const group of seed.resourceGroups) {
    world.resourceGroups.put({ ...group, id: `${base}/resourceGroups/${group.name}`, group: group.name });
  }
  for (const network of seed.virtualNetworks) plantNetwork(world, base, network);
  for (const workspace of seed.workspaces ?? []) world.workspaces.put(seededWorkspace(world, base, workspace));
  for (const workspace of seed.deletedWorkspaces ?? []) {
    world.deletedWorkspaces.put({ ...seededWorkspace(world, base, workspace), deletedAtMs: nowMs });
  }
  for (const endpoint of seed.dataCollectionEndpoints ?? []) {
    const { name, location } = endpoint;
    world.dataCollectionEndpoints.put({
      id: `${base}/resourceGroups/${endpoint.resourceGroup}/providers/Microsoft.Insights/dataCollectionEndpoints/${name}`,
      name,
      group: endpoint.resourceGroup,
      location,
      ...(endpoint.tags === undefined ? {} : { tags: endpoint.tags }),
      immutableId: `dce-${randomUUID().replaceAll('-', '')}`,
      suffix: endpoint.suffix ?? randomBytes(2).toString('hex'),
      publicAccess: endpoint.publicNetworkAccess ?? 'Enabled',
      etag: world.documentEtag(),
      stamps,
    });
  }
  plantResources(world, base, seed, stamps);
}
