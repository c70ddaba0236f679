/**
 * Which members an Azure Monitor private link scope requires of a private endpoint, and the names behind each: eight
 * global ones, three for every region with a linked workspace, three for every linked data collection endpoint
 * (jpazmon-integ/blog, AMPLS IP ranges, 2025-12; Azure/bicep-registry-modules, private-link-scope e2e test for the
 * member names). Member names of data collection endpoints were seen nowhere: ours are made up.
 */
import type { ScopedResource, Workspace } from '../resources.ts';
import type { Component, DataCollectionEndpoint } from '../resources-machines.ts';
import type { World } from '../world.ts';

export interface Member {
  readonly name: string;
  readonly fqdns: readonly string[];
}

export interface Members {
  /** Per region, in the order in which the first workspace of each was linked. */
  readonly regional: readonly Member[];
  readonly global: readonly Member[];
  /** Of data collection endpoints, then of components. */
  readonly endpoints: readonly Member[];
}

const globalMembers: readonly Member[] = [
  { name: 'api', fqdns: ['api.monitor.azure.com'] },
  { name: 'global.in.ai', fqdns: ['global.in.ai.monitor.azure.com'] },
  { name: 'profiler', fqdns: ['profiler.monitor.azure.com'] },
  { name: 'live', fqdns: ['live.monitor.azure.com'] },
  { name: 'diagservicesquery', fqdns: ['diagservices-query.monitor.azure.com'] },
  { name: 'snapshot', fqdns: ['snapshot.monitor.azure.com'] },
  { name: 'agentsolutionpackstore', fqdns: ['scadvisorcontentpl.blob.core.windows.net'] },
  { name: 'dce-global', fqdns: ['global.handler.control.monitor.azure.com'] },
];

/** The zones of the public cloud, as `requiredZoneNames` lists them (2023-06-01-preview example). */
export const requiredZoneNames: readonly string[] = [
  'privatelink.monitor.azure.com',
  'privatelink.oms.opinsights.azure.com',
  'privatelink.ods.opinsights.azure.com',
  'privatelink.agentsvc.azure-automation.net',
  'privatelink.blob.core.windows.net',
];

const workspaceParts = [
  { part: 'oms', suffix: 'oms.opinsights.azure.com' },
  { part: 'ods', suffix: 'ods.opinsights.azure.com' },
  { part: 'agent', suffix: 'agentsvc.azure-automation.net' },
] as const;

function regionalMembers(workspaces: readonly Workspace[]): readonly Member[] {
  const regions = [...new Set(workspaces.map(workspace => workspace.location))];
  return regions.flatMap(region => {
    const customerIds = workspaces.filter(each => each.location === region).map(each => each.customerId);
    return workspaceParts.map(({ part, suffix }) => ({
      name: `${part}-${region}`,
      fqdns: customerIds.map(customerId => `${customerId}.${suffix}`),
    }));
  });
}

/** The three hosts of a data collection endpoint; canary regions have `canary` in them (recorded in 2023). */
export function endpointHosts(endpoint: DataCollectionEndpoint) {
  const base = `${endpoint.name.toLowerCase()}-${endpoint.suffix}.${endpoint.location}-1`;
  const canary = endpoint.location.endsWith('euap') ? 'canary.' : '';
  return {
    handler: `${base}.handler.${canary}control.monitor.azure.com`,
    ingest: `${base}.${canary}ingest.monitor.azure.com`,
    metrics: `${base}.metrics.${canary}ingest.monitor.azure.com`,
  };
}

function endpointMembers(endpoint: DataCollectionEndpoint): readonly Member[] {
  const base = `${endpoint.name.toLowerCase()}-${endpoint.suffix}`;
  return Object.entries(endpointHosts(endpoint)).map(([part, host]) => ({
    name: `dce-${part}-${base}`,
    fqdns: [host],
  }));
}

/**
 * The names that a component adds: an ingestion and a live-metrics host of its region. That they come in the region's
 * name, about two for each region, is a public report; their member names were seen nowhere.
 */
function componentMembers(components: readonly Component[]): readonly Member[] {
  const regions = [...new Set(components.map(component => component.location))];
  return regions.flatMap(region => [
    { name: `in.ai-${region}`, fqdns: [`${region}-0.in.ai.monitor.azure.com`] },
    { name: `live-${region}`, fqdns: [`${region}.livediagnostics.monitor.azure.com`] },
  ]);
}

/** Links of a scope, oldest first. */
export const linksOf = (world: World, scopeId: string): readonly ScopedResource[] =>
  world.links.where('scope', scopeId);

function required(world: World, targets: readonly string[]): Members {
  const workspaces = targets.flatMap(id => world.workspaces.get(id) ?? []);
  const endpoints = targets.flatMap(id => world.dataCollectionEndpoints.get(id) ?? []);
  const components = targets.flatMap(id => world.components.get(id) ?? []);
  return {
    regional: regionalMembers(workspaces),
    global: globalMembers,
    endpoints: [...endpoints.flatMap(endpointMembers), ...componentMembers(components)],
  };
}

const settledTargets = (world: World, scopeId: string): readonly string[] =>
  linksOf(world, scopeId)
    .filter(link => link.state === 'Succeeded')
    .map(link => link.linkedResourceId);

/** What the scope's settled links require now. */
export const membersOf = (world: World, scopeId: string): Members => required(world, settledTargets(world, scopeId));

/** What they would require with one more linked. */
export const membersWith = (world: World, scopeId: string, targetId: string): Members =>
  required(world, [...settledTargets(world, scopeId), targetId]);

/** In the order of an endpoint's records: regional, global, data collection endpoints. */
export const inRecordOrder = (members: Members): readonly Member[] => [
  ...members.regional,
  ...members.global,
  ...members.endpoints,
];
