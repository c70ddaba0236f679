/**
 * The preflight on the real control plane: each thing that would be refused later, or would hurt somebody, is found and
 * told with its cure before anything is created. One scene; what stalls is applied, looked at and taken back.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { OwnedProcess } from '../env/child-process.ts';
import { eventually } from '../env/eventually.ts';
import { isWrite } from '../simulator/is-write.ts';
import { pms } from './objects.ts';
import { type Scene, startScene } from './scene.ts';

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-monitor`;
const INSIGHTS = `${GROUP}/providers/Microsoft.Insights`;
const NETWORK = `${GROUP}/providers/Microsoft.Network`;
const ARC = `${GROUP}/providers/Microsoft.HybridCompute`;
const WORKSPACES = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces`;
const subnet = (network: string, name = 'monitoring') => `${NETWORK}/virtualNetworks/${network}/subnets/${name}`;
const scope = (name: string) => `${INSIGHTS}/privateLinkScopes/${name}`;
const endpoint = (name: string) => `${NETWORK}/privateEndpoints/${name}`;

const OPEN = { ingestionAccessMode: 'Open', queryAccessMode: 'Open' };
const endpointTo = (scopeId: string, subnetId: string, more: Readonly<Record<string, unknown>> = {}) => ({
  location: 'japaneast',
  properties: {
    subnet: { id: subnetId },
    privateLinkServiceConnections: [
      {
        name: 'connection',
        properties: {
          privateLinkServiceId: scopeId,
          groupIds: [/hybridcompute/i.test(scopeId) ? 'hybridcompute' : 'azuremonitor'],
        },
      },
    ],
    ...more,
  },
});

interface Fatal {
  /** The sentence of the issue. */
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly message: RegExp;
  readonly subnet?: object;
}

const at = (subnetId: string, more: Readonly<Record<string, unknown>> = {}) => ({
  privateEndpoint: { subnetId, ...more },
});
const FATAL: readonly Fatal[] = [
  {
    name: 'the estimate of addresses, 8 and 3 for each region of the workspaces, against what the subnet has free',
    spec: {
      ...at(subnet('vnet-plant', 'small')),
      workspaces: [{ name: 'law-a' }, { name: 'law-b', location: 'japanwest' }],
    },
    reason: 'SubnetFull',
    message: /14 addresses are needed and 11 are free; take a subnet of at least \/27/,
    subnet: { addressesNeeded: 14, addressesFree: 11 },
  },
  {
    name: 'an adopted endpoint with static addresses, and which members have none',
    spec: {
      privateLinkScope: { resourceId: scope('static') },
      privateEndpoint: { resourceId: endpoint('pe-static') },
      workspaces: [{ name: 'law-a', location: 'japanwest' }],
    },
    reason: 'StaticAddresses',
    message:
      /pe-static has static addresses, .* no address for oms-japanwest, ods-japanwest, agent-japanwest: have it made anew/,
  },
  {
    name: 'a subnet that is not there',
    spec: at(subnet('vnet-plant', 'none')),
    reason: 'SubnetNotFound',
    message: /there is no subnet \S+\/subnets\/none$/,
  },
  {
    name: 'a subnet in another region than the endpoint',
    spec: at(subnet('vnet-plant'), { location: 'japanwest' }),
    reason: 'RegionMismatch',
    message: /its network vnet-plant is in japaneast/,
  },
  {
    name: 'a subnet that is delegated',
    spec: at(subnet('vnet-plant', 'apps')),
    reason: 'SubnetDelegated',
    message: /vnet-plant\/apps is delegated to Microsoft\.Web\/serverFarms, .* az network vnet subnet update --ids/,
  },
  {
    name: 'another Azure Monitor endpoint already on the same network',
    spec: at(subnet('vnet-rival', 'second')),
    reason: 'OtherScopeOnNetwork',
    message: /network vnet-rival is connected to private link scope \S+\/rival by private endpoint pe-rival/,
  },
  {
    name: 'a scope that has its ten endpoints',
    spec: { ...at(subnet('vnet-plant')), privateLinkScope: { resourceId: scope('crowded') } },
    reason: 'QuotaExceeded',
    message: /crowded has 10 private endpoints \(.* and 5 more\), and Azure allows 10/,
  },
  {
    name: 'a resource group that is not there, though nothing but the endpoint would be made in it',
    spec: {
      ...at(subnet('vnet-plant')),
      resourceGroup: 'rg-none',
      workspaces: [{ name: 'law-shared', resourceId: `${WORKSPACES}/law-shared` }],
      privateLinkScope: { resourceId: scope('static') },
    },
    reason: 'ResourceGroupNotFound',
    message:
      /there is no resource group rg-none in subscription \S+: az group create --name rg-none --location japaneast/,
  },
  {
    name: 'a right that is missing, here to join the subnet',
    spec: at(subnet('vnet-foreign').replace('rg-monitor', 'rg-network')),
    reason: 'Forbidden',
    message:
      /lacks these rights: Microsoft\.Network\/virtualNetworks\/subnets\/join\/action on subnet vnet-foreign\/monitoring; assign a role/,
  },
  {
    name: 'the right to query, which the gate Query needs, where a workspace is somebody else’s',
    spec: {
      ...at(subnet('vnet-plant')),
      workspaces: [
        { name: 'law-foreign', resourceId: `${WORKSPACES.replace('rg-monitor', 'rg-network')}/law-foreign` },
      ],
    },
    reason: 'Forbidden',
    message:
      /workspaces\/query\/read on Microsoft\.OperationalInsights\/workspaces law-foreign; .*gate: TLS proves less/,
  },
];

