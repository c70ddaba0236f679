/**
 * The plant that the tests know: one object, and Azure as it looks when everything is there. Tests change what they are
 * about and leave the rest.
 */
import assert from 'node:assert/strict';
import { type Desired, desire, wantsOf } from '../../src/domain/desire.ts';
import type { PublishedLine } from '../../src/domain/merge.ts';
import { mergeClaim } from '../../src/domain/merge.ts';
import { linkName, scopedResourceId } from '../../src/domain/names.ts';
import type { InventoryEntry, PmsObject, Spec, Status } from '../../src/domain/object.ts';
import { ABSENT, type Observed, present, type Sight } from '../../src/domain/observed.ts';
import type { PathFinding, PathProof } from '../../src/domain/path-proof.ts';
import { recordsHash, recordsOf } from '../../src/domain/records.ts';
import {
  isMade,
  type NetworkInterface,
  type PrivateEndpoint,
  type PrivateLinkScope,
  type ScopedResource,
  type Want,
  type Wanted,
  type Workspace,
} from '../../src/domain/resources.ts';

export const INSTALLATION = '99999999-9999-4999-8999-999999999999';
export const NOW = Date.parse('2026-11-24T12:00:00Z');
export const RULES = { allowLoopback: false };
export const GUID_A = 'e97e0ed9-0000-4000-8000-2c3dab8054b9';
export const GUID_B = 'aaaa0ed9-0000-4000-8000-2c3dab8054b9';
const RG = '/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-monitor/providers';
export const SUBNET = `${RG}/Microsoft.Network/virtualNetworks/vnet-plant/subnets/monitoring`;

/** A wanted resource that is not adopted. */
export function made<T extends Wanted>(item: T | undefined): Exclude<T, { readonly adopted: true }> {
  assert.ok(item && isMade(item), `${item?.key} is made, not adopted`);
  return item;
}

/** All resources that an object has made. */
export const madeOf = (want: Desired): readonly Want[] => wantsOf(want).filter(isMade);

export const spec = (over: Partial<Spec> = {}): Spec => ({
  subscriptionId: '11111111-1111-4111-8111-111111111111',
  resourceGroup: 'rg-monitor',
  location: 'japaneast',
  workspaces: [{ name: 'law-plant-a', retentionInDays: 30, deletionPolicy: 'Retain' }],
  privateEndpoint: { subnetId: SUBNET },
  dns: { target: 'default', aliases: 'Enabled' },
  deletionPolicy: 'Delete',
  suspend: false,
  interval: '10m',
  ...over,
});

