/**
 * The blocks of the recordings, one recording session each, with what was there before and what was not recorded.
 */
import type { Seed } from '../../src/simulator/simulator.ts';
import type { Arm } from './arm.ts';
import type { Block } from './replay.ts';
import { hybridBlocks } from './replay-blocks-hybrid.ts';
import { itemsOf, network, subscription } from './replay-kit.ts';
import { openScope } from './road.ts';
import type { VirtualClock } from './virtual-clock.ts';

const scopeBlocks: readonly Block[] = [
  {
    file: 'private-link-scope',
    name: 'a scope with its links, endpoint and connection in April 2020',
    from: 1,
    to: 40,
    settleMs: { scopeDelete: 0, providerForgets: 0 },
  },
  { file: 'private-link-scope', name: 'links of two scopes in May 2020', from: 41, to: 60 },
  {
    file: 'private-link-scope',
    name: 'a scope with its links, endpoint and connection in December 2020',
    from: 61,
    to: 96,
    settleMs: { scopeDelete: 20_000 },
  },
  {
    file: 'private-link-scope',
    name: 'an endpoint to a private link service in 2022',
    from: 97,
    to: 108,
    settleMs: { endpointPut: 30_000 },
    seed: () => ({
      virtualNetworks: [
        network('cli_test_network_private_endpoints000001', 'vnet1', 'centralus', 'subnet1', 'subnet2'),
      ],
      foreignServices: [
        {
          id: `${subscription}/resourceGroups/cli_test_network_private_endpoints000001/providers/Microsoft.Network/privateLinkServices/lks1`,
        },
      ],
    }),
    left: {
      103: 'Microsoft.Network/privateLinkServices is not modelled',
      104: 'shows what 103 did',
      105: 'Microsoft.Network/privateLinkServices is not modelled',
      106: 'asks after the operation of 105',
    },
  },
  { file: 'private-link-scope', name: 'a scope made and deleted in October 2022', from: 109, to: 113 },
  { file: 'private-link-scope', name: 'a scope with access modes in 2023', from: 114, to: 120 },
];

const blobOf = (group: string, account: string): Partial<Seed> => ({
  foreignServices: [
    {
      id: `${subscription}/resourceGroups/${group}/providers/Microsoft.Storage/storageAccounts/${account}`,
      groupId: 'blob',
      members: [{ name: 'blob', fqdns: [`${account}.blob.core.windows.net`] }],
    },
  ],
});

const zone = (resourceGroup: string, name: string) => ({ resourceGroup, name });

/** The road to a linked scope and its network, whose calls are lines 61 to 78 of another file. */
async function roadTo2020(azure: Arm, clock: VirtualClock): Promise<Readonly<Record<string, string>>> {
  const group = `${subscription}/resourceGroups/clitest.rg000001`;
  const put = async (path: string, body: unknown) => {
    await azure.call('PUT', `${group}/providers/${path}`, { body });
    clock.advance(10_000);
  };
  const scope = 'microsoft.insights/privateLinkScopes/clitestscopename';
  const workspace = 'Microsoft.OperationalInsights/workspaces/clitest000002';
  await put(scope, { ...openScope, tags: { tag1: 'd1' } });
  await put(workspace, { location: 'eastus' });
  await put(`${scope}/scopedResources/assigned_ws`, {
    properties: { linkedResourceId: `${group}/providers/${workspace}` },
  });
  return {};
}

const alias = 'asotest-pls-oixrta.d57b5457-3beb-4618-b1ec-3bf491125e8c.westus2.azure.privatelinkservice';

/** The PUT of an endpoint by alias and the first poll, which were not recorded. */
async function aliasEndpoint(azure: Arm): Promise<Readonly<Record<string, string>>> {
  const network = `${subscription}/resourceGroups/asotest-rg-bbybza/providers/Microsoft.Network`;
  const subnet = { id: `${network}/virtualNetworks/asotest-vn-ycbuio/subnets/asotest-pesubnet-dyfgpl` };
  const connection = { name: 'aliasConnection', properties: { privateLinkServiceId: alias } };
  const properties = { subnet, manualPrivateLinkServiceConnections: [connection] };
  const made = await azure.call('PUT', `${network}/privateEndpoints/asotest-endpoint-ooirym`, {
    apiVersion: '2025-03-01',
    body: { location: 'westus2', properties },
  });
  const address = made.headers.get('azure-asyncoperation') ?? '';
  await azure.call('GET', address);
  const operation = /operations\/([0-9a-f-]{36})/.exec(address)?.[1];
  return { 'f14005d0-1e8f-456f-af96-634c3de8c4ae': operation ?? '' };
}