suite('before anything is created', () => {
  let scene: Scene;
  let operator: OwnedProcess;
  before(async () => {
    scene = await startScene({ latencyScale: 0, seed: 'seed-preflight.yaml' });
    await surround();
    operator = await scene.startOperator();
  });
  after(async () => scene?.stop());

  const put = (path: string, body: unknown) => scene.azure.call('PUT', path, body);
  const patience = '--timeout=120s';
  const object = (spec: Readonly<Record<string, unknown>> = {}) =>
    pms({ subscriptionId: SUBSCRIPTION, name: 'plant-a', spec: { workspaces: [{ name: 'law-a' }], ...spec } });
  const statusOf = async () => JSON.parse(await scene.kubectl('get', 'pms', 'plant-a', '-o', 'json')).status;
  const condition = async (type: string) =>
    (await statusOf()).conditions.find((one: { type: string }) => one.type === type);
  const waitFor = (type: string, reason: string) =>
    scene.kubectl(
      'wait',
      `--for=jsonpath={.status.conditions[?(@.type=="${type}")].reason}=${reason}`,
      'pms/plant-a',
      patience,
    );
  const writes = async () => (await scene.azure.calls()).filter(isWrite).map(({ path }) => path);
  const remove = () => scene.kubectl('delete', 'pms', 'plant-a', patience);

  /** What somebody else has built. */
  async function surround(): Promise<void> {
    const delegations = [{ name: 'apps', properties: { serviceName: 'Microsoft.Web/serverFarms' } }];
    await put(subnet('vnet-plant', 'apps'), { properties: { addressPrefix: '127.13.3.0/26', delegations } });
    for (const name of ['rival', 'crowded', 'static', 'grown']) {
      await put(scope(name), { location: 'global', properties: { accessModeSettings: OPEN } });
    }
    const sku = { name: 'PerGB2018' };
    for (const id of [`${WORKSPACES}/law-shared`, `${WORKSPACES.replace('rg-monitor', 'rg-network')}/law-foreign`]) {
      await put(id, { location: 'japaneast', properties: { sku } });
    }
    await put(`${INSIGHTS}/dataCollectionEndpoints/dce-hub`, { location: 'japaneast', properties: {} });
    await put(`${scope('static')}/scopedResources/law`, {
      properties: { linkedResourceId: `${WORKSPACES}/law-shared` },
    });
    const dce = { linkedResourceId: `${INSIGHTS}/dataCollectionEndpoints/dce-hub` };
    await put(`${scope('grown')}/scopedResources/dce`, { properties: dce });
    await put(endpoint('pe-rival'), endpointTo(scope('rival'), subnet('vnet-rival')));
    for (let index = 0; index < 10; index++) {
      await put(endpoint(`pe-crowd-${index}`), endpointTo(scope('crowded'), subnet('vnet-crowd')));
    }
    const { properties } = await scene.azure.call('GET', `${scope('static')}/privateLinkResources/azuremonitor`);
    const ipConfigurations = properties.requiredMembers.map((memberName: string, index: number) => ({
      name: memberName,
      properties: { groupId: 'azuremonitor', memberName, privateIPAddress: `127.13.1.${40 + index}` },
    }));
    // A network takes one scope: this one stands apart from the others.
    const apart = {
      location: 'japaneast',
      properties: {
        addressSpace: { addressPrefixes: ['127.13.0.0/16'] },
        subnets: [{ name: 'monitoring', properties: { addressPrefix: '127.13.1.0/26' } }],
      },
    };
    await put(`${NETWORK}/virtualNetworks/vnet-static`, apart);
    await put(endpoint('pe-static'), endpointTo(scope('static'), subnet('vnet-static'), { ipConfigurations }));
  }

  for (const { name, spec, reason, message, subnet: counted } of FATAL) {
    test(`it stalls, with no write to Azure, for ${name}`, async () => {
      await scene.apply(object(spec));
      await waitFor('Stalled', reason);
      assert.match((await condition('PreflightPassed')).message, message);
      if (counted !== undefined) assert.deepEqual((await statusOf()).subnet, counted);
      assert.deepEqual(await writes(), []);
      const told = await scene.pms(['plan', '-f', '-', '--simulated-azure'], object(spec));
      assert.equal(told.exitCode, 1);
      assert.match(told.stdout, new RegExp(`^! PreflightPassed ${reason}: `, 'm'));
      await remove();
      assert.deepEqual(await writes(), []);
    });
  }

  test('it warns, and holds nothing back, for what only matters: each is named with what follows from it', async () => {
    await put(endpoint('pe-arc'), endpointTo(`${ARC}/privateLinkScopes/arc`, subnet('vnet-plant', 'arc')));
    await put(`${scope('rival')}/scopedResources/law`, {
      properties: { linkedResourceId: `${WORKSPACES}/law-shared` },
    });
    await put(`${NETWORK}/networkSecurityGroups/nsg-plant`, { location: 'japaneast', properties: {} });
    await put(subnet('vnet-plant'), {
      properties: {
        addressPrefix: '127.13.1.0/26',
        privateEndpointNetworkPolicies: 'Enabled',
        networkSecurityGroup: { id: `${NETWORK}/networkSecurityGroups/nsg-plant` },
      },
    });
    for (const [one, other] of [
      ['vnet-plant', 'vnet-rival'],
      ['vnet-rival', 'vnet-plant'],
    ] as const) {
      const { location, properties } = await scene.azure.call('GET', `${NETWORK}/virtualNetworks/${one}`);
      const { addressSpace } = properties;
      const virtualNetworkPeerings = [
        { name: `to-${other}`, properties: { remoteVirtualNetwork: { id: `${NETWORK}/virtualNetworks/${other}` } } },
      ];
      await put(`${NETWORK}/virtualNetworks/${one}`, {
        location,
        properties: { addressSpace, virtualNetworkPeerings },
      });
    }
    const shared = { workspaces: [{ name: 'law-shared', resourceId: `${WORKSPACES}/law-shared` }] };
    await scene.apply(object({ ...at(subnet('vnet-plant')), ...shared, mode: 'Plan' }));
    // The network was read a moment ago, before it had peers and a security group; it is read again at the next look.
    const { status, message } = await eventually('what the network has become is seen', async () => {
      const told = await condition('PreflightPassed');
      return told?.message.includes('peered network') && told.message.includes('security group') && told;
    });
    assert.equal(status, 'True');
    assert.match(
      message,
      /workspace law-shared is linked to private link scope [\w, ]+ too \(100 are allowed\): clients behind/,
    );
    assert.match(
      message,
      /peered network vnet-rival is connected to private link scope \S+\/rival by private endpoint pe-rival/,
    );
    assert.match(
      message,
      /1 machine on network vnet-plant \(press-1\) sends through the Azure Monitor Agent without a data coll/,
    );
    assert.match(message, /network security group nsg-plant holds for the private endpoint too/);
    assert.deepEqual(await writes(), []);
    const checked = await scene.pms(
      ['check', '-f', '-', '--simulated-azure'],
      object({ ...at(subnet('vnet-plant')), ...shared }),
    );
    assert.equal(checked.exitCode, 0, checked.stdout);
    assert.match(checked.stdout, /! preflight +.*press-1/);
    await remove();
  });

  test('with the machine’s data collection endpoint linked to the scope and associated with it, it is warned of no more', async () => {
    const dce = `${INSIGHTS}/dataCollectionEndpoints/dce-hub`;
    await put(
      `${ARC}/machines/press-1/providers/Microsoft.Insights/dataCollectionRuleAssociations/configurationAccessEndpoint`,
      {
        properties: { dataCollectionEndpointId: dce },
      },
    );
    const joined = object({ ...at(subnet('vnet-plant')), privateLinkScope: { resourceId: scope('grown') } });
    const { stdout } = await scene.pms(['check', '-f', '-', '--simulated-azure'], joined);
    assert.match(stdout, /! preflight +.*nsg-plant/);
    assert.doesNotMatch(stdout, /press-1/);
  });

  test('after the links the exact number that the scope requires is counted, and no endpoint is made that would not fit', async () => {
    await scene.apply(
      object({ ...at(subnet('vnet-plant', 'small')), privateLinkScope: { resourceId: scope('grown') } }),
    );
    await waitFor('EndpointReady', 'SubnetFull');
    const { subnet: counted, conditions } = await statusOf();
    assert.deepEqual(counted, { addressesNeeded: 14, addressesFree: 11 });
    assert.ok(
      conditions.some(({ type, status }: Record<string, string>) => type === 'ResourcesLinked' && status === 'True'),
    );
    assert.ok(!(await writes()).some(path => /privateEndpoints/i.test(path)));
    await remove();
  });

  test('what only warns is made, and becomes Ready', async () => {
    await scene.apply(object(at(subnet('vnet-plant'))));
    await scene.kubectl('wait', '--for=condition=Ready', 'pms/plant-a', patience);
    const checked = await scene.pms(
      ['check', '-f', '-', '--simulated-azure', '--data-plane-port', String(scene.azure.dataPlanePort)],
      object(at(subnet('vnet-plant'))),
    );
    assert.equal(checked.exitCode, 0, checked.stdout);
    assert.match(checked.stdout, /✓ operator +it has seen this object as it is; Ready is True$/m);
    assert.match(
      checked.stdout,
      /✓ answers of default +1 of 1 servers answer api\.monitor\.azure\.com with 127\.13\.1\.\d+$/m,
    );
    assert.match(
      checked.stdout,
      /✓ way to default +api\.monitor\.azure\.com at 127\.13\.1\.\d+ lets \S+ in, with a certificate/m,
    );
  });

  test('it stalls, with no write to Azure, while Microsoft.Insights is not registered, and goes on when it is', async () => {
    const provider = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Insights`;
    await remove();
    // What it has read stands for an interval.
    await operator.stop('SIGTERM');
    await scene.azure.call('POST', `${provider}/unregister`);
    const before = (await writes()).length;
    await scene.apply(object({ ...at(subnet('vnet-plant')), workspaces: [{ name: 'law-late' }] }));
    await scene.startOperator();
    await waitFor('Stalled', 'ProviderNotRegistered');
    assert.match((await condition('PreflightPassed')).message, /az provider register --namespace Microsoft\.Insights/);
    assert.equal((await writes()).length, before);
    await scene.azure.call('POST', `${provider}/register`);
    await scene.kubectl('wait', '--for=condition=Ready', 'pms/plant-a', patience);
  });
});