export const pms = (
  over: { spec?: Partial<Spec>; status?: Status; deletedAt?: string; name?: string } = {},
): PmsObject => ({
  metadata: {
    namespace: 'plant',
    name: over.name ?? 'plant-a',
    uid: `uid-${over.name ?? 'plant-a'}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-11-24T11:00:00Z',
    finalizers: ['privatemonitoring.dev/azure'],
    annotations: {},
    ...(over.deletedAt === undefined ? {} : { deletionTimestamp: over.deletedAt }),
  },
  spec: spec(over.spec),
  status: over.status ?? {},
});

/** As somebody has just created it: without our finalizer. */
export const asCreated = (object: PmsObject): PmsObject => ({
  ...object,
  metadata: { ...object.metadata, finalizers: [] },
});

const tags = { 'pms-owner': `${INSTALLATION}/plant/plant-a` };
const owner = { installation: INSTALLATION, namespace: 'plant', name: 'plant-a' };

export const workspace = (name = 'law-plant-a', over: Partial<Workspace> = {}): Workspace => ({
  kind: 'workspace',
  id: `${RG}/Microsoft.OperationalInsights/workspaces/${name}`,
  name,
  provisioningState: 'Succeeded',
  location: 'japaneast',
  tags,
  customerId: name === 'law-plant-a' ? GUID_A : GUID_B,
  retentionInDays: 30,
  dailyQuotaGb: -1,
  access: { ingestion: 'Enabled', query: 'Enabled' },
  linkedBy: [{ linkId: scopedResourceId(`${RG}/microsoft.insights/privatelinkscopes/plant-a`, linkName(name, owner)) }],
  ...over,
});

export const scope = (over: Partial<PrivateLinkScope> = {}): PrivateLinkScope => ({
  kind: 'privateLinkScope',
  id: `${RG}/microsoft.insights/privatelinkscopes/plant-a`,
  name: 'plant-a',
  provisioningState: 'Succeeded',
  tags,
  accessModes: { ingestion: 'Open', query: 'Open' },
  connections: [],
  ...over,
});

export const link = (name = 'law-plant-a', over: Partial<ScopedResource> = {}): ScopedResource => ({
  kind: 'scopedResource',
  id: scopedResourceId(`${RG}/Microsoft.Insights/privateLinkScopes/plant-a`, linkName(name, owner)),
  name: linkName(name, owner),
  provisioningState: 'Succeeded',
  targetId: workspace(name).id.toLowerCase(),
  ...over,
});

export const endpoint = (over: Partial<PrivateEndpoint> = {}): PrivateEndpoint => ({
  kind: 'privateEndpoint',
  id: `${RG}/Microsoft.Network/privateEndpoints/pe-plant-a`,
  name: 'pe-plant-a',
  provisioningState: 'Succeeded',
  location: 'japaneast',
  tags,
  subnetId: SUBNET,
  scopeId: scope().id,
  connectionStatus: 'Approved',
  networkInterfaceId: `${RG}/Microsoft.Network/networkInterfaces/pe-plant-a.nic`,
  customDnsConfigs: [],
  ...over,
});

/** A private endpoint as its scope shows it. */
export const connectionOf = (endpointId: string, status = 'Approved'): PrivateLinkScope['connections'][number] => ({
  id: `${scope().id}/privateendpointconnections/connection-0001`,
  endpointId: endpointId.toLowerCase(),
  status,
});

const FIRST = 4;
/** Addresses 10.13.1.4 on, in Azure's order: the workspaces' three, then the scope's own eight. */
export const networkInterface = (guids: readonly string[] = [GUID_A]): NetworkInterface => ({
  id: `${RG}/Microsoft.Network/networkInterfaces/pe-plant-a.nic`,
  entries: [
    ['oms-japaneast', ...guids.map(guid => `${guid}.oms.opinsights.azure.com`)],
    ['ods-japaneast', ...guids.map(guid => `${guid}.ods.opinsights.azure.com`)],
    ['agent-japaneast', ...guids.map(guid => `${guid}.agentsvc.azure-automation.net`)],
    ['api', 'api.monitor.azure.com'],
    ['global.in.ai', 'global.in.ai.monitor.azure.com'],
    ['profiler', 'profiler.monitor.azure.com'],
    ['live', 'live.monitor.azure.com'],
    ['diagservicesquery', 'diagservices-query.monitor.azure.com'],
    ['snapshot', 'snapshot.monitor.azure.com'],
    ['agentsolutionpackstore', 'scadvisorcontentpl.blob.core.windows.net'],
    ['dce-global', 'global.handler.control.monitor.azure.com'],
  ].map(([member = '', ...fqdns], index) => ({ member, fqdns, address: `10.13.1.${FIRST + index}` })),
});

export const inventoryOf = (object: PmsObject, startedAt = '2026-11-24T11:00:00Z'): InventoryEntry[] => {
  const want = desire(object, INSTALLATION);
  return [...want.workspaces, want.scope, ...want.links, want.endpoint].map(({ key, id, policy }) => ({
    key,
    id,
    origin: 'Created',
    policy,
    startedAt,
  }));
};

export const RECORD_RULES = {
  aliases: true,
  extraAliases: [],
  blobStorage: true,
  allowLists: {},
  subnetPrefixes: ['10.13.1.0/27'],
  allowLoopback: false,
};
export const records = (guids?: readonly string[]) =>
  recordsOf({ networkInterface: networkInterface(guids) }, RECORD_RULES).records;
export const lines = (guids?: readonly string[], by = 'plant/plant-a'): readonly PublishedLine[] =>
  mergeClaim([], { owner: by, records: records(guids) }).lines;

const FINDINGS: readonly PathFinding[] = [
  { via: 'TLS', subject: 'api.monitor.azure.com', address: '10.13.1.7', of: [], outcome: 'Held' },
  {
    via: 'TLS',
    subject: `${GUID_A}.ods.opinsights.azure.com`,
    address: '10.13.1.5',
    of: ['workspace/law-plant-a'],
    outcome: 'Held',
  },
  { via: 'TLS', subject: 'global.handler.control.monitor.azure.com', address: '10.13.1.14', of: [], outcome: 'Held' },
  { via: 'Query', subject: 'law-plant-a', address: '10.13.1.7', of: ['workspace/law-plant-a'], outcome: 'Held' },
];

/** A measurement in which everything held, but for the changes by subject. */
export const path = (over: Readonly<Record<string, Partial<PathFinding>>> = {}, measuredAt = NOW): PathProof => ({
  asked: 'asked',
  from: 'pod pms-operator-0',
  measuredAt,
  findings: FINDINGS.map(finding => ({ ...finding, ...over['*'], ...over[finding.subject] })),
});

/** Nothing exists in Azure or DNS; everything could be read. */
export const emptyAzure = (object: PmsObject = pms(), over: Partial<Observed> = {}): Observed => ({
  now: NOW,
  identity: present({ tenantId: 'tenant', clientId: 'client' }),
  workspaces: new Map(desire(object, INSTALLATION).workspaces.map(item => [item.key, { reading: ABSENT }])),
  components: new Map(),
  scope: { reading: ABSENT },
  links: new Map(),
  scopeLinks: ABSENT,
  endpoint: { reading: ABSENT },
  networkInterface: ABSENT,
  zoneGroupRecords: ABSENT,
  subnet: present({
    id: SUBNET,
    location: 'japaneast',
    addressPrefixes: ['10.13.1.0/27'],
    addressesUsed: 0,
    networkEndpointIds: [],
  }),
  softDeleted: present([]),
  networkEndpoints: present([]),
  endpointNeed: ABSENT,
  rights: ABSENT,
  formerTargets: [],
  target: present({ lines: [], maxBytes: 900_000, ttlSeconds: 60 }),
  resolution: ABSENT,
  exported: ABSENT,
  path: ABSENT,
  inventory: [],
  neighbours: [],
  ...over,
});

/** All there, published and answered. */
export const fullAzure = (object: PmsObject = pms(), over: Partial<Observed> = {}): Observed =>
  emptyAzure(object, {
    workspaces: new Map([['workspace/law-plant-a', { reading: present(workspace()) }]]),
    scope: { reading: present(scope({ connections: [connectionOf(endpoint().id)] })) },
    links: new Map([['scopedResource/law-plant-a', { reading: present(link()) }]]),
    scopeLinks: present([link()]),
    endpoint: { reading: present(endpoint()) },
    networkInterface: present(networkInterface()),
    softDeleted: ABSENT,
    target: present({ lines: lines(), maxBytes: 900_000, ttlSeconds: 60 }),
    resolution: present({
      recordsHash: recordsHash(lines()),
      servers: ['coredns-a'],
      questions: lines().length * 2,
      wrong: [],
      askedAt: NOW,
    }),
    path: present(path()),
    inventory: inventoryOf(object),
    ...over,
  });

export const twoWorkspaces = (policy: 'Retain' | 'Delete'): Partial<Spec> => ({
  workspaces: [
    { name: 'law-plant-a', deletionPolicy: policy },
    { name: 'law-plant-b', location: 'japanwest', deletionPolicy: policy },
  ],
});

export const bothLinks = ['law-plant-a', 'law-plant-b'] as const;

/** Both links, Succeeded or changed; `null` is absent. */
export const linkSights = (over: Readonly<Record<string, Partial<ScopedResource> | null>> = {}) =>
  new Map(
    bothLinks.map((name): [string, Sight<ScopedResource>] => {
      const change = over[name];
      return [`scopedResource/${name}`, { reading: change === null ? ABSENT : present(link(name, change ?? {})) }];
    }),
  );

export const workspaceSights = (sights: Readonly<Record<string, Sight<Workspace>>>) =>
  new Map(Object.entries(sights).map(([name, sight]) => [`workspace/${name}`, sight]));

export const bothWorkspaces = workspaceSights({
  'law-plant-a': { reading: present(workspace()) },
  'law-plant-b': { reading: present(workspace('law-plant-b', { location: 'japanwest' })) },
});
