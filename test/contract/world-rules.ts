/**
 * What must hold of the simulated world after every call, whatever was called: addresses, references, states. Reads
 * nothing but what the simulator shows of itself (`GET /_sim/state`).
 */

type Json = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties?: Json;
}

export interface WorldState {
  readonly resources: readonly Resource[];
  readonly operations: readonly { readonly id: string; readonly resourceId: string; readonly status: string }[];
}

const mapAt = (value: unknown, key: string): Json => ((value as Json | undefined)?.[key] as Json | undefined) ?? {};
const listAt = (value: unknown, key: string): readonly Json[] =>
  ((value as Json | undefined)?.[key] as readonly Json[] | undefined) ?? [];
const textAt = (value: unknown, key: string): string => String((value as Json | undefined)?.[key] ?? '');

const keyOf = (id: string): string => id.toLowerCase();
const typeOf = ({ type }: Resource): string => type.toLowerCase();

/** The state that a resource says it is in; undefined for a type that has none. */
export const stateOf = ({ properties }: Resource): string | undefined => {
  const state = properties?.provisioningState;
  return typeof state === 'string' ? state : undefined;
};

const ofType = ({ resources }: WorldState, type: string): readonly Resource[] =>
  resources.filter(each => typeOf(each) === type.toLowerCase());

const numberOf = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0);

/** Whether an address may be given in a prefix: inside, and none of the five that Azure keeps. */
function isUsable(address: string, prefix: string): boolean {
  const [base = '', length = '32'] = prefix.split('/');
  const size = 2 ** (32 - Number(length));
  const offset = numberOf(address) - numberOf(base);
  return offset >= 4 && offset < size - 1;
}

/** A state in which subnets are resources of their own, as in Azure; the simulator shows them in their networks. */
export function withSubnets(state: WorldState): WorldState {
  const subnets = ofType(state, 'Microsoft.Network/virtualNetworks').flatMap(each =>
    listAt(each.properties, 'subnets'),
  );
  return { ...state, resources: [...state.resources, ...(subnets as unknown as readonly Resource[])] };
}

/** The prefix of every subnet, by its id. */
function prefixes(state: WorldState): ReadonlyMap<string, string> {
  const subnets = ofType(state, 'Microsoft.Network/virtualNetworks/subnets');
  return new Map(subnets.map(({ id, properties }) => [keyOf(id), textAt(properties, 'addressPrefix')]));
}

function addressProblems(state: WorldState): readonly string[] {
  const known = prefixes(state);
  const given = new Map<string, string>();
  const problems: string[] = [];
  for (const nic of ofType(state, 'Microsoft.Network/networkInterfaces')) {
    for (const { properties } of listAt(nic.properties, 'ipConfigurations')) {
      const address = textAt(properties, 'privateIPAddress');
      const subnet = keyOf(textAt(mapAt(properties, 'subnet'), 'id'));
      const prefix = known.get(subnet);
      const place = `${subnet} ${address}`;
      if (given.has(place)) problems.push(`${address} is given to ${nic.id} and to ${given.get(place)}`);
      given.set(place, nic.id);
      if (prefix === undefined) problems.push(`${nic.id} stands in a subnet that is not there`);
      else if (!isUsable(address, prefix)) problems.push(`${address} of ${nic.id} is none that ${prefix} can give`);
    }
  }
  return problems;
}

/**
 * What a resource of a type points to, as ids; what is empty points to nothing. A zone group is not among them: that Azure
 * refuses to delete a zone for its sake was seen nowhere.
 */
const references: Readonly<Record<string, (properties: Json | undefined) => readonly unknown[]>> = {
  'microsoft.insights/privatelinkscopes/scopedresources': each => [each?.linkedResourceId],
  'microsoft.insights/privatelinkscopes/privateendpointconnections': each => [mapAt(each, 'privateEndpoint').id],
  'microsoft.hybridcompute/privatelinkscopes/privateendpointconnections': each => [mapAt(each, 'privateEndpoint').id],
  'microsoft.network/networkinterfaces': each => [mapAt(each, 'privateEndpoint').id],
  'microsoft.network/privateendpoints': each => [
    mapAt(each, 'subnet').id,
    ...listAt(each, 'networkInterfaces').map(({ id }) => id),
  ],
  'microsoft.network/privatednszones/virtualnetworklinks': each => [mapAt(each, 'virtualNetwork').id],
  'microsoft.network/virtualnetworks/subnets': each => [mapAt(each, 'networkSecurityGroup').id],
  'microsoft.insights/datacollectionruleassociations': each => [
    each?.dataCollectionRuleId,
    each?.dataCollectionEndpointId,
  ],
  'microsoft.hybridcompute/machines': each => [each?.privateLinkScopeResourceId],
};

