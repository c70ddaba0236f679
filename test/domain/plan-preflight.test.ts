/**
 * Each finding of the preflight as it is told, and whether it holds back every action or none.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { waiting } from '../../src/domain/failures.ts';
import type { PmsObject } from '../../src/domain/object.ts';
import { ABSENT, bodyOf, type Observed, present, unread } from '../../src/domain/observed.ts';
import { plan } from '../../src/domain/plan.ts';
import type { PrivateEndpoint, ScopedResource, StaticAddress, Subnet } from '../../src/domain/resources.ts';
import { groupIdOf, QUERY } from '../../src/domain/rights.ts';
import type { GraphSight } from '../../src/domain/surroundings.ts';
import * as plant from '../model/plant.ts';
import * as adoption from '../model/plant-adoption.ts';

const textSerializer = { serializers: [(value: unknown) => String(value)] };
const golden = (name: string) => new URL(`../golden/preflight/${name}.txt`, import.meta.url).pathname;

const RG = groupIdOf(plant.spec());
const NETWORK = `${RG}/providers/Microsoft.Network/virtualNetworks`;
const PEER = `${NETWORK}/vnet-hub`;
const OTHER_SCOPE = `${RG}/providers/microsoft.insights/privateLinkScopes/other`;
const ARC_SCOPE = `${RG}/providers/Microsoft.HybridCompute/privateLinkScopes/arc`;
const DCE = `${RG}/providers/Microsoft.Insights/dataCollectionEndpoints/dce-a`;
const arc = (name: string) => `${RG}/providers/Microsoft.HybridCompute/machines/${name}`;
const vm = (name: string) => `${RG}/providers/Microsoft.Compute/virtualMachines/${name}`;

const SUBNET: Subnet = {
  id: plant.SUBNET,
  location: 'japaneast',
  addressPrefixes: ['10.13.1.0/27'],
  addressesUsed: 0,
  networkEndpointIds: [],
};
const inSubnet = (over: Partial<Subnet>) => plant.emptyAzure(plant.pms(), { subnet: present({ ...SUBNET, ...over }) });

const NOTHING: GraphSight = {
  endpoints: [],
  agents: [],
  arcMachines: [],
  interfaces: [],
  associations: [],
  isCut: false,
};
const around = (sight: Partial<GraphSight>, over: Partial<Observed> = {}) =>
  plant.emptyAzure(plant.pms(), {
    subnet: present({ ...SUBNET, peeredNetworkIds: [PEER] }),
    surroundings: present({ ...NOTHING, ...sight }),
    ...over,
  });
const peerEndpoint = (targetId: string, status = 'Approved') => ({
  id: `${RG}/providers/Microsoft.Network/privateEndpoints/pe-hub`,
  subnetId: `${PEER.toUpperCase()}/subnets/default`,
  targetId,
  status,
});
/** Machines of Azure Arc whose Arc scope has an endpoint on the network. */
const onNetwork = (names: readonly string[]): Partial<GraphSight> => ({
  agents: names.map(arc),
  arcMachines: names.map(name => ({ id: arc(name).toLowerCase(), arcScopeId: ARC_SCOPE.toLowerCase() })),
  endpoints: [{ ...peerEndpoint(ARC_SCOPE), subnetId: plant.SUBNET }],
});

const linked = (count: number): Partial<Observed> => ({
  scope: { reading: present(plant.scope()) },
  scopeLinks: present(Array.from({ length: count }, (_, index): ScopedResource => plant.link(`law-${index}`))),
});
const shared = (count: number): Observed => {
  const linkedBy = Array.from({ length: count }, (_, index) => ({
    linkId: `${OTHER_SCOPE}-${index}/scopedResources/law`,
  }));
  return plant.emptyAzure(plant.pms(), {
    workspaces: new Map([
      ['workspace/law-plant-a', { reading: present(plant.workspace('law-plant-a', { linkedBy })) }],
    ]),
  });
};

