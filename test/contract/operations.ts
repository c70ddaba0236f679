/**
 * Which answers each operation may give: status, whether there is a body, the headers of long-running work. From the
 * swagger of privateLinkScopes and the operations of the SDK packages (azure-sdk facts, 3) where these say it, else from
 * recorded traffic; what both say and the recordings contradict follows the recordings, marked so. The validators of
 * bodies say nothing of any of this.
 */

export interface Outcome {
  readonly status: number;
  readonly body: 'json' | 'none';
  /** Headers that must be there, lower case. */
  readonly headers?: readonly string[];
}

/** `GET`, `PUT`, `PATCH`, `DELETE` and `HEAD` of one resource; `LIST`; `POST` of an action. */
export type Verb = 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'LIST' | 'POST';

export type Operations = Readonly<Partial<Record<Verb, readonly Outcome[]>>>;

const poll = 'azure-asyncoperation';
const after = 'retry-after';
const whole = [poll, 'location', after] as const;

const shown: Outcome = { status: 200, body: 'json' };
const made: Outcome = { status: 201, body: 'json' };
const done: Outcome = { status: 200, body: 'none' };
const nothing: Outcome = { status: 204, body: 'none' };
const accepted: Outcome = { status: 202, body: 'none', headers: whole };

const read: Operations = { GET: [shown], LIST: [shown] };
const list: Operations = { LIST: [shown] };

/** Answered at once. */
const plain: Operations = { ...read, PUT: [shown, made], PATCH: [shown], DELETE: [done, nothing] };

/** Microsoft.Network: PUT ends via Azure-AsyncOperation, and has no Location (recorded). */
const network: Operations = {
  ...read,
  PUT: [
    { status: 200, body: 'json', headers: [poll, after] },
    { status: 201, body: 'json', headers: [poll, after] },
  ],
  PATCH: [shown],
  DELETE: [accepted, nothing],
};

/** Private DNS: 202 with the zone's body is recorded nowhere; the swagger has 200, 201, 202 (from memory). */
const slowDns: Operations = {
  ...read,
  PUT: [shown, made, { status: 202, body: 'json', headers: whole }],
  PATCH: [shown, { status: 202, body: 'json', headers: whole }],
  DELETE: [accepted, nothing],
};

const recordSet: Operations = { ...read, PUT: [shown, made], DELETE: [done, nothing] };
const recordTypes = ['A', 'AAAA', 'CNAME', 'MX', 'PTR', 'SOA', 'SRV', 'TXT'];

/** Recorded: connections of Azure Arc's scopes are decided without a Retry-After. */
const arcAccepted: Outcome = { status: 202, body: 'none', headers: [poll, 'location'] };

const insights: Readonly<Record<string, Operations>> = {
  privateLinkScopes: { ...read, PUT: [shown, made], PATCH: [shown], DELETE: [accepted, nothing] },
  // 200 at once, or 201/202 with an address to ask; the recordings have 200 alone.
  'privateLinkScopes/scopedResources': {
    ...read,
    PUT: [
      shown,
      { status: 201, body: 'json', headers: ['location', after] },
      { status: 202, body: 'none', headers: ['location', after] },
    ],
    DELETE: [done, { status: 202, body: 'none', headers: ['location', after] }, nothing],
  },
  'privateLinkScopes/privateEndpointConnections': {
    ...read,
    PUT: [shown, accepted],
    DELETE: [done, accepted, nothing],
  },
  'privateLinkScopes/privateLinkResources': read,
  privateLinkScopeOperationStatuses: { GET: [shown] },
  'privateLinkScopes/operationResults': { GET: [{ status: 202, body: 'none', headers: [after] }, nothing] },
  'privateLinkScopes/privateEndpointConnections/operationResults': {
    GET: [{ status: 202, body: 'none', headers: [after] }, nothing],
  },
  components: { ...plain, PUT: [shown] },
  dataCollectionEndpoints: plain,
  dataCollectionRules: plain,
  dataCollectionRuleAssociations: { ...plain, PATCH: [] },
  'dataCollectionRules/associations': list,
  'dataCollectionEndpoints/associations': list,
};

