/**
 * One resource of every type that can be made, in an order in which they can be: path, bodies, and where it is listed.
 * For the road over every type (every-type.test.ts).
 */
import type { Arm } from '../simulator/arm.ts';
import { endpointTo, location, openScope, paths } from '../simulator/road.ts';

export interface Life {
  readonly path: string;
  readonly put: unknown;
  readonly patch?: unknown;
  /** Further addresses that show it: lists, actions (`POST ...`). */
  readonly also?: readonly string[];
  /** Where it can neither be made nor deleted by itself. */
  readonly readOnly?: true;
}

/** What the road makes; the names of what it needs come from the seed of `everySeed`. */
export function lives({ group }: Pick<Arm, 'group'>): readonly Life[] {
  const subscription = group.split('/resourceGroups/')[0] ?? '';
  const at = paths(group);
  const network = `${group}/providers/Microsoft.Network`;
  const insights = `${group}/providers/Microsoft.Insights`;
  const hybrid = `${group}/providers/Microsoft.HybridCompute`;
  const zone = `${network}/privateDnsZones/privatelink.monitor.azure.com`;
  const vnet = `${network}/virtualNetworks/vnet-contract`;
  const machine = `${hybrid}/machines/plant-1`;
  const tags = { tags: { plant: 'a' } };
  const rule = { protocol: 'Tcp', access: 'Allow', direction: 'Inbound', priority: 100 };
  const any = {
    sourceAddressPrefix: '*',
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: '443',
  };
  const perf = {
    name: 'perf',
    streams: ['Microsoft-Perf'],
    samplingFrequencyInSeconds: 60,
    counterSpecifiers: ['\\Processor Information(_Total)\\% Processor Time'],
  };
  const record = (type: string, records: object): Life => ({
    path: `${zone}/${type}/example`,
    put: { properties: { ttl: 60, ...records } },
    also: [`${zone}/${type}`],
  });
  const associations = `${machine}/providers/Microsoft.Insights/dataCollectionRuleAssociations`;
  return [
    {
      path: `${network}/networkSecurityGroups/nsg`,
      put: { location, properties: { securityRules: [{ name: 'https', properties: { ...rule, ...any } }] } },
      patch: tags,
      also: [`${network}/networkSecurityGroups`, `${subscription}/providers/Microsoft.Network/networkSecurityGroups`],
    },
    {
      path: vnet,
      put: {
        location,
        properties: {
          addressSpace: { addressPrefixes: ['127.40.0.0/16'] },
          subnets: [{ name: 'first', properties: { addressPrefix: '127.40.0.0/24' } }],
          virtualNetworkPeerings: [
            {
              name: 'to-plant',
              properties: { remoteVirtualNetwork: { id: `${network}/virtualNetworks/vnet-plant` } },
            },
          ],
        },
      },
      patch: tags,
      also: [
        `${network}/virtualNetworks`,
        `${subscription}/providers/Microsoft.Network/virtualNetworks`,
        `${vnet}/usages`,
      ],
    },
    {
      path: `${vnet}/subnets/second`,
      put: {
        properties: {
          addressPrefix: '127.40.1.0/24',
          privateEndpointNetworkPolicies: 'Disabled',
          networkSecurityGroup: { id: `${network}/networkSecurityGroups/nsg` },
          delegations: [{ name: 'apps', properties: { serviceName: 'Microsoft.Web/serverFarms' } }],
        },
      },
      also: [`${vnet}/subnets`],
    },
    {
      path: zone,
      put: { location: 'global' },
      patch: tags,
      also: [
        `${network}/privateDnsZones`,
        `${subscription}/providers/Microsoft.Network/privateDnsZones`,
        `${zone}/ALL`,
      ],
    },
    {
      path: `${zone}/virtualNetworkLinks/link`,
      put: { location: 'global', properties: { virtualNetwork: { id: vnet }, registrationEnabled: false } },
      also: [`${zone}/virtualNetworkLinks`],
    },
    record('A', { aRecords: [{ ipv4Address: '127.40.0.9' }] }),
    record('AAAA', { aaaaRecords: [{ ipv6Address: 'fd00::9' }] }),
    record('MX', { mxRecords: [{ preference: 10, exchange: 'mail.example.com' }] }),
    record('PTR', { ptrRecords: [{ ptrdname: 'a.example.com' }] }),
    record('SRV', { srvRecords: [{ priority: 1, weight: 1, port: 443, target: 'a.example.com' }] }),
    record('TXT', { txtRecords: [{ value: ['one', 'two'] }] }),
    { ...record('CNAME', { cnameRecord: { cname: 'a.example.com' } }), path: `${zone}/CNAME/alias` },
    { path: `${zone}/SOA/@`, put: undefined, also: [`${zone}/ALL`], readOnly: true },
    {
      path: at.workspace('law-a'),
      put: { location, properties: { sku: { name: 'PerGB2018' }, retentionInDays: 60 } },
      patch: { properties: { publicNetworkAccessForQuery: 'Disabled', workspaceCapping: { dailyQuotaGb: 5 } } },
      also: [
        `${group}/providers/Microsoft.OperationalInsights/workspaces`,
        `${subscription}/providers/Microsoft.OperationalInsights/workspaces`,
        `${at.workspace('law-a')}/usages`,
        `POST ${at.workspace('law-a')}/sharedKeys`,
      ],
    },
    {
      path: `${insights}/components/web`,
      put: {
        location,
        kind: 'web',
        properties: { Application_Type: 'web', WorkspaceResourceId: at.workspace('law-a') },
      },
      patch: tags,
      also: [`${insights}/components`, `${subscription}/providers/Microsoft.Insights/components`],
    },
    {
      path: at.dataCollectionEndpoint('dce'),
      put: { location, kind: 'Linux', properties: { networkAcls: { publicNetworkAccess: 'Disabled' } } },
      patch: tags,
      also: [
        `${insights}/dataCollectionEndpoints`,
        `${subscription}/providers/Microsoft.Insights/dataCollectionEndpoints`,
      ],
    },
    {
      path: `${insights}/dataCollectionRules/dcr`,
      put: {
        location,
        kind: 'Linux',
        properties: {
          dataCollectionEndpointId: at.dataCollectionEndpoint('dce'),
          dataSources: { performanceCounters: [perf] },
          destinations: { logAnalytics: [{ name: 'law', workspaceResourceId: at.workspace('law-a') }] },
          dataFlows: [{ streams: ['Microsoft-Perf'], destinations: ['law'] }],
        },
      },
      patch: tags,
      also: [`${insights}/dataCollectionRules`, `${subscription}/providers/Microsoft.Insights/dataCollectionRules`],
    },
    {
      path: `${hybrid}/privateLinkScopes/arc`,
      put: { location, properties: { publicNetworkAccess: 'Disabled' } },
      patch: tags,
      also: [
        `${hybrid}/privateLinkScopes`,
        `${subscription}/providers/Microsoft.HybridCompute/privateLinkScopes`,
        `${hybrid}/privateLinkScopes/arc/privateLinkResources`,
        `${hybrid}/privateLinkScopes/arc/privateLinkResources/hybridcompute`,
      ],
    },
    {
      path: machine,
      put: { location, properties: {} },
      patch: { properties: { privateLinkScopeResourceId: `${hybrid}/privateLinkScopes/arc` } },
      also: [`${hybrid}/machines`, `${subscription}/providers/Microsoft.HybridCompute/machines`],
    },
    {
      path: `${machine}/extensions/agent`,
      put: { location, properties: { publisher: 'Microsoft.Azure.Monitor', type: 'AzureMonitorLinuxAgent' } },
      also: [`${machine}/extensions`],
    },
    {
      path: `${associations}/configurationAccessEndpoint`,
      put: { properties: { dataCollectionEndpointId: at.dataCollectionEndpoint('dce') } },
      also: [`${at.dataCollectionEndpoint('dce')}/associations`],
    },
    {
      path: `${associations}/rule`,
      put: { properties: { dataCollectionRuleId: `${insights}/dataCollectionRules/dcr`, description: 'd' } },
      also: [associations, `${insights}/dataCollectionRules/dcr/associations`],
    },
    {
      path: at.scope,
      put: openScope,
      patch: tags,
      also: [
        `${insights}/privateLinkScopes`,
        `${subscription}/providers/Microsoft.Insights/privateLinkScopes`,
        `${at.scope}/privateLinkResources`,
        `${at.scope}/privateLinkResources/azuremonitor`,
      ],
    },
    { path: at.link('law'), put: { properties: { linkedResourceId: at.workspace('law-a') } } },
    { path: at.link('dce'), put: { properties: { linkedResourceId: at.dataCollectionEndpoint('dce') } } },
    {
      path: at.link('web'),
      put: { properties: { linkedResourceId: `${insights}/components/web` } },
      also: [`${at.scope}/scopedResources`, `${at.scope}/privateLinkResources`],
    },
    {
      path: at.endpoint,
      put: endpointTo(at.scope, at.subnet()),
      also: [
        `${network}/privateEndpoints`,
        `${subscription}/providers/Microsoft.Network/privateEndpoints`,
        `${network}/networkInterfaces`,
        `${at.scope}/privateEndpointConnections`,
        at.scope,
        at.subnet(),
      ],
    },
    {
      path: at.zoneGroup,
      put: { properties: { privateDnsZoneConfigs: [{ name: 'monitor', properties: { privateDnsZoneId: zone } }] } },
      also: [`${at.endpoint}/privateDnsZoneGroups`, at.endpoint, `${zone}/ALL`],
    },
    {
      path: `${network}/privateEndpoints/arc`,
      put: {
        location,
        properties: {
          subnet: { id: at.subnet() },
          manualPrivateLinkServiceConnections: [
            {
              name: 'arc',
              properties: {
                privateLinkServiceId: `${hybrid}/privateLinkScopes/arc`,
                groupIds: ['hybridcompute'],
                requestMessage: 'please',
              },
            },
          ],
        },
      },
      also: [`${hybrid}/privateLinkScopes/arc/privateEndpointConnections`],
    },
    {
      path: `${group}/providers/Microsoft.Authorization/locks/keep`,
      put: { properties: { level: 'CanNotDelete', notes: 'ask first' } },
      also: [
        `${group}/providers/Microsoft.Authorization/locks`,
        `${group}/providers/Microsoft.Authorization/permissions`,
      ],
    },
  ];
}