const STATIC = ['api', 'oms-japaneast', 'ods-japaneast', 'agent-japaneast'].map(
  (member, index): StaticAddress => ({ member, address: `10.13.1.${index + 4}` }),
);
/** An adopted endpoint, whose owner chose these addresses. */
const chosen = (object: PmsObject, staticAddresses: readonly StaticAddress[], over: Partial<Observed> = {}) => {
  const body: PrivateEndpoint = { ...adoption.ADOPTED.endpoint.body, staticAddresses };
  return adoption.hub(object, { endpoint: { reading: present(body) }, ...over });
};
const adding = (...workspaces: PmsObject['spec']['workspaces']): PmsObject => ({
  ...adoption.adopting,
  spec: { ...adoption.adopting.spec, workspaces: [...adoption.adopting.spec.workspaces, ...workspaces] },
});

const allowed = (actions: readonly string[], notActions: readonly string[] = []) =>
  present([{ scope: RG, permissions: [{ actions, notActions }] }]);

interface Case {
  readonly name: string;
  readonly object?: PmsObject;
  readonly seen: Observed;
  /** Keeps everything from being created. */
  readonly fatal?: true;
}

const cases: readonly Case[] = [
  { name: 'subnet-delegated', seen: inSubnet({ delegatedTo: ['Microsoft.Web/serverFarms'] }), fatal: true },
  {
    name: 'subnet-policies-with-security-group-and-routes',
    seen: inSubnet({
      endpointPolicies: 'Enabled',
      securityGroupId: `${RG}/providers/Microsoft.Network/networkSecurityGroups/nsg-plant`,
      routeTableId: `${RG}/providers/Microsoft.Network/routeTables/rt-plant`,
    }),
  },
  { name: 'subnet-policies-with-nothing-that-could-hold', seen: inSubnet({ endpointPolicies: 'Enabled' }) },
  {
    name: 'scope-has-ten-endpoints',
    seen: plant.emptyAzure(plant.pms(), {
      scope: {
        reading: present(
          plant.scope({
            connections: Array.from({ length: 10 }, (_, index) =>
              plant.connectionOf(`${RG}/providers/Microsoft.Network/privateEndpoints/pe-${index}`),
            ),
          }),
        ),
      },
    }),
    fatal: true,
  },
  {
    name: 'scope-links-as-many-workspaces-as-azure-allows',
    seen: plant.emptyAzure(plant.pms(), linked(3_000)),
    fatal: true,
  },
  { name: 'scope-links-one-less', seen: plant.emptyAzure(plant.pms(), linked(2_999)) },
  { name: 'workspace-linked-to-five-scopes', seen: shared(5) },
  {
    name: 'component-linked-to-another-scope',
    object: adoption.adopting,
    seen: adoption.hub(adoption.adopting, {
      components: new Map([
        [
          adoption.ADOPTED.component.key,
          {
            reading: present({
              ...adoption.ADOPTED.component.body,
              linkedBy: [{ linkId: `${OTHER_SCOPE}/scopedResources/web` }],
            }),
          },
        ],
      ]),
    }),
  },
  {
    name: 'static-addresses-lack-a-region',
    object: adding({ name: 'law-west', location: 'japanwest' }),
    seen: chosen(adding({ name: 'law-west', location: 'japanwest' }), STATIC),
    fatal: true,
  },
  {
    name: 'static-addresses-have-the-region',
    object: adding({ name: 'law-east' }),
    seen: chosen(adding({ name: 'law-east' }), STATIC),
  },
  {
    name: 'static-addresses-lack-a-component',
    object: adoption.adopting,
    seen: chosen(adoption.adopting, STATIC, { scopeLinks: present([]), links: new Map(), inventory: [] }),
    fatal: true,
  },
  { name: 'static-addresses-everything-linked', object: adoption.adopting, seen: chosen(adoption.adopting, STATIC) },
  {
    name: 'second-endpoint-to-the-same-scope-on-network',
    seen: plant.emptyAzure(plant.pms(), {
      networkEndpoints: present([
        plant.endpoint({
          id: `${plant.endpoint().id}-other`,
          name: 'pe-other',
          scopeId: plant.scope().id.toUpperCase(),
        }),
      ]),
    }),
  },
  { name: 'peered-network-with-another-scope', seen: around({ endpoints: [peerEndpoint(OTHER_SCOPE)] }) },
  {
    name: 'peered-networks-that-do-no-harm',
    seen: around({
      endpoints: [
        peerEndpoint(plant.scope().id.toUpperCase()),
        peerEndpoint(OTHER_SCOPE, 'Rejected'),
        peerEndpoint(ARC_SCOPE),
        { ...peerEndpoint(OTHER_SCOPE), subnetId: `${NETWORK}/vnet-far/subnets/default` },
      ],
    }),
  },
  { name: 'machines-without-data-collection-endpoint', seen: around(onNetwork(['press-2', 'press-1'])) },
  {
    name: 'machines-many',
    seen: around({ ...onNetwork(Array.from({ length: 12 }, (_, index) => `m-${index + 10}`)), isCut: true }),
  },
  {
    name: 'machine-virtual-on-network',
    seen: around({
      agents: [vm('vm-a'), vm('vm-far')],
      interfaces: [
        { machineId: vm('vm-a'), subnetIds: [`${NETWORK}/VNET-PLANT/subnets/machines`] },
        { machineId: vm('vm-far'), subnetIds: [`${NETWORK}/vnet-far/subnets/machines`] },
      ],
    }),
  },
  {
    name: 'machines-with-a-data-collection-endpoint-of-the-scope',
    seen: around(
      { ...onNetwork(['press-1']), associations: [{ machineId: arc('PRESS-1'), endpointId: DCE.toUpperCase() }] },
      { scopeLinks: present([plant.link('dce', { targetId: DCE })]) },
    ),
  },
  {
    name: 'machine-with-a-data-collection-endpoint-of-no-scope',
    seen: around({ ...onNetwork(['press-1']), associations: [{ machineId: arc('press-1'), endpointId: DCE }] }),
  },
  { name: 'machines-elsewhere-are-not-judged', seen: around({ agents: [arc('far-away')] }) },
  {
    name: 'surroundings-not-readable',
    seen: around(
      {},
      { surroundings: unread(waiting('Forbidden', 'asking Azure Resource Graph: AuthorizationFailed', 60_000)) },
    ),
  },
  {
    name: 'provider-not-registered',
    seen: plant.emptyAzure(plant.pms(), { registration: present('NotRegistered') }),
    fatal: true,
  },
  { name: 'provider-registering', seen: plant.emptyAzure(plant.pms(), { registration: present('Registering') }) },
  {
    name: 'right-to-query-missing',
    seen: plant.emptyAzure(plant.pms(), { rights: allowed(['*'], [QUERY]) }),
    fatal: true,
  },
  {
    name: 'right-to-query-not-needed',
    object: plant.pms({ spec: { verification: { gate: 'TLS' } } }),
    seen: plant.emptyAzure(plant.pms(), { rights: allowed(['*'], [QUERY]) }),
  },
];