const networks: Readonly<Record<string, Operations>> = {
  virtualNetworks: network,
  'virtualNetworks/subnets': { ...network, PATCH: [] },
  'virtualNetworks/usages': list,
  networkSecurityGroups: network,
  networkInterfaces: { ...network, PATCH: [] },
  privateEndpoints: {
    ...network,
    // Recorded: a PUT of what is there has no Retry-After.
    PUT: [
      { status: 200, body: 'json', headers: [poll] },
      { status: 201, body: 'json', headers: [poll, after] },
    ],
    PATCH: [],
  },
  'privateEndpoints/privateDnsZoneGroups': { ...network, PATCH: [] },
  'locations/operations': { GET: [shown] },
  'locations/operationResults': {
    GET: [
      { status: 202, body: 'none', headers: whole },
      { status: 204, body: 'none', headers: [poll, 'location'] },
    ],
  },
  privateDnsZones: slowDns,
  'privateDnsZones/virtualNetworkLinks': slowDns,
  'privateDnsZones/ALL': list,
  ...Object.fromEntries(recordTypes.map(type => [`privateDnsZones/${type}`, recordSet])),
  privateDnsOperationStatuses: { GET: [shown] },
  privateDnsOperationResults: { GET: [{ status: 202, body: 'none', headers: [after] }, nothing, shown, done] },
};

const logs: Readonly<Record<string, Operations>> = {
  // Recorded: 201 with Location while it is made, and without Azure-AsyncOperation or Retry-After.
  workspaces: {
    ...read,
    PUT: [shown, { status: 201, body: 'json', headers: ['location'] }, accepted],
    PATCH: [shown],
    DELETE: [done, { status: 202, body: 'none', headers: ['location'] }, nothing],
  },
  deletedWorkspaces: list,
  'workspaces/sharedKeys': { POST: [shown] },
  'workspaces/usages': list,
};

const hybrid: Readonly<Record<string, Operations>> = {
  machines: { ...plain, PUT: [shown, made] },
  'machines/extensions': {
    ...read,
    PUT: [{ status: 202, body: 'none', headers: whole }],
    PATCH: [{ status: 202, body: 'none', headers: whole }],
    DELETE: [accepted, nothing],
  },
  privateLinkScopes: { ...plain, PUT: [shown, made] },
  'privateLinkScopes/privateLinkResources': read,
  'privateLinkScopes/privateEndpointConnections': { ...read, PUT: [arcAccepted], DELETE: [arcAccepted, nothing] },
  'locations/operationstatus': { GET: [shown] },
  // Where the 202 before had no Retry-After, this one has none either.
  'locations/operationresults': { GET: [{ status: 202, body: 'none' }, done, shown, nothing] },
};

const manager: Readonly<Record<string, Operations>> = {
  subscriptions: read,
  tenants: list,
  locations: list,
  resources: list,
  providers: read,
  'providers/register': { POST: [shown] },
  'providers/unregister': { POST: [shown] },
  metadata: { GET: [shown], LIST: [shown] },
  resourceGroups: {
    ...plain,
    HEAD: [nothing],
    DELETE: [{ status: 202, body: 'none', headers: ['location', after] }],
  },
  operationResults: { GET: [{ status: 202, body: 'none', headers: ['location', after] }, done] },
};

const byNamespace: Readonly<Record<string, Readonly<Record<string, Operations>>>> = {
  'Microsoft.Insights': insights,
  'Microsoft.Network': networks,
  'Microsoft.OperationalInsights': logs,
  'Microsoft.HybridCompute': hybrid,
  'Microsoft.Resources': manager,
  'Microsoft.Authorization': { locks: plain, permissions: list },
  'Microsoft.ResourceGraph': { resources: { POST: [shown] } },
};

/** Every type, as the descriptions write it, with its operations. */
export const operationTable: ReadonlyMap<string, Operations> = new Map(
  Object.entries(byNamespace).flatMap(([namespace, types]) =>
    Object.entries(types).map(([type, operations]) => [`${namespace}/${type}`, operations] as const),
  ),
);

const byLowerCase = new Map(
  [...operationTable].map(([type, operations]) => [type.toLowerCase(), { type, operations }]),
);

/** A type in any letter case; undefined for one that the table does not hold. */
export const operationsOf = (type: string) => byLowerCase.get(type.toLowerCase());
