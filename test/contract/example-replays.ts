/**
 * How each published example is replayed: the call that it stands for, the state that it presupposes, and where the
 * simulator deliberately does otherwise, with the reason.
 */
import { defaultSeed, type Seed } from '../../src/simulator/simulator.ts';
import type { Arm, Body } from '../simulator/arm.ts';

export type Parameters = Readonly<Record<string, string>>;

export interface Replay {
  /** As spec-data.ts names it. */
  readonly example: string;
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path and, if any, the query without the api-version. */
  readonly path: (of: Parameters, scene: Scene) => string;
  /** The parameter that is the body. */
  readonly body?: string;
  readonly prepare?: (scene: Scene, of: Parameters) => Promise<void>;
  /** What is added to the published body, since the simulator refuses it as it stands. */
  readonly adjust?: { readonly refusal: string; readonly reason: string; readonly body: (published: Body) => Body };
  /** Fields of the example that the answer lacks, or has with another type of value: pointer -> reason. */
  readonly differs?: Readonly<Record<string, string>>;
  /** What is wrong with the published request itself, which is not held to the description then. */
  readonly flaw?: string;
  /** The example's request is refused so, and this is why. */
  readonly refused?: { readonly code: string; readonly reason: string };
}

/** A simulator in the subscription and the group of an example. */
export interface Scene {
  readonly azure: Arm;
  /** `/subscriptions/{id}/resourceGroups/{the example's group}`. */
  readonly group: string;
  make(path: string, body: unknown): Promise<void>;
  /** What `prepare` leaves for `path`. */
  found: string;
}

const location = 'eastus';

/** What every example may find: its group, a network, a service for endpoints, a zone. */
export function seedFor(subscriptionId: string, group: string): Seed {
  const base = `/subscriptions/${subscriptionId}/resourceGroups/${group}`;
  const groups = [group, 'MyComponentResourceGroup', 'MyWorkspaceResourceGroup', 'my-other-resource-group'];
  return {
    ...defaultSeed(),
    subscriptionId,
    resourceGroups: [...new Set(groups)].map(name => ({ name, location })),
    virtualNetworks: [
      {
        resourceGroup: group,
        name: 'myVnet',
        location: 'eastus2euap',
        addressPrefix: '192.168.0.0/16',
        subnets: [{ name: 'mySubnet', addressPrefix: '192.168.0.0/24' }],
      },
    ],
    privateDnsZones: ['zone1.com', 'zone2.com'].map(name => ({ resourceGroup: group, name })),
    foreignServices: [
      {
        id: `${base}/providers/Microsoft.Network/privateLinkServices/testPls`,
        groupId: 'groupIdFromResource',
        members: [{ name: 'file', fqdns: ['abc.zone1.com', 'abc.zone2.com'] }],
      },
    ],
  };
}

const insights = (group: string) => `${group}/providers/Microsoft.Insights`;
const scopePath = ({ group }: Scene, of: Parameters) => `${insights(group)}/privateLinkScopes/${of.scopeName}`;
const linkPath = (of: Parameters, scene: Scene) => `${scopePath(scene, of)}/scopedResources/${of.name}`;
const openScope = {
  location: 'Global',
  properties: { accessModeSettings: { queryAccessMode: 'Open', ingestionAccessMode: 'Open' } },
};

const makeScope = (scene: Scene, of: Parameters) => scene.make(scopePath(scene, of), openScope);

async function makeLink(scene: Scene, of: Parameters): Promise<void> {
  await makeScope(scene, of);
  const component = `${insights(scene.group)}/components/my-component`;
  await scene.make(component, { location, kind: 'web', properties: { Application_Type: 'web' } });
}

async function makeTwoLinks(scene: Scene, of: Parameters): Promise<void> {
  await makeLink(scene, of);
  const workspace = `${scene.group}/providers/Microsoft.OperationalInsights/workspaces/my-workspace`;
  await scene.make(workspace, { location, properties: { sku: { name: 'PerGB2018' } } });
  const link = (name: string, linkedResourceId: string) =>
    scene.make(`${scopePath(scene, of)}/scopedResources/${name}`, { properties: { linkedResourceId } });
  await link('scoped-resource-name-one', `${insights(scene.group)}/components/my-component`);
  await link('scoped-resource-name-two', workspace);
}

const network = ({ group }: Scene) => `${group}/providers/Microsoft.Network`;
const endpointPath = (of: Parameters, scene: Scene) => `${network(scene)}/privateEndpoints/${of.privateEndpointName}`;