suite('a finding of the preflight', () => {
  for (const { name, object = plant.pms(), seen, fatal = false } of cases) {
    test(`${name.replaceAll('-', ' ')}: is told, and ${fatal ? 'nothing is created' : 'holds nothing back'}`, t => {
      const { steps } = plan(desire(object, plant.INSTALLATION), seen, plant.RULES);
      const verdict = steps.find(step => step.name === 'PreflightPassed')?.verdict;
      assert.ok(verdict);
      assert.equal(verdict.state, fatal ? 'Stalled' : 'Ready');
      const actions = steps.flatMap(step => step.verdict.actions).filter(({ verb }) => verb === 'create');
      assert.equal(fatal && actions.length > 0, false);
      t.assert.fileSnapshot(
        `${verdict.state} ${verdict.reason}\n${verdict.message.replaceAll('; ', ';\n')}\n`,
        golden(name),
        textSerializer,
      );
    });
  }

  test('about what is around is told of a network alone that the object is to be connected to', () => {
    const seen = around({ ...onNetwork(['press-1']) }, { surroundings: ABSENT });
    const { steps } = plan(desire(plant.pms(), plant.INSTALLATION), seen, plant.RULES);
    assert.equal(steps.find(step => step.name === 'PreflightPassed')?.verdict.reason, 'ChecksPassed');
    assert.equal(bodyOf(seen.subnet)?.peeredNetworkIds?.length, 1);
  });
});
