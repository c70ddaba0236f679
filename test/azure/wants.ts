/**
 * What the tests of test/azure ask of Azure: ids and wanted resources in the simulator's subscription.
 */
import type { DataCollectionEndpointWant, DataCollectionRuleWant } from '../../src/domain/collection-resources.ts';
import {
  dataCollectionEndpointId,
  dataCollectionRuleId,
  dnsZoneId,
  type Place,
  privateEndpointId,
  privateLinkScopeId,
  scopedResourceId,
  workspaceId,
  zoneGroupId,
  zoneLinkId,
} from '../../src/domain/names.ts';
import { LINUX_COUNTERS } from '../../src/domain/performance-counters.ts';
import type {
  PrivateEndpointWant,
  PrivateLinkScopeWant,
  ScopedResourceWant,
  WorkspaceWant,
} from '../../src/domain/resources.ts';
import type { DnsZoneWant, ZoneGroupWant, ZoneLinkWant } from '../../src/domain/zone-resources.ts';

/** Of `defaultSeed()`. */
export const place: Place = {
  subscriptionId: '11111111-1111-4111-8111-111111111111',
  resourceGroup: 'rg-monitor',
};

/** The id of that resource group. */
export const group = `/subscriptions/${place.subscriptionId}/resourceGroups/${place.resourceGroup}`;
const network = `${group}/providers/Microsoft.Network`;

/** The ids of what is made there. */
export const ids = {
  workspace: workspaceId(place, 'law-a'),
  scope: privateLinkScopeId(place, 'ampls'),
  link: scopedResourceId(privateLinkScopeId(place, 'ampls'), 'law-a-0123abcd'),
  endpoint: privateEndpointId(place, 'pe'),
  zone: dnsZoneId(place, 'privatelink.monitor.azure.com'),
  subnet: `${network}/virtualNetworks/vnet-plant/subnets/monitoring`,
  networkInterface: (name: string) => `${network}/networkInterfaces/${name}`,
} as const;

const base = { policy: 'Delete' } as const;
/** The owner's. */
export const tags = { 'pms-owner': 'installation/plant/plant-a' };

export const workspaceWant: WorkspaceWant = {
  ...base,
  kind: 'workspace',
  key: 'workspace/law-a',
  id: ids.workspace,
  name: 'law-a',
  location: 'japaneast',
  retentionInDays: 60,
  mayLowerRetention: false,
  recover: false,
  dailyQuotaGb: 5,
  tags,
};

export const scopeWant: PrivateLinkScopeWant = {
  ...base,
  kind: 'privateLinkScope',
  key: 'privateLinkScope',
  id: ids.scope,
  name: 'ampls',
  tags,
};

export const linkWant: ScopedResourceWant = {
  ...base,
  kind: 'scopedResource',
  key: 'scopedResource/law-a',
  id: ids.link,
  name: 'law-a-0123abcd',
  scopeId: ids.scope,
  targetId: ids.workspace,
};

export const endpointWant: PrivateEndpointWant = {
  ...base,
  kind: 'privateEndpoint',
  key: 'privateEndpoint',
  id: ids.endpoint,
  name: 'pe',
  location: 'japaneast',
  subnetId: ids.subnet,
  scopeId: ids.scope,
  approval: 'Automatic',
  tags,
};

export const zoneWant: DnsZoneWant = {
  ...base,
  kind: 'dnsZone',
  key: 'dnsZone/monitor',
  id: ids.zone,
  name: 'privatelink.monitor.azure.com',
  tags,
};

export const zoneGroupWant: ZoneGroupWant = {
  ...base,
  kind: 'zoneGroup',
  key: 'zoneGroup',
  id: zoneGroupId(ids.endpoint, 'pms-0123abcd'),
  name: 'pms-0123abcd',
  endpointId: ids.endpoint,
  configs: [{ name: 'privatelink-monitor-azure-com', zoneId: ids.zone }],
};

export const zoneLinkWant: ZoneLinkWant = {
  ...base,
  kind: 'zoneLink',
  key: 'zoneLink/monitor',
  id: zoneLinkId(ids.zone, 'vnet-plant-0123abcd'),
  name: 'privatelink.monitor.azure.com/vnet-plant-0123abcd',
  zoneId: ids.zone,
  networkId: `${network}/virtualNetworks/vnet-plant`,
  tags,
};

export const collectorWant: DataCollectionEndpointWant = {
  ...base,
  kind: 'dataCollectionEndpoint',
  key: 'dataCollectionEndpoint/dce-a',
  id: dataCollectionEndpointId(place, 'dce-a'),
  name: 'dce-a',
  location: 'japaneast',
  tags,
};

/** What `Recommended` comes to, with everything else that a rule may have. */
export const ruleWant: DataCollectionRuleWant = {
  ...base,
  kind: 'dataCollectionRule',
  key: 'dataCollectionRule/Linux',
  id: dataCollectionRuleId(place, 'dcr-plant-a-linux'),
  name: 'dcr-plant-a-linux',
  system: 'Linux',
  tags,
  workspaceId: ids.workspace,
  performance: { counters: LINUX_COUNTERS, samplingFrequencyInSeconds: 60 },
  syslog: { facilities: ['auth', 'daemon'], levels: ['Warning', 'Error'] },
  vmInsights: true,
  place: { location: 'japaneast', endpointId: collectorWant.id },
};

/** A change of these fields; the texts do not matter to Azure. */
export const changed = (...fields: readonly string[]) =>
  fields.map(field => ({ field, found: '(none)', wanted: '(other)' }));