/** An endpoint to a scope of Azure Monitor, which has eight members without links. */
async function makeConnection(scene: Scene, of: Parameters): Promise<void> {
  await makeScope(scene, of);
  const connection = { privateLinkServiceId: scopePath(scene, of), groupIds: ['azuremonitor'] };
  await scene.make(`${network(scene)}/privateEndpoints/private-endpoint-name`, {
    location: 'eastus2euap',
    properties: {
      subnet: { id: `${network(scene)}/virtualNetworks/myVnet/subnets/mySubnet` },
      privateLinkServiceConnections: [{ name: 'c', properties: connection }],
    },
  });
  const list = await scene.azure.call('GET', `${scopePath(scene, of)}/privateEndpointConnections`);
  scene.found = list.body?.value[0].id;
}

async function makeEndpoint(scene: Scene, of: Parameters): Promise<void> {
  const connection = {
    privateLinkServiceId: `${network(scene)}/privateLinkServices/testPls`,
    groupIds: ['groupIdFromResource'],
    requestMessage: 'Please approve my connection.',
  };
  const address = { groupId: 'file', memberName: 'file', privateIPAddress: '192.168.0.6' };
  await scene.make(endpointPath(of, scene), {
    location: 'eastus2euap',
    properties: {
      subnet: { id: `${network(scene)}/virtualNetworks/myVnet/subnets/mySubnet` },
      privateLinkServiceConnections: [{ name: 'plsconnection1', properties: connection }],
      ipConfigurations: [{ name: 'pestaticconfig', properties: address }],
      customNetworkInterfaceName: 'testPeNic',
    },
  });
}

const groupPath = (of: Parameters, scene: Scene) =>
  `${endpointPath(of, scene)}/privateDnsZoneGroups/${of.privateDnsZoneGroupName}`;

async function makeZoneGroup(scene: Scene, of: Parameters): Promise<void> {
  await makeEndpoint(scene, of);
  const config = (name: string) => ({
    name,
    properties: { privateDnsZoneId: `${network(scene)}/privateDnsZones/${name}.com` },
  });
  await scene.make(groupPath(of, scene), { properties: { privateDnsZoneConfigs: [config('zone1'), config('zone2')] } });
}

const workspacePath = (of: Parameters, { group }: Scene) =>
  `${group}/providers/Microsoft.OperationalInsights/workspaces/${of.workspaceName}`;
const makeWorkspace = (scene: Scene, of: Parameters) =>
  scene.make(workspacePath(of, scene), {
    location,
    tags: { tag1: 'val1' },
    properties: { sku: { name: 'PerGB2018' } },
  });

const named = (list: readonly Body[]): readonly Body[] =>
  list.map((each, index) => ({ name: `name${index}`, ...each }));
const noExclusions = 'null where there are none (recorded)';
const noGroups = 'no recorded endpoint shows application security groups, and they are not modelled';
const unreplicated = 'a workspace that is not replicated shows neither (recorded)';
const noKind = 'recorded links show neither kind nor subscriptionLocation, whatever was asked';
const nameless = 'the network provider finds children by name; that it takes nameless ones was never recorded';