/** The id of what a resource stands below; undefined for a group and at the top of one. */
function parentOf(id: string): string | undefined {
  const segments = id.split('/');
  const at = segments.findLastIndex(segment => segment.toLowerCase() === 'providers');
  if (at < 0) return undefined;
  const names = (segments.length - at - 2) / 2;
  if (names > 1) return segments.slice(0, -2).join('/');
  // An extension stands below the resource that it extends.
  return at > 5 ? segments.slice(0, at).join('/') : undefined;
}

function orphans(state: WorldState): readonly string[] {
  const ids = new Set(state.resources.map(({ id }) => keyOf(id)));
  const missing = (id: unknown): boolean => typeof id === 'string' && id !== '' && !ids.has(keyOf(id));
  return state.resources.flatMap(resource => {
    const parent = parentOf(resource.id);
    const targets = references[typeOf(resource)]?.(resource.properties) ?? [];
    return [
      ...(missing(parent) ? [`${resource.id} stands below what is not there`] : []),
      ...targets.filter(missing).map(id => `${resource.id} points to ${id}, which is not there`),
    ];
  });
}

/** One link of a resource in a scope, and one connection of an endpoint. */
function twins(state: WorldState): readonly string[] {
  const links = ofType(state, 'Microsoft.Insights/privateLinkScopes/scopedResources').map(
    ({ id, properties }) => `link ${keyOf(parentOf(id) ?? '')} to ${keyOf(textAt(properties, 'linkedResourceId'))}`,
  );
  const ids = state.resources.map(({ id }) => `id ${keyOf(id)}`);
  const all = [...links, ...ids];
  return all.filter((each, index) => all.indexOf(each) !== index).map(each => `twice: ${each}`);
}

/** Everything that is wrong with a state, one line each. */
export const brokenRules = (state: WorldState): readonly string[] => [
  ...addressProblems(state),
  ...orphans(state),
  ...twins(state),
];

/** The ways a state may go while nobody deletes and makes anew; what is on the way ends well, badly or in a deletion. */
const moves: Readonly<Record<string, readonly string[]>> = {
  Succeeded: ['Succeeded', 'Updating', 'Deleting', 'Creating', 'Provisioning', 'Failed'],
  Failed: ['Failed', 'Updating', 'Creating', 'Provisioning', 'Deleting', 'Succeeded'],
  Canceled: ['Canceled', 'Updating', 'Deleting', 'Succeeded'],
  Updating: ['Updating', 'Succeeded', 'Failed', 'Deleting', 'Canceled'],
  Creating: ['Creating', 'Succeeded', 'Failed', 'Deleting', 'Canceled'],
  Provisioning: ['Provisioning', 'Succeeded', 'Failed', 'Deleting', 'Canceled'],
  Deleting: ['Deleting'],
};

/** Moves between two successive states that no state allows. */
export function brokenMoves(before: WorldState, after: WorldState): readonly string[] {
  const now = new Map(after.resources.map(resource => [keyOf(resource.id), resource]));
  return before.resources.flatMap(resource => {
    const [from, next] = [stateOf(resource), now.get(keyOf(resource.id))];
    const to = next === undefined ? undefined : stateOf(next);
    if (from === undefined || to === undefined) return [];
    return moves[from]?.includes(to) === true ? [] : [`${resource.id} goes from ${from} to ${to}`];
  });
}

/** What has a state and goes with another: an interface and a connection with their endpoint, for one. */
const followers = /\/(networkinterfaces|privateendpointconnections|privatednszonegroups|virtualnetworklinks)$/;
/** What says Succeeded while it is being deleted: these providers show no state of it. */
const silent = /\/(networksecuritygroups|privatednszones)$/;

/** What went while nobody called: only what was being deleted may, and what stood below it. */
export function brokenAbsences(before: WorldState, after: WorldState): readonly string[] {
  const now = new Set(after.resources.map(({ id }) => keyOf(id)));
  const isGone = (id: string | undefined): boolean => id !== undefined && !now.has(keyOf(id));
  const gone = before.resources.filter(({ id }) => isGone(id) && !isGone(parentOf(id)));
  return gone
    .filter(each => !followers.test(typeOf(each)) && !silent.test(typeOf(each)) && stateOf(each) !== 'Deleting')
    .map(each => `${each.id} went by itself out of the state ${stateOf(each)}`);
}

/** What never ends: operations under way, and resources that say that they are. */
export const unended = (state: WorldState): readonly string[] => [
  ...state.operations.map(({ id, resourceId }) => `operation ${id} on ${resourceId} has no end`),
  ...state.resources
    .filter(each => !['Succeeded', 'Failed', 'Canceled', undefined].includes(stateOf(each)))
    .map(each => `${each.id} stays ${stateOf(each)}`),
];
