/**
 * Deliberate differences between the simulator's answers and the published descriptions: what Azure was recorded to answer
 * and no description has. Recorded beats documented. Each line is held to the recordings, and must be needed
 * (deliberate.test.ts).
 */

export interface Beyond {
  /** As the descriptions write it. */
  readonly type: string;
  /** JSON pointers into the answer, list indexes as `*`. */
  readonly paths: readonly string[];
  readonly reason: string;
  /** The recording that shows it; undefined where nobody recorded one, and the reason says where it was seen. */
  readonly recording?: string;
}

const connection = '/properties/privateEndpointConnections/*';
const config = '/properties/privateDnsZoneConfigs/*';

export const recordedBeyond: readonly Beyond[] = [
  {
    type: 'Microsoft.Insights/privateLinkScopes',
    paths: ['/etag', '/kind', '/properties/scopeId', `${connection}/etag`],
    reason: 'the service shows its own document; the description leaves these fields out',
    recording: 'private-link-scope',
  },
  {
    type: 'Microsoft.Insights/privateLinkScopes',
    paths: ['/properties/accessModeSettings/exclusions'],
    reason: 'null where nobody set exclusions; the description has a list',
    recording: 'private-link-scope',
  },
  {
    type: 'Microsoft.Insights/privateLinkScopes/scopedResources',
    paths: ['/etag'],
    reason: 'the service shows its own document',
    recording: 'private-link-scope',
  },
  {
    type: 'Microsoft.Insights/privateLinkScopes/privateEndpointConnections',
    paths: ['/etag', '/nextLink'],
    reason: 'the service shows its own document; lists have a nextLink although the description knows one page',
    recording: 'private-link-scope',
  },
  {
    type: 'Microsoft.Insights/privateLinkScopeOperationStatuses',
    paths: ['/properties'],
    reason: 'the status names the scope by its GUID',
    recording: 'private-link-scope',
  },
  {
    type: 'Microsoft.Network/privateEndpoints',
    paths: ['/properties/resourceGuid'],
    reason: 'every resource of the network provider has one; the description of this type lacks it',
    recording: 'private-endpoints',
  },
  {
    type: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
    paths: [`${config}/id`, `${config}/type`, `${config}/etag`, `${config}/properties/provisioningState`],
    reason: 'the configurations are shown as resources of their own',
    recording: 'private-endpoints',
  },
  {
    type: 'Microsoft.Network/networkInterfaces',
    paths: ['/kind'],
    reason: 'Regular, for every interface (from memory: interfaces of endpoints were never recorded)',
  },
];