export const replays: readonly Replay[] = [
  {
    example: 'old 2023-06-01-preview/PrivateLinkScopesCreate',
    method: 'PUT',
    body: 'AzureMonitorPrivateLinkScopePayload',
    path: (of, scene) => scopePath(scene, of),
    differs: { '/properties/accessModeSettings/exclusions': noExclusions },
  },
  {
    example: '2023-06-01-preview/PrivateLinkScopesGet',
    method: 'GET',
    path: (of, scene) => scopePath(scene, of),
    prepare: makeScope,
    differs: { '/properties/accessModeSettings/exclusions': noExclusions },
  },
  {
    example: '2023-06-01-preview/PrivateLinkScopesList',
    method: 'GET',
    path: (_of, { group }) => `${group.split('/resourceGroups/')[0]}/providers/Microsoft.Insights/privateLinkScopes`,
    prepare: async scene => {
      await scene.make(`${insights(scene.group)}/privateLinkScopes/my-privatelinkscope`, openScope);
      const other = scene.group.replace(/[^/]+$/, 'my-other-resource-group');
      await scene.make(`${insights(other)}/privateLinkScopes/my-other-privatelinkscope`, openScope);
    },
    differs: { '/value/*/properties/accessModeSettings/exclusions': noExclusions },
  },
  {
    example: '2023-06-01-preview/PrivateLinkScopesDelete',
    method: 'DELETE',
    path: (of, scene) => scopePath(scene, of),
    prepare: makeScope,
  },
  {
    example: '2021-07-01-preview/PrivateLinkScopedResourceUpdate',
    method: 'PUT',
    body: 'parameters',
    path: linkPath,
    prepare: makeLink,
  },
  {
    example: 'old 2023-06-01-preview/PrivateLinkScopedResourceUpdate',
    method: 'PUT',
    body: 'parameters',
    path: linkPath,
    prepare: makeLink,
    differs: { '/properties/kind': noKind, '/properties/subscriptionLocation': noKind },
    flaw: 'its kind, `resource`, has another letter case than the description gives it',
  },
  {
    example: '2023-06-01-preview/PrivateLinkScopedResourceUpdatePlatformMetrics',
    method: 'PUT',
    body: 'parameters',
    path: linkPath,
    prepare: makeScope,
    refused: {
      code: '400 BadRequest',
      reason: 'links of a whole subscription, for platform metrics, are not modelled',
    },
  },
  {
    example: '2023-06-01-preview/PrivateLinkScopedResourceListKindFilter',
    method: 'GET',
    path: (of, scene) => `${scopePath(scene, of)}/scopedResources?kind=${of.kind}`,
    prepare: makeTwoLinks,
    differs: { '/value/*/properties/kind': noKind },
  },
  {
    example: '2023-06-01-preview/PrivateLinkScopedResourceDelete',
    method: 'DELETE',
    path: linkPath,
    prepare: async (scene, of) => {
      await makeLink(scene, of);
      const linkedResourceId = `${insights(scene.group)}/components/my-component`;
      await scene.make(linkPath(of, scene), { properties: { linkedResourceId } });
    },
  },
  {
    example: '2023-06-01-preview/PrivateLinkScopePrivateLinkResourceListGet',
    method: 'GET',
    path: (of, scene) => `${scopePath(scene, of)}/privateLinkResources`,
    prepare: makeScope,
  },
  {
    example: '2023-06-01-preview/PrivateEndpointConnectionList',
    method: 'GET',
    path: (of, scene) => `${scopePath(scene, of)}/privateEndpointConnections`,
    prepare: makeConnection,
  },
  {
    example: '2023-06-01-preview/PrivateEndpointConnectionGet',
    method: 'GET',
    path: (_of, scene) => scene.found,
    prepare: makeConnection,
  },
  {
    example: '2023-06-01-preview/PrivateEndpointConnectionUpdate',
    method: 'PUT',
    body: 'parameters',
    path: (_of, scene) => scene.found,
    prepare: makeConnection,
  },
  {
    example: '2023-06-01-preview/privateLinkScopeOperationStatuses',
    method: 'GET',
    path: (_of, scene) => scene.found,
    prepare: async scene => {
      const path = `${insights(scene.group)}/privateLinkScopes/gone`;
      await scene.make(path, openScope);
      const gone = await scene.azure.call('DELETE', path);
      const operation = new URL(String(gone.headers.get('azure-asyncoperation'))).pathname.split('/').at(-1);
      scene.found = `${insights(scene.group)}/privateLinkScopeOperationStatuses/${operation}`;
    },
  },
  {
    example: '2025-05-01/PrivateEndpointCreate',
    method: 'PUT',
    body: 'parameters',
    path: endpointPath,
    differs: { '/properties/applicationSecurityGroups': noGroups },
    adjust: {
      refusal: '400 InvalidRequestFormat',
      reason: nameless,
      body: ({ properties, ...rest }) => ({
        ...rest,
        properties: { ...properties, privateLinkServiceConnections: named(properties.privateLinkServiceConnections) },
      }),
    },
  },
  {
    example: '2025-05-01/PrivateEndpointGet',
    method: 'GET',
    path: endpointPath,
    prepare: makeEndpoint,
    differs: { '/properties/applicationSecurityGroups': noGroups },
  },
  {
    example: '2025-05-01/PrivateEndpointDnsZoneGroupCreate',
    method: 'PUT',
    body: 'parameters',
    path: groupPath,
    prepare: makeEndpoint,
    adjust: {
      refusal: '400 InvalidRequestFormat',
      reason: nameless,
      body: ({ properties }) => ({ properties: { privateDnsZoneConfigs: named(properties.privateDnsZoneConfigs) } }),
    },
  },
  { example: '2025-05-01/PrivateEndpointDnsZoneGroupGet', method: 'GET', path: groupPath, prepare: makeZoneGroup },
  {
    example: '2025-07-01/WorkspacesGet',
    method: 'GET',
    path: workspacePath,
    prepare: makeWorkspace,
    differs: { '/properties/replication': unreplicated, '/properties/failover': unreplicated },
  },
  {
    example: '2025-07-01/WorkspacesUpdate',
    method: 'PATCH',
    body: 'parameters',
    path: workspacePath,
    prepare: makeWorkspace,
  },
];