const endpointBlocks: readonly Block[] = [
  {
    file: 'private-endpoints',
    name: 'an endpoint with a zone group in 2025',
    from: 1,
    to: 23,
    settleMs: { endpointPut: 30_000, zoneGroupPut: 0, zoneGroupDelete: 0 },
    seed: () => {
      const group = 'fanqiu_cli_test_network_private_endpoints000001';
      return {
        ...blobOf(group, 'saplr000002'),
        virtualNetworks: [network(group, 'cli-vnet-000003', 'centraluseuap', 'cli-subnet-000004')],
        privateDnsZones: [zone(group, 'www.clizone1.com'), zone(group, 'www.clizone2.com')],
      };
    },
  },
  {
    file: 'private-endpoints',
    name: 'a manual connection in 2024',
    from: 24,
    to: 28,
    settleMs: { endpointPut: 30_000 },
    seed: () => ({
      virtualNetworks: [network('clitest.rg000001', 'testvnet000003', 'eastus2', 'testsubnet000004')],
      foreignServices: [
        {
          id: `${subscription}/resourceGroups/clitest.rg000001/providers/Microsoft.ContainerRegistry/registries/testreg000002`,
          groupId: 'registry',
        },
      ],
    }),
  },
  {
    file: 'private-endpoints',
    name: 'an endpoint to a private link scope in December 2020',
    from: 29,
    to: 39,
    settleMs: { endpointPut: 9_000 },
    seed: () => ({ virtualNetworks: [network('clitest.rg000001', 'cli-vnet-000004', 'eastus', 'cli-subnet-000005')] }),
    before: { 29: roadTo2020 },
  },
  {
    file: 'private-endpoints',
    name: 'an endpoint with a zone group, both deleted at once, in 2023',
    from: 40,
    to: 56,
    pauseMs: { 44: 30_000, 49: 5_000, 54: 9_000 },
    seed: () => ({
      ...blobOf('asotest-rg-alyiii', 'asoteststormbywcw'),
      virtualNetworks: [network('asotest-rg-alyiii', 'asotest-vn-wtfdlx', 'westus2', 'asotest-subnet-ghzjwo')],
      privateDnsZones: [zone('asotest-rg-alyiii', 'privatelink.blob.core.windows.net')],
    }),
  },
  {
    file: 'private-endpoints',
    name: 'an endpoint by alias in 2026',
    from: 57,
    to: 63,
    pauseMs: { 58: 30_000, 62: 30_000, 63: 30_000 },
    before: { 57: aliasEndpoint },
    seed: () => ({
      virtualNetworks: [network('asotest-rg-bbybza', 'asotest-vn-ycbuio', 'westus2', 'asotest-pesubnet-dyfgpl')],
      foreignServices: [{ id: alias, approvesManual: 'yes' }],
    }),
  },
];

const workspace = (resourceGroup: string, name: string, location: string) => ({ resourceGroup, name, location });

const replication = 'replication of workspaces is not modelled';

const workspaceBlocks: readonly Block[] = [
  { file: 'workspaces', name: 'a workspace closed and opened in 2024', from: 1, to: 5 },
  { file: 'workspaces', name: 'a workspace deleted and recovered in 2024', from: 6, to: 19 },
  { file: 'workspaces', name: 'a workspace with another sku in 2024', from: 20, to: 24 },
  {
    file: 'workspaces',
    name: 'a replicated workspace in 2025',
    from: 25,
    to: 30,
    seed: () => ({
      workspaces: [{ ...workspace('workspace-test', 'clitestfailoverfailback', 'westus'), tags: { clitest: 'liwa' } }],
    }),
    left: { 26: replication, 27: replication, 29: replication, 30: replication },
  },
  {
    file: 'workspaces',
    name: 'a workspace with usages and keys in 2021',
    from: 31,
    to: 39,
    seed: () => ({ sharedKeys: 'yes' }),
  },
  {
    file: 'workspaces',
    name: 'a workspace whose name was known in 2022',
    from: 40,
    to: 45,
    seed: () => ({
      deletedWorkspaces: [
        { ...workspace('asotest-rg-uglqbs', 'asotest-workspace-ospsjh', 'westus2'), retentionInDays: 36 },
      ],
    }),
  },
];

/** Properties as a PUT would have them, from an answer. */
function askedProperties(response: unknown): Record<string, unknown> {
  const { properties } = response as { properties: Record<string, unknown> };
  const { immutableId: _immutableId, provisioningState: _state, ...asked } = properties;
  return asked;
}

const collectionBlocks: readonly Block[] = [
  {
    file: 'data-collection',
    name: 'a default rule of a workspace in 2022',
    from: 1,
    to: 7,
    seed: lines => ({
      workspaces: [workspace('tbtest', 'wsn1', 'westeurope')],
      dataCollectionRules: [
        {
          ...workspace('tbtest', 'rule1', 'westeurope'),
          kind: 'Windows',
          tags: {},
          properties: askedProperties(lines.get(1)?.response),
        },
      ],
    }),
    before: {
      5: async azure => {
        const group = `${subscription}/resourceGroups/tbtest/providers`;
        const workspaceResourceId = `${group}/Microsoft.OperationalInsights/workspaces/wsn1`;
        const destinations = { logAnalytics: [{ workspaceResourceId, name: 'wsn1' }] };
        const body = { location: 'westeurope', kind: 'Windows', properties: { destinations } };
        await azure.call('PUT', `${group}/Microsoft.Insights/dataCollectionRules/rule1`, { body });
        return {};
      },
    },
  },
  { file: 'data-collection', name: 'a rule in 2023', from: 8, to: 14 },
  { file: 'data-collection', name: 'data collection endpoints in 2023', from: 15, to: 22 },
  { file: 'data-collection', name: 'a machine tied to an endpoint in 2023', from: 23, to: 28 },
  {
    file: 'data-collection',
    name: 'a rule changed part by part and its association in 2023',
    from: 29,
    to: 75,
    seed: lines => {
      const [other] = itemsOf(lines, 32);
      return {
        workspaces: [
          workspace('clitest000001', 'clitest000003', 'eastus'),
          workspace('clitest000001', 'clitest000004', 'eastus'),
        ],
        dataCollectionRules: [
          { ...workspace('nori-insights', 'noritest2', 'eastus'), properties: askedProperties(other) },
        ],
      };
    },
  },
  { file: 'data-collection', name: 'a rule with stream declarations in 2024', from: 76, to: 78 },
];

export const blocks: readonly Block[] = [
  ...scopeBlocks,
  ...endpointBlocks,
  ...workspaceBlocks,
  ...collectionBlocks,
  ...hybridBlocks,
];
